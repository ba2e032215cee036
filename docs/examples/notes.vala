// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An app that offers one tool, notes__add, to all AI clients:
//
//   valac --pkg gio-2.0 --pkg libmcpsession-1 notes.vala

async void offer (Mcp.ToolProvider provider) {
  try {
    yield provider.register_async (null, null);
    print ("notes__add is there\n");
  } catch (Error error) {
    printerr ("%s\n", error.message);
  }
}

int main () {
  var provider = new Mcp.ToolProvider ("notes");

  try {
    provider.add_tool ("add", "Adds a note to the user's notebook",
      """{"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}""",
      (call) => {
        call.report_progress (1, 2, "opening the notebook");
        call.report_progress (2, 2, "writing");
        call.return_text ("Noted: " + call.dup_string ("text"));
      });
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  offer.begin (provider);
  new MainLoop ().run ();
  return 0;
}

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app that offers one tool, notes__add, to all AI clients."""

import gi

gi.require_version("McpSession", "1.0")
from gi.repository import GLib, McpSession  # noqa: E402

SCHEMA = '{"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}'


def add(call):
    call.report_progress(1, 2, "opening the notebook")
    call.report_progress(2, 2, "writing")
    call.return_text("Noted: " + call.dup_string("text"))


def registered(provider, result):
    provider.register_finish(result)
    print("notes__add is there", flush=True)


provider = McpSession.ToolProvider.new("notes")
provider.add_tool("add", "Adds a note to the user's notebook", SCHEMA, add)
provider.register_async(None, None, registered)
GLib.MainLoop().run()

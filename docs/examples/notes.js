#!/usr/bin/env gjs
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An app that offers one tool, notes__add, to all AI clients: gjs -m notes.js
import GLib from 'gi://GLib';
import McpSession from 'gi://McpSession?version=1.0';

const schema = {type: 'object', required: ['text'], properties: {text: {type: 'string'}}};

const provider = McpSession.ToolProvider.new('notes');
provider.add_tool('add', "Adds a note to the user's notebook", JSON.stringify(schema), call => {
  call.report_progress(1, 2, 'opening the notebook');
  call.report_progress(2, 2, 'writing');
  call.return_text(`Noted: ${call.dup_string('text')}`);
});
provider.register_async(null, null, (_provider, result) => {
  provider.register_finish(result);
  print('notes__add is there');
});
new GLib.MainLoop(null, false).run();

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliOutput:
 * @list: (nullable): the member of the answer that is the list; %NULL: the answer is one object
 * @name: the member that names an element of the list
 * @format: (nullable): json, yaml, table or name
 * @fields: (nullable): the members that are wanted, joined by commas
 * @as_json: --json, the same as the format json
 *
 * How a command prints an answer of the daemon. The last three come from the command line:
 * mcp_cli_options_parse() fills them.
 */
typedef struct
{
  const char *list;
  const char *name;
  char *format;
  char *fields;
  gboolean as_json;
} McpCliOutput;

void mcp_cli_output_clear (McpCliOutput *self);
gboolean mcp_cli_output_check (McpCliOutput *self, GError **error);
gboolean mcp_cli_output_is_for_people (const McpCliOutput *self);
gboolean mcp_cli_output_print (const McpCliOutput *self, GBytes *answer, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpCliOutput, mcp_cli_output_clear)

G_END_DECLS

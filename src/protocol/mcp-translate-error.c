/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Errors of servers.
 */
#include "mcp-translate.h"

#include "mcp-json-edit.h"
#include "mcp-jsonrpc.h"

#include <string.h>

/* server/resources, "Error Handling" of the revisions before 2026-07-28, which has no code of its
 * own for it. */
#define RESOURCE_NOT_FOUND       -32002
/* 2025-11-25, client/elicitation, "URL Elicitation Required Error" */
#define URL_ELICITATION_REQUIRED -32042

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static char *
quote (const char *text)
{
  GString *out = g_string_new (NULL);

  mcp_json_append_string (out, text);
  return g_string_free (out, FALSE);
}

static gboolean
names_uri (McpJsonSlice data)
{
  McpJsonSlice value;

  return data.data != NULL && mcp_json_get_type (data) == MCP_JSON_OBJECT &&
         mcp_json_find (data, "uri", &value);
}

/* Whether an error says that there is no such resource: by the code of the one era, or, where
 * another means more than that, by the URI that it names. */
static gboolean
is_not_found (const char *method, int code, McpJsonSlice data, McpRevision to)
{
  if (strcmp (method, "resources/read") != 0)
    return FALSE;
  return code == RESOURCE_NOT_FOUND || (code == MCP_JSONRPC_ERROR_INVALID_PARAMS &&
                                        (mcp_revision_is_modern (to) || names_uri (data)));
}

static char *
add_uri (McpJsonSlice data, const char *uri)
{
  McpJsonEdit edit;

  if (data.data == NULL || mcp_json_get_type (data) != MCP_JSON_OBJECT)
    data = slice ("{}");
  mcp_json_edit_begin (&edit, data);
  mcp_json_edit_set (&edit, "uri", quote (uri));
  return mcp_json_edit_end (&edit);
}

/**
 * mcp_translate_error:
 * @method: of the request
 * @code: of the server's error
 * @data: of the error; may be %MCP_JSON_SLICE_NONE
 * @uri: (nullable): of the resource, as the client named it
 * @to: the client's revision
 * @new_code: (out): what the client is told
 * @new_data: (out) (nullable) (transfer full): JSON text; %NULL: @data stays
 *
 * A server's error as a client of that revision knows it: a resource that is not found
 * has another code, and codes that 2026-07-28 withdrew become plain ones. Any thread.
 *
 * Returns: whether anything changes
 */
gboolean
mcp_translate_error (const char *method,
                     int code,
                     McpJsonSlice data,
                     const char *uri,
                     McpRevision to,
                     int *new_code,
                     char **new_data)
{
  gboolean is_modern = mcp_revision_is_modern (to);

  *new_code = code;
  *new_data = NULL;
  if (is_not_found (method, code, data, to))
    {
      *new_code = is_modern ? MCP_JSONRPC_ERROR_INVALID_PARAMS : RESOURCE_NOT_FOUND;
      if (uri != NULL)
        *new_data = add_uri (data, uri);
    }
  else if (code == RESOURCE_NOT_FOUND && is_modern)
    *new_code = MCP_JSONRPC_ERROR_INVALID_PARAMS;
  else if (code == URL_ELICITATION_REQUIRED && to != MCP_REVISION_2025_11_25)
    *new_code = MCP_JSONRPC_ERROR_INTERNAL;
  return *new_code != code || *new_data != NULL;
}

/* One of the elicitations that are required, as an entry of "inputRequests". */
static gboolean
append_elicitation (GString *out, McpJsonSlice elicitation, guint number)
{
  g_autofree char *key = NULL;
  g_autofree char *params = NULL;
  McpJsonEdit edit;
  McpJsonSlice value;

  if (mcp_json_get_type (elicitation) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (elicitation, "url", MCP_JSON_STRING, &value))
    return FALSE;

  if (mcp_json_find_typed (elicitation, "elicitationId", MCP_JSON_STRING, &value))
    key = mcp_json_dup_string (value);
  if (key == NULL)
    key = g_strdup_printf ("input-%u", number);
  mcp_json_edit_begin (&edit, elicitation);
  mcp_json_edit_drop (&edit, "elicitationId");
  mcp_json_edit_set (&edit, "mode", g_strdup ("\"url\""));
  params = mcp_json_edit_end (&edit);

  if (out->len > 1)
    g_string_append_c (out, ',');
  mcp_json_append_string (out, key);
  g_string_append (out, ":{\"method\":\"elicitation/create\",\"params\":");
  g_string_append (out, params);
  g_string_append_c (out, '}');
  return TRUE;
}

/**
 * mcp_translate_url_elicitations:
 * @data: of an error -32042 (2025-11-25, client/elicitation)
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text of the "inputRequests" that ask the same of a
 * client of 2026-07-28; %NULL where the data makes no sense
 */
char *
mcp_translate_url_elicitations (McpJsonSlice data)
{
  g_autoptr (GString) out = g_string_new ("{");
  McpJsonSlice elicitations;
  McpJsonSlice elicitation;
  McpJsonIter iter;
  guint number = 0;

  if (mcp_json_get_type (data) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (data, "elicitations", MCP_JSON_ARRAY, &elicitations))
    return NULL;

  mcp_json_iter_init (&iter, elicitations);
  while (mcp_json_iter_next_element (&iter, &elicitation))
    if (!append_elicitation (out, elicitation, ++number))
      return NULL;
  if (number == 0)
    return NULL;
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

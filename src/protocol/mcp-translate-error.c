/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Errors of servers.
 */
#include "protocol/mcp-translate.h"

#include "mcp-translate-private.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* server/resources, "Error Handling" of the revisions before 2026-07-28, which has no code of its
 * own for it. */
#define RESOURCE_NOT_FOUND       -32002
/* 2025-11-25, client/elicitation, "URL Elicitation Required Error" */
#define URL_ELICITATION_REQUIRED -32042
/* 2026-07-28, basic/index, "Error Codes" */
#define RESERVED_FIRST           -32099
#define RESERVED_LAST            -32020
#define HEADER_MISMATCH          -32020
#define MISSING_CAPABILITY       -32021
#define UNSUPPORTED_VERSION      -32022

static const char *const data_names[] = { "uri", NULL };
enum
{
  DATA_URI,
};

static char *
quote (const char *text)
{
  GString *out = g_string_new (NULL);

  mcp_json_append_string (out, text);
  return g_string_free (out, FALSE);
}

/* Whether an error says that there is no such resource: by the code of the one era, or, where
 * another means more than that, by the URI that it names. */
static gboolean
is_not_found (const char *method, int code, const McpJsonFields *data, McpRevision to)
{
  if (strcmp (method, "resources/read") != 0)
    return FALSE;
  return code == RESOURCE_NOT_FOUND ||
         (code == MCP_JSONRPC_ERROR_INVALID_PARAMS &&
          (mcp_revision_is_stateless (to) || mcp_json_fields_has (data, DATA_URI)));
}

/* %NULL: it is named already. */
static char *
name_uri (McpJsonSlice data, const McpJsonFields *fields, const char *uri)
{
  g_autofree char *quoted = NULL;
  McpJsonEdit *edit;

  if (mcp_json_fields_equal (fields, DATA_URI, uri))
    return NULL;
  quoted = quote (uri);
  if (data.data == NULL || mcp_json_get_type (data) != MCP_JSON_OBJECT)
    return g_strdup_printf ("{\"uri\":%s}", quoted);

  edit = mcp_json_edit_new (data);
  mcp_json_edit_set (edit, fields, DATA_URI, g_steal_pointer (&quoted));
  return mcp_json_edit_end (edit);
}

static int
translate_code (int code, McpRevision to)
{
  gboolean is_stateless = mcp_revision_is_stateless (to);

  switch (code)
    {
    case MISSING_CAPABILITY:
      return code;
    case HEADER_MISMATCH:
    case UNSUPPORTED_VERSION:
      /* between the server and whoever spoke to it; its client would look for its own fault */
      return MCP_JSONRPC_ERROR_INTERNAL;
    case RESOURCE_NOT_FOUND:
      return is_stateless ? MCP_JSONRPC_ERROR_INVALID_PARAMS : code;
    case URL_ELICITATION_REQUIRED:
      return to == MCP_REVISION_2025_11_25 ? code : MCP_JSONRPC_ERROR_INTERNAL;
    default:
      return is_stateless && code >= RESERVED_FIRST && code <= RESERVED_LAST
                 ? MCP_JSONRPC_ERROR_INTERNAL
                 : code;
    }
}

/**
 * mcp_translate_error:
 * @method: of the request
 * @code: of the server's error
 * @data: of the error; may be %MCP_JSON_SLICE_NONE
 * @uri: (nullable): of the resource, as the client named it
 * @to: the client's revision
 * @new_code: (out): the code for the client
 * @new_data: (out) (nullable) (transfer full): JSON text; %NULL: @data stays
 *
 * A server's error as a client of that revision knows it: a resource that is not found
 * has another code and names its URI, and codes that the client's revision has not, or
 * that were meant for us, become plain ones. Any thread.
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
  McpJsonFields fields;

  *new_data = NULL;
  mcp_json_fields_find (&fields, data, data_names);
  if (is_not_found (method, code, &fields, to))
    {
      *new_code =
          mcp_revision_is_stateless (to) ? MCP_JSONRPC_ERROR_INVALID_PARAMS : RESOURCE_NOT_FOUND;
      if (uri != NULL)
        *new_data = name_uri (data, &fields, uri);
    }
  else
    *new_code = translate_code (code, to);
  return *new_code != code || *new_data != NULL;
}

/* Elicitation by URL */

static const char *const elicitation_names[] = { "elicitationId", "mode", "url", "message", NULL };
enum
{
  ELICITATION_ID,
  ELICITATION_MODE,
  ELICITATION_URL,
  ELICITATION_MESSAGE,
};

/* By what it is known, if that is a name that no other has. */
static const char *
choose_key (const McpJsonFields *elicitation, GHashTable *keys)
{
  char *key = mcp_json_dup_string (elicitation->fields[ELICITATION_ID].value);

  if (key == NULL)
    key = g_strdup_printf ("input-%u", g_hash_table_size (keys) + 1);
  if (g_hash_table_contains (keys, key))
    {
      g_free (key);
      key = g_uuid_string_random ();
    }
  g_hash_table_add (keys, key);
  return key;
}

/* One of the elicitations that are required, as an entry of "inputRequests". */
static gboolean
append_elicitation (GString *out, McpJsonSlice elicitation, GHashTable *keys)
{
  g_autofree char *params = NULL;
  McpJsonFields fields;
  McpJsonEdit *edit;

  mcp_json_fields_find (&fields, elicitation, elicitation_names);
  if (!mcp_json_fields_has_type (&fields, ELICITATION_URL, MCP_JSON_STRING) ||
      !mcp_json_fields_has_type (&fields, ELICITATION_MESSAGE, MCP_JSON_STRING) ||
      (mcp_json_fields_has (&fields, ELICITATION_MODE) &&
       !mcp_json_fields_equal (&fields, ELICITATION_MODE, "url")))
    return FALSE;

  edit = mcp_json_edit_new (elicitation);
  mcp_json_edit_drop (edit, &fields, 1U << ELICITATION_ID);
  mcp_json_edit_set (edit, &fields, ELICITATION_MODE, g_strdup ("\"url\""));
  params = mcp_json_edit_end (edit);

  if (out->len > 1)
    g_string_append_c (out, ',');
  mcp_json_append_string (out, choose_key (&fields, keys));
  g_string_append (out, ":{\"method\":\"elicitation/create\",\"params\":");
  if (params != NULL)
    g_string_append (out, params);
  else
    mcp_json_append_slice (out, elicitation);
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
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  McpJsonSlice elicitations;
  McpJsonSlice elicitation;
  McpJsonIter iter;

  if (data.data == NULL ||
      !mcp_json_find_typed (data, "elicitations", MCP_JSON_ARRAY, &elicitations))
    return NULL;

  mcp_json_iter_init (&iter, elicitations);
  while (mcp_json_iter_next_element (&iter, &elicitation))
    if (!append_elicitation (out, elicitation, keys))
      return NULL;
  if (g_hash_table_size (keys) == 0)
    return NULL;
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

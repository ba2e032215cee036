/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What POST /session/{id}/progress takes: one event or an array of them, all
 * read and checked before any is published.
 */
#include "http/api/mcp-progress-input.h"

#include "common/mcp-error.h"
#include "http/request/mcp-http-body.h"

#include <math.h>

static void
input_clear (gpointer data)
{
  McpProgressInput *input = data;

  g_clear_pointer (&input->fields.token, g_variant_unref);
  g_clear_pointer (&input->message, g_free);
  g_clear_pointer (&input->tool, g_free);
  g_clear_pointer (&input->call_id, g_free);
}

static gboolean
set_token (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;
  McpJsonType type = mcp_json_get_type (value);
  g_autofree char *text = NULL;
  GVariant *token = NULL;
  gint64 number;
  guint64 positive;

  if (type == MCP_JSON_STRING && !mcp_http_body_read_string (value, "token", &text, error))
    return FALSE;

  if (type == MCP_JSON_STRING)
    token = g_variant_new_string (text);
  else if (type == MCP_JSON_NUMBER && mcp_json_get_int64 (value, &number))
    token = g_variant_new_int64 (number);
  else if (type == MCP_JSON_NUMBER && mcp_json_get_uint64 (value, &positive))
    token = g_variant_new_uint64 (positive);

  if (token == NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“token” must be a whole number of 64 bits or a string");
      return FALSE;
    }

  g_clear_pointer (&input->fields.token, g_variant_unref);
  input->fields.token = g_variant_ref_sink (token);
  return TRUE;
}

static gboolean
read_number (McpJsonSlice value, const char *key, double *number, GError **error)
{
  if (mcp_json_get_type (value) == MCP_JSON_NUMBER && mcp_json_get_double (value, number) &&
      isfinite (*number))
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” must be a finite number", key);
  return FALSE;
}

static gboolean
set_progress (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;

  input->has_progress = TRUE;
  return read_number (value, "progress", &input->fields.progress, error);
}

static gboolean
set_total (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;

  input->fields.has_total = TRUE;
  return read_number (value, "total", &input->fields.total, error);
}

static gboolean
set_message (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;

  if (!mcp_http_body_read_string (value, "message", &input->message, error))
    return FALSE;
  input->fields.message = input->message;
  return TRUE;
}

static gboolean
set_tool (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;

  if (!mcp_http_body_read_string (value, "tool", &input->tool, error))
    return FALSE;
  input->fields.tool = input->tool;
  return TRUE;
}

static gboolean
set_call_id (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;

  if (!mcp_http_body_read_string (value, "call_id", &input->call_id, error))
    return FALSE;
  input->fields.call_id = input->call_id;
  return TRUE;
}

static gboolean
set_state (McpJsonSlice value, gpointer target, GError **error)
{
  McpProgressInput *input = target;
  g_autofree char *text = NULL;

  if (!mcp_http_body_read_string (value, "state", &text, error))
    return FALSE;
  if (mcp_progress_state_from_string (text, &input->fields.state))
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "“state” must be one of running, ok, error, cancelled");
  return FALSE;
}

/* The daemon sets the time itself; a program may send on an event that it received. */
static gboolean
ignore (McpJsonSlice value, gpointer target, GError **error)
{
  return TRUE;
}

static const McpHttpMember members[] = {
  { "token", set_token },     { "progress", set_progress }, { "total", set_total },
  { "message", set_message }, { "tool", set_tool },         { "call_id", set_call_id },
  { "state", set_state },     { "timestamp", ignore },
};

static gboolean
read_one (McpJsonSlice value, GArray *inputs, GError **error)
{
  McpProgressInput *input;

  g_array_set_size (inputs, inputs->len + 1);
  input = &g_array_index (inputs, McpProgressInput, inputs->len - 1);
  if (!mcp_http_body_read_object (value, members, G_N_ELEMENTS (members), input, error))
    return FALSE;

  if (!input->has_progress)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“progress” is missing");
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_all (McpJsonSlice array, GArray *inputs, GError **error)
{
  McpJsonIter iter;
  McpJsonSlice item;

  mcp_json_iter_init (&iter, array);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      if (inputs->len == MCP_PROGRESS_INPUT_MAX)
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "At most %d events fit into one request", MCP_PROGRESS_INPUT_MAX);
          return FALSE;
        }
      if (!read_one (item, inputs, error))
        {
          g_prefix_error (error, "Event %u: ", inputs->len);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * mcp_progress_input_read:
 * @root: a scanned body
 * @error: return location
 *
 * Reads and checks what a program wants published.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: (transfer full) (element-type McpProgressInput): the events; %NULL with @error set
 */
GArray *
mcp_progress_input_read (McpJsonSlice root, GError **error)
{
  g_autoptr (GArray) inputs = g_array_new (FALSE, TRUE, sizeof (McpProgressInput));
  gboolean read;

  g_array_set_clear_func (inputs, input_clear);
  read = mcp_json_get_type (root) == MCP_JSON_ARRAY ? read_all (root, inputs, error)
                                                    : read_one (root, inputs, error);

  return read ? g_steal_pointer (&inputs) : NULL;
}

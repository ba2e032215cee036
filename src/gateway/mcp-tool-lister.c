/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asks one server for all its tools, page by page.
 */

#include "mcp-tool-lister.h"

#include "mcp-error.h"

/* No honest server has so many; one that hands out cursors for ever stops here. */
#define MAX_PAGES 1000

typedef struct
{
  McpToolList *tools; /* (owned) */
  guint n_pages;
  guint timeout_ms;
} Listing;

static void
listing_free (Listing *listing)
{
  mcp_tool_list_unref (listing->tools);
  g_free (listing);
}

static void got_page_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_page (GTask *task, McpJsonSlice cursor)
{
  McpProvider *provider = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GString) params = g_string_new ("{");
  McpProviderRequest request = { .method = "tools/list", .timeout_ms = listing->timeout_ms };

  if (cursor.data != NULL)
    {
      g_string_append (params, "\"cursor\":");
      mcp_json_append_slice (params, cursor);
    }
  g_string_append_c (params, '}');
  request.params = params->str;

  listing->n_pages++;
  mcp_provider_request_async (provider, &request, g_task_get_cancellable (task), got_page_cb,
                              g_object_ref (task));
}

/* Takes one answer; says where the next page begins, if there is one. */
static gboolean
take_page (Listing *listing, McpJsonrpcMessage *message, McpJsonSlice *cursor, GError **error)
{
  McpJsonSlice result = mcp_jsonrpc_message_get_result (message);

  *cursor = MCP_JSON_SLICE_NONE;
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE)
    {
      g_autofree char *text = NULL;

      /* a server without the tools capability has none */
      if (mcp_jsonrpc_message_get_error_code (message) == MCP_JSONRPC_ERROR_METHOD_NOT_FOUND)
        return TRUE;

      text = mcp_jsonrpc_message_dup_error_text (message);
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "The server refused tools/list: %s",
                   text);
      return FALSE;
    }

  if (!mcp_tool_list_add_page (listing->tools, result, error))
    return FALSE;

  /* server/utilities/pagination: no nextCursor is the end; an empty one is a cursor */
  if (mcp_json_find_typed (result, "nextCursor", MCP_JSON_STRING, cursor) &&
      listing->n_pages >= MAX_PAGES)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server's tools/list has more than %d pages", MAX_PAGES);
      return FALSE;
    }

  return TRUE;
}

static void
got_page_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (McpJsonrpcMessage) message = NULL;
  McpJsonSlice cursor;
  GError *error = NULL;

  message = mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);
  if (message == NULL || !take_page (listing, message, &cursor, &error))
    g_task_return_error (task, error);
  else if (cursor.data != NULL)
    ask_page (task, cursor);
  else
    g_task_return_pointer (task, mcp_tool_list_ref (listing->tools),
                           (GDestroyNotify) mcp_tool_list_unref);
}

/**
 * mcp_tool_lister_run_async:
 * @provider: the server; it is started if it is not running
 * @max_bytes: of all tools together
 * @timeout_ms: for each page
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): when all pages are there
 * @user_data: for @callback
 *
 * Lists a server's tools. Main context only.
 */
void
mcp_tool_lister_run_async (McpProvider *provider,
                           gsize max_bytes,
                           guint timeout_ms,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->tools = mcp_tool_list_new (max_bytes);
  listing->timeout_ms = timeout_ms;
  g_task_set_source_tag (task, mcp_tool_lister_run_async);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  ask_page (task, MCP_JSON_SLICE_NONE);
}

/**
 * mcp_tool_lister_run_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the provider; %MCP_ERROR_PROVIDER_FAILED for a list that
 * makes no sense or has no end.
 *
 * Returns: (transfer full): the tools
 */
McpToolList *
mcp_tool_lister_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_tool_lister_run_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

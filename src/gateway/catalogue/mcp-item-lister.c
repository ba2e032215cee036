/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asks one server for all it has: one kind after the other, page by page.
 */

#include "gateway/catalogue/mcp-item-lister.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"

#include <string.h>

/* No honest server has so many; one that hands out cursors for ever stops here. */
#define MAX_PAGES 1000

typedef struct
{
  McpListing *found;
  McpItemKinds kinds; /* still to be asked for */
  McpItemKind kind;   /* being asked for */
  guint n_pages;      /* of that kind */
  gsize max_bytes;
  guint timeout_ms;
} Listing;

static void
listing_free (Listing *listing)
{
  g_clear_pointer (&listing->found, mcp_listing_free);
  g_free (listing);
}

static void got_page_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_page (GTask *task, McpJsonSlice cursor)
{
  McpProvider *provider = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GString) params = g_string_new ("{");
  McpProviderRequest request = {
    .method = mcp_item_kind_get_facts (listing->kind)->method,
    .timeout_ms = listing->timeout_ms,
  };

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

/* Whether the server says that it has such items; before it has said anything, it may. */
static gboolean
may_have (McpProvider *provider, McpItemKind kind)
{
  const char *capabilities = mcp_provider_get_capabilities (provider);
  McpJsonSlice value;

  return capabilities == NULL ||
         mcp_json_find ((McpJsonSlice){ capabilities, strlen (capabilities) },
                        mcp_item_kind_get_facts (kind)->capability, &value);
}

/* Goes on with the next kind, if there is one. */
static void
ask_next (GTask *task)
{
  McpProvider *provider = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);

  while (listing->kinds != 0)
    {
      listing->kind = (McpItemKind) g_bit_nth_lsf (listing->kinds, -1);
      listing->kinds &= ~(1u << listing->kind);
      listing->n_pages = 0;
      listing->found->lists[listing->kind] = mcp_item_list_new (listing->kind, listing->max_bytes);
      if (may_have (provider, listing->kind))
        {
          ask_page (task, MCP_JSON_SLICE_NONE);
          return;
        }
    }
  g_task_return_pointer (task, g_steal_pointer (&listing->found),
                         (GDestroyNotify) mcp_listing_free);
}

/* A server that refuses has none of that kind, as far as anybody can tell; its tools are what it
 * is there for, so there a refusal counts as a failure. */
static gboolean
take_refusal (McpProvider *provider, Listing *listing, McpJsonrpcMessage *message, GError **error)
{
  const char *method = mcp_item_kind_get_facts (listing->kind)->method;
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (message);

  if (mcp_jsonrpc_message_get_error_code (message) == MCP_JSONRPC_ERROR_METHOD_NOT_FOUND)
    return TRUE;
  if (listing->kind != MCP_ITEM_TOOL)
    {
      const char *name = mcp_provider_get_name (provider);

      mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = name }, "server “%s” refused %s: %s",
               name, method, text);
      return TRUE;
    }

  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "The server refused %s: %s", method,
               text);
  return FALSE;
}

/* Takes one answer; says where the next page begins, if there is one. */
static gboolean
take_page (McpProvider *provider,
           Listing *listing,
           McpJsonrpcMessage *message,
           McpJsonSlice *cursor,
           GError **error)
{
  McpJsonSlice result = mcp_jsonrpc_message_get_result (message);

  *cursor = MCP_JSON_SLICE_NONE;
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE)
    return take_refusal (provider, listing, message, error);
  if (!mcp_item_list_add_page (listing->found->lists[listing->kind], result, error))
    return FALSE;

  /* server/utilities/pagination: no nextCursor is the end; an empty one is a cursor */
  if (mcp_json_find_typed (result, "nextCursor", MCP_JSON_STRING, cursor) &&
      listing->n_pages >= MAX_PAGES)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server's %s has more than %d pages",
                   mcp_item_kind_get_facts (listing->kind)->method, MAX_PAGES);
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
  if (message == NULL || !take_page (MCP_PROVIDER (source), listing, message, &cursor, &error))
    g_task_return_error (task, error);
  else if (cursor.data != NULL)
    ask_page (task, cursor);
  else
    ask_next (task);
}

/**
 * mcp_item_lister_run_async:
 * @provider: the server; it is started if it is not running
 * @kinds: what to ask for
 * @max_bytes: of all items of a kind together
 * @timeout_ms: for each page
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): when all pages are there
 * @user_data: for @callback
 *
 * Lists what a server has. Main context only.
 */
void
mcp_item_lister_run_async (McpProvider *provider,
                           McpItemKinds kinds,
                           gsize max_bytes,
                           guint timeout_ms,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->found = g_new0 (McpListing, 1);
  listing->kinds = kinds;
  listing->max_bytes = max_bytes;
  listing->timeout_ms = timeout_ms;
  g_task_set_source_tag (task, mcp_item_lister_run_async);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  ask_next (task);
}

/**
 * mcp_item_lister_run_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the provider; %MCP_ERROR_PROVIDER_FAILED for a list that
 * makes no sense or has no end.
 *
 * Returns: (transfer full): what was asked for
 */
McpListing *
mcp_item_lister_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_item_lister_run_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

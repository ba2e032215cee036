/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asks one server for all it has: one kind after the other, page by page. Asking is the main
 * context's work; a thread reads the answers, since a server may list 32 MiB.
 */

#include "gateway/catalogue/mcp-item-lister.h"

#include "common/mcp-error.h"
#include "common/mcp-keyed-hash.h"

#include <string.h>

/* No honest server has so many; one whose cursors never end stops here. */
#define MAX_PAGES 1000

/* A cursor may be a whole signed state. Each is sent back to the server. */
#define MAX_CURSOR_BYTES (64 * 1024)

/* Tools are what a server is there for. For anything else nobody waits so long as for them. */
#define OTHER_PAGE_MS 20000

typedef struct
{
  McpItemListerOrder order;
  McpListing *known; /* (owned) (nullable) */

  McpItemKinds kinds;  /* still to be asked for */
  McpItemKind kind;    /* being asked for */
  McpItemList *list;   /* (owned) (nullable): of that kind; the thread's while it reads a page */
  guint n_pages;       /* of that kind */
  GHashTable *cursors; /* (owned): set of char (owned): SHA-256 of the cursors of that kind */
  McpListing *part;    /* (owned) (nullable): what the thread has finished */
  GError *failure;     /* (owned) (nullable): why the tools are not among what was listed */
} Listing;

/* One answer, on its way through the thread. */
typedef struct
{
  McpJsonrpcMessage *message; /* (owned) */
  gboolean may_be_empty;      /* the cursor */
  char *cursor;               /* (owned) (nullable): of the next page */
} Page;

static void
listing_free (Listing *listing)
{
  g_clear_pointer (&listing->known, mcp_listing_free);
  g_clear_pointer (&listing->list, mcp_item_list_unref);
  g_clear_pointer (&listing->part, mcp_listing_free);
  g_hash_table_unref (listing->cursors);
  g_clear_error (&listing->failure);
  g_free (listing);
}

static void
page_free (gpointer data)
{
  Page *page = data;

  mcp_jsonrpc_message_unref (page->message);
  g_free (page->cursor);
  g_free (page);
}

static void got_page_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static guint
get_timeout (Listing *listing)
{
  guint timeout_ms = listing->order.timeout_ms;

  if (listing->kind == MCP_ITEM_TOOL)
    return timeout_ms;
  return timeout_ms > 0 ? MIN (timeout_ms, OTHER_PAGE_MS) : OTHER_PAGE_MS;
}

static void
ask_page (GTask *task, const char *cursor)
{
  McpProvider *provider = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GString) params = g_string_new ("{");
  McpProviderRequest request = {
    .method = mcp_item_kind_get_facts (listing->kind)->method,
    .timeout_ms = get_timeout (listing),
  };

  if (cursor != NULL)
    {
      g_string_append (params, "\"cursor\":");
      mcp_json_append_string (params, cursor);
    }
  g_string_append_c (params, '}');
  request.params = params->str;

  listing->n_pages++;
  mcp_provider_request_async (provider, &request, g_task_get_cancellable (task), got_page_cb,
                              g_object_ref (task));
}

/* Whether the server says that it has such items. Before the server has said anything, or where
 * what it says is no object (PHP writes an empty one as an array), it is asked for its tools. */
static gboolean
may_have (McpProvider *provider, McpItemKind kind)
{
  const char *text = mcp_provider_get_capabilities (provider);
  McpJsonSlice capabilities = { text, text != NULL ? strlen (text) : 0 };
  McpJsonSlice value;

  if (text == NULL)
    return TRUE;
  if (mcp_json_get_type (capabilities) != MCP_JSON_OBJECT)
    return kind == MCP_ITEM_TOOL;
  return mcp_json_find (capabilities, mcp_item_kind_get_facts (kind)->capability, &value);
}

static void
tell_part (Listing *listing)
{
  if (listing->part != NULL)
    listing->order.listed (g_steal_pointer (&listing->part), listing->order.listed_data);
}

static McpListing *
get_part (Listing *listing)
{
  if (listing->part == NULL)
    listing->part = g_new0 (McpListing, 1);
  return listing->part;
}

static void finish_kind (GTask *task);

static void
finish (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  if (listing->failure != NULL)
    g_task_return_error (task, g_steal_pointer (&listing->failure));
  else
    g_task_return_boolean (task, TRUE);
}

/* Goes on with the next kind, if there is one. */
static void
ask_next (GTask *task)
{
  McpProvider *provider = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);

  tell_part (listing);
  if (listing->kinds == 0)
    {
      finish (task);
      return;
    }

  listing->kind = (McpItemKind) g_bit_nth_lsf (listing->kinds, -1);
  listing->kinds &= ~(1u << listing->kind);
  listing->n_pages = 0;
  g_hash_table_remove_all (listing->cursors);
  listing->list =
      mcp_item_list_new (listing->kind, listing->order.max_bytes, listing->order.max_items);
  if (may_have (provider, listing->kind))
    ask_page (task, NULL);
  else
    finish_kind (task);
}

/* What the server said of itself when it started. */
static void
take_texts (McpListing *part, McpProvider *provider)
{
  part->instructions = g_strdup (mcp_provider_get_instructions (provider));
  part->server_info = g_strdup (mcp_provider_get_server_info (provider));
  part->capabilities = g_strdup (mcp_provider_get_capabilities (provider));
}

static void
finish_in_thread (GTask *job, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Listing *listing = g_task_get_task_data (G_TASK (task_data));

  mcp_listing_take_list (get_part (listing), g_steal_pointer (&listing->list), listing->known);
  g_task_return_boolean (job, TRUE);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);

  ask_next (task);
}

/* All pages of a kind are there, as far as the server gave any. */
static void
finish_kind (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GTask) job = g_task_new (NULL, NULL, finished_cb, g_object_ref (task));

  if (listing->kind == MCP_ITEM_TOOL)
    take_texts (get_part (listing), g_task_get_source_object (task));
  g_task_set_source_tag (job, finish_kind);
  g_task_set_task_data (job, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (job, finish_in_thread);
}

/* Keeps what was there before a kind failed: another kind, or the pages so far. */
static void
fail_kind (GTask *task, const char *why)
{
  Listing *listing = g_task_get_task_data (task);
  const char *method = mcp_item_kind_get_facts (listing->kind)->method;
  g_autofree char *note = g_strdup_printf ("%s: %s", method, why);

  mcp_item_list_note (listing->list, note);
  finish_kind (task);
}

static gboolean
is_over (GTask *task, const GError *error)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (task)) ||
         g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED);
}

/* Without its tools a server is of no use, so there a failure is one. Nothing of the other kinds
 * is worth losing the tools for. */
static gboolean
lacks_tools (Listing *listing)
{
  return listing->kind == MCP_ITEM_TOOL && mcp_item_list_get_length (listing->list) == 0;
}

static void
fail_page (GTask *task, GError *error)
{
  if (is_over (task, error) || lacks_tools (g_task_get_task_data (task)))
    {
      g_task_return_error (task, error);
      return;
    }
  fail_kind (task, error->message);
  g_error_free (error);
}

/* As fail_page(), where the server is up: it may have more to say of the other kinds. */
static void
fail_answer (GTask *task, GError *error)
{
  Listing *listing = g_task_get_task_data (task);

  if (is_over (task, error) || !lacks_tools (listing))
    {
      fail_page (task, error);
      return;
    }
  listing->failure = error;
  g_clear_pointer (&listing->list, mcp_item_list_unref);
  ask_next (task);
}

/* The answer to a page is an error. */
static void
take_refusal (GTask *task, McpJsonrpcMessage *message)
{
  Listing *listing = g_task_get_task_data (task);
  g_autofree char *text = mcp_jsonrpc_message_dup_error_excerpt (message);

  /* a server that does not know the method has no such items */
  if (mcp_jsonrpc_message_get_error_code (message) == MCP_JSONRPC_ERROR_METHOD_NOT_FOUND)
    finish_kind (task);
  else
    fail_answer (task,
                 g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "The server refused %s: %s",
                              mcp_item_kind_get_facts (listing->kind)->method, text));
}

/* server/utilities/pagination: where the next page begins; %NULL: this one is the last. An empty
 * cursor is none, but in 2026-07-28 it can be one: it is tried, once. */
static char *
dup_cursor (McpJsonSlice result, gboolean may_be_empty)
{
  g_autofree char *text = NULL;
  McpJsonSlice cursor;

  if (mcp_json_get_type (result) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (result, "nextCursor", MCP_JSON_STRING, &cursor))
    return NULL;
  text = mcp_json_dup_string (cursor);
  return text != NULL && (*text != '\0' || may_be_empty) ? g_steal_pointer (&text) : NULL;
}

static void
read_in_thread (GTask *job, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Page *page = task_data;
  GTask *task = G_TASK (source);
  Listing *listing = g_task_get_task_data (task);
  McpJsonSlice result = mcp_jsonrpc_message_get_result (page->message);
  GError *error = NULL;

  if (!mcp_item_list_add_page (listing->list, result, &error))
    {
      g_task_return_error (job, error);
      return;
    }
  if (!mcp_item_list_is_full (listing->list))
    page->cursor = dup_cursor (result, page->may_be_empty);
  g_task_return_boolean (job, TRUE);
}

/* Returns: whether the cursor was not used yet; what is kept of it is short */
static gboolean
note_cursor (Listing *listing, const char *cursor)
{
  return g_hash_table_add (listing->cursors,
                           g_compute_checksum_for_string (G_CHECKSUM_SHA256, cursor, -1));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (source));
  Listing *listing = g_task_get_task_data (task);
  Page *page = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    fail_answer (task, error);
  else if (page->cursor == NULL)
    finish_kind (task);
  else if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    fail_page (task, g_error_new (MCP_ERROR, MCP_ERROR_CANCELLED, "The listing was cancelled"));
  else if (listing->n_pages >= MAX_PAGES)
    fail_kind (task, "there are more than 1,000 pages: the rest is left out");
  else if (strlen (page->cursor) > MAX_CURSOR_BYTES)
    fail_kind (task, "a “nextCursor” is longer than 64 KiB: the pages so far are all");
  else if (!note_cursor (listing, page->cursor))
    fail_kind (task, "the same “nextCursor” came twice: the pages so far are all");
  else
    ask_page (task, page->cursor);
}

static void
got_page_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (McpJsonrpcMessage) message = NULL;
  g_autoptr (GTask) job = NULL;
  GError *error = NULL;
  Page *page;

  message = mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);
  if (message == NULL)
    {
      if (mcp_provider_get_state (MCP_PROVIDER (source)) == MCP_PROVIDER_READY)
        fail_answer (task, error);
      else
        fail_page (task, error);
      return;
    }
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE)
    {
      take_refusal (task, message);
      return;
    }

  page = g_new0 (Page, 1);
  page->message = g_steal_pointer (&message);
  page->may_be_empty =
      mcp_revision_is_stateless (mcp_provider_get_revision (MCP_PROVIDER (source)));
  job = g_task_new (task, NULL, read_cb, NULL);
  g_task_set_source_tag (job, got_page_cb);
  g_task_set_task_data (job, page, page_free);
  g_task_run_in_thread (job, read_in_thread);
}

/**
 * mcp_item_lister_run_async:
 * @provider: the server; it is started if it is not running
 * @order: what to list
 * @cancellable: (nullable): ends the listing early
 * @callback: (scope async): when everything is listed
 * @user_data: for @callback
 *
 * Lists what a server has. Main context only.
 */
void
mcp_item_lister_run_async (McpProvider *provider,
                           const McpItemListerOrder *order,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->order = *order;
  listing->kinds = order->kinds;
  listing->known = order->known != NULL ? mcp_listing_copy (order->known) : NULL;
  listing->cursors = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, NULL);
  g_task_set_source_tag (task, mcp_item_lister_run_async);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  ask_next (task);
}

/**
 * mcp_item_lister_run_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the provider; %MCP_ERROR_PROVIDER_FAILED for tools that cannot be listed. A
 * kind that was listed was handed over already.
 *
 * Returns: whether all kinds were asked for
 */
gboolean
mcp_item_lister_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_item_lister_run_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

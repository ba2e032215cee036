/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-listing-cache.h"

#include "common/mcp-error.h"

#include <glib/gstdio.h>
#include <string.h>

/* The daemon wrote the files itself; the bounds are for a file that somebody spoilt. */
#define MAX_DEPTH  600
#define MAX_VALUES 10000000

struct _McpListingCache
{
  grefcount ref_count;
  char *directory;
  GThreadPool *thread; /* (owned): of one thread, so that a file is not written after its removal */
};

/* One thing to do for the thread. */
typedef struct
{
  char *path;          /* (owned) */
  McpListing *listing; /* (owned) (nullable): to be written */
  GTask *load;         /* (owned) (nullable): gets what is read */
  gsize max_bytes;     /* of what is read, each kind */
  guint max_items;
} Job;

static void
job_free (Job *job)
{
  g_free (job->path);
  g_clear_pointer (&job->listing, mcp_listing_free);
  g_clear_object (&job->load);
  g_free (job);
}

/* An object, as the server said it. */
static char *
dup_object (McpJsonSlice root, const char *key)
{
  McpJsonSlice object;

  return mcp_json_find_typed (root, key, MCP_JSON_OBJECT, &object)
             ? g_strndup (object.data, object.length)
             : NULL;
}

static void
parse_texts (McpListing *listing, McpJsonSlice root)
{
  McpJsonSlice instructions;

  if (mcp_json_find_typed (root, "instructions", MCP_JSON_STRING, &instructions))
    listing->instructions = mcp_json_dup_string (instructions);
  listing->server_info = dup_object (root, "serverInfo");
  listing->capabilities = dup_object (root, "capabilities");
}

static McpListing *
parse (const char *text, gsize length, const Job *job, GError **error)
{
  g_autoptr (McpListing) listing = g_new0 (McpListing, 1);
  McpJsonSlice root;

  if (!mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
                      &root, error))
    return NULL;
  if (mcp_json_get_type (root) == MCP_JSON_OBJECT)
    parse_texts (listing, root);
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      g_autoptr (McpItemList) list = mcp_item_list_new (kind, job->max_bytes, job->max_items);

      if (!mcp_item_list_add_page (list, root, error))
        return NULL;
      mcp_listing_take_list (listing, g_steal_pointer (&list), NULL);
    }
  return g_steal_pointer (&listing);
}

static void
load (Job *job)
{
  g_autofree char *text = NULL;
  McpListing *listing = NULL;
  GError *error = NULL;
  gsize length;

  if (g_file_get_contents (job->path, &text, &length, &error))
    listing = parse (text, length, job, &error);
  if (listing != NULL)
    g_task_return_pointer (job->load, listing, (GDestroyNotify) mcp_listing_free);
  else
    g_task_return_error (job->load, error);
}

static void
append_list (GString *out, McpItemList *list)
{
  g_string_append_c (out, '[');
  for (guint i = 0; list != NULL && i < mcp_item_list_get_length (list); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_slice (out, mcp_item_list_get (list, i)->json);
    }
  g_string_append_c (out, ']');
}

static GString *
build_text (const McpListing *listing)
{
  GString *out = g_string_new ("{");

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      mcp_json_append_string (out, mcp_item_kind_get_facts (kind)->member);
      g_string_append_c (out, ':');
      append_list (out, listing->lists[kind]);
      g_string_append_c (out, ',');
    }
  g_string_append (out, "\"instructions\":");
  if (listing->instructions != NULL)
    mcp_json_append_string (out, listing->instructions);
  else
    g_string_append (out, "null");
  if (listing->server_info != NULL)
    g_string_append_printf (out, ",\"serverInfo\":%s", listing->server_info);
  if (listing->capabilities != NULL)
    g_string_append_printf (out, ",\"capabilities\":%s", listing->capabilities);
  g_string_append (out, "}\n");
  return out;
}

static void
store (Job *job)
{
  g_autofree char *directory = g_path_get_dirname (job->path);
  g_autoptr (GString) text = build_text (job->listing);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (directory, 0700);
  if (!g_file_set_contents_full (job->path, text->str, (gssize) text->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_info ("What a server lists could not be kept: %s", error->message);
}

static void
work (gpointer data, gpointer user_data)
{
  Job *job = data;

  if (job->load != NULL)
    load (job);
  else if (job->listing != NULL)
    store (job);
  else
    g_unlink (job->path);
  job_free (job);
}

/**
 * mcp_listing_cache_new:
 * @directory: where the files are; made when the first file is written, for its owner only
 *
 * Returns: (transfer full): the cache
 */
McpListingCache *
mcp_listing_cache_new (const char *directory)
{
  McpListingCache *self = g_new0 (McpListingCache, 1);

  g_ref_count_init (&self->ref_count);
  self->directory = g_strdup (directory);
  self->thread = g_thread_pool_new (work, NULL, 1, FALSE, NULL);
  return self;
}

/**
 * mcp_listing_cache_ref:
 * @self: the cache
 *
 * Returns: (transfer full): @self
 */
McpListingCache *
mcp_listing_cache_ref (McpListingCache *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_listing_cache_unref:
 * @self: (transfer full): the cache
 *
 * The last one waits until everything is written.
 */
void
mcp_listing_cache_unref (McpListingCache *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_thread_pool_free (self->thread, FALSE, TRUE);
  g_free (self->directory);
  g_free (self);
}

static Job *
job_new (McpListingCache *self, const char *fingerprint)
{
  Job *job = g_new0 (Job, 1);
  g_autofree char *name = g_strconcat (fingerprint, ".json", NULL);

  job->path = g_build_filename (self->directory, name, NULL);
  return job;
}

/**
 * mcp_listing_cache_load_async:
 * @self: the cache
 * @fingerprint: of the server's configuration
 * @max_bytes: of all items of a kind
 * @max_items: of a kind
 * @callback: (scope async): when the file is read
 * @user_data: for @callback
 *
 * Reads what a server listed when it last ran.
 */
void
mcp_listing_cache_load_async (McpListingCache *self,
                              const char *fingerprint,
                              gsize max_bytes,
                              guint max_items,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Job *job = job_new (self, fingerprint);

  job->max_bytes = max_bytes;
  job->max_items = max_items;
  job->load = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (job->load, mcp_listing_cache_load_async);
  g_thread_pool_push (self->thread, job, NULL);
}

/**
 * mcp_listing_cache_load_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of reading a file, %G_FILE_ERROR_NOENT above all; %MCP_ERROR for a file that
 * makes no sense.
 *
 * Returns: (transfer full) (nullable): all that the server listed
 */
McpListing *
mcp_listing_cache_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_listing_cache_load_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_listing_cache_store:
 * @self: the cache
 * @fingerprint: of the server's configuration
 * @listing: all that the server lists
 *
 * Writes the listing, in the background. A failure is logged and does no other harm.
 */
void
mcp_listing_cache_store (McpListingCache *self, const char *fingerprint, const McpListing *listing)
{
  Job *job = job_new (self, fingerprint);

  job->listing = mcp_listing_copy (listing);
  g_thread_pool_push (self->thread, job, NULL);
}

/**
 * mcp_listing_cache_remove:
 * @self: the cache
 * @fingerprint: of a server that is not configured any more
 */
void
mcp_listing_cache_remove (McpListingCache *self, const char *fingerprint)
{
  g_thread_pool_push (self->thread, job_new (self, fingerprint), NULL);
}

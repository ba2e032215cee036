/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-listing-cache.h"

#include "common/mcp-error.h"

#include <string.h>

/* What is read was written by us; the bounds are for a file that somebody spoilt. */
#define MAX_DEPTH  256
#define MAX_VALUES 10000000

struct _McpListingCache
{
  grefcount ref_count;
  char *directory;
};

/**
 * mcp_listing_cache_new:
 * @directory: where the files are; made when the first is written, for its owner only
 *
 * Returns: (transfer full): the cache
 */
McpListingCache *
mcp_listing_cache_new (const char *directory)
{
  McpListingCache *self = g_new0 (McpListingCache, 1);

  g_ref_count_init (&self->ref_count);
  self->directory = g_strdup (directory);
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
 */
void
mcp_listing_cache_unref (McpListingCache *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->directory);
  g_free (self);
}

static GFile *
get_file (McpListingCache *self, const char *fingerprint)
{
  g_autofree char *name = g_strconcat (fingerprint, ".json", NULL);

  return g_file_new_build_filename (self->directory, name, NULL);
}

static McpListing *
parse (const char *text, gsize length, gsize max_bytes, GError **error)
{
  g_autoptr (McpListing) listing = g_new0 (McpListing, 1);
  McpJsonSlice root;

  if (!mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
                      &root, error))
    return NULL;
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      listing->lists[kind] = mcp_item_list_new (kind, max_bytes);
      if (!mcp_item_list_add_page (listing->lists[kind], root, error))
        return NULL;
    }
  return g_steal_pointer (&listing);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  gsize max_bytes = *(gsize *) g_task_get_task_data (task);
  g_autofree char *text = NULL;
  gsize length;
  GError *error = NULL;
  McpListing *listing = NULL;

  if (g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    listing = parse (text, length, max_bytes, &error);
  if (listing != NULL)
    g_task_return_pointer (task, listing, (GDestroyNotify) mcp_listing_free);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_listing_cache_load_async:
 * @self: the cache
 * @fingerprint: of the server's configuration
 * @max_bytes: of all items of a kind
 * @callback: (scope async): when it is read
 * @user_data: for @callback
 *
 * Reads what a server listed when it last ran.
 */
void
mcp_listing_cache_load_async (McpListingCache *self,
                              const char *fingerprint,
                              gsize max_bytes,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GFile) file = get_file (self, fingerprint);

  g_task_set_source_tag (task, mcp_listing_cache_load_async);
  g_task_set_task_data (task, g_memdup2 (&max_bytes, sizeof max_bytes), g_free);
  g_file_load_contents_async (file, NULL, loaded_cb, task);
}

/**
 * mcp_listing_cache_load_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of GIO, %G_IO_ERROR_NOT_FOUND above all; %MCP_ERROR for a file that makes no sense.
 *
 * Returns: (transfer full) (nullable): all that the server listed
 */
McpListing *
mcp_listing_cache_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_listing_cache_load_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static GBytes *
build_text (const McpListing *listing)
{
  GString *out = g_string_new ("{");

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      if (kind > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, mcp_item_kind_get_facts (kind)->member);
      g_string_append (out, ":[");
      for (guint i = 0; i < mcp_item_list_get_length (listing->lists[kind]); i++)
        {
          if (i > 0)
            g_string_append_c (out, ',');
          g_string_append (out, mcp_item_list_get (listing->lists[kind], i)->json);
        }
      g_string_append_c (out, ']');
    }
  g_string_append (out, "}\n");
  return g_string_free_to_bytes (out);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_info ("What a server lists could not be kept: %s", error->message);
}

static void
make_directory (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GFile) directory = g_file_get_parent (G_FILE (task_data));

  g_mkdir_with_parents (g_file_peek_path (directory), 0700);
  g_task_return_boolean (task, TRUE);
}

typedef struct
{
  GFile *file;  /* (owned) */
  GBytes *text; /* (owned) */
} Storing;

static void
directory_made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Storing *storing = user_data;

  g_file_replace_contents_bytes_async (storing->file, storing->text, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                       NULL, stored_cb, NULL);
  g_object_unref (storing->file);
  g_bytes_unref (storing->text);
  g_free (storing);
}

/**
 * mcp_listing_cache_store:
 * @self: the cache
 * @fingerprint: of the server's configuration
 * @listing: all that it lists
 *
 * Writes it, in the background; a failure is logged and does no other harm.
 */
void
mcp_listing_cache_store (McpListingCache *self, const char *fingerprint, const McpListing *listing)
{
  Storing *storing = g_new0 (Storing, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, directory_made_cb, storing);

  storing->file = get_file (self, fingerprint);
  storing->text = build_text (listing);
  g_task_set_source_tag (task, mcp_listing_cache_store);
  g_task_set_task_data (task, g_object_ref (storing->file), g_object_unref);
  g_task_run_in_thread (task, make_directory);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_file_delete_finish (G_FILE (source), result, NULL);
}

/**
 * mcp_listing_cache_remove:
 * @self: the cache
 * @fingerprint: of a server that is configured no more
 */
void
mcp_listing_cache_remove (McpListingCache *self, const char *fingerprint)
{
  g_autoptr (GFile) file = get_file (self, fingerprint);

  g_file_delete_async (file, G_PRIORITY_LOW, NULL, removed_cb, NULL);
}

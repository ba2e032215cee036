/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-list-builder.h"

#include "common/mcp-keyed-hash.h"
#include "gateway/catalogue/mcp-list-writer.h"

#include <string.h>

/* Of all lists that are kept; a single longer one is kept nevertheless. */
#define MAX_KEPT_BYTES (16 * 1024 * 1024)

/* A list, built or being built. */
typedef struct
{
  McpListBuilder *builder;  /* (unowned) (nullable): %NULL once the builder forgot the list */
  McpCatalogueViews *views; /* (owned) */
  McpItemKind kind;
  char *server; /* (owned) (nullable): the only one; %NULL: all */
  char **globs; /* (owned) (nullable) */
  McpRevision revision;
  GPtrArray *waiting; /* (owned): GTask (owned) */
  GBytes *bytes;      /* (owned) (nullable): %NULL while the thread is at work */
} List;

struct _McpListBuilder
{
  GObject parent_instance;

  GHashTable *lists; /* (owned): key (owned) -> List (owned by a box) */
  gsize n_bytes;     /* of those that are built */
};

G_DEFINE_FINAL_TYPE (McpListBuilder, mcp_list_builder, G_TYPE_OBJECT)

static void
list_clear (gpointer data)
{
  List *list = data;

  g_clear_pointer (&list->views, mcp_catalogue_views_unref);
  g_free (list->server);
  g_strfreev (list->globs);
  g_ptr_array_unref (list->waiting);
  g_clear_pointer (&list->bytes, g_bytes_unref);
}

static void
list_unref (gpointer list)
{
  g_rc_box_release_full (list, list_clear);
}

static void
list_forget (gpointer data)
{
  List *list = data;

  list->builder = NULL;
  list_unref (list);
}

/* Each text with its length, so that no two lists have one key. */
static char *
build_key (McpItemKind kind, McpClient *client)
{
  const char *const *globs = mcp_session_get_allowed_tools (client->session);
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%u %u %s", (guint) kind, (guint) client->revision,
                          globs != NULL ? "only" : "all");
  for (gsize i = 0; globs != NULL && globs[i] != NULL; i++)
    g_string_append_printf (key, " %" G_GSIZE_FORMAT ":%s", strlen (globs[i]), globs[i]);
  if (client->server != NULL)
    g_string_append_printf (key, " of %" G_GSIZE_FORMAT ":%s", strlen (client->server),
                            client->server);
  return g_string_free (key, FALSE);
}

static List *
list_new (McpListBuilder *self, McpCatalogueViews *views, McpItemKind kind, McpClient *client)
{
  List *list = g_rc_box_new0 (List);

  list->builder = self;
  list->views = mcp_catalogue_views_ref (views);
  list->kind = kind;
  list->server = g_strdup (client->server);
  list->globs = g_strdupv ((char **) mcp_session_get_allowed_tools (client->session));
  list->revision = client->revision;
  list->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  return list;
}

static void
build_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const List *list = task_data;
  g_autoptr (McpAllowedTools) allowed = mcp_allowed_tools_new (
      (const char *const *) list->globs, mcp_catalogue_views_get_rooms (list->views));

  g_task_return_pointer (
      task, mcp_list_writer_build (list->views, list->kind, list->server, allowed, list->revision),
      (GDestroyNotify) g_bytes_unref);
}

static void
answer (GTask *task, GBytes *bytes)
{
  g_task_return_pointer (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
}

static void
built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  List *list = user_data;
  g_autoptr (GPtrArray) waiting = g_ptr_array_ref (list->waiting);

  list->bytes = g_task_propagate_pointer (G_TASK (result), NULL);
  g_clear_pointer (&list->views, mcp_catalogue_views_unref);
  if (list->builder != NULL)
    list->builder->n_bytes += g_bytes_get_size (list->bytes);
  for (guint i = 0; i < waiting->len; i++)
    answer (g_ptr_array_index (waiting, i), list->bytes);
  g_ptr_array_set_size (waiting, 0);
  list_unref (list);
}

static void
start_thread (List *list)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, built_cb, g_rc_box_acquire (list));

  g_task_set_source_tag (task, start_thread);
  /* built_cb() holds the list: the thread needs no reference of its own */
  g_task_set_task_data (task, list, NULL);
  g_task_run_in_thread (task, build_in_thread);
}

/**
 * mcp_list_builder_get:
 * @self: the builder
 * @kind: what to list
 * @client: for whom; its session, its server and its revision count
 *
 * Returns: (transfer none) (nullable): the list; %NULL: it is not built
 */
GBytes *
mcp_list_builder_get (McpListBuilder *self, McpItemKind kind, McpClient *client)
{
  g_autofree char *key = build_key (kind, client);
  const List *list = g_hash_table_lookup (self->lists, key);

  return list != NULL ? list->bytes : NULL;
}

/**
 * mcp_list_builder_build_async:
 * @self: the builder
 * @views: the catalogue; the same at each call until mcp_list_builder_forget()
 * @kind: what to list
 * @client: for whom; its session, its server and its revision count
 * @callback: (scope async): when the list is there
 * @user_data: for @callback
 */
void
mcp_list_builder_build_async (McpListBuilder *self,
                              McpCatalogueViews *views,
                              McpItemKind kind,
                              McpClient *client,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autofree char *key = build_key (kind, client);
  List *list = g_hash_table_lookup (self->lists, key);

  g_task_set_source_tag (task, mcp_list_builder_build_async);
  if (list != NULL && list->bytes != NULL)
    {
      answer (task, list->bytes);
      return;
    }
  if (list == NULL)
    {
      if (self->n_bytes > MAX_KEPT_BYTES)
        mcp_list_builder_forget (self);
      list = list_new (self, views, kind, client);
      g_hash_table_insert (self->lists, g_steal_pointer (&key), list);
      start_thread (list);
    }
  g_ptr_array_add (list->waiting, g_steal_pointer (&task));
}

/**
 * mcp_list_builder_build_finish:
 * @self: the builder
 * @result: what the callback got
 * @error: return location; never set
 *
 * Returns: (transfer full): the result of the list's method
 */
GBytes *
mcp_list_builder_build_finish (McpListBuilder *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_list_builder_forget:
 * @self: the builder
 *
 * The catalogue is another one now. Those who wait already get the list that they asked for.
 */
void
mcp_list_builder_forget (McpListBuilder *self)
{
  g_hash_table_remove_all (self->lists);
  self->n_bytes = 0;
}

static void
mcp_list_builder_finalize (GObject *object)
{
  /* a task that waits holds a reference: none does */
  g_hash_table_unref (MCP_LIST_BUILDER (object)->lists);

  G_OBJECT_CLASS (mcp_list_builder_parent_class)->finalize (object);
}

static void
mcp_list_builder_class_init (McpListBuilderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_list_builder_finalize;
}

static void
mcp_list_builder_init (McpListBuilder *self)
{
  self->lists = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, list_forget);
}

/**
 * mcp_list_builder_new:
 *
 * Returns: (transfer full): a builder that keeps nothing yet
 */
McpListBuilder *
mcp_list_builder_new (void)
{
  return g_object_new (MCP_TYPE_LIST_BUILDER, NULL);
}

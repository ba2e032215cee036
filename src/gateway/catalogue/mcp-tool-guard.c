/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-tool-guard.h"

#include "common/mcp-json.h"
#include "common/mcp-keyed-hash.h"

#include <gio/gio.h>
#include <string.h>

/* The daemon wrote the file itself; the bounds are for a file that somebody spoilt. */
#define MAX_DEPTH  8
#define MAX_VALUES 10000000

struct _McpToolGuard
{
  GObject parent_instance;

  char *path;           /* (owned) (nullable) */
  GHashTable *accepted; /* (owned): server (owned) -> McpToolPrints (owned) */
  GHashTable *reported; /* (owned): pinned server (owned) -> McpToolPrints (owned), as last told */
  gboolean is_lost;     /* the file could not be read: nobody knows what was accepted */
  gboolean is_writing;
  gboolean is_dirty; /* since the writing began */
};

G_DEFINE_FINAL_TYPE (McpToolGuard, mcp_tool_guard, G_TYPE_OBJECT)

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free,
                                (GDestroyNotify) mcp_tool_prints_unref);
}

static void
insert (GHashTable *table, const char *server, McpToolPrints *prints)
{
  g_hash_table_insert (table, g_strdup (server), mcp_tool_prints_ref (prints));
}

static gboolean
is_equal (McpToolPrints *a, McpToolPrints *b)
{
  g_autoptr (McpToolChanges) changes = mcp_tool_prints_compare (a, b);

  return changes == NULL;
}

/* The file. */

static char *
build_text (GHashTable *servers)
{
  GString *out = g_string_new ("{\"servers\":{");
  GHashTableIter iter;
  gpointer name, prints;

  g_hash_table_iter_init (&iter, servers);
  while (g_hash_table_iter_next (&iter, &name, &prints))
    {
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      mcp_json_append_string (out, name);
      g_string_append_c (out, ':');
      mcp_tool_prints_append (prints, out);
    }
  g_string_append (out, "}}\n");
  return g_string_free (out, FALSE);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *text = build_text (task_data);
  GError *error = NULL;

  /* the path is set once, before anything is written */
  if (g_file_set_contents_full (MCP_TOOL_GUARD (source)->path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void save (McpToolGuard *self);

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpToolGuard *self = MCP_TOOL_GUARD (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_message ("The tools that were accepted could not be written down: %s", error->message);
  self->is_writing = FALSE;
  if (self->is_dirty)
    save (self);
}

/* The prints are immutable: a thread may write them while the table changes. */
static GHashTable *
copy_accepted (McpToolGuard *self)
{
  GHashTable *copy = new_table ();
  GHashTableIter iter;
  gpointer name, prints;

  g_hash_table_iter_init (&iter, self->accepted);
  while (g_hash_table_iter_next (&iter, &name, &prints))
    insert (copy, name, prints);
  return copy;
}

static void
save (McpToolGuard *self)
{
  g_autoptr (GTask) task = NULL;

  self->is_dirty = self->is_writing;
  if (self->path == NULL || self->is_writing)
    return;

  self->is_writing = TRUE;
  task = g_task_new (self, NULL, saved_cb, NULL);
  g_task_set_source_tag (task, write_in_thread);
  g_task_set_task_data (task, copy_accepted (self), (GDestroyNotify) g_hash_table_unref);
  g_task_run_in_thread (task, write_in_thread);
}

/**
 * mcp_tool_guard_parse:
 * @text: of the file
 * @length: of the text
 * @servers: (element-type utf8 McpToolPrints): gets what the file has
 * @error: return location
 *
 * Errors: those of mcp_json_scan().
 *
 * Returns: whether the text is JSON
 */
gboolean
mcp_tool_guard_parse (const char *text, gsize length, GHashTable *servers, GError **error)
{
  McpJsonSlice root, object, key, value;
  McpJsonIter iter;

  if (!mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_DEFAULT, &root, error))
    return FALSE;
  if (mcp_json_get_type (root) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (root, "servers", MCP_JSON_OBJECT, &object))
    return TRUE;

  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      char *name = mcp_json_dup_string (key);

      if (name != NULL && mcp_json_get_type (value) == MCP_JSON_OBJECT)
        g_hash_table_insert (servers, g_steal_pointer (&name),
                             mcp_tool_prints_new_from_json (value));
      g_free (name);
    }
  return TRUE;
}

/**
 * mcp_tool_guard_load:
 * @self: the guard
 * @path: of the file, in a directory that is its owner's alone
 * @error: return location
 *
 * Reads the file, and keeps everything that follows in it. Blocks: to be called before the main
 * loop runs.
 *
 * Errors: those of reading a file, and of JSON. The file is overwritten then, and all tools of
 * pinned servers count as new.
 *
 * Returns: whether the file could be read; a missing one is empty
 */
gboolean
mcp_tool_guard_load (McpToolGuard *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  gsize length;

  self->path = g_strdup (path);
  if (!g_file_get_contents (path, &text, &length, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      self->is_lost = TRUE;
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  self->is_lost = !mcp_tool_guard_parse (text, length, self->accepted, error);
  return !self->is_lost;
}

/* Whether a pinned server lists other tools than when it was last told of: it lists them each
 * time. */
static gboolean
is_news (McpToolGuard *self, const char *server, McpToolPrints *now)
{
  McpToolPrints *reported = g_hash_table_lookup (self->reported, server);

  if (reported != NULL && is_equal (reported, now))
    return FALSE;

  insert (self->reported, server, now);
  return TRUE;
}

/* What a server had; %NULL: it was never seen. */
static McpToolPrints *
get_known (McpToolGuard *self, const McpServerConfig *config)
{
  McpToolPrints *known = g_hash_table_lookup (self->accepted, config->name);

  if (known == NULL && config->pin && self->is_lost)
    {
      known = mcp_tool_prints_new (NULL, NULL);
      g_hash_table_insert (self->accepted, g_strdup (config->name), known);
    }
  return known;
}

/**
 * mcp_tool_guard_check:
 * @self: the guard
 * @config: a server
 * @now: of what the server lists now
 *
 * Compares with what is known. The tools of a server that is not pinned, or was never seen, are
 * taken as they are; those of a pinned one by mcp_tool_guard_accept() alone.
 *
 * Returns: (transfer full) (nullable): what differs, if that was not told already
 */
McpToolChanges *
mcp_tool_guard_check (McpToolGuard *self, const McpServerConfig *config, McpToolPrints *now)
{
  McpToolPrints *known = get_known (self, config);
  McpToolChanges *changes = NULL;

  if (known != NULL)
    {
      changes = mcp_tool_prints_compare (known, now);
      if (changes == NULL)
        return NULL;
      if (config->pin && !is_news (self, config->name, now))
        g_clear_pointer (&changes, mcp_tool_prints_changes_free);
    }
  if (known == NULL || !config->pin)
    {
      insert (self->accepted, config->name, now);
      save (self);
    }
  return changes;
}

/**
 * mcp_tool_guard_get_accepted:
 * @self: the guard
 * @config: a server
 *
 * Returns: (transfer none) (nullable): the prints that a tool of the server has to match;
 *   %NULL: any tool is good
 */
McpToolPrints *
mcp_tool_guard_get_accepted (McpToolGuard *self, const McpServerConfig *config)
{
  return config->pin ? g_hash_table_lookup (self->accepted, config->name) : NULL;
}

static void
append_held (GString *out, McpJsonSlice json)
{
  if (out->str[out->len - 1] != '[')
    g_string_append_c (out, ',');
  mcp_json_append_slice (out, json);
}

/* As a tool would be shown. */
static char *
build_held_instructions (const char *instructions)
{
  GString *out = g_string_new ("{\"name\":\"" MCP_TOOL_PRINTS_INSTRUCTIONS "\",\"description\":");

  mcp_json_append_string (out, instructions);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * mcp_tool_guard_build_held:
 * @self: the guard
 * @config: a server
 * @listing: (nullable): what the server lists; %NULL: not known
 *
 * Returns: (transfer full): a JSON array of the tools that are held back, as the server lists
 *   them; its instructions are shown in the form of a tool
 */
char *
mcp_tool_guard_build_held (McpToolGuard *self,
                           const McpServerConfig *config,
                           const McpListing *listing)
{
  McpToolPrints *accepted = mcp_tool_guard_get_accepted (self, config);
  McpItemList *tools = listing != NULL ? listing->lists[MCP_ITEM_TOOL] : NULL;
  GString *out = g_string_new ("[");

  for (guint i = 0; accepted != NULL && tools != NULL && i < mcp_item_list_get_length (tools); i++)
    {
      const McpItem *tool = mcp_item_list_get (tools, i);

      if (!mcp_tool_prints_match (accepted, tool))
        append_held (out, tool->json);
    }
  if (accepted != NULL && listing != NULL && listing->instructions != NULL &&
      !mcp_tool_prints_match_instructions (accepted, listing->instructions))
    {
      g_autofree char *text = build_held_instructions (listing->instructions);

      append_held (out, (McpJsonSlice){ text, strlen (text) });
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

/**
 * mcp_tool_guard_accept:
 * @self: the guard
 * @config: a server
 * @now: of what the server lists now; its owner has agreed to that
 */
void
mcp_tool_guard_accept (McpToolGuard *self, const McpServerConfig *config, McpToolPrints *now)
{
  insert (self->accepted, config->name, now);
  g_hash_table_remove (self->reported, config->name);
  save (self);
}

/**
 * mcp_tool_guard_retain:
 * @self: the guard
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Forgets all other servers.
 */
void
mcp_tool_guard_retain (McpToolGuard *self, GPtrArray *configs)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean is_less = FALSE;
  GHashTableIter iter;
  gpointer name;

  for (guint i = 0; i < configs->len; i++)
    g_hash_table_add (names, ((McpServerConfig *) g_ptr_array_index (configs, i))->name);
  g_hash_table_iter_init (&iter, self->accepted);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (names, name))
      {
        g_hash_table_remove (self->reported, name);
        g_hash_table_iter_remove (&iter);
        is_less = TRUE;
      }
  if (is_less)
    save (self);
}

static void
mcp_tool_guard_finalize (GObject *object)
{
  McpToolGuard *self = MCP_TOOL_GUARD (object);

  g_free (self->path);
  g_hash_table_unref (self->accepted);
  g_hash_table_unref (self->reported);

  G_OBJECT_CLASS (mcp_tool_guard_parent_class)->finalize (object);
}

static void
mcp_tool_guard_class_init (McpToolGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_tool_guard_finalize;
}

static void
mcp_tool_guard_init (McpToolGuard *self)
{
  self->accepted = new_table ();
  self->reported = new_table ();
}

/**
 * mcp_tool_guard_new:
 *
 * Returns: (transfer full): a guard that knows nothing and has no file
 */
McpToolGuard *
mcp_tool_guard_new (void)
{
  return g_object_new (MCP_TYPE_TOOL_GUARD, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-tool-prints.h"

#include "common/mcp-json.h"

#include <gio/gio.h>
#include <string.h>

/* What is read was written by us; the bounds are for a file that somebody spoilt. */
#define MAX_DEPTH  8
#define MAX_VALUES 10000000

struct _McpToolPrints
{
  GObject parent_instance;

  char *path;           /* (owned) (nullable) */
  GHashTable *servers;  /* (owned): name (owned) -> (owned) tool (owned) -> print (owned) */
  GHashTable *reported; /* (owned): name (owned) -> what was last told of a pinned server (owned) */
  gboolean is_lost;     /* what was accepted earlier: nobody knows it */
  gboolean is_writing;
  gboolean is_dirty; /* since the writing began */
};

G_DEFINE_FINAL_TYPE (McpToolPrints, mcp_tool_prints, G_TYPE_OBJECT)

/**
 * mcp_tool_changes_free:
 * @self: (transfer full): changes
 */
void
mcp_tool_changes_free (McpToolChanges *self)
{
  g_strfreev (self->added);
  g_strfreev (self->removed);
  g_strfreev (self->changed);
  g_free (self);
}

/* What a model, and the person who watches it, are told of a tool. */
static const char *const printed[] = {
  "title", "description", "inputSchema", "outputSchema", "annotations",
};

static char *
build_print (const McpItem *tool)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  McpJsonSlice json = { tool->json, strlen (tool->json) };
  McpJsonSlice value;

  for (gsize i = 0; i < G_N_ELEMENTS (printed); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      /* However a server writes it down today, it says the same. */
      if (mcp_json_find (json, printed[i], &value))
        mcp_json_append_canonical (text, value);
      g_checksum_update (checksum, (const guchar *) printed[i], (gssize) strlen (printed[i]) + 1);
      g_checksum_update (checksum, (const guchar *) text->str, (gssize) text->len);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static GHashTable *
new_text_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
build_prints (McpItemList *tools)
{
  GHashTable *prints = new_text_table ();

  for (guint i = 0; i < mcp_item_list_get_length (tools); i++)
    {
      const McpItem *tool = mcp_item_list_get (tools, i);

      /* the first of two with one name is the one that is exposed */
      if (!g_hash_table_contains (prints, tool->name))
        g_hash_table_insert (prints, g_strdup (tool->name), build_print (tool));
    }
  return prints;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
take_names (GPtrArray *names)
{
  g_ptr_array_sort (names, compare_texts);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* The names in @these for which @others has nothing; or, with @differing, another print. */
static char **
find_names (GHashTable *these, GHashTable *others, gboolean differing)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name, print;

  g_hash_table_iter_init (&iter, these);
  while (g_hash_table_iter_next (&iter, &name, &print))
    {
      const char *other = g_hash_table_lookup (others, name);

      if (differing ? other != NULL && strcmp (other, print) != 0 : other == NULL)
        g_ptr_array_add (names, g_strdup (name));
    }
  return take_names (names);
}

static McpToolChanges *
compare (GHashTable *before, GHashTable *now)
{
  g_autoptr (McpToolChanges) changes = g_new0 (McpToolChanges, 1);

  changes->added = find_names (now, before, FALSE);
  changes->removed = find_names (before, now, FALSE);
  changes->changed = find_names (now, before, TRUE);
  if (*changes->added == NULL && *changes->removed == NULL && *changes->changed == NULL)
    return NULL;
  return g_steal_pointer (&changes);
}

/* The file. */

static void
append_prints (GString *out, GHashTable *prints)
{
  GHashTableIter iter;
  gpointer tool, print;

  g_string_append_c (out, '{');
  g_hash_table_iter_init (&iter, prints);
  while (g_hash_table_iter_next (&iter, &tool, &print))
    {
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      mcp_json_append_string (out, tool);
      g_string_append_c (out, ':');
      mcp_json_append_string (out, print);
    }
  g_string_append_c (out, '}');
}

static GBytes *
build_text (McpToolPrints *self)
{
  GString *out = g_string_new ("{\"servers\":{");
  GHashTableIter iter;
  gpointer name, prints;

  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, &name, &prints))
    {
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      mcp_json_append_string (out, name);
      g_string_append_c (out, ':');
      append_prints (out, prints);
    }
  g_string_append (out, "}}\n");
  return g_string_free_to_bytes (out);
}

static void save (McpToolPrints *self);

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpToolPrints) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_message ("What tools were accepted could not be kept: %s", error->message);
  self->is_writing = FALSE;
  if (self->is_dirty)
    save (self);
}

static void
save (McpToolPrints *self)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) text = NULL;

  self->is_dirty = self->is_writing;
  if (self->path == NULL || self->is_writing)
    return;

  self->is_writing = TRUE;
  file = g_file_new_for_path (self->path);
  text = build_text (self);
  g_file_replace_contents_bytes_async (file, text, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                       NULL, saved_cb, g_object_ref (self));
}

static void
read_prints (GHashTable *prints, McpJsonSlice object)
{
  McpJsonSlice key, value;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    if (mcp_json_get_type (value) == MCP_JSON_STRING)
      g_hash_table_insert (prints, mcp_json_dup_string (key), mcp_json_dup_string (value));
}

/**
 * mcp_tool_prints_load:
 * @self: the prints
 * @path: of their file, in a directory that is its owner's alone
 * @error: return location
 *
 * Takes what the file has, and keeps all that follows in it. Blocks: before the main loop only.
 *
 * Errors: those of reading a file, and of JSON; the file is written over then, and all tools of
 * pinned servers are new.
 *
 * Returns: whether it could be read; one that is not there is empty
 */
gboolean
mcp_tool_prints_load (McpToolPrints *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  McpJsonSlice root, servers, key, value;
  McpJsonIter iter;
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
  if (!mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_DEFAULT, &root, error))
    {
      self->is_lost = TRUE;
      return FALSE;
    }
  if (!mcp_json_find_typed (root, "servers", MCP_JSON_OBJECT, &servers))
    return TRUE;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    if (mcp_json_get_type (value) == MCP_JSON_OBJECT)
      {
        GHashTable *prints = new_text_table ();

        read_prints (prints, value);
        g_hash_table_insert (self->servers, mcp_json_dup_string (key), prints);
      }
  return TRUE;
}

/* Whether these changes of a pinned server have not been told yet: it lists them every time. */
static gboolean
is_unreported (McpToolPrints *self, const char *server, const McpToolChanges *changes)
{
  g_autofree char *added = g_strjoinv ("\n", changes->added);
  g_autofree char *removed = g_strjoinv ("\n", changes->removed);
  g_autofree char *changed = g_strjoinv ("\n", changes->changed);
  g_autofree char *text = g_strjoin ("\n\n", added, removed, changed, NULL);

  if (g_strcmp0 (g_hash_table_lookup (self->reported, server), text) == 0)
    return FALSE;

  g_hash_table_insert (self->reported, g_strdup (server), g_steal_pointer (&text));
  return TRUE;
}

/**
 * mcp_tool_prints_update:
 * @self: the prints
 * @config: a server
 * @tools: what it lists now
 *
 * Compares with what is known. Those of a server that is not pinned, or was never seen, are taken
 * as they are; the others only by mcp_tool_prints_accept().
 *
 * Returns: (transfer full) (nullable): what differs, if that is news
 */
McpToolChanges *
mcp_tool_prints_update (McpToolPrints *self, const McpServerConfig *config, McpItemList *tools)
{
  GHashTable *before = g_hash_table_lookup (self->servers, config->name);
  g_autoptr (GHashTable) now = build_prints (tools);
  g_autoptr (McpToolChanges) changes = NULL;

  if (before == NULL && config->pin && self->is_lost)
    {
      before = new_text_table ();
      g_hash_table_insert (self->servers, g_strdup (config->name), before);
    }
  if (before != NULL)
    {
      changes = compare (before, now);
      if (changes == NULL || (config->pin && !is_unreported (self, config->name, changes)))
        return NULL;
    }
  if (before == NULL || !config->pin)
    {
      g_hash_table_insert (self->servers, g_strdup (config->name), g_steal_pointer (&now));
      save (self);
    }
  return g_steal_pointer (&changes);
}

/**
 * mcp_tool_prints_accepts:
 * @self: the prints
 * @config: a server
 * @tool: one of its tools
 *
 * Returns: whether it is as it was accepted, or need not be
 */
gboolean
mcp_tool_prints_accepts (McpToolPrints *self, const McpServerConfig *config, const McpItem *tool)
{
  GHashTable *prints = g_hash_table_lookup (self->servers, config->name);
  g_autofree char *print = NULL;

  if (!config->pin || prints == NULL)
    return TRUE;

  print = build_print (tool);
  return g_strcmp0 (g_hash_table_lookup (prints, tool->name), print) == 0;
}

/**
 * mcp_tool_prints_accept:
 * @self: the prints
 * @config: a server
 * @tools: what it lists now, which its owner has agreed to
 */
void
mcp_tool_prints_accept (McpToolPrints *self, const McpServerConfig *config, McpItemList *tools)
{
  g_hash_table_insert (self->servers, g_strdup (config->name), build_prints (tools));
  g_hash_table_remove (self->reported, config->name);
  save (self);
}

/**
 * mcp_tool_prints_retain:
 * @self: the prints
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Forgets the others.
 */
void
mcp_tool_prints_retain (McpToolPrints *self, GPtrArray *configs)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean is_less = FALSE;
  GHashTableIter iter;
  gpointer name;

  for (guint i = 0; i < configs->len; i++)
    g_hash_table_add (names, ((McpServerConfig *) g_ptr_array_index (configs, i))->name);
  g_hash_table_iter_init (&iter, self->servers);
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
mcp_tool_prints_finalize (GObject *object)
{
  McpToolPrints *self = MCP_TOOL_PRINTS (object);

  g_free (self->path);
  g_hash_table_unref (self->servers);
  g_hash_table_unref (self->reported);

  G_OBJECT_CLASS (mcp_tool_prints_parent_class)->finalize (object);
}

static void
mcp_tool_prints_class_init (McpToolPrintsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_tool_prints_finalize;
}

static void
mcp_tool_prints_init (McpToolPrints *self)
{
  self->servers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->reported = new_text_table ();
}

/**
 * mcp_tool_prints_new:
 *
 * Returns: (transfer full): prints of nothing, that are kept nowhere
 */
McpToolPrints *
mcp_tool_prints_new (void)
{
  return g_object_new (MCP_TYPE_TOOL_PRINTS, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One call of the tool: all apps are searched side by side, and the call is answered when each has
 * answered or is too slow. An app that fails takes nothing from the others.
 */
#include "mcp-search.h"

#include "mcp-search-folders.h"
#include "mcp-search-query.h"

#include <json-glib/json-glib.h>

#define DEFAULT_MAX_RESULTS 5

/* Of one text that an app gives; a model does not read more. */
#define MAX_TEXT_CHARACTERS 2000

const char mcp_search_definition[] =
    "{\"name\":\"search\",\"title\":\"Desktop search\","
    "\"description\":\"Searches the apps of the user's desktop (files, contacts, notes, calendar "
    "and whatever else is installed), as the desktop's own search does.\","
    "\"inputSchema\":{\"type\":\"object\",\"required\":[\"query\"],\"properties\":{"
    "\"query\":{\"type\":\"string\",\"minLength\":1,\"description\":\"the words to look for\"},"
    "\"max_results\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":50,"
    "\"description\":\"of each app; default: 5\"}},\"additionalProperties\":false},"
    "\"outputSchema\":{\"type\":\"object\",\"required\":[\"results\",\"failed\"],\"properties\":{"
    "\"results\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"app\":{\"type\":\"string\"},\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
    "\"description\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}}},"
    "\"failed\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"app\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}}}},"
    "\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":false}}";

typedef struct
{
  McpToolCall *call;         /* (owned) */
  GApplication *application; /* (owned): held meanwhile */
  GStrv terms;
  guint max_results;
  GPtrArray *asked; /* (owned) (element-type Asked): in the order of the sources */
  guint n_left;
} Search;

/* One app that is asked. */
typedef struct
{
  Search *search;
  char *title;
  GVariant *metas; /* (owned) (nullable): what was found */
  GError *error;   /* (owned) (nullable): why nothing was */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_free (asked->title);
  g_clear_pointer (&asked->metas, g_variant_unref);
  g_clear_error (&asked->error);
  g_free (asked);
}

static void
search_free (Search *search)
{
  g_application_release (search->application);
  g_object_unref (search->application);
  g_object_unref (search->call);
  g_strfreev (search->terms);
  g_ptr_array_unref (search->asked);
  g_free (search);
}

static void
add_text (JsonObject *object, const char *name, GVariant *meta, const char *key)
{
  const char *text;
  g_autofree char *begin = NULL;

  if (!g_variant_lookup (meta, key, "&s", &text))
    return;
  begin = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_TEXT_CHARACTERS));
  json_object_set_string_member (object, name, begin);
}

static void
add_results (JsonArray *results, const Asked *asked)
{
  gsize n_results = MIN (g_variant_n_children (asked->metas), asked->search->max_results);

  for (gsize i = 0; i < n_results; i++)
    {
      g_autoptr (GVariant) meta = g_variant_get_child_value (asked->metas, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "app", asked->title);
      add_text (object, "id", meta, "id");
      add_text (object, "name", meta, "name");
      add_text (object, "description", meta, "description");
      add_text (object, "text", meta, "clipboardText");
      json_array_add_object_element (results, object);
    }
}

static void
add_failure (JsonArray *failed, const Asked *asked)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "app", asked->title);
  json_object_set_string_member (object, "reason", asked->error->message);
  json_array_add_object_element (failed, object);
}

static JsonObject *
build_result (const Search *search)
{
  JsonObject *object = json_object_new ();
  JsonArray *results = json_array_new ();
  JsonArray *failed = json_array_new ();

  for (guint i = 0; i < search->asked->len; i++)
    {
      const Asked *asked = g_ptr_array_index (search->asked, i);

      if (asked->metas != NULL)
        add_results (results, asked);
      else
        add_failure (failed, asked);
    }
  json_object_set_array_member (object, "results", results);
  json_object_set_array_member (object, "failed", failed);
  return object;
}

static void
answer (Search *search)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *json = NULL;

  json_node_init (node, JSON_NODE_OBJECT);
  json_node_take_object (node, build_result (search));
  json = json_to_string (node, FALSE);
  mcp_tool_call_return_json (search->call, json);
  search_free (search);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Asked *asked = user_data;
  Search *search = asked->search;

  asked->metas = mcp_search_query_finish (result, &asked->error);
  search->n_left--;
  mcp_tool_call_report_progress (search->call, search->asked->len - search->n_left,
                                 search->asked->len, asked->title);
  if (search->n_left == 0)
    answer (search);
}

static void
ask (Search *search, const McpSearchSource *source)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->search = search;
  asked->title = g_strdup (source->title);
  g_ptr_array_add (search->asked, asked);
  search->n_left++;
  mcp_search_query_async (g_application_get_dbus_connection (search->application), source,
                          (const char *const *) search->terms, search->max_results,
                          mcp_tool_call_get_cancellable (search->call), asked_cb, asked);
}

static void
sources_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  g_autoptr (GPtrArray) sources = mcp_search_folders_read_finish (result, NULL);

  for (guint i = 0; sources != NULL && i < sources->len; i++)
    ask (search, g_ptr_array_index (sources, i));
  if (search->n_left == 0)
    answer (search);
}

/* As the desktop does: words, whatever stands between them. */
static GStrv
split (const char *query)
{
  g_auto (GStrv) words = g_strsplit_set (query, " \t\n", -1);
  g_autoptr (GStrvBuilder) terms = g_strv_builder_new ();

  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (terms, words[i]);
  return g_strv_builder_end (terms);
}

/**
 * mcp_search_answer:
 * @call: of the tool; answered later
 * @application: with a connection to the session bus; does not end before the answer
 *
 * Searches all apps that can be searched.
 */
void
mcp_search_answer (McpToolCall *call, GApplication *application)
{
  g_autofree char *query = mcp_tool_call_dup_string (call, "query");
  g_auto (GStrv) terms = split (query);
  Search *search;

  if (terms[0] == NULL)
    {
      mcp_tool_call_return_invalid_arguments (call, "“query” has no word");
      return;
    }
  search = g_new0 (Search, 1);
  search->call = g_object_ref (call);
  search->application = g_object_ref (application);
  g_application_hold (application);
  search->terms = g_steal_pointer (&terms);
  search->max_results = mcp_tool_call_has_argument (call, "max_results")
                            ? (guint) mcp_tool_call_get_int (call, "max_results")
                            : DEFAULT_MAX_RESULTS;
  search->asked = g_ptr_array_new_with_free_func (asked_free);
  mcp_search_folders_read_async (mcp_tool_call_get_cancellable (call), sources_cb, search);
}

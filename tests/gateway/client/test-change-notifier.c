/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What clients hear of servers outside of requests: a notifier between a pool with one server, a
 * catalogue and one listener.
 */
#include "gateway/client/mcp-change-notifier.h"

#include "gateway/catalogue/mcp-view-changes.h"
#include "gateway/servers/mcp-provider-lease.h"
#include "small-fixture.h"

#include <string.h>

#define TOOLS_CHANGED     "notifications/tools/list_changed "
#define PROMPTS_CHANGED   "notifications/prompts/list_changed "
#define RESOURCES_CHANGED "notifications/resources/list_changed "
#define UPDATED           "notifications/resources/updated"

#define KIND(kind) (1u << (kind))

typedef struct
{
  SmallFixture small;
  McpCatalogue *catalogue;
  McpChangeNotifier *notifier;
  McpProviderLease *lease;
  GString *heard;            /* each method with a space, params in front of it */
  McpChangeListener *victim; /* (nullable): removed by whoever hears first */
} Notifying;

static void
set_up (Notifying *n, gconstpointer data)
{
  SmallFixture *f = &n->small;

  small_fixture_setup (f, NULL);
  n->catalogue = mcp_catalogue_new (f->pool, &f->limits);
  n->notifier = mcp_change_notifier_new (f->pool, n->catalogue);
  n->lease = mcp_provider_pool_acquire (f->pool, f->config, f->session, NULL);
  n->heard = g_string_new (NULL);
}

static void
tear_down (Notifying *n, gconstpointer data)
{
  g_clear_pointer (&n->lease, mcp_provider_lease_free);
  g_assert_finalize_object (n->notifier);
  mcp_catalogue_close (n->catalogue);
  g_assert_finalize_object (n->catalogue);
  g_string_free (n->heard, TRUE);
  small_fixture_teardown (&n->small, NULL);
}

static void
hear_cb (const char *method, McpJsonSlice params, McpServerConfig *server, gpointer user_data)
{
  Notifying *n = user_data;

  if (params.data != NULL)
    g_string_append_len (n->heard, params.data, (gssize) params.length);
  g_string_append_printf (n->heard, "%s ", method);
  if (n->victim != NULL)
    mcp_change_notifier_remove (n->notifier, g_steal_pointer (&n->victim));
}

static McpChangeListener *
add (Notifying *n, McpItemKinds wanted)
{
  return mcp_change_notifier_add (n->notifier, n->small.client, wanted, hear_cb, n);
}

/* What the one server lists of a kind: an item, or nothing. */
static McpItemView *
build_view (Notifying *n, McpItemKind kind, gboolean has_item)
{
  const McpItemKindFacts *facts = mcp_item_kind_get_facts (kind);
  g_autofree char *page = g_strdup_printf (
      "{\"%s\":[%s]}", facts->member,
      has_item ? "{\"name\":\"n\",\"uri\":\"x:a\",\"uriTemplate\":\"x:{a}\",\"inputSchema\":{}}"
               : "");
  g_autoptr (McpItemList) list = mcp_item_list_new (kind, G_MAXSIZE, 10);
  g_autoptr (GPtrArray) configs = g_ptr_array_new ();
  const char *prefix = n->small.config->prefix;
  g_autoptr (McpNameRooms) rooms = mcp_name_rooms_new (&prefix, 1);
  McpToolPrints *accepted = NULL;

  g_assert_true (mcp_item_list_add_page (list, (McpJsonSlice){ page, strlen (page) }, NULL));
  mcp_item_list_close (list);
  g_ptr_array_add (configs, n->small.config);
  return mcp_item_view_new (&(McpItemViewInput){ kind, configs, &list, &accepted, rooms, 48 });
}

/* The server lists an item more of these kinds. */
static void
change (Notifying *n, McpItemKinds kinds)
{
  g_autoptr (McpViewChanges) changes = mcp_view_changes_new ();

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    if ((kinds & KIND (kind)) != 0)
      {
        g_autoptr (McpItemView) before = build_view (n, kind, FALSE);
        g_autoptr (McpItemView) after = build_view (n, kind, TRUE);

        mcp_view_changes_add (changes, before, after);
      }
  g_string_truncate (n->heard, 0);
  g_signal_emit_by_name (n->catalogue, "changed", changes);
}

/* The server says something that belongs to no request. */
static void
say (Notifying *n, const char *method, const char *params)
{
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s}", method, params);
  g_autoptr (McpJsonrpcMessage) message = parse_message (text);

  g_string_truncate (n->heard, 0);
  g_signal_emit_by_name (n->small.provider, "notification", message);
}

static void
update (Notifying *n, const char *uri)
{
  g_autofree char *params = g_strdup_printf ("{\"uri\":\"%s\"}", uri);

  say (n, UPDATED, params);
}

static void
test_wanted (Notifying *n, gconstpointer data)
{
  McpChangeListener *listener = add (n, KIND (MCP_ITEM_TOOL) | KIND (MCP_ITEM_PROMPT));

  g_test_summary ("A client hears of the lists that it wants to hear of, each once");
  change (n, KIND (MCP_ITEM_TOOL));
  g_assert_cmpstr (n->heard->str, ==, TOOLS_CHANGED);
  change (n, KIND (MCP_ITEM_RESOURCE));
  g_assert_cmpstr (n->heard->str, ==, "");
  change (n, MCP_ITEM_KINDS_ALL);
  g_assert_cmpstr (n->heard->str, ==, TOOLS_CHANGED PROMPTS_CHANGED);
  mcp_change_notifier_remove (n->notifier, listener);
}

static void
test_resources_once (Notifying *n, gconstpointer data)
{
  McpChangeListener *listener = add (n, MCP_ITEM_KINDS_ALL);

  g_test_summary ("Resources and their templates share one notification");
  change (n, KIND (MCP_ITEM_RESOURCE) | KIND (MCP_ITEM_TEMPLATE));
  g_assert_cmpstr (n->heard->str, ==, RESOURCES_CHANGED);
  mcp_change_notifier_remove (n->notifier, listener);
}

static void
test_unlisted (Notifying *n, gconstpointer data)
{
  McpChangeListener *listener = add (n, MCP_ITEM_KINDS_ALL);

  g_test_summary ("A list that the client has not seen cannot change for the client");
  mcp_change_notifier_expect_listing (listener);
  change (n, MCP_ITEM_KINDS_ALL);
  g_assert_cmpstr (n->heard->str, ==, "");
  mcp_change_notifier_note_listed (listener, MCP_ITEM_TEMPLATE);
  change (n, MCP_ITEM_KINDS_ALL);
  g_assert_cmpstr (n->heard->str, ==, RESOURCES_CHANGED);
  mcp_change_notifier_note_listed (listener, MCP_ITEM_TOOL);
  change (n, KIND (MCP_ITEM_TOOL));
  g_assert_cmpstr (n->heard->str, ==, TOOLS_CHANGED);
  mcp_change_notifier_remove (n->notifier, listener);
}

static void
test_removed_meanwhile (Notifying *n, gconstpointer data)
{
  McpChangeListener *first = add (n, MCP_ITEM_KINDS_ALL);

  g_test_summary ("A listener that another one removes in the same round hears nothing more");
  n->victim = add (n, MCP_ITEM_KINDS_ALL);
  change (n, KIND (MCP_ITEM_TOOL));
  g_assert_cmpstr (n->heard->str, ==, TOOLS_CHANGED);
  mcp_change_notifier_remove (n->notifier, first);
  change (n, KIND (MCP_ITEM_TOOL));
  g_assert_cmpstr (n->heard->str, ==, "");
}

static void
watch (Notifying *n, McpChangeListener *listener, const char *uri)
{
  SmallFixture *f = &n->small;
  McpProviderLease *lease = mcp_provider_pool_acquire (f->pool, f->config, f->session, NULL);

  g_assert_nonnull (lease);
  mcp_change_notifier_watch (n->notifier, listener, lease, uri, uri);
}

static void
test_updates (Notifying *n, gconstpointer data)
{
  McpProvider *provider = MCP_PROVIDER (n->small.provider);
  McpChangeListener *listener = add (n, 0);

  g_test_summary ("A client hears of the resources that it watches and of their parts, and of no "
                  "neighbours");
  watch (n, listener, "file:///a");
  g_assert_true (mcp_change_notifier_is_watched (n->notifier, provider, "file:///a"));
  g_assert_false (mcp_change_notifier_is_watched (n->notifier, provider, "file:///b"));
  update (n, "file:///a");
  g_assert_cmpstr (n->heard->str, ==, "{\"uri\":\"file:///a\"}" UPDATED " ");
  update (n, "file:///a/b");
  g_assert_cmpstr (n->heard->str, ==, "{\"uri\":\"file:///a/b\"}" UPDATED " ");
  update (n, "file:///a#b");
  g_assert_cmpstr (n->heard->str, !=, "");
  update (n, "file:///ab");
  g_assert_cmpstr (n->heard->str, ==, "");
  say (n, UPDATED, "{}");
  g_assert_cmpstr (n->heard->str, ==, "");

  mcp_change_notifier_unwatch (n->notifier, listener, "file:///a");
  update (n, "file:///a");
  g_assert_cmpstr (n->heard->str, ==, "");
  mcp_change_notifier_remove (n->notifier, listener);
}

static void
test_watched_twice (Notifying *n, gconstpointer data)
{
  McpChangeListener *listener = add (n, 0);

  g_test_summary ("A resource that is watched twice is watched once");
  watch (n, listener, "file:///a");
  watch (n, listener, "file:///a");
  g_assert_cmpuint (mcp_change_notifier_count_watches (n->notifier, listener), ==, 1);
  update (n, "file:///a");
  g_assert_cmpstr (n->heard->str, ==, "{\"uri\":\"file:///a\"}" UPDATED " ");
  mcp_change_notifier_remove (n->notifier, listener);
  g_assert_false (
      mcp_change_notifier_is_watched (n->notifier, MCP_PROVIDER (n->small.provider), "file:///a"));
}

static void
test_logs (Notifying *n, gconstpointer data)
{
  McpChangeListener *quiet = add (n, MCP_ITEM_KINDS_ALL);
  McpChangeListener *curious = add (n, MCP_LISTENER_ALL_ELSE);

  g_test_summary ("A log message goes to the clients of sessions that use the server, if they "
                  "want to hear such things");
  say (n, "notifications/message", "{\"level\":\"info\"}");
  g_assert_cmpstr (n->heard->str, ==, "{\"level\":\"info\"}notifications/message ");
  say (n, "notifications/odd", "{}");
  g_assert_cmpstr (n->heard->str, ==, "");

  g_clear_pointer (&n->lease, mcp_provider_lease_free);
  mcp_provider_pool_drop_session (n->small.pool, mcp_session_get_id (n->small.session));
  say (n, "notifications/message", "{\"level\":\"info\"}");
  g_assert_cmpstr (n->heard->str, ==, "");
  mcp_change_notifier_remove (n->notifier, quiet);
  mcp_change_notifier_remove (n->notifier, curious);
}

#define ADD(name, function) \
  g_test_add ("/gateway/change-notifier/" name, Notifying, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("wanted-lists", test_wanted);
  ADD ("resources-and-templates-once", test_resources_once);
  ADD ("unlisted-does-not-change", test_unlisted);
  ADD ("removed-meanwhile", test_removed_meanwhile);
  ADD ("updates-of-watched-resources", test_updates);
  ADD ("watched-twice", test_watched_twice);
  ADD ("log-messages", test_logs);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How views of the catalogue replace one another: an owner without servers, which counts.
 */
#include "gateway/catalogue/mcp-current-views.h"

#include "mcp-test-await.h"

typedef struct
{
  GObject *owner;
  McpCurrentViews *views;
} Fixture;

/* Of the owner; there is one fixture at a time. */
static guint n_collected;
static guint n_replaced;

static McpCatalogueSources *
collect (GObject *owner)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (McpNameRooms) rooms = mcp_name_rooms_new (NULL, 0);

  n_collected++;
  return mcp_catalogue_views_sources_new (none, rooms, 48);
}

static void
replaced (McpViewChanges *changes, GObject *owner)
{
  n_replaced++;
  g_assert_true (mcp_view_changes_is_empty (changes));
}

static const McpCurrentViewsFuncs funcs = { collect, replaced };

static void
set_up (Fixture *f, gconstpointer data)
{
  n_collected = n_replaced = 0;
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  f->views = mcp_current_views_new (&funcs, f->owner);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_false (mcp_current_views_is_building (f->views));
  mcp_current_views_free (f->views);
  g_assert_finalize_object (f->owner);
}

static void
test_at_once (Fixture *f, gconstpointer data)
{
  g_test_summary ("There are views from the beginning, and nobody is told of them");
  g_assert_nonnull (mcp_current_views_get (f->views));
  g_assert_cmpuint (n_collected, ==, 1);
  g_assert_cmpuint (n_replaced, ==, 0);
}

static void
test_replaced (Fixture *f, gconstpointer data)
{
  McpCatalogueViews *before = mcp_current_views_get (f->views);

  g_test_summary ("Clients see the earlier views until others are built");
  mcp_current_views_rebuild (f->views);
  g_assert_true (mcp_current_views_is_building (f->views));
  g_assert_true (mcp_current_views_get (f->views) == before);
  AWAIT (n_replaced == 1);
  g_assert_false (mcp_current_views_is_building (f->views));
}

static void
test_meanwhile (Fixture *f, gconstpointer data)
{
  g_test_summary ("However much changes while a build runs, one more follows, with all of it");
  for (guint i = 0; i < 5; i++)
    mcp_current_views_rebuild (f->views);
  g_assert_cmpuint (n_collected, ==, 2);
  AWAIT (n_replaced == 2);
  g_assert_false (mcp_current_views_is_building (f->views));
  g_assert_cmpuint (n_collected, ==, 3);
}

static void
test_owner (Fixture *f, gconstpointer data)
{
  guint n_refs = G_OBJECT (f->owner)->ref_count;

  g_test_summary ("The owner lives at least as long as a build");
  mcp_current_views_rebuild (f->views);
  g_assert_cmpuint (G_OBJECT (f->owner)->ref_count, ==, n_refs + 1);
  AWAIT (n_replaced == 1);
  mcp_test_settle ();
  g_assert_cmpuint (G_OBJECT (f->owner)->ref_count, ==, n_refs);
}

#define ADD(name, function) \
  g_test_add ("/gateway/current-views/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("there-from-the-beginning", test_at_once);
  ADD ("replaced-when-built", test_replaced);
  ADD ("changes-meanwhile", test_meanwhile);
  ADD ("owner-lives-on", test_owner);
  return g_test_run ();
}

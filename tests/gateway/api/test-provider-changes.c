/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is told of servers that are not as they were. */
#include "gateway-fixture.h"

#include <string.h>

#define TOOLS "[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]"

typedef struct
{
  Fixture fixture;
  GTree *told; /* (owned): key (owned) -> value as text (owned), as last told since the last look */
} Changes;

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return strcmp (a, b);
}

static GTree *
make_tree (void)
{
  return g_tree_new_full (compare_keys, NULL, g_free, g_free);
}

/* There is one server. */
static void
changed_cb (McpGateway *gateway, const char *name, GVariant *what, Changes *c)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_cmpstr (name, ==, "a");
  g_variant_iter_init (&iter, what);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_tree_replace (c->told, g_strdup (key), g_variant_print (value, FALSE));
}

static void
set_up (Changes *c, gconstpointer data)
{
  fixture_setup (&c->fixture, NULL);
  c->told = make_tree ();
  g_signal_connect (c->fixture.gateway, "provider-changed", G_CALLBACK (changed_cb), c);
}

static void
tear_down (Changes *c, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (c->fixture.gateway, c);
  fixture_teardown (&c->fixture, NULL);
  g_tree_unref (c->told);
}

static gboolean
append_cb (gpointer key, gpointer value, gpointer text)
{
  g_string_append_printf (text, "%s%s=%s", ((GString *) text)->len > 0 ? " " : "",
                          (const char *) key, (const char *) value);
  return FALSE;
}

static gboolean
is_told (Changes *c, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_tree_foreach (c->told, append_cb, text);
  return strcmp (text->str, expected) == 0;
}

/* Waits until this was told, be it in pieces, and forgets it. */
static void
expect (Changes *c, const char *expected)
{
  AWAIT (is_told (c, expected));
  g_tree_unref (c->told);
  c->told = make_tree ();
}

static void
test_life (Changes *c, gconstpointer data)
{
  Fixture *f = &c->fixture;
  g_autofree char *names = NULL;

  g_test_summary ("A server is told of when it comes, starts, fails and goes, and nothing between");
  fixture_add_server (f, "a", TOOLS);
  fixture_apply (f);
  expect (c, "entry='used' name='a' processes=0 restarts=0 scope='session' state='stopped' "
             "tools=0 type='stdio'");
  names = fixture_list (f, f->session);
  expect (c, "processes=1 protocol-version='2025-11-25' state='running' tools=1");
  fixture_apply (f);
  mcp_test_settle ();
  mcp_fake_provider_crash (fixture_provider (f, "a"));
  expect (c, "processes=0 state='stopped'");
  g_ptr_array_set_size (f->configs, 0);
  fixture_apply (f);
  expect (c, "entry='removed'");
}

static void
test_failure (Changes *c, gconstpointer data)
{
  Fixture *f = &c->fixture;
  g_autofree char *names = NULL;

  g_test_summary ("Why a server has failed is told");
  g_hash_table_add (f->broken, (gpointer) "a");
  fixture_add_server (f, "a", TOOLS);
  fixture_apply (f);
  expect (c, "entry='used' name='a' processes=0 restarts=0 scope='session' state='stopped' tools=0 "
             "type='stdio'");
  names = fixture_list (f, f->session);
  expect (c, "last-error='Server “a” could not be started' state='failed'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/gateway/provider-changes/life", Changes, NULL, set_up, test_life, tear_down);
  g_test_add ("/gateway/provider-changes/failure", Changes, NULL, set_up, test_failure, tear_down);
  return g_test_run ();
}

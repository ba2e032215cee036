/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is told of servers that are not as they were. */
#include "gateway-fixture.h"

#include <string.h>

#define TOOLS "[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]"

typedef struct
{
  Fixture fixture;
  GString *told; /* name, then key=value for each, a line each time */
} Changes;

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
changed_cb (McpGateway *gateway, const char *name, GVariant *what, Changes *c)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, what);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      g_ptr_array_add (parts, g_strdup_printf (" %s=%s", key, text));
    }
  g_ptr_array_sort (parts, compare_keys);
  g_string_append (c->told, name);
  for (guint i = 0; i < parts->len; i++)
    g_string_append (c->told, parts->pdata[i]);
  g_string_append_c (c->told, '\n');
}

static void
set_up (Changes *c, gconstpointer data)
{
  fixture_setup (&c->fixture, NULL);
  c->told = g_string_new (NULL);
  g_signal_connect (c->fixture.gateway, "provider-changed", G_CALLBACK (changed_cb), c);
}

static void
tear_down (Changes *c, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (c->fixture.gateway, c);
  fixture_teardown (&c->fixture, NULL);
  g_string_free (c->told, TRUE);
}

/* Waits until something was told, which must be @expected, and forgets it. */
static void
expect (Changes *c, const char *expected)
{
  AWAIT (c->told->len > 0);
  g_assert_cmpstr (c->told->str, ==, expected);
  g_string_truncate (c->told, 0);
}

static void
test_life (Changes *c, gconstpointer data)
{
  Fixture *f = &c->fixture;
  g_autofree char *names = NULL;

  g_test_summary ("A server is told of when it comes, starts, fails and goes, and nothing between");
  fixture_add_server (f, "a", TOOLS);
  fixture_apply (f);
  expect (c, "a entry='used' name='a' processes=0 restarts=0 scope='session' state='stopped' "
             "tools=0 type='stdio'\n");
  names = fixture_list (f, f->session);
  expect (c, "a processes=1 state='running' tools=1\n");
  fixture_apply (f);
  mcp_test_settle ();
  mcp_fake_provider_crash (fixture_provider (f, "a"));
  expect (c, "a processes=0 state='stopped'\n");
  g_ptr_array_set_size (f->configs, 0);
  fixture_apply (f);
  expect (c, "a entry='removed'\n");
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
  AWAIT (c->told->len > 0);
  g_string_truncate (c->told, 0);
  names = fixture_list (f, f->session);
  expect (c, "a last-error='Server “a” could not be started' state='failed'\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/gateway/provider-changes/life", Changes, NULL, set_up, test_life, tear_down);
  g_test_add ("/gateway/provider-changes/failure", Changes, NULL, set_up, test_failure, tear_down);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "provider-test.h"
#include "upstream/stdio/mcp-orphans.h"

#include <signal.h>
#include <stdlib.h>

/* A server that harms its keeper. The test is a subreaper, as the daemon is. */

typedef struct
{
  int keeper;
  int server_fd;
  int grandchild_fd;
} Tree;

static void
open_tree (ProviderFixture *f, Tree *tree)
{
  g_autofree char *server = provider_call_text (f, "pid", "{}");
  g_autofree char *grandchild = provider_call_text (f, "spawn-grandchild", "{}");

  tree->keeper = mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f->provider));
  tree->server_fd = test_open_process (atoi (server));
  tree->grandchild_fd = test_open_process (atoi (grandchild));
}

static void
await_end (Tree *tree)
{
  test_await_process_end (tree->server_fd);
  test_await_process_end (tree->grandchild_fd);
}

static void
test_killed (ProviderFixture *f, gconstpointer data)
{
  Tree tree;

  g_test_summary ("When the keeper is killed, a grandchild that left its session is ended all the "
                  "same");
  open_tree (f, &tree);
  kill (tree.keeper, SIGKILL);
  provider_await_state (f, MCP_PROVIDER_STOPPED);
  await_end (&tree);
}

static void
test_killed_beside (ProviderFixture *f, gconstpointer data)
{
  ProviderFixture other = { 0 };
  g_autofree char *text = NULL;
  Tree tree;

  g_test_summary ("Ending what a killed keeper leaves does not touch the servers of others");
  provider_setup (&other, NULL);
  g_free (provider_call_text (&other, "pid", "{}"));
  open_tree (f, &tree);
  kill (tree.keeper, SIGKILL);
  provider_await_state (f, MCP_PROVIDER_STOPPED);
  await_end (&tree);
  text = provider_call_text (&other, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
  provider_teardown (&other, NULL);
}

static void
test_stopped (ProviderFixture *f, gconstpointer data)
{
  Tree tree;

  g_test_summary ("A keeper that was stopped goes on when the server is to end");
  open_tree (f, &tree);
  kill (tree.keeper, SIGSTOP);
  provider_close (f);
  await_end (&tree);
}

static void
test_stopped_and_dropped (ProviderFixture *f, gconstpointer data)
{
  Tree tree;

  g_test_summary ("Likewise when the daemon leaves without waiting");
  open_tree (f, &tree);
  kill (tree.keeper, SIGSTOP);
  g_assert_finalize_object (G_OBJECT (f->provider));
  f->provider = NULL;
  await_end (&tree);
}

static void
test_end_now (ProviderFixture *f, gconstpointer data)
{
  Tree tree;
  int keeper_fd;

  g_test_summary ("What a killed keeper leaves is ended although the main loop runs no more");
  open_tree (f, &tree);
  keeper_fd = test_open_process (tree.keeper);
  kill (tree.keeper, SIGKILL);
  test_await_process_end (keeper_fd);
  mcp_orphans_end_now ();
  await_end (&tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (mcp_orphans_adopt ());
#define ADD(path, func)                                                               \
  g_test_add ("/upstream/orphans/" path, ProviderFixture, NULL, provider_setup, func, \
              provider_teardown)
  ADD ("killed", test_killed);
  ADD ("killed-beside", test_killed_beside);
  ADD ("stopped", test_stopped);
  ADD ("stopped-and-dropped", test_stopped_and_dropped);
  ADD ("end-now", test_end_now);
#undef ADD
  return g_test_run ();
}

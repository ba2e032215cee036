/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server's roots/list (client/roots) is put to the client, and the session's working directory is
 * added to the client's answer.
 */
#include "gateway/methods/mcp-roots-ask.h"

#include "protocol/mcp-roots.h"

#include <string.h>

typedef struct
{
  McpAsk *ask; /* (owned): the server's */
  char *cwd;   /* (owned) */
} Wrapped;

static void
wrapped_free (Wrapped *wrapped)
{
  g_object_unref (wrapped->ask);
  g_free (wrapped->cwd);
  g_free (wrapped);
}

/* A client that does not say leaves the working directory. */
static void
answered_cb (McpAsk *ask, const McpAskAnswer *answer, gpointer user_data)
{
  Wrapped *wrapped = user_data;
  g_autofree char *roots = mcp_roots_build (wrapped->cwd, answer->result);

  mcp_ask_answer_result (wrapped->ask, (McpJsonSlice){ roots, strlen (roots) });
}

static void
closed_cb (McpAsk *ask, McpAsk *wrapper)
{
  mcp_ask_withdraw (wrapper);
}

/**
 * mcp_roots_ask_wrap:
 * @ask: a server's roots/list
 * @cwd: absolute
 *
 * Returns: (transfer full): the question to put to the client in its place; its answer, with the
 * directory added, answers @ask
 */
McpAsk *
mcp_roots_ask_wrap (McpAsk *ask, const char *cwd)
{
  Wrapped *wrapped = g_new0 (Wrapped, 1);
  McpAsk *wrapper;

  wrapped->ask = g_object_ref (ask);
  wrapped->cwd = g_strdup (cwd);
  wrapper = mcp_ask_new (mcp_ask_get_method (ask), mcp_ask_get_params (ask),
                         mcp_ask_get_server_revision (ask), answered_cb, wrapped,
                         (GDestroyNotify) wrapped_free);
  g_signal_connect_object (ask, "closed", G_CALLBACK (closed_cb), wrapper, 0);
  return wrapper;
}

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

/* Where the client does not answer, the working directory is the only root. */
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

/* The question to put to the client in place of @ask; its answer, with the directory added, answers
 * @ask. */
static McpAsk *
wrap (McpAsk *ask, const char *cwd)
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

static gboolean
has_roots (McpClient *client)
{
  McpJsonSlice value;

  return mcp_json_find ((McpJsonSlice){ client->capabilities, strlen (client->capabilities) },
                        "roots", &value);
}

/**
 * mcp_roots_ask_take:
 * @ask: what a server asks
 * @client: the client that is to be asked
 *
 * Answers a roots/list for a client that has no roots of its own: the session's working directory
 * is all that the server may see. A client that has roots is asked for them.
 *
 * Returns: (transfer full) (nullable): what is to be put to the client; %NULL: @ask is answered
 */
McpAsk *
mcp_roots_ask_take (McpAsk *ask, McpClient *client)
{
  const char *cwd = mcp_session_get_cwd (client->session);
  g_autofree char *roots = NULL;

  if (strcmp (mcp_ask_get_method (ask), "roots/list") != 0)
    return g_object_ref (ask);
  if (has_roots (client))
    return wrap (ask, cwd);

  roots = mcp_roots_build (cwd, MCP_JSON_SLICE_NONE);
  mcp_ask_answer_result (ask, (McpJsonSlice){ roots, strlen (roots) });
  return NULL;
}

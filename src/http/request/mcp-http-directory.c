/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The directory of the session that a request makes. Finding it may mean to wait for a disk, which
 * the main context does not.
 */
#include "http/request/mcp-http-directory.h"

#include "common/mcp-process.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"

/* A request that waits for its directory. */
typedef struct
{
  McpHttpRequest *request; /* (owned) */
  McpHttpHandler handler;
} Awaiting;

static void
found_cb (const char *cwd, const GError *error, gpointer user_data)
{
  g_autofree Awaiting *awaiting = user_data;
  g_autoptr (McpHttpRequest) request = awaiting->request;

  if (!mcp_http_request_is_open (request))
    return;
  if (cwd == NULL)
    {
      mcp_http_reply_no_session (request, error);
      return;
    }
  g_free (request->directory);
  request->directory = g_strdup (cwd);
  awaiting->handler (request);
}

/* Returns: (nullable): where the client's process works, if that decides */
static char *
dup_fallback (McpHttpRequest *request, const char *cwd)
{
  if (cwd != NULL && *cwd != '\0')
    return NULL;
  return mcp_process_dup_cwd (mcp_http_process_get_pid (request));
}

/**
 * mcp_http_directory_is_known:
 * @request: a request
 * @cwd: (nullable): the directory that the client names; %NULL or "": that of its process
 *
 * Returns: whether the request has its directory, or could be given it without waiting for a disk
 */
gboolean
mcp_http_directory_is_known (McpHttpRequest *request, const char *cwd)
{
  g_autofree char *fallback = NULL;

  if (request->directory == NULL)
    {
      fallback = dup_fallback (request, cwd);
      request->directory = mcp_cwd_finder_find_known (cwd, fallback);
    }
  return request->directory != NULL;
}

/**
 * mcp_http_directory_await:
 * @request: a request that is not answered yet
 * @cwd: (nullable): the directory that the client names; %NULL or "": that of its process
 * @handler: goes on with the request, whose directory is set: before this returns, or later; not at
 *   all when the client goes away in the meantime, or when the request is answered with an error
 *
 * Has the directory found of the session that the request is to make.
 */
void
mcp_http_directory_await (McpHttpRequest *request, const char *cwd, McpHttpHandler handler)
{
  g_autofree char *fallback = dup_fallback (request, cwd);
  Awaiting *awaiting = g_new (Awaiting, 1);

  *awaiting = (Awaiting){ mcp_http_request_ref (request), handler };
  mcp_cwd_finder_find (mcp_session_store_get_cwd_finder (request->context->store), cwd, fallback,
                       found_cb, awaiting);
}

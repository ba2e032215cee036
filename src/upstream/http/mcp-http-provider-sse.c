/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The HTTP+SSE pair of older servers (MCP 2024-11-05, basic/transports, “HTTP with
 * SSE”): a stream that first says where messages are to be posted, and then has all
 * that the server says.
 */
#include "mcp-http-provider-private.h"

#include <string.h>

#define MAX_ENDPOINT_BYTES 8192

/* What this message is about is not logged: it may hold a secret. */
static GUri *
parse_endpoint (McpHttpProvider *self, GBytes *text, const char **problem)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  g_autofree char *reference = NULL;
  g_autoptr (GUri) uri = NULL;

  if (length > 0 && length <= MAX_ENDPOINT_BYTES && memchr (data, '\0', length) == NULL)
    {
      reference = g_strstrip (g_strndup (data, length));
      uri = g_uri_parse_relative (self->uri, reference, SOUP_HTTP_URI_FLAGS, NULL);
    }
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    *problem = "named no address in its “endpoint” event";
  else if (!mcp_http_fetch_is_same_origin (self->uri, uri) || g_uri_get_userinfo (uri) != NULL)
    *problem = "named another origin in its “endpoint” event, which is not followed";
  else
    return g_steal_pointer (&uri);
  return NULL;
}

static void
event_cb (McpHttpFetch *fetch, const char *type, GBytes *text, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);
  const char *problem = NULL;

  if (strcmp (type, "endpoint") != 0 || self->post_uri != NULL)
    return;
  self->post_uri = parse_endpoint (self, text, &problem);
  if (self->post_uri == NULL)
    {
      mcp_http_provider_run_fail (self, problem);
      return;
    }
  self->facts.lifecycle = MCP_LIFECYCLE_HTTP_SSE;
  mcp_http_provider_start_initialize (self);
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);

  if (mcp_http_fetch_is_stream (fetch) && self->post_uri != NULL)
    mcp_http_provider_inbox_take (self, 0, text);
}

static char *
describe_end (McpHttpProvider *self, McpHttpFetch *fetch, const GError *error)
{
  guint status = mcp_http_fetch_get_status (fetch);

  if (self->post_uri == NULL && self->post_refusal != NULL)
    return g_strdup (self->post_refusal);
  if (error != NULL)
    return g_strdup (error->message);
  if (status != SOUP_STATUS_OK)
    return g_strdup_printf ("answered HTTP %u (%s)", status, soup_status_get_phrase (status));
  return g_strdup ("ended its stream of events");
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);
  g_autofree char *how = describe_end (self, fetch, error);

  g_clear_pointer (&self->listener, mcp_http_fetch_unref);
  if (self->state == MCP_PROVIDER_STARTING)
    mcp_http_provider_run_fail (self, how);
  else if (self->state == MCP_PROVIDER_READY)
    mcp_http_provider_run_lost_stream (self, how);
}

/**
 * mcp_http_provider_sse_start:
 * @self: the provider, which is starting
 * @refusal: (nullable): why nothing newer is spoken, where that was tried; goes on after “it”
 *
 * Asks for the server's stream. Its first event starts the handshake.
 */
void
mcp_http_provider_sse_start (McpHttpProvider *self, const char *refusal)
{
  static const McpHttpFetchFuncs funcs = { message_cb, event_cb, ended_cb };

  g_free (self->post_refusal);
  self->post_refusal = g_strdup (refusal);
  self->listener = mcp_http_provider_run_new_fetch (self, "GET", &funcs, self);
  mcp_http_fetch_set_header (self->listener, "Accept", "text/event-stream");
  mcp_http_fetch_start (self->listener, self->soup, 0);
}

/**
 * mcp_http_provider_sse_is_open:
 * @self: the provider
 *
 * Returns: whether answers come on the server's stream, and not for each POST
 */
gboolean
mcp_http_provider_sse_is_open (McpHttpProvider *self)
{
  return self->post_uri != NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-http-pair-private.h"

#include <string.h>

#define MAX_ENDPOINT_BYTES 8192

/**
 * mcp_http_pair_init:
 * @self: zeroed memory
 * @endpoint: (transfer none): the server
 * @funcs: static; the functions may stop the pair
 * @inbox_funcs: static
 * @user_data: for the functions
 */
void
mcp_http_pair_init (McpHttpPair *self,
                    McpHttpEndpoint *endpoint,
                    const McpHttpPairFuncs *funcs,
                    const McpHttpInboxFuncs *inbox_funcs,
                    gpointer user_data)
{
  self->endpoint = endpoint;
  self->funcs = funcs;
  self->inbox_funcs = inbox_funcs;
  self->user_data = user_data;
}

/* What the event says is not logged: it may hold a secret. */
static GUri *
parse_endpoint (McpHttpPair *self, GBytes *text, const char **problem)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  g_autofree char *reference = NULL;
  g_autoptr (GUri) uri = NULL;

  if (length > 0 && length <= MAX_ENDPOINT_BYTES && memchr (data, '\0', length) == NULL)
    {
      reference = g_strstrip (g_strndup (data, length));
      uri = g_uri_parse_relative (self->endpoint->uri, reference, SOUP_HTTP_URI_FLAGS, NULL);
    }
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    *problem = "named no address in its “endpoint” event";
  else if (!mcp_http_fetch_is_same_origin (self->endpoint->uri, uri) ||
           g_uri_get_userinfo (uri) != NULL)
    *problem = "named another origin in its “endpoint” event, which is not followed";
  else
    return g_steal_pointer (&uri);
  return NULL;
}

static void
event_cb (McpHttpFetch *fetch, const char *type, GBytes *text, gpointer user_data)
{
  McpHttpPair *self = user_data;
  const char *problem = NULL;

  if (strcmp (type, "endpoint") != 0 || self->endpoint->post_uri != NULL)
    return;
  self->endpoint->post_uri = parse_endpoint (self, text, &problem);
  if (self->endpoint->post_uri == NULL)
    self->funcs->lost (problem, self->user_data);
  else
    self->funcs->opened (self->user_data);
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  McpHttpPair *self = user_data;

  if (mcp_http_fetch_is_stream (fetch) && self->endpoint->post_uri != NULL)
    mcp_http_inbox_take (self->inbox, fetch, text);
}

static char *
describe_end (McpHttpPair *self, McpHttpFetch *fetch, const GError *error)
{
  guint status = mcp_http_fetch_get_status (fetch);

  if (self->endpoint->post_uri == NULL && self->refusal != NULL)
    return g_strdup (self->refusal);
  if (error != NULL)
    return g_strdup (error->message);
  if (status != SOUP_STATUS_OK)
    return g_strdup_printf ("answered HTTP %u (%s)", status, soup_status_get_phrase (status));
  return g_strdup ("ended its stream of events");
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  McpHttpPair *self = user_data;
  g_autofree char *how = describe_end (self, fetch, error);

  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  self->funcs->lost (how, self->user_data);
}

/**
 * mcp_http_pair_start:
 * @self: a pair that is not there
 * @refusal: (nullable): why nothing newer is spoken, where that was tried; goes on after “it”
 *
 * Asks for the server's stream.
 */
void
mcp_http_pair_start (McpHttpPair *self, const char *refusal)
{
  static const McpHttpFetchFuncs funcs = { message_cb, event_cb, ended_cb };

  g_free (self->refusal);
  self->refusal = g_strdup (refusal);
  self->inbox = mcp_http_inbox_new (0, self->inbox_funcs, self->user_data);
  self->fetch = mcp_http_endpoint_new_fetch (self->endpoint, "GET", &funcs, self);
  mcp_http_fetch_set_header (self->fetch, "Accept", "text/event-stream");
  mcp_http_fetch_start (self->fetch, self->endpoint->soup, 0);
}

/**
 * mcp_http_pair_stop:
 * @self: a pair in any state
 *
 * Leaves the stream.
 */
void
mcp_http_pair_stop (McpHttpPair *self)
{
  if (self->fetch != NULL)
    mcp_http_fetch_cancel (self->fetch);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  g_clear_pointer (&self->inbox, mcp_http_inbox_free);
  g_clear_pointer (&self->refusal, g_free);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-http-channel-private.h"

#include "common/mcp-timer.h"
#include "mcp-http-pair-private.h"
#include "mcp-http-server-stream-private.h"

struct _McpHttpChannel
{
  const McpHttpChannelFuncs *funcs;
  gpointer user_data;

  McpHttpEndpoint endpoint;
  GHashTable *posts; /* (owned): gint64 *id -> McpHttpPost (owned), those sent */
  McpHttpServerStream stream;
  McpHttpPair pair;
  McpHttpFetch *closing; /* (owned) (nullable): the DELETE that ends the session */
  GSource *close_timer;  /* (owned) (nullable): in its place where there is no session */
};

static void
forward_message (gint64 id, McpJsonrpcMessage *message, gpointer user_data)
{
  McpHttpChannel *self = user_data;

  self->funcs->inbox.message (id, message, self->user_data);
}

static void
forward_malformed (gint64 id, const char *text_id, const GError *error, gpointer user_data)
{
  McpHttpChannel *self = user_data;

  self->funcs->inbox.malformed (id, text_id, error, self->user_data);
}

static const McpHttpInboxFuncs inbox_funcs = { forward_message, forward_malformed };

static void
pair_opened_cb (gpointer user_data)
{
  McpHttpChannel *self = user_data;

  self->funcs->pair_opened (self->user_data);
}

static void
pair_lost_cb (const char *how, gpointer user_data)
{
  McpHttpChannel *self = user_data;

  self->funcs->lost (how, self->user_data);
}

/**
 * mcp_http_channel_new:
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a channel without an address
 */
McpHttpChannel *
mcp_http_channel_new (const McpHttpChannelFuncs *funcs, gpointer user_data)
{
  static const McpHttpPairFuncs pair_funcs = { pair_opened_cb, pair_lost_cb };
  McpHttpChannel *self = g_new0 (McpHttpChannel, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->posts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                       (GDestroyNotify) mcp_http_post_unref);
  mcp_http_server_stream_init (&self->stream, &self->endpoint, &inbox_funcs, self);
  mcp_http_pair_init (&self->pair, &self->endpoint, &pair_funcs, &inbox_funcs, self);
  return self;
}

/**
 * mcp_http_channel_free:
 * @self: (transfer full): a channel
 */
void
mcp_http_channel_free (McpHttpChannel *self)
{
  mcp_http_channel_drop (self);
  if (self->endpoint.soup != NULL)
    soup_session_abort (self->endpoint.soup);
  g_hash_table_unref (self->posts);
  mcp_http_endpoint_clear (&self->endpoint);
  g_free (self);
}

/**
 * mcp_http_channel_set_warrant:
 * @self: a channel over which nothing was sent
 * @warrant: (nullable): gives the field Authorization of each request
 */
void
mcp_http_channel_set_warrant (McpHttpChannel *self, McpHttpWarrant *warrant)
{
  g_set_object (&self->endpoint.warrant, warrant);
}

/**
 * mcp_http_channel_open:
 * @self: a channel
 * @config: the server, which has a URL
 * @cwd: what `${cwd}` stands for
 * @secrets: (array zero-terminated=1) (nullable): "secret:NAME=value"
 * @max_bytes: of one message of the server
 * @error: return location
 *
 * Begins another session with the server, without sending anything.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether messages can be sent
 */
gboolean
mcp_http_channel_open (McpHttpChannel *self,
                       McpServerConfig *config,
                       const char *cwd,
                       const char *const *secrets,
                       gsize max_bytes,
                       GError **error)
{
  return mcp_http_endpoint_prepare (&self->endpoint, config, cwd, secrets, max_bytes, error);
}

static void
post_ended_cb (McpHttpPost *post, const GError *error, gpointer user_data)
{
  McpHttpChannel *self = user_data;

  self->funcs->post_ended (post, error, self->user_data);
}

/**
 * mcp_http_channel_post:
 * @self: a channel
 * @id: minted, also for what is no request
 * @kind: what is sent
 * @message: to send
 * @headers: (transfer full) (nullable): for this message alone; name, value, …
 * @timeout_ms: until the answer must have come whole; 0: no matter
 * @resume_ms: before a broken stream is asked for again, where the server names no time
 *
 * Sends a message. It is kept until mcp_http_channel_stop_post().
 */
void
mcp_http_channel_post (McpHttpChannel *self,
                       gint64 id,
                       McpHttpPostKind kind,
                       GBytes *message,
                       char **headers,
                       guint timeout_ms,
                       guint resume_ms)
{
  static const McpHttpPostFuncs funcs = { { forward_message, forward_malformed }, post_ended_cb };
  McpHttpPost *post = mcp_http_post_new (&self->endpoint, id, kind, message, &funcs, self);

  mcp_http_post_take_headers (post, headers);
  g_hash_table_insert (self->posts, g_memdup2 (&id, sizeof id), post);
  mcp_http_post_send (post, timeout_ms, resume_ms);
}

/**
 * mcp_http_channel_find_post:
 * @self: a channel
 * @id: of a message
 *
 * Returns: (transfer none) (nullable): the message, if it is on its way
 */
McpHttpPost *
mcp_http_channel_find_post (McpHttpChannel *self, gint64 id)
{
  return g_hash_table_lookup (self->posts, &id);
}

/**
 * mcp_http_channel_stop_post:
 * @self: a channel
 * @id: of a message
 *
 * Nothing more is awaited for the message: what still runs is cut off.
 */
void
mcp_http_channel_stop_post (McpHttpChannel *self, gint64 id)
{
  McpHttpPost *post = g_hash_table_lookup (self->posts, &id);

  if (post == NULL)
    return;
  mcp_http_post_stop (post);
  g_hash_table_remove (self->posts, &id);
}

/**
 * mcp_http_channel_open_pair:
 * @self: a channel
 * @refusal: (nullable): why nothing newer is spoken, where that was tried; goes on after “it”
 *
 * Asks for the stream of the HTTP+SSE pair.
 */
void
mcp_http_channel_open_pair (McpHttpChannel *self, const char *refusal)
{
  mcp_http_pair_start (&self->pair, refusal);
}

/**
 * mcp_http_channel_has_pair:
 * @self: a channel
 *
 * Returns: whether answers come on the stream of a pair, and not for each POST
 */
gboolean
mcp_http_channel_has_pair (McpHttpChannel *self)
{
  return self->endpoint.post_uri != NULL;
}

/**
 * mcp_http_channel_set_session:
 * @self: a channel
 * @session_id: (nullable): as the server named it
 * @revision: static; agreed on
 *
 * All requests from now on carry both.
 */
void
mcp_http_channel_set_session (McpHttpChannel *self, const char *session_id, const char *revision)
{
  g_free (self->endpoint.session_id);
  self->endpoint.session_id = g_strdup (session_id);
  self->endpoint.revision = revision;
}

/**
 * mcp_http_channel_listen:
 * @self: a channel
 * @backoff_min_ms: after a first end of the stream; doubles with each
 * @backoff_max_ms: at most
 *
 * Asks for the server's own stream, and again whenever it ends.
 */
void
mcp_http_channel_listen (McpHttpChannel *self, guint backoff_min_ms, guint backoff_max_ms)
{
  self->stream.backoff.min_ms = backoff_min_ms;
  self->stream.backoff.max_ms = backoff_max_ms;
  mcp_http_server_stream_start (&self->stream);
}

/**
 * mcp_http_channel_leave:
 * @self: a channel
 *
 * The session is over, as far as the server says. Messages on their way go on.
 */
void
mcp_http_channel_leave (McpHttpChannel *self)
{
  mcp_http_server_stream_stop (&self->stream);
  mcp_http_pair_stop (&self->pair);
  mcp_http_endpoint_forget_session (&self->endpoint);
}

/* Cuts off whatever runs. */
static void
stop_all (McpHttpChannel *self)
{
  GHashTableIter iter;
  gpointer post;

  mcp_timer_clear (&self->close_timer);
  mcp_http_server_stream_stop (&self->stream);
  mcp_http_pair_stop (&self->pair);
  g_hash_table_iter_init (&iter, self->posts);
  while (g_hash_table_iter_next (&iter, NULL, &post))
    mcp_http_post_stop (post);
  g_hash_table_remove_all (self->posts);
}

static void
finish_close (McpHttpChannel *self)
{
  g_clear_pointer (&self->closing, mcp_http_fetch_unref);
  mcp_timer_clear (&self->close_timer);
  self->funcs->closed (self->user_data);
}

static void
closing_message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
}

/* Whatever the server answers (405: it ends no session), the session is left. */
static void
closing_ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_info ("the end of a server's session: it %s", error->message);
  finish_close (user_data);
}

static gboolean
close_timer_cb (gpointer data)
{
  finish_close (data);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_http_channel_close:
 * @self: a channel
 * @timeout_ms: how long the server may take
 *
 * Cuts off whatever runs, and ends the session; `closed` is called later, in any case.
 */
void
mcp_http_channel_close (McpHttpChannel *self, guint timeout_ms)
{
  static const McpHttpFetchFuncs funcs = { closing_message_cb, NULL, closing_ended_cb };

  stop_all (self);
  if (self->endpoint.session_id != NULL)
    {
      self->closing = mcp_http_endpoint_new_fetch (&self->endpoint, "DELETE", &funcs, self);
      mcp_http_fetch_start (self->closing, self->endpoint.soup, timeout_ms);
    }
  else
    self->close_timer = mcp_timer_new_ms ("http-close", 0, close_timer_cb, self);
  mcp_http_endpoint_forget_session (&self->endpoint);
}

/**
 * mcp_http_channel_drop:
 * @self: a channel
 *
 * Leaves the server without a word.
 */
void
mcp_http_channel_drop (McpHttpChannel *self)
{
  stop_all (self);
  mcp_http_endpoint_forget_session (&self->endpoint);
  if (self->closing != NULL)
    mcp_http_fetch_cancel (self->closing);
  g_clear_pointer (&self->closing, mcp_http_fetch_unref);
}

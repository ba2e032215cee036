/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What an answer over HTTP means for the session with the server (MCP 2025-11-25, basic/lifecycle
 * and basic/transports, “Session Management”):
 *
 *   open()           the address is prepared; nothing is sent
 *   begin()          the handshake is asked; where only the HTTP+SSE pair will do, its stream first
 *   established()    `notifications/initialized` is posted, and taken: the server is ready
 *   post_ended()     without the answer: the next older way is tried in the handshake; a session
 * that the server has forgotten is begun again, and the request sent once more; everything else
 * fails the request stop()           the session is ended by DELETE; drop() says nothing
 *
 * The channel belongs to the provider and calls nothing after drop().
 */
#include "upstream/http/mcp-http-provider.h"

#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "mcp-http-channel-private.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-server-intake-inner.h"
#include "upstream/dialogue/mcp-stateless-messages.h"
#include "upstream/secrets/mcp-secret.h"

#include <string.h>

#define DEFAULT_START_MS       30000
#define DEFAULT_PROBE_MS       5000
#define DEFAULT_POST_MS        30000
#define DEFAULT_CLOSE_MS       2000
#define DEFAULT_RESUME_MS      1000
#define DEFAULT_BACKOFF_MIN_MS 500
#define DEFAULT_BACKOFF_MAX_MS 30000

/* Of a session id, which comes back with each request. */
#define MAX_SESSION_ID_BYTES 1024

struct _McpHttpProvider
{
  McpServerLink parent_instance;

  McpHttpChannel *channel; /* (owned) */
  gint64 initialized_id;   /* of the notification that ends the handshake; 0: not sent yet */
};

G_DEFINE_FINAL_TYPE (McpHttpProvider, mcp_http_provider, MCP_TYPE_SERVER_LINK)

static const McpServerTimes *
get_times (McpHttpProvider *self)
{
  return &mcp_server_link_get_setup (MCP_SERVER_LINK (self))->times;
}

/* What goes to the server */

static void
post (McpHttpProvider *self, gint64 id, McpHttpPostKind kind, GBytes *message, char **headers)
{
  const McpServerTimes *times = get_times (self);

  mcp_http_channel_post (self->channel, id, kind, message, headers,
                         kind == MCP_HTTP_POST_MESSAGE ? times->post_ms : 0, times->resume_ms);
}

static gboolean
mcp_http_provider_send_request (McpServerLink *link,
                                gint64 id,
                                const McpProviderRequest *request,
                                GError **error)
{
  gboolean is_stateless = mcp_server_link_is_stateless (link);
  g_autoptr (GBytes) message = mcp_server_link_build_request (link, id, request);

  post (MCP_HTTP_PROVIDER (link), id,
        is_stateless ? MCP_HTTP_POST_STATELESS : MCP_HTTP_POST_REQUEST, message,
        is_stateless ? mcp_stateless_messages_build_headers (request) : NULL);
  return TRUE;
}

static void
mcp_http_provider_send_own (McpServerLink *link, gint64 id, const char *method, GBytes *message)
{
  const McpProviderRequest request = { .method = method };
  gboolean is_initialize = strcmp (method, "initialize") == 0;

  post (MCP_HTTP_PROVIDER (link), id,
        is_initialize ? MCP_HTTP_POST_HANDSHAKE : MCP_HTTP_POST_STATELESS, message,
        is_initialize ? NULL : mcp_stateless_messages_build_headers (&request));
}

static void
mcp_http_provider_send (McpServerLink *link, GBytes *message)
{
  post (MCP_HTTP_PROVIDER (link), mcp_server_link_mint_id (link), MCP_HTTP_POST_MESSAGE, message,
        NULL);
}

static void
mcp_http_provider_forget (McpServerLink *link, gint64 id)
{
  mcp_http_channel_stop_post (MCP_HTTP_PROVIDER (link)->channel, id);
}

static void
mcp_http_provider_withdraw (McpServerLink *link, gint64 id, const char *reason)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (link);
  McpHttpPost *sent = mcp_http_channel_find_post (self->channel, id);
  g_autoptr (GBytes) message = NULL;

  if (sent == NULL)
    return;
  /* MCP 2026-07-28, basic/patterns/cancellation: the end of its stream says it. */
  if (mcp_http_post_get_kind (sent) != MCP_HTTP_POST_STATELESS)
    message = mcp_provider_messages_build_cancelled (id, reason);
  mcp_http_channel_stop_post (self->channel, id);
  if (message != NULL)
    mcp_http_provider_send (link, message);
}

/* How the session begins */

static gboolean
mcp_http_provider_open (McpServerLink *link, GError **error)
{
  const McpServerLinkSetup *setup = mcp_server_link_get_setup (link);

  return mcp_http_channel_open (MCP_HTTP_PROVIDER (link)->channel, setup->config, setup->cwd,
                                (const char *const *) setup->secrets,
                                setup->limits.upstream_message_bytes, error);
}

static void
mcp_http_provider_begin (McpServerLink *link)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (link);
  McpServerFacts *facts = mcp_server_link_get_facts (link);

  self->initialized_id = 0;
  if (mcp_server_link_get_setup (link)->config->is_sse)
    facts->lifecycle = MCP_LIFECYCLE_HTTP_SSE;
  if (facts->lifecycle == MCP_LIFECYCLE_HTTP_SSE)
    mcp_http_channel_open_pair (self->channel, NULL);
  else
    mcp_handshake_ask (mcp_server_link_get_handshake (link));
}

static void
pair_opened_cb (gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_link_get_facts (link)->lifecycle = MCP_LIFECYCLE_HTTP_SSE;
  mcp_handshake_initialize (mcp_server_link_get_handshake (link));
}

/* Visible ASCII (MCP 2025-11-25, basic/transports, “Session Management”). */
static gboolean
is_session_id (const char *id)
{
  gsize length = strlen (id);

  for (gsize i = 0; i < length; i++)
    if (id[i] < 0x21 || id[i] > 0x7e)
      return FALSE;
  return length > 0 && length <= MAX_SESSION_ID_BYTES;
}

static void
take_ready (McpHttpProvider *self)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  const McpServerTimes *times = get_times (self);

  self->initialized_id = 0;
  if (!mcp_server_link_is_stateless (link) && !mcp_http_channel_has_pair (self->channel))
    mcp_http_channel_listen (self->channel, times->backoff_min_ms, times->backoff_max_ms);
  mcp_server_link_take_ready (link);
}

/* The answer to `initialize` has come, by the message @id. */
static void
take_session (McpHttpProvider *self, gint64 id)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  McpHttpPost *sent = mcp_http_channel_find_post (self->channel, id);
  const char *session_id = NULL;
  g_autoptr (GBytes) message = NULL;

  if (sent != NULL && !mcp_http_channel_has_pair (self->channel))
    session_id = mcp_http_post_get_header (sent, MCP_HEADER_SESSION_ID);
  if (session_id != NULL && !is_session_id (session_id))
    {
      mcp_server_link_fail (link, "gave a session id that is none");
      return;
    }

  mcp_http_channel_set_session (
      self->channel, session_id,
      mcp_revision_to_string (mcp_server_link_get_facts (link)->revision));
  /* The server must have taken it before it sees a request: connections overtake each other. */
  message = mcp_provider_messages_build_initialized ();
  self->initialized_id = mcp_server_link_mint_id (link);
  post (self, self->initialized_id, MCP_HTTP_POST_MESSAGE, message, NULL);
}

static void
mcp_http_provider_established (McpServerLink *link, gint64 id)
{
  if (mcp_server_link_is_stateless (link))
    take_ready (MCP_HTTP_PROVIDER (link));
  else
    take_session (MCP_HTTP_PROVIDER (link), id);
}

/* MCP 2026-07-28, basic/versioning, and 2025-11-25, basic/transports, “Backwards Compatibility”:
   whatever a server answers to what it does not know, the next older way is tried. */
static void
handshake_ended (McpHttpProvider *self, gint64 id, guint status, const char *how)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  McpHandshake *handshake = mcp_server_link_get_handshake (link);
  gboolean is_probe = id == handshake->discover_id;
  gboolean is_unknown = status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED;
  gboolean has_pair = mcp_http_channel_has_pair (self->channel);

  mcp_http_channel_stop_post (self->channel, id);
  if (is_probe && status != 0)
    mcp_handshake_take_no_answer (handshake, id, how);
  else if (!is_probe && status != 0 && !handshake->has_discovered && !has_pair)
    {
      /* It was known to be an older server, and may be another by now. */
      handshake->initialize_id = 0;
      mcp_handshake_discover (handshake);
    }
  else if (!is_probe && !is_unknown && handshake->discover_id != 0)
    handshake->initialize_id = 0; /* asked because the server is slow: it may yet answer */
  else if (!is_probe && is_unknown && !has_pair)
    {
      mcp_http_channel_stop_post (self->channel, handshake->discover_id);
      handshake->discover_id = handshake->initialize_id = 0;
      mcp_http_channel_open_pair (self->channel, how);
    }
  else
    mcp_server_link_fail (link, how);
}

/* What the server answers */

static void
message_cb (gint64 id, McpJsonrpcMessage *message, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_intake_take_message (link, id, message);
}

static void
malformed_cb (gint64 id, const char *text_id, const GError *error, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_intake_take_malformed (link, text_id, error);
}

/* The server does not know the session any more, or the revision that the message is written in. */
static void
session_lost (McpHttpProvider *self, McpHttpPost *sent)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  gboolean is_stateless = mcp_http_post_get_kind (sent) == MCP_HTTP_POST_STATELESS;
  gboolean is_current =
      mcp_http_post_is_of_session (sent) && mcp_server_link_get_state (link) == MCP_PROVIDER_READY;
  const char *how =
      is_stateless ? "does not know the revision that it spoke" : "has ended the session";

  if (mcp_http_post_get_kind (sent) == MCP_HTTP_POST_MESSAGE)
    mcp_http_channel_stop_post (self->channel, mcp_http_post_get_id (sent));
  else
    mcp_server_link_repeat_or_fail (link, mcp_http_post_get_id (sent), how);
  if (!is_current || mcp_server_link_get_state (link) != MCP_PROVIDER_READY)
    {
      mcp_server_link_deliver_waiting (link);
      return;
    }
  if (is_stateless)
    mcp_server_link_forget_revision (link);
  mcp_server_link_begin_again (link, how);
}

/* No older way of talking to the server would help. */
static gboolean
is_person_needed (const GError *error)
{
  return g_error_matches (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
}

static void
request_ended (McpHttpProvider *self, McpHttpPost *sent, const GError *error)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  gint64 id = mcp_http_post_get_id (sent);
  guint status = mcp_http_post_get_status (sent);
  g_autofree char *how = mcp_http_post_describe_end (sent, error);
  gboolean is_repeated = mcp_pending_requests_is_repeated (mcp_server_link_get_pending (link), id);

  /* The answer comes on the stream of the pair. */
  if (mcp_http_channel_has_pair (self->channel) && error == NULL && status >= 200 && status < 300)
    return;
  if (mcp_handshake_owns (mcp_server_link_get_handshake (link), id))
    {
      if (g_error_matches (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED))
        mcp_server_link_fail_locked (link, how);
      else if (is_person_needed (error))
        mcp_server_link_fail (link, how);
      else if (error == NULL && mcp_http_post_get_kind (sent) == MCP_HTTP_POST_STATELESS &&
               mcp_http_post_is_refused (sent))
        mcp_server_intake_take_answer (link, id, mcp_http_post_get_refusal (sent));
      else
        handshake_ended (self, id, status, how);
    }
  else if (error == NULL && mcp_http_post_is_session_lost (sent, is_repeated))
    session_lost (self, sent);
  else if (error == NULL && mcp_http_post_is_refused (sent))
    mcp_server_intake_take_answer (link, id, mcp_http_post_get_refusal (sent));
  else
    mcp_server_link_fail_request (link, id, how);
}

static void
initialized_ended (McpHttpProvider *self, McpHttpPost *sent, const GError *error, gboolean is_taken)
{
  g_autofree char *how = is_taken ? NULL : mcp_http_post_describe_end (sent, error);

  mcp_http_channel_stop_post (self->channel, mcp_http_post_get_id (sent));
  if (is_taken)
    take_ready (self);
  else
    mcp_server_link_fail (MCP_SERVER_LINK (self), how);
}

/* A notification or a response has been sent, or not. */
static void
message_ended (McpHttpProvider *self, McpHttpPost *sent, const GError *error)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  guint status = mcp_http_post_get_status (sent);
  gboolean is_taken = error == NULL && status >= 200 && status < 300;

  if (mcp_http_post_get_id (sent) == self->initialized_id &&
      mcp_server_link_get_state (link) == MCP_PROVIDER_STARTING)
    {
      initialized_ended (self, sent, error, is_taken);
      return;
    }
  if (error == NULL && mcp_http_post_is_session_lost (sent, FALSE))
    {
      session_lost (self, sent);
      return;
    }
  mcp_http_channel_stop_post (self->channel, mcp_http_post_get_id (sent));
  if (!is_taken)
    mcp_server_link_count_stray (link, "does not take what it is sent");
}

static void
post_ended_cb (McpHttpPost *sent, const GError *error, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);

  if (mcp_http_post_get_kind (sent) == MCP_HTTP_POST_MESSAGE)
    message_ended (self, sent, error);
  else
    request_ended (self, sent, error);
}

/* How the session ends */

static void
lost_cb (const char *how, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  if (mcp_server_link_is_open (link))
    mcp_server_link_fail (link, how);
}

static void
closed_cb (gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_link_take_stopped (link);
}

static void
mcp_http_provider_leave (McpServerLink *link)
{
  mcp_http_channel_leave (MCP_HTTP_PROVIDER (link)->channel);
}

static void
mcp_http_provider_stop (McpServerLink *link)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (link);

  mcp_http_channel_close (self->channel, get_times (self)->close_ms);
}

static void
mcp_http_provider_drop (McpServerLink *link)
{
  mcp_http_channel_drop (MCP_HTTP_PROVIDER (link)->channel);
}

/* GObject */

static void
mcp_http_provider_finalize (GObject *object)
{
  mcp_http_channel_free (MCP_HTTP_PROVIDER (object)->channel);

  G_OBJECT_CLASS (mcp_http_provider_parent_class)->finalize (object);
}

static void
mcp_http_provider_class_init (McpHttpProviderClass *klass)
{
  McpServerLinkClass *link_class = MCP_SERVER_LINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_http_provider_finalize;
  link_class->open = mcp_http_provider_open;
  link_class->begin = mcp_http_provider_begin;
  link_class->send_request = mcp_http_provider_send_request;
  link_class->send_own = mcp_http_provider_send_own;
  link_class->send = mcp_http_provider_send;
  link_class->withdraw = mcp_http_provider_withdraw;
  link_class->forget = mcp_http_provider_forget;
  link_class->established = mcp_http_provider_established;
  link_class->leave = mcp_http_provider_leave;
  link_class->stop = mcp_http_provider_stop;
  link_class->drop = mcp_http_provider_drop;
  link_class->keeps_requests = TRUE;
}

static void
mcp_http_provider_init (McpHttpProvider *self)
{
  static const McpHttpChannelFuncs funcs = {
    { message_cb, malformed_cb }, pair_opened_cb, post_ended_cb, lost_cb, closed_cb
  };

  self->channel = mcp_http_channel_new (&funcs, self);
}

/**
 * mcp_http_provider_new:
 * @config: the server, which has a URL
 * @cwd: absolute; the server's MCP root
 * @limits: how large a message of the server may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 *
 * A server of any MCP revision. Its session begins at the first request, in the thread-default main
 * context of then. Dropping the last reference leaves the server without a word; closing ends the
 * session.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_http_provider_new (McpServerConfig *config,
                       const char *cwd,
                       const McpLimits *limits,
                       guint timeout_ms)
{
  const McpServerTimes times = {
    .start_ms = DEFAULT_START_MS,
    .probe_ms = DEFAULT_PROBE_MS,
    .post_ms = DEFAULT_POST_MS,
    .close_ms = DEFAULT_CLOSE_MS,
    .resume_ms = DEFAULT_RESUME_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };
  McpHttpProvider *self;

  g_return_val_if_fail (config != NULL && config->url != NULL, NULL);

  self = g_object_new (MCP_TYPE_HTTP_PROVIDER, NULL);
  mcp_server_link_construct (MCP_SERVER_LINK (self), config, cwd, limits, timeout_ms, &times);
  return MCP_PROVIDER (self);
}

/* The next request need not wait until enough time has passed since the last failure. */
static void
granted_cb (McpHttpWarrant *warrant, McpServerLink *link)
{
  mcp_server_link_note_answered (link);
}

/**
 * mcp_http_provider_set_warrant:
 * @self: a provider that was made just now
 * @warrant: gives the field Authorization of each request, and is asked what to do when one is
 *   refused
 */
void
mcp_http_provider_set_warrant (McpHttpProvider *self, McpHttpWarrant *warrant)
{
  mcp_http_channel_set_warrant (self->channel, warrant);
  g_signal_connect_object (warrant, "granted", G_CALLBACK (granted_cb), self, 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests and answers by way of libsoup's server, which never sees a socket: each request is
 * given to it as a stream of its own, and its answer goes to the connection (see
 * docs/decisions/libsoup-server.md). No other file of the daemon knows that server.
 */
#include "http/server/mcp-soup-carrier.h"

#include "common/mcp-names.h"
#include "http/connection/mcp-http-connection-exchange.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-error.h"

#include "config.h"

#include <libsoup/soup.h>

#define CHARGED_BYTES (64 * 1024)

struct _McpSoupCarrier
{
  SoupServer *soup; /* (owned) */
  McpHttpHandler handler;
  McpHttpCounters *counters; /* (owned) */
};

/* One request on its way through libsoup. The address that libsoup takes for the client's owns it.
 */
typedef struct
{
  McpSoupCarrier *carrier;   /* (unowned): outlives the messages of its server */
  McpHttpRequest *request;   /* (owned) */
  McpHttpCounters *counters; /* (owned) */
  SoupServerMessage *msg;    /* (weak) (nullable): while libsoup has one */
  gboolean is_handled;       /* the route has it */
  gboolean is_lost;          /* the client went away before that */
  gboolean is_answered;      /* the message has its answer, or its head */
  gboolean is_stream;
  gboolean is_paused;     /* libsoup waits for the answer */
  McpUnreadAnswer unread; /* until the answer is sent */
} Exchange;

static G_DEFINE_QUARK (mcp_soup_carrier_exchange, exchange);

static void
leave_message (Exchange *self)
{
  mcp_unread_answers_remove (&self->unread);
  mcp_http_connection_clear_gone (mcp_http_request_get_connection (self->request), self);
  if (self->msg == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->msg, self);
  g_clear_weak_pointer (&self->msg);
}

static void
exchange_clear (gpointer data)
{
  Exchange *self = data;

  leave_message (self);
  mcp_http_request_client_gone (self->request);
  mcp_http_request_unref (self->request);
  g_rc_box_release (self->counters);
}

static void
exchange_unref (gpointer data)
{
  g_rc_box_release_full (data, exchange_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Exchange, exchange_unref)

static void
set_head (Exchange *self)
{
  const McpHttpResponse *response = mcp_http_request_get_response (self->request);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->msg);
  const char *reason =
      response->status >= 400 ? mcp_http_error_get_reason (response->status) : NULL;

  soup_server_message_set_status (self->msg, response->status, reason);
  for (guint i = 0; response->fields != NULL && i < response->fields->len; i++)
    {
      const McpHttpResponseField *field =
          &g_array_index (response->fields, McpHttpResponseField, i);

      soup_message_headers_replace (headers, field->name, field->value);
    }
}

/* libsoup sends the answer when the handler returns, or goes on when it was paused. */
static void
release (Exchange *self)
{
  self->is_answered = TRUE;
  if (self->is_paused)
    soup_server_message_unpause (self->msg);
  self->is_paused = FALSE;
}

static void
cut (gpointer data)
{
  mcp_http_connection_cut (mcp_http_request_get_connection (((Exchange *) data)->request));
}

static void
wrote_body_data_cb (SoupServerMessage *msg, guint n_bytes, gpointer user_data)
{
  Exchange *self = user_data;

  /* libsoup keeps the whole of an answer until the end: nothing is freed, but the client reads. */
  mcp_unread_answers_update (&self->unread, self->unread.n_bytes);
}

/* Small answers are held by the socket. */
static void
charge (Exchange *self, gsize n_bytes)
{
  if (n_bytes < CHARGED_BYTES)
    return;

  self->unread.cut = cut;
  self->unread.data = self;
  g_signal_connect (self->msg, "wrote-body-data", G_CALLBACK (wrote_body_data_cb), self);
  mcp_unread_answers_add (self->request->context->unread, &self->unread, self->request->session,
                          n_bytes);
}

static void
send_reply (gpointer carrier)
{
  Exchange *self = carrier;
  const McpHttpResponse *response = mcp_http_request_get_response (self->request);

  set_head (self);
  if (response->body != NULL)
    {
      soup_message_body_append_bytes (soup_server_message_get_response_body (self->msg),
                                      response->body);
      charge (self, g_bytes_get_size (response->body));
    }
  release (self);
}

static void
send_stream_head (gpointer carrier)
{
  Exchange *self = carrier;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->msg);

  set_head (self);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  soup_message_headers_replace (headers, "Connection", "close");
  self->is_stream = TRUE;
  release (self);
}

/* Has libsoup find out that nobody reads. */
static void
abandon (Exchange *self)
{
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);

  leave_message (self);
  mcp_http_request_client_gone (self->request);
  soup_server_message_set_status (msg, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  if (self->is_paused)
    soup_server_message_unpause (msg);
}

/* A client may send a request and close without waiting: the request counts nevertheless. */
static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  g_autoptr (Exchange) self = g_rc_box_acquire ((Exchange *) user_data);

  if (!self->is_handled)
    self->is_lost = TRUE;
  else if (!self->is_answered && self->msg != NULL)
    abandon (self);
}

static void
message_over_cb (SoupServerMessage *msg, gpointer user_data)
{
  g_autoptr (Exchange) self = g_rc_box_acquire ((Exchange *) user_data);

  leave_message (self);
  mcp_http_request_client_gone (self->request);
}

static void
begin_stream (Exchange *self)
{
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);
  g_autoptr (GIOStream) stolen = NULL;

  /* libsoup reports that the message is disconnected when its connection is taken. */
  leave_message (self);
  stolen = soup_server_message_steal_connection (msg);
  mcp_http_request_head_sent (self->request);
}

/* An answer counts when its head is sent, whether or not the answer ever ends. */
static void
wrote_headers_cb (SoupServerMessage *msg, gpointer user_data)
{
  g_autoptr (Exchange) self = g_rc_box_acquire ((Exchange *) user_data);

  mcp_http_counters_answered (self->counters, soup_server_message_get_status (msg));
  if (self->is_stream)
    begin_stream (self);
}

static void
request_started_cb (SoupServer *soup, SoupServerMessage *msg, gpointer user_data)
{
  GSocketAddress *address = soup_server_message_get_remote_address (msg);
  Exchange *self = g_object_get_qdata (G_OBJECT (address), exchange_quark ());

  g_set_weak_pointer (&self->msg, msg);
  g_signal_connect (msg, "wrote-headers", G_CALLBACK (wrote_headers_cb), self);
  g_signal_connect (msg, "finished", G_CALLBACK (message_over_cb), self);
  g_signal_connect (msg, "disconnected", G_CALLBACK (message_over_cb), self);
}

static void
handle_cb (SoupServer *soup,
           SoupServerMessage *msg,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  GSocketAddress *address = soup_server_message_get_remote_address (msg);
  g_autoptr (Exchange) self =
      g_rc_box_acquire ((Exchange *) g_object_get_qdata (G_OBJECT (address), exchange_quark ()));

  self->is_handled = TRUE;
  self->carrier->handler (self->request);
  if (self->is_answered || self->msg == NULL)
    return;

  if (self->is_lost)
    {
      abandon (self);
      return;
    }
  self->is_paused = TRUE;
  soup_server_message_pause (self->msg);
}

/**
 * mcp_soup_carrier_new:
 * @handler: answers requests, now or later
 * @counters: counts answers by their status; a box of g_rc_box_new()
 *
 * Makes a carrier on the thread-default main context.
 *
 * Returns: (transfer full): the carrier
 */
McpSoupCarrier *
mcp_soup_carrier_new (McpHttpHandler handler, McpHttpCounters *counters)
{
  McpSoupCarrier *self = g_new0 (McpSoupCarrier, 1);

  self->handler = handler;
  self->counters = g_rc_box_acquire (counters);
  /* With raw paths libsoup does not decode, and so does not refuse, what the router compares. */
  self->soup = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, "server-header",
                             MCP_DIRECTORY "/" MCP_VERSION, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  soup_server_add_handler (self->soup, NULL, handle_cb, self, NULL);
  /* libsoup needs a handler of its own for “OPTIONS *”. */
  soup_server_add_handler (self->soup, "*", handle_cb, self, NULL);
  return self;
}

/**
 * mcp_soup_carrier_free:
 * @self: (transfer full): the carrier
 *
 * Ends all requests that are being carried: their clients have gone, as far as routes can tell.
 */
void
mcp_soup_carrier_free (McpSoupCarrier *self)
{
  g_signal_handlers_disconnect_by_data (self->soup, self);
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  g_rc_box_release (self->counters);
  g_free (self);
}

static GSocketAddress *
build_address (McpSoupCarrier *self, McpHttpRequest *request)
{
  static const McpHttpCarrierFuncs funcs = { .reply = send_reply, .stream = send_stream_head };
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  Exchange *exchange = g_rc_box_new0 (Exchange);

  exchange->carrier = self;
  exchange->request = mcp_http_request_ref (request);
  exchange->counters = g_rc_box_acquire (self->counters);
  mcp_http_request_set_carrier (request, &funcs, exchange);
  mcp_http_connection_set_gone (mcp_http_request_get_connection (request), peer_gone_cb, exchange);
  g_object_set_qdata_full (G_OBJECT (address), exchange_quark (), exchange, exchange_unref);
  return address;
}

/**
 * mcp_soup_carrier_carry:
 * @self: the carrier
 * @request: a request that its connection just handed over
 *
 * Has the request answered.
 */
void
mcp_soup_carrier_carry (McpSoupCarrier *self, McpHttpRequest *request)
{
  /* The routes read the request's own body. What libsoup does to one grows with the square of its
   * length. */
  g_autoptr (GBytes) no_body = g_bytes_new_static (NULL, 0);
  g_autoptr (GBytes) head = mcp_request_head_to_bytes (mcp_http_request_get_head (request), 0);
  g_autoptr (GIOStream) stream =
      mcp_http_connection_exchange_open (mcp_http_request_get_connection (request), head, no_body);
  /* Only a request without a Host would need the real addresses, and there is none here. */
  g_autoptr (GSocketAddress) address = build_address (self, request);
  g_autoptr (GError) error = NULL;

  if (!soup_server_accept_iostream (self->soup, stream, address, address, &error))
    g_warning ("libsoup does not take a request: %s", error->message);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests that the connection answers itself, without an exchange through libsoup (see
 * docs/decisions/direct-routes.md). The connection has read the whole request and checked it; here
 * the answer gets its head. Heads say what libsoup's say.
 */
#include "http/server/mcp-direct-carrier.h"

#include "common/mcp-decimal.h"
#include "common/mcp-names.h"
#include "http/connection/mcp-http-connection-exchange.h"
#include "http/request/mcp-http-context.h"
#include "http/wire/mcp-http-error.h"

#include "config.h"

#include <libsoup/soup.h>

#define CHARGED_BYTES (64 * 1024)

struct _McpDirectCarrier
{
  McpHttpHandler handler;
  McpHttpCounters *counters; /* (owned) */
  GQueue exchanges;          /* (element-type Exchange): those that are open */
  char *date;                /* (nullable): as a header has it */
  gint64 date_s;             /* the second that @date is of */
  GString *start;            /* the first lines of a head with @start_status and @date */
  guint start_status;        /* 0: none was built */
};

/* One request that is being answered. */
typedef struct
{
  McpDirectCarrier *carrier; /* (unowned): it ends all exchanges before its own end */
  McpHttpRequest *request;   /* (owned) */
  gboolean is_followed;      /* the connection tells when the client is gone */
  GList link;
  McpUnreadAnswer unread; /* until the answer is sent */
} Exchange;

static void
unfollow (Exchange *self)
{
  mcp_http_connection_clear_gone (mcp_http_request_get_connection (self->request), self);
  self->is_followed = FALSE;
}

static void
exchange_free (Exchange *self)
{
  mcp_unread_answers_remove (&self->unread);
  unfollow (self);
  g_queue_unlink (&self->carrier->exchanges, &self->link);
  mcp_http_request_unref (self->request);
  g_free (self);
}

/* RFC 9110 section 6.6.1; made once a second. */
static void
update_date (McpDirectCarrier *self)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) now = NULL;

  if (self->date != NULL && now_s == self->date_s)
    return;
  now = g_date_time_new_from_unix_utc (now_s);
  g_free (self->date);
  self->date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  self->date_s = now_s;
  self->start_status = 0;
}

/* Most answers of a second begin alike. */
static const GString *
get_start (McpDirectCarrier *self, guint status)
{
  const char *reason =
      status >= 400 ? mcp_http_error_get_reason (status) : soup_status_get_phrase (status);

  update_date (self);
  if (self->start_status == status)
    return self->start;

  self->start_status = status;
  g_string_assign (self->start, "HTTP/1.1 ");
  mcp_decimal_append_uint (self->start, status);
  g_string_append_c (self->start, ' ');
  g_string_append (self->start, reason);
  g_string_append (self->start, "\r\nServer: " MCP_DIRECTORY "/" MCP_VERSION "\r\nDate: ");
  g_string_append (self->start, self->date);
  g_string_append (self->start, "\r\n");
  return self->start;
}

static GString *
build_head (Exchange *self, const McpHttpResponse *response)
{
  const GString *start = get_start (self->carrier, response->status);
  GString *head = g_string_sized_new (384);

  g_string_append_len (head, start->str, (gssize) start->len);
  for (guint i = 0; response->fields != NULL && i < response->fields->len; i++)
    {
      const McpHttpResponseField *field =
          &g_array_index (response->fields, McpHttpResponseField, i);

      g_string_append (head, field->name);
      g_string_append_len (head, ": ", 2);
      g_string_append (head, field->value);
      g_string_append_len (head, "\r\n", 2);
    }
  return head;
}

/* RFC 9110 section 8.6: an answer of 204 has no length. */
static void
append_length (GString *head, const McpHttpResponse *response)
{
  gsize length = response->body != NULL ? g_bytes_get_size (response->body) : 0;

  if (response->status == SOUP_STATUS_NO_CONTENT)
    return;
  g_string_append (head, "Content-Length: ");
  mcp_decimal_append_uint (head, length);
  g_string_append (head, "\r\n");
}

static void
sent_cb (gpointer user_data)
{
  exchange_free (user_data);
}

static void
cut (gpointer data)
{
  mcp_http_connection_cut (mcp_http_request_get_connection (((Exchange *) data)->request));
}

/* Small answers are held by the socket. */
static void
charge (Exchange *self, GBytes *body)
{
  gsize n_bytes = body != NULL ? g_bytes_get_size (body) : 0;

  if (n_bytes < CHARGED_BYTES)
    return;
  self->unread.cut = cut;
  self->unread.data = self;
  mcp_unread_answers_add (self->request->context->unread, &self->unread, self->request->session,
                          n_bytes);
}

static void
send_reply (gpointer carrier)
{
  Exchange *self = carrier;
  McpHttpConnection *connection = mcp_http_request_get_connection (self->request);
  const McpHttpResponse *response = mcp_http_request_get_response (self->request);
  GString *head = build_head (self, response);

  append_length (head, response);
  unfollow (self);
  mcp_http_counters_answered (self->carrier->counters, response->status);
  charge (self, response->body);
  mcp_http_connection_exchange_reply (connection, head, response->body, sent_cb, self);
}

static void
stream_cb (gpointer user_data)
{
  Exchange *self = user_data;
  g_autoptr (McpHttpRequest) request = mcp_http_request_ref (self->request);

  exchange_free (self);
  mcp_http_request_head_sent (request);
}

static void
send_stream_head (gpointer carrier)
{
  Exchange *self = carrier;
  McpHttpConnection *connection = mcp_http_request_get_connection (self->request);
  const McpHttpResponse *response = mcp_http_request_get_response (self->request);
  GString *head = build_head (self, response);

  mcp_http_counters_answered (self->carrier->counters, response->status);
  mcp_http_connection_exchange_stream (connection, head, stream_cb, self);
}

static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  Exchange *self = user_data;
  g_autoptr (McpHttpRequest) request = mcp_http_request_ref (self->request);

  exchange_free (self);
  mcp_http_request_client_gone (request);
}

/**
 * mcp_direct_carrier_new:
 * @handler: answers requests, now or later
 * @counters: counts answers by their status; a box of g_rc_box_new()
 *
 * Returns: (transfer full): the carrier
 */
McpDirectCarrier *
mcp_direct_carrier_new (McpHttpHandler handler, McpHttpCounters *counters)
{
  McpDirectCarrier *self = g_new0 (McpDirectCarrier, 1);

  self->handler = handler;
  self->counters = g_rc_box_acquire (counters);
  self->start = g_string_new (NULL);
  return self;
}

/**
 * mcp_direct_carrier_free:
 * @self: (transfer full): the carrier
 *
 * Ends all requests that are being carried: their clients have gone, as far as routes can tell.
 */
void
mcp_direct_carrier_free (McpDirectCarrier *self)
{
  GList *link;

  while ((link = g_queue_peek_head_link (&self->exchanges)) != NULL)
    {
      Exchange *exchange = link->data;
      McpHttpConnection *connection = mcp_http_request_get_connection (exchange->request);

      mcp_http_connection_exchange_forget (connection);
      if (exchange->is_followed)
        peer_gone_cb (connection, exchange);
      else
        exchange_free (exchange);
    }
  g_rc_box_release (self->counters);
  g_free (self->date);
  g_string_free (self->start, TRUE);
  g_free (self);
}

/**
 * mcp_direct_carrier_carry:
 * @self: the carrier
 * @request: a request that its connection just handed over
 *
 * Has the request answered.
 */
void
mcp_direct_carrier_carry (McpDirectCarrier *self, McpHttpRequest *request)
{
  static const McpHttpCarrierFuncs funcs = { .reply = send_reply, .stream = send_stream_head };
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->carrier = self;
  exchange->request = mcp_http_request_ref (request);
  exchange->link.data = exchange;
  g_queue_push_tail_link (&self->exchanges, &exchange->link);
  mcp_http_request_set_carrier (request, &funcs, exchange);
  exchange->is_followed = TRUE;
  mcp_http_connection_set_gone (mcp_http_request_get_connection (request), peer_gone_cb, exchange);
  self->handler (request);
}

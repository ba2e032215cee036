/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/run/mcp-cli-publisher.h"

#include "cli/terminal/mcp-cli-json.h"

/* The daemon takes this many in one request. */
#define MAX_EVENTS 1000

struct _McpCliPublisher
{
  McpCliConnection *connection; /* (owned) */
  McpCliSession *session;       /* (owned) */
  char *path;
  GString *fixed;  /* members that all events have, an object without its closing brace */
  GString *events; /* an array without its closing bracket */
  guint n_events;
};

static void
begin (McpCliPublisher *self)
{
  g_string_assign (self->events, "[");
  self->n_events = 0;
}

/**
 * mcp_cli_publisher_new:
 * @connection: to the daemon
 * @session: (transfer full): the session of the events
 *
 * Returns: (transfer full): a publisher, which collects events and sends them together
 */
McpCliPublisher *
mcp_cli_publisher_new (McpCliConnection *connection, McpCliSession *session)
{
  McpCliPublisher *self = g_new0 (McpCliPublisher, 1);

  self->connection = g_object_ref (connection);
  self->session = session;
  self->path = g_strdup_printf ("/session/%s/progress", session->id);
  self->fixed = g_string_new ("{");
  self->events = g_string_new (NULL);
  begin (self);
  return self;
}

/**
 * mcp_cli_publisher_free:
 * @self: (transfer full): a publisher; events that were not flushed are lost
 */
void
mcp_cli_publisher_free (McpCliPublisher *self)
{
  g_object_unref (self->connection);
  mcp_cli_session_free (self->session);
  g_free (self->path);
  g_string_free (self->fixed, TRUE);
  g_string_free (self->events, TRUE);
  g_free (self);
}

/**
 * mcp_cli_publisher_describe:
 * @self: a publisher
 * @key: “tool”, “call_id” or “token”
 * @value: (nullable): the value in all later events
 */
void
mcp_cli_publisher_describe (McpCliPublisher *self, const char *key, const char *value)
{
  mcp_cli_json_add_string (self->fixed, key, value);
}

/**
 * mcp_cli_publisher_flush:
 * @self: a publisher
 * @error: return location
 *
 * Sends the collected events, and waits for the daemon's answer.
 *
 * Returns: whether the daemon took them
 */
gboolean
mcp_cli_publisher_flush (McpCliPublisher *self, GError **error)
{
  g_autoptr (GBytes) answer = NULL;

  if (self->n_events == 0)
    return TRUE;
  g_string_append_c (self->events, ']');
  answer = mcp_cli_connection_request (self->connection, "POST", self->path, self->session,
                                       self->events->str, error);
  begin (self);
  return answer != NULL;
}

/**
 * mcp_cli_publisher_add:
 * @self: a publisher
 * @event: what to tell
 * @error: return location
 *
 * Collects one more event; a full collection is sent.
 *
 * Returns: %FALSE if events were sent and the daemon did not take them
 */
gboolean
mcp_cli_publisher_add (McpCliPublisher *self, const McpCliEvent *event, GError **error)
{
  g_autoptr (GString) json = g_string_new (self->fixed->str);
  g_autoptr (GString) number = g_string_new (NULL);

  mcp_json_append_double (number, event->progress);
  mcp_cli_json_add_raw (json, "progress", number->str, -1);
  if (event->total >= 0)
    {
      g_string_truncate (number, 0);
      mcp_json_append_double (number, event->total);
      mcp_cli_json_add_raw (json, "total", number->str, -1);
    }
  mcp_cli_json_add_string (json, "message", event->message);
  mcp_cli_json_add_string (json, "state", event->state);
  g_string_append_c (json, '}');

  if (self->n_events > 0)
    g_string_append_c (self->events, ',');
  g_string_append_len (self->events, json->str, (gssize) json->len);
  self->n_events++;
  return self->n_events < MAX_EVENTS || mcp_cli_publisher_flush (self, error);
}

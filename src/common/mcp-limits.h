/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpLimits:
 *
 * What peers can make the daemon hold at most. Filled with the defaults by
 * mcp_limits_init_defaults(); the settings file's [Limits] group may change
 * each within the range of mcp_limits_get_table().
 */
typedef struct
{
  guint connections;             /* HTTP connections, all listeners together */
  guint sessions;                /* sessions of the daemon */
  guint sessions_per_minute;     /* made in a minute, or at once after a quiet one */
  guint subscribers_per_session; /* event streams of one session */
  guint event_queue_bytes;    /* of the events that wait for one watcher, or that a session keeps */
  guint kept_event_bytes;     /* of the events that all sessions keep */
  guint calls_per_session;    /* tool calls in flight in one session */
  guint requests_per_session; /* of its MCP clients, whatever they ask, not answered yet */
  guint request_bytes_per_session; /* of these requests */
  guint parked_per_session;        /* calls that wait for their client to come back with input */
  guint call_seconds;              /* of one call, whatever progress it reports */
  guint attachments_per_session;   /* MCP clients attached to one session */
  guint attachment_stream_bytes;   /* kept for one of them, so that a broken stream can go on */
  guint unread_bytes_per_session;  /* of answers that the clients of a session have not read */
  guint unread_bytes;              /* of answers that no client has read, all sessions together */
  guint result_bytes_per_session;  /* large results between server and connection */
  guint result_bytes;              /* of all sessions */
  guint body_bytes;                /* of one HTTP request's body */
  guint head_bytes;                /* of one HTTP request's head */
  guint header_fields;             /* of one HTTP request */
  guint json_depth;                /* nesting of arrays and objects */
  guint json_values;               /* values in one JSON text from a client */
  guint upstream_message_bytes;    /* of one message from an upstream server */
  guint list_items;              /* of a kind that an upstream server lists: tools, prompts, … */
  guint upstream_processes;      /* upstream processes, all sessions together */
  guint stderr_lines_per_second; /* logged of what one of them says on standard error */
  guint server_log_bytes;        /* kept of what all processes of a server said there */
  guint bus_calls_per_sender;    /* D-Bus calls of one sender that are not answered yet */
  guint questions_per_session;   /* of one session that wait for the owner */
  guint questions;               /* that wait for the owner, all sessions together */
  guint providers_per_sender;    /* apps that one connection of the bus has registered */
  guint providers;               /* apps that have registered, all connections together */
  guint head_seconds;       /* from accept (or the first byte of a later request) to a whole head */
  guint body_seconds;       /* from the head's end to the body's */
  guint keep_alive_seconds; /* idle between two requests */
} McpLimits;

typedef struct
{
  const char *key; /* in the [Limits] group, CamelCase */
  gsize offset;    /* of the guint in McpLimits */
  guint minimum;
  guint maximum;
  guint value; /* the default */
} McpLimitEntry;

void mcp_limits_init_defaults (McpLimits *limits);
const McpLimitEntry *mcp_limits_get_table (gsize *n_entries);

G_END_DECLS

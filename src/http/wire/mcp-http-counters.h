/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MCP_HTTP_FIRST_STATUS 100
#define MCP_HTTP_N_STATUSES   500

/**
 * McpHttpCounters:
 * @bytes_in: read from clients
 * @bytes_out: that the kernel took for clients
 * @n_accepted: connections that came in
 * @n_foreign: clients refused since they are not processes of the owner
 * @n_full: clients refused since too many connections were open
 * @n_accept_errors: clients that could not be let in, or were lost on the way
 * @n_answers: by status, from 100 on
 *
 * What the HTTP side has done since it was made. Shared between the listener with its connections
 * and the server: a reference-counted box. Main context only.
 */
typedef struct
{
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 n_accepted;
  guint64 n_foreign;
  guint64 n_full;
  guint64 n_accept_errors;
  guint64 n_answers[MCP_HTTP_N_STATUSES];
} McpHttpCounters;

static inline void
mcp_http_counters_answered (McpHttpCounters *self, guint status)
{
  if (status >= MCP_HTTP_FIRST_STATUS && status < MCP_HTTP_FIRST_STATUS + MCP_HTTP_N_STATUSES)
    self->n_answers[status - MCP_HTTP_FIRST_STATUS]++;
}

G_END_DECLS

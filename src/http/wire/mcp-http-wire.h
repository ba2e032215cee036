/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-counters.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpWire:
 * @fd: the socket, non-blocking; -1 once it is closed or owned by another
 * @in: (nullable): what arrived and was not used yet
 * @lent: (unowned) (nullable): likewise, while the bytes are the reader's of the socket
 * @n_lent: how many bytes that is; none while there are some in @in
 * @out: (nullable): what is to go out and did not yet
 * @eof: the peer sends no more, and all that it sent was read
 * @counters: (nullable) (unowned): where it is counted what goes in and out
 * @broken: the connection failed; nothing goes in or out any more
 *
 * A socket with its two buffers. Memory is held only while there is something in them.
 */
typedef struct
{
  int fd;
  guint eof : 1;
  guint broken : 1;
  GByteArray *in;
  gsize in_start;
  const char *lent;
  gsize n_lent;
  GString *out;
  gsize out_start;
  McpHttpCounters *counters;
} McpHttpWire;

void mcp_http_wire_init (McpHttpWire *self, int fd);
void mcp_http_wire_clear (McpHttpWire *self);

gssize mcp_http_wire_read (McpHttpWire *self, char *buffer, gsize size);
void mcp_http_wire_lend (McpHttpWire *self, const char *data, gsize length);
void mcp_http_wire_keep_lent (McpHttpWire *self);
gboolean mcp_http_wire_has_input (McpHttpWire *self);
const char *mcp_http_wire_peek (McpHttpWire *self, gsize *length);
void mcp_http_wire_consume (McpHttpWire *self, gsize length);
void mcp_http_wire_drop_input (McpHttpWire *self);

void mcp_http_wire_queue (McpHttpWire *self, gconstpointer data, gsize length);
void mcp_http_wire_take (McpHttpWire *self, GString *data);
gssize mcp_http_wire_send (McpHttpWire *self, gconstpointer data, gsize length);
gboolean mcp_http_wire_flush (McpHttpWire *self);
gsize mcp_http_wire_get_queued (McpHttpWire *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-http-post-private.h"

G_BEGIN_DECLS

/**
 * McpHttpChannelFuncs:
 * @inbox: what the server says, on whichever stream
 * @pair_opened: the HTTP+SSE pair can be spoken over
 * @post_ended: the answer to a message has ended; a request was not answered in it
 * @lost: the stream of the HTTP+SSE pair has ended; @how goes on after “it”
 * @closed: the session of the server has ended, or never was one
 *
 * The caller of each function holds nothing: a function that runs foreign code must hold the owner
 * of the channel.
 */
typedef struct
{
  McpHttpInboxFuncs inbox;
  void (*pair_opened) (gpointer user_data);
  void (*post_ended) (McpHttpPost *post, const GError *error, gpointer user_data);
  void (*lost) (const char *how, gpointer user_data);
  void (*closed) (gpointer user_data);
} McpHttpChannelFuncs;

/**
 * McpHttpChannel:
 *
 * All HTTP requests to one server: messages on their way, the server's own stream, the HTTP+SSE
 * pair, and the end of the session. It knows nothing of what the messages say. Main context only.
 *
 * Lifetime: the provider owns the channel; the channel owns every request. After
 * mcp_http_channel_drop() no function is called until something is sent again.
 */
typedef struct _McpHttpChannel McpHttpChannel;

McpHttpChannel *mcp_http_channel_new (const McpHttpChannelFuncs *funcs, gpointer user_data);
void mcp_http_channel_set_warrant (McpHttpChannel *self, McpHttpWarrant *warrant);
void mcp_http_channel_free (McpHttpChannel *self);
gboolean mcp_http_channel_open (McpHttpChannel *self,
                                McpServerConfig *config,
                                const char *cwd,
                                const char *const *secrets,
                                gsize max_bytes,
                                GError **error);
void mcp_http_channel_post (McpHttpChannel *self,
                            gint64 id,
                            McpHttpPostKind kind,
                            GBytes *message,
                            char **headers,
                            guint timeout_ms,
                            guint resume_ms);
McpHttpPost *mcp_http_channel_find_post (McpHttpChannel *self, gint64 id);
void mcp_http_channel_stop_post (McpHttpChannel *self, gint64 id);
void mcp_http_channel_open_pair (McpHttpChannel *self, const char *refusal);
gboolean mcp_http_channel_has_pair (McpHttpChannel *self);
void
mcp_http_channel_set_session (McpHttpChannel *self, const char *session_id, const char *revision);
void mcp_http_channel_listen (McpHttpChannel *self, guint backoff_min_ms, guint backoff_max_ms);
void mcp_http_channel_leave (McpHttpChannel *self);
void mcp_http_channel_close (McpHttpChannel *self, guint timeout_ms);
void mcp_http_channel_drop (McpHttpChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpChannel, mcp_http_channel_free)

G_END_DECLS

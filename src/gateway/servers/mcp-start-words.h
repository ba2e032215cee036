/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-provider-pool.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpStartWords:
 *
 * Sentences for a client that waits for a server to start: what the server writes in the
 * meantime, or else how long the start has taken. Main context only.
 */
typedef struct _McpStartWords McpStartWords;

/**
 * McpStartWordsFunc:
 * @text: a line for people
 *
 * May free the words.
 */
typedef void (*McpStartWordsFunc) (const char *text, gpointer user_data);

McpStartWords *mcp_start_words_new (McpProviderPool *pool,
                                    const char *server,
                                    McpSession *session,
                                    McpStartWordsFunc tell,
                                    gpointer user_data);
void mcp_start_words_free (McpStartWords *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpStartWords, mcp_start_words_free)

G_END_DECLS

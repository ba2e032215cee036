/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/consent/mcp-consent-question.h"
#include "gateway/consent/mcp-consent-stats.h"
#include "session/store/mcp-grant-keep.h"
#include "upstream/config/mcp-consent-rules.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpConsentDesk:
 *
 * Judges tool calls by what their owner wants, and keeps the questions that wait for the owner's
 * word. Everybody who can show a question is told at once, and the first answer counts. Main
 * context only.
 *
 * Signals:
 *   question-added (McpConsentQuestion *question): a call waits
 *   question-removed (McpConsentQuestion *question): it no longer does; the question knows why
 */
#define MCP_TYPE_CONSENT_DESK (mcp_consent_desk_get_type ())
G_DECLARE_FINAL_TYPE (McpConsentDesk, mcp_consent_desk, MCP, CONSENT_DESK, GObject)

/**
 * McpConsentDoneFunc:
 * @question: no longer waits, and knows why
 */
typedef void (*McpConsentDoneFunc) (McpConsentQuestion *question, gpointer user_data);

McpConsentDesk *mcp_consent_desk_new (const McpLimits *limits);
void mcp_consent_desk_set_limits (McpConsentDesk *self, const McpLimits *limits);
void mcp_consent_desk_set_wait (McpConsentDesk *self, guint wait_seconds);
void mcp_consent_desk_set_ask_destructive (McpConsentDesk *self, gboolean ask_destructive);
void mcp_consent_desk_set_grant_keep (McpConsentDesk *self, McpGrantKeep *keep);
void mcp_consent_desk_drop_session (McpConsentDesk *self, const char *session_id);

McpConsentWord mcp_consent_desk_judge (McpConsentDesk *self, McpClient *client, McpTarget *target);
McpConsentQuestion *mcp_consent_desk_ask (McpConsentDesk *self,
                                          const McpConsentAsker *asker,
                                          GCancellable *cancellable,
                                          McpConsentDoneFunc done,
                                          gpointer user_data,
                                          GError **error);

GPtrArray *mcp_consent_desk_list (McpConsentDesk *self);
McpConsentQuestion *mcp_consent_desk_lookup (McpConsentDesk *self, const char *id);
gboolean mcp_consent_desk_answer (McpConsentDesk *self,
                                  const char *id,
                                  McpConsentAnswer answer,
                                  const char *answered_by,
                                  GError **error);
gboolean mcp_consent_desk_answer_from (McpConsentDesk *self,
                                       const char *id,
                                       McpConsentAnswer answer,
                                       const char *answered_by,
                                       pid_t pid,
                                       GError **error);
const McpConsentStats *mcp_consent_desk_get_stats (McpConsentDesk *self);
guint mcp_consent_desk_get_n_waiting (McpConsentDesk *self);

G_END_DECLS

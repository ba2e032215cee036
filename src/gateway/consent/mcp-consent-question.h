/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-target.h"
#include "gateway/consent/mcp-consent-answer.h"
#include "protocol/mcp-params.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpConsentQuestion:
 *
 * A tool call that waits for its owner's word: who calls what with which arguments, until when the
 * answer counts, and the answer. Main context only.
 */
#define MCP_TYPE_CONSENT_QUESTION (mcp_consent_question_get_type ())
G_DECLARE_FINAL_TYPE (McpConsentQuestion, mcp_consent_question, MCP, CONSENT_QUESTION, GObject)

/**
 * McpConsentAsker:
 * @client: who calls
 * @target: the tool
 * @tool: its exposed name
 * @params: of the tools/call
 * @pid: the process that calls; 0: not known
 *
 * A call that needs its owner's word. All borrowed.
 */
typedef struct
{
  McpClient *client;
  McpTarget *target;
  const char *tool;
  McpParams *params;
  pid_t pid;
} McpConsentAsker;

McpConsentQuestion *mcp_consent_question_new (const McpConsentAsker *asker, gint64 expires_at);
const char *mcp_consent_question_get_id (McpConsentQuestion *self);
McpSession *mcp_consent_question_get_session (McpConsentQuestion *self);
const char *mcp_consent_question_get_client (McpConsentQuestion *self);
const char *mcp_consent_question_get_server (McpConsentQuestion *self);
McpTarget *mcp_consent_question_get_target (McpConsentQuestion *self);
const char *mcp_consent_question_get_tool (McpConsentQuestion *self);
McpJsonSlice mcp_consent_question_get_arguments (McpConsentQuestion *self);
char *mcp_consent_question_dup_expires_at (McpConsentQuestion *self);
McpConsentAnswer mcp_consent_question_get_answer (McpConsentQuestion *self);
const char *mcp_consent_question_get_answered_by (McpConsentQuestion *self);
gboolean mcp_consent_question_is_allowed (McpConsentQuestion *self);
GVariant *mcp_consent_question_to_variant (McpConsentQuestion *self);
void mcp_consent_question_append_json (McpConsentQuestion *self, GString *json);
gboolean mcp_consent_question_may_answer (McpConsentQuestion *self, pid_t pid, GError **error);
void mcp_consent_question_settle (McpConsentQuestion *self,
                                  McpConsentAnswer answer,
                                  const char *answered_by);

G_END_DECLS

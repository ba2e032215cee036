/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpAnswerAccount:
 *
 * The account of all large answers of servers that the daemon works on: each is charged to its
 * session from its arrival until it is handed to the client's connection, and they are bounded for
 * one session and in all. Main context only.
 */
typedef struct _McpAnswerAccount McpAnswerAccount;

/**
 * McpAnswerCharge:
 *
 * What one answer holds. Counted, since the answer is handed along; with the last reference the
 * answer is charged to nobody any more. Main context only.
 */
typedef struct _McpAnswerCharge McpAnswerCharge;

McpAnswerAccount *mcp_answer_account_new (const McpLimits *limits);
void mcp_answer_account_unref (McpAnswerAccount *self);
void mcp_answer_account_set_limits (McpAnswerAccount *self, const McpLimits *limits);
gsize mcp_answer_account_get_n_bytes (McpAnswerAccount *self);
McpAnswerCharge *mcp_answer_account_take (McpAnswerAccount *self,
                                          const char *session_id,
                                          gsize n_bytes,
                                          GError **error);
McpAnswerCharge *mcp_answer_account_charge_ref (McpAnswerCharge *charge);
void mcp_answer_account_charge_unref (McpAnswerCharge *charge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAnswerAccount, mcp_answer_account_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAnswerCharge, mcp_answer_account_charge_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"

G_BEGIN_DECLS

/**
 * McpUnreadAnswers:
 *
 * The account of all answers that their clients have not read yet: each is charged to its session,
 * and bounded for one session and in all. Main context only.
 */
typedef struct _McpUnreadAnswers McpUnreadAnswers;

/**
 * McpUnreadAnswer:
 * @cut: gives up the answer, which is not in the account any more; called with @data
 * @data: for @cut
 *
 * One answer in the account, embedded in whatever holds the answer. The other fields are private,
 * and zeroes are an answer that is not in the account.
 */
typedef struct
{
  void (*cut) (gpointer data);
  gpointer data;
  McpUnreadAnswers *account; /* (owned) (nullable): %NULL: not in the account */
  gpointer holder;           /* (unowned) */
  gsize n_bytes;
  GList link;
} McpUnreadAnswer;

McpUnreadAnswers *mcp_unread_answers_new (const McpLimits *limits);
McpUnreadAnswers *mcp_unread_answers_ref (McpUnreadAnswers *self);
void mcp_unread_answers_unref (McpUnreadAnswers *self);
void mcp_unread_answers_set_limits (McpUnreadAnswers *self, const McpLimits *limits);
gsize mcp_unread_answers_get_n_bytes (McpUnreadAnswers *self);
void mcp_unread_answers_add (McpUnreadAnswers *self,
                             McpUnreadAnswer *answer,
                             gconstpointer session,
                             gsize n_bytes);
void mcp_unread_answers_update (McpUnreadAnswer *answer, gsize n_bytes);
void mcp_unread_answers_remove (McpUnreadAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpUnreadAnswers, mcp_unread_answers_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdNoticeQuestion:
 * @title: one line
 * @body: what is asked, plain text
 * @is_whole: whether @body has all of it: who reads it knows what is allowed
 *
 * A question to the owner, as a notification says it.
 */
typedef struct
{
  char *title;
  char *body;
  gboolean is_whole;
} McpdNoticeQuestion;

void mcpd_notice_question_init (McpdNoticeQuestion *self, GVariant *question);
void mcpd_notice_question_clear (McpdNoticeQuestion *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpdNoticeQuestion, mcpd_notice_question_clear)

G_END_DECLS

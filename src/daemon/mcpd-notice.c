/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a notification says. Desktops cut what is too long for them; the bounds are below what the
 * common ones show of an expanded notification.
 */
#include "daemon/mcpd-notice.h"

#include "common/mcp-text-clean.h"
#include "common/mcp-text-escape.h"

#include <glib/gi18n.h>
#include <string.h>

/* In characters. */
#define MAX_BODY 240
#define MAX_LINE 80

static char *
dup_clean (GVariant *question, const char *key)
{
  const char *text = NULL;

  if (!g_variant_lookup (question, key, "&s", &text))
    return NULL;
  return mcp_text_clean (text);
}

/* Returns: (transfer full): arguments on one line, nothing in it hidden */
static char *
dup_arguments (GVariant *question)
{
  const char *text = "{}";

  g_variant_lookup (question, "arguments", "&s", &text);
  return mcp_text_escape_json (text, strlen (text));
}

static void
append_line (GString *body, const char *title, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (body, "%s%s: %s", body->len > 0 ? "\n" : "", title, text);
}

static gboolean
fits (const char *text, glong max)
{
  return text == NULL || g_utf8_strlen (text, -1) <= max;
}

/**
 * mcpd_notice_question_init:
 * @self: (out caller-allocates): to be cleared
 * @question: a{sv}, of the gateway
 *
 * Says who calls what, where and with which arguments. Where that is too long for a notification,
 * it says so instead of the arguments.
 */
void
mcpd_notice_question_init (McpdNoticeQuestion *self, GVariant *question)
{
  g_autofree char *client = dup_clean (question, "client");
  g_autofree char *cwd = dup_clean (question, "cwd");
  g_autofree char *server = dup_clean (question, "server");
  g_autofree char *tool = dup_clean (question, "tool");
  g_autofree char *arguments = dup_arguments (question);
  GString *body = g_string_new (NULL);

  self->is_whole = fits (client, MAX_LINE) && fits (cwd, MAX_LINE) && fits (server, MAX_LINE) &&
                   fits (arguments, MAX_BODY);
  append_line (body, _ ("Client"), client);
  append_line (body, _ ("Directory"), cwd);
  append_line (body, _ ("Server"), server);
  append_line (body, _ ("Arguments"), arguments);
  self->is_whole = self->is_whole && fits (body->str, MAX_BODY);
  if (!self->is_whole)
    g_string_assign (body, _ ("The question is too long to be shown here. Show opens it."));
  self->title = g_strdup_printf (_ ("May “%s” run?"), tool);
  self->body = g_string_free (body, FALSE);
}

/**
 * mcpd_notice_question_clear:
 * @self: a question
 */
void
mcpd_notice_question_clear (McpdNoticeQuestion *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->body, g_free);
}

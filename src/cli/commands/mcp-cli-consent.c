/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Questions to the owner, as a terminal shows and answers them.
 */
#include "cli/commands/mcp-cli-consent.h"

#include "cli/terminal/mcp-cli-json-tree.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>

/**
 * mcp_cli_consent_list:
 * @connection: to the daemon
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what GET /consent answers
 */
GBytes *
mcp_cli_consent_list (McpCliConnection *connection, GError **error)
{
  return mcp_cli_connection_request (connection, "GET", "/consent", NULL, NULL, error);
}

/**
 * mcp_cli_consent_answer:
 * @connection: to the daemon
 * @id: of a question
 * @answer: once, session or deny
 * @error: return location
 *
 * Returns: whether the answer counts
 */
gboolean
mcp_cli_consent_answer (McpCliConnection *connection,
                        const char *id,
                        const char *answer,
                        GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/consent/", escaped, NULL);
  g_autoptr (GString) body = g_string_new ("{");
  g_autoptr (GBytes) reply = NULL;

  mcp_cli_json_add_string (body, "answer", answer);
  g_string_append_c (body, '}');
  reply = mcp_cli_connection_request (connection, "POST", path, NULL, body->str, error);
  return reply != NULL;
}

static gboolean
find_questions (GBytes *list, McpJsonSlice *questions, GError **error)
{
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (list, &root, error))
    return FALSE;
  if (mcp_json_find_typed (root, "questions", MCP_JSON_ARRAY, questions))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "The daemon’s answer has no list of questions");
  return FALSE;
}

/**
 * mcp_cli_consent_find:
 * @list: of mcp_cli_consent_list()
 * @passed: (element-type utf8): ids of questions that are passed over
 * @question: (out): the oldest one that is not; borrowed from @list
 *
 * Returns: whether there is one
 */
gboolean
mcp_cli_consent_find (GBytes *list, GPtrArray *passed, McpJsonSlice *question)
{
  McpJsonSlice questions;
  McpJsonIter iter;

  if (!find_questions (list, &questions, NULL))
    return FALSE;
  mcp_json_iter_init (&iter, questions);
  while (mcp_json_iter_next_element (&iter, question))
    {
      g_autofree char *id = mcp_cli_json_dup_member (*question, "id");

      if (id != NULL && !g_ptr_array_find_with_equal_func (passed, id, g_str_equal, NULL))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_consent_has:
 * @list: of mcp_cli_consent_list()
 * @id: of a question
 *
 * Returns: whether the question waits
 */
gboolean
mcp_cli_consent_has (GBytes *list, const char *id)
{
  McpJsonSlice questions;
  McpJsonSlice question;
  McpJsonIter iter;

  if (!find_questions (list, &questions, NULL))
    return FALSE;
  mcp_json_iter_init (&iter, questions);
  while (mcp_json_iter_next_element (&iter, &question))
    {
      g_autofree char *other = mcp_cli_json_dup_member (question, "id");

      if (g_strcmp0 (other, id) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
print_member (McpJsonSlice question, const char *key, const char *title)
{
  g_autofree char *text = mcp_cli_json_dup_member (question, key);
  g_autofree char *clean = text != NULL ? mcp_text_clean (text) : NULL;
  g_autoptr (GString) line = g_string_new (NULL);

  if (clean == NULL)
    return;
  mcp_cli_text_append_padded (line, title, 12);
  g_print ("%s %s\n", line->str, clean);
}

/**
 * mcp_cli_consent_print:
 * @question: an element of what GET /consent answers
 *
 * Prints a question with its whole arguments. What it holds does nothing to the terminal.
 */
void
mcp_cli_consent_print (McpJsonSlice question)
{
  g_autofree char *expires_at = mcp_cli_json_dup_member (question, "expires_at");
  g_autofree char *until =
      mcp_cli_text_short_time (expires_at != NULL ? expires_at : "", g_get_real_time ());
  g_autofree char *arguments = NULL;
  McpJsonSlice value;

  print_member (question, "id", _ ("Question"));
  print_member (question, "client", _ ("Client"));
  print_member (question, "cwd", _ ("Directory"));
  print_member (question, "tool", _ ("Tool"));
  print_member (question, "server", _ ("Server"));
  g_print (_ ("Answer until %s\n"), until);
  if (mcp_json_find (question, "arguments", &value))
    arguments = mcp_cli_json_tree_build (value);
  g_print ("%s\n%s\n", _ ("Arguments:"), arguments != NULL ? arguments : "");
}

/**
 * mcp_cli_consent_print_all:
 * @list: of mcp_cli_consent_list()
 * @error: return location
 *
 * Prints all questions, or that there are none.
 *
 * Returns: whether the list could be read
 */
gboolean
mcp_cli_consent_print_all (GBytes *list, GError **error)
{
  McpJsonSlice questions;
  McpJsonSlice question;
  gboolean is_first = TRUE;
  McpJsonIter iter;

  if (!find_questions (list, &questions, error))
    return FALSE;
  mcp_json_iter_init (&iter, questions);
  while (mcp_json_iter_next_element (&iter, &question))
    {
      if (!is_first)
        g_print ("\n");
      is_first = FALSE;
      mcp_cli_consent_print (question);
    }
  if (is_first)
    mcp_cli_text_print (_ ("No question waits"));
  return TRUE;
}

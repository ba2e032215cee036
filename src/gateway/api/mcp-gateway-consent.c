/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The questions to the owner, for those who show them.
 */
#include "gateway/api/mcp-gateway-consent.h"

#include "common/mcp-error.h"
#include "common/mcp-process-tree.h"
#include "mcp-gateway-private.h"

#include <unistd.h>

static McpConsentDesk *
get_desk (McpGateway *self)
{
  return mcp_gateway_get_services (self)->consent_desk;
}

/**
 * mcp_gateway_consent_set:
 * @self: the gateway
 * @wait_seconds: how long a question waits for an answer; none in time is no
 * @ask_destructive: whether tools that call themselves destructive need the owner's word
 */
void
mcp_gateway_consent_set (McpGateway *self, guint wait_seconds, gboolean ask_destructive)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (wait_seconds > 0);

  mcp_consent_desk_set_wait (get_desk (self), wait_seconds);
  mcp_consent_desk_set_ask_destructive (get_desk (self), ask_destructive);
}

/**
 * mcp_gateway_consent_list:
 * @self: the gateway
 *
 * Returns: (transfer floating): aa{sv}: the questions that wait, oldest first, each with the keys
 * of GET /consent; `arguments` is JSON text
 */
GVariant *
mcp_gateway_consent_list (McpGateway *self)
{
  GPtrArray *questions;
  GVariantBuilder builder;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  questions = mcp_consent_desk_list (get_desk (self));
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < questions->len; i++)
    g_variant_builder_add_value (&builder, mcp_consent_question_to_variant (questions->pdata[i]));
  return g_variant_builder_end (&builder);
}

/**
 * mcp_gateway_consent_build_json:
 * @self: the gateway
 *
 * Returns: (transfer full): what GET /consent answers
 */
GString *
mcp_gateway_consent_build_json (McpGateway *self)
{
  GPtrArray *questions = mcp_consent_desk_list (get_desk (self));
  GString *json = g_string_new ("{\"questions\":[");

  for (guint i = 0; i < questions->len; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_consent_question_append_json (questions->pdata[i], json);
    }
  return g_string_append (json, "]}");
}

/**
 * mcp_gateway_consent_is_answer:
 * @word: any text
 *
 * Returns: whether it is an answer: once, session or deny
 */
gboolean
mcp_gateway_consent_is_answer (const char *word)
{
  McpConsentAnswer answer;

  return mcp_consent_answer_from_string (word, &answer);
}

static gboolean
read_answer (const char *word, McpConsentAnswer *answer, GError **error)
{
  if (mcp_consent_answer_from_string (word, answer))
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "The answer must be “once”, “session” or “deny”");
  return FALSE;
}

/**
 * mcp_gateway_consent_answer:
 * @self: the gateway
 * @id: of a question, any text
 * @word: once, session or deny; any text
 * @answered_by: the way by which the answer came, for the history
 * @pid: the process that answers; 0: not known
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS for another word, and where the
 * question has ended; %MCP_ERROR_AUTHENTICATION_FAILED where that process may not answer.
 *
 * Returns: whether the answer counts
 */
gboolean
mcp_gateway_consent_answer (McpGateway *self,
                            const char *id,
                            const char *word,
                            const char *answered_by,
                            pid_t pid,
                            GError **error)
{
  McpConsentAnswer answer;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  return read_answer (word, &answer, error) &&
         mcp_consent_desk_answer_from (get_desk (self), id, answer, answered_by, pid, error);
}

/**
 * mcp_gateway_consent_check_owner:
 * @pid: a process that decides for the owner, other than by an answer to a question; 0: not known
 * @error: return location
 *
 * A server must not take back what the owner has decided against it, by itself or by what it has
 * started. Errors: %MCP_ERROR_AUTHENTICATION_FAILED, also where it cannot be told which process it
 * is.
 *
 * Returns: whether the process may decide
 */
gboolean
mcp_gateway_consent_check_owner (pid_t pid, GError **error)
{
  /* all servers, and what is left of servers that have ended, are below the daemon */
  if (mcp_process_tree_get_kin (pid, getpid ()) == MCP_PROCESS_STRANGER)
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                       "A process that a server has started cannot decide for the owner, nor one "
                       "that the kernel does not name");
  return FALSE;
}

/**
 * mcp_gateway_consent_answer_as_owner:
 * @self: the gateway
 * @id: of a question, any text
 * @word: once, session or deny
 * @answered_by: the way by which the answer came, for the history
 * @error: return location
 *
 * As mcp_gateway_consent_answer(), for an answer that certainly is the owner's.
 *
 * Returns: whether the answer counts
 */
gboolean
mcp_gateway_consent_answer_as_owner (McpGateway *self,
                                     const char *id,
                                     const char *word,
                                     const char *answered_by,
                                     GError **error)
{
  McpConsentAnswer answer;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  return read_answer (word, &answer, error) &&
         mcp_consent_desk_answer (get_desk (self), id, answer, answered_by, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/consent/mcp-consent-question.h"

#include "common/mcp-error.h"
#include "common/mcp-process-tree.h"
#include "common/mcp-process.h"
#include "common/mcp-time.h"

#include <unistd.h>

#define NO_ARGUMENTS "{}"

struct _McpConsentQuestion
{
  GObject parent_instance;

  char *id;
  McpClient *client; /* (owned) */
  McpTarget *target; /* (owned) */
  char *tool;
  McpParams *params; /* (owned) */
  pid_t asker;       /* whose tree does not answer; 0: not known, and no process answers */
  gint64 expires_at; /* in µs since 1970 UTC */
  McpConsentAnswer answer;
  char *answered_by; /* (nullable): once somebody has */
};

G_DEFINE_FINAL_TYPE (McpConsentQuestion, mcp_consent_question, G_TYPE_OBJECT)

/**
 * mcp_consent_question_get_id:
 * @self: a question
 *
 * Returns: (transfer none): names the question; nobody can guess it
 */
const char *
mcp_consent_question_get_id (McpConsentQuestion *self)
{
  return self->id;
}

/**
 * mcp_consent_question_get_session:
 * @self: a question
 *
 * Returns: (transfer none): the session in which the tool is called
 */
McpSession *
mcp_consent_question_get_session (McpConsentQuestion *self)
{
  return self->client->session;
}

/**
 * mcp_consent_question_get_client:
 * @self: a question
 *
 * Returns: (transfer none) (nullable): what the client that calls says its name is
 */
const char *
mcp_consent_question_get_client (McpConsentQuestion *self)
{
  return self->client->name;
}

/**
 * mcp_consent_question_get_server:
 * @self: a question
 *
 * Returns: (transfer none): name of the server that has the tool
 */
const char *
mcp_consent_question_get_server (McpConsentQuestion *self)
{
  return self->target->config->name;
}

/**
 * mcp_consent_question_get_target:
 * @self: a question
 *
 * Returns: (transfer none): the tool, as its server knows it
 */
McpTarget *
mcp_consent_question_get_target (McpConsentQuestion *self)
{
  return self->target;
}

/**
 * mcp_consent_question_get_tool:
 * @self: a question
 *
 * Returns: (transfer none): the tool's exposed name
 */
const char *
mcp_consent_question_get_tool (McpConsentQuestion *self)
{
  return self->tool;
}

/**
 * mcp_consent_question_get_arguments:
 * @self: a question
 *
 * Returns: the whole arguments as the client sent them, a JSON object; valid as long as @self
 */
McpJsonSlice
mcp_consent_question_get_arguments (McpConsentQuestion *self)
{
  McpJsonSlice arguments;

  if (mcp_params_get (self->params, MCP_PARAM_ARGUMENTS, &arguments) &&
      mcp_json_get_type (arguments) == MCP_JSON_OBJECT)
    return arguments;
  return (McpJsonSlice){ NO_ARGUMENTS, sizeof NO_ARGUMENTS - 1 };
}

/**
 * mcp_consent_question_dup_expires_at:
 * @self: a question
 *
 * Returns: (transfer full): until when an answer counts: RFC 3339, UTC
 */
char *
mcp_consent_question_dup_expires_at (McpConsentQuestion *self)
{
  return mcp_time_format (self->expires_at);
}

/**
 * mcp_consent_question_get_answer:
 * @self: a question
 *
 * Returns: what became of it
 */
McpConsentAnswer
mcp_consent_question_get_answer (McpConsentQuestion *self)
{
  return self->answer;
}

/**
 * mcp_consent_question_get_answered_by:
 * @self: a question
 *
 * Returns: (transfer none) (nullable): the way by which the answer came; %NULL: nobody answered
 */
const char *
mcp_consent_question_get_answered_by (McpConsentQuestion *self)
{
  return self->answered_by;
}

/**
 * mcp_consent_question_is_allowed:
 * @self: a question
 *
 * Returns: whether the answer lets the call run
 */
gboolean
mcp_consent_question_is_allowed (McpConsentQuestion *self)
{
  return self->answer == MCP_CONSENT_ANSWER_ONCE || self->answer == MCP_CONSENT_ANSWER_SESSION;
}

static void
append_member (GString *json, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (json, "%s\"%s\":", json->str[json->len - 1] == '{' ? "" : ",", key);
  mcp_json_append_string (json, text);
}

/**
 * mcp_consent_question_append_json:
 * @self: a question
 * @json: gets an object appended, as an element of GET /consent
 */
void
mcp_consent_question_append_json (McpConsentQuestion *self, GString *json)
{
  g_autofree char *expires_at = mcp_consent_question_dup_expires_at (self);
  g_autofree char *client =
      self->client->name != NULL ? g_utf8_make_valid (self->client->name, -1) : NULL;

  g_string_append_c (json, '{');
  append_member (json, "id", self->id);
  append_member (json, "session_id", mcp_session_get_id (self->client->session));
  append_member (json, "client", client);
  append_member (json, "cwd", mcp_session_get_cwd (self->client->session));
  append_member (json, "server", self->target->config->name);
  append_member (json, "tool", self->tool);
  g_string_append (json, ",\"arguments\":");
  mcp_json_append_slice (json, mcp_consent_question_get_arguments (self));
  append_member (json, "expires_at", expires_at);
  g_string_append_c (json, '}');
}

static void
add_text (GVariantBuilder *builder, const char *key, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  if (valid != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (valid));
}

/**
 * mcp_consent_question_to_variant:
 * @self: a question
 *
 * Returns: (transfer floating): a{sv}: the members of an element of GET /consent; `arguments` is
 * JSON text
 */
GVariant *
mcp_consent_question_to_variant (McpConsentQuestion *self)
{
  McpJsonSlice arguments = mcp_consent_question_get_arguments (self);
  g_autofree char *arguments_text = g_strndup (arguments.data, arguments.length);
  g_autofree char *expires_at = mcp_consent_question_dup_expires_at (self);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_text (&builder, "id", self->id);
  add_text (&builder, "session_id", mcp_session_get_id (self->client->session));
  add_text (&builder, "client", self->client->name);
  add_text (&builder, "cwd", mcp_session_get_cwd (self->client->session));
  add_text (&builder, "server", self->target->config->name);
  add_text (&builder, "tool", self->tool);
  add_text (&builder, "arguments", arguments_text);
  add_text (&builder, "expires_at", expires_at);
  return g_variant_builder_end (&builder);
}

/* Who may answer */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED, why);
  return FALSE;
}

/**
 * mcp_consent_question_may_answer:
 * @self: a question
 * @pid: the process that answers; 0: not known
 * @error: return location
 *
 * A program must not say yes for its owner: neither a server and what it started, nor the client
 * that asks and what that has started. Whoever cannot be told apart from these is refused, too:
 * everybody, where the kernel does not name the client that asks.
 *
 * Errors: %MCP_ERROR_AUTHENTICATION_FAILED.
 *
 * Returns: whether the answer of that process counts
 */
gboolean
mcp_consent_question_may_answer (McpConsentQuestion *self, pid_t pid, GError **error)
{
  McpProcessKin to_daemon = mcp_process_tree_get_kin (pid, getpid ());
  McpProcessKin to_asker =
      self->asker > 0 ? mcp_process_tree_get_kin (pid, self->asker) : MCP_PROCESS_UNKNOWN;

  /* all servers, and what is left of servers that have ended, are below the daemon */
  if (to_daemon == MCP_PROCESS_BELOW)
    return refuse (error, "A process that a server has started cannot answer for the owner");
  if ((pid > 0 && pid == self->asker) || to_asker == MCP_PROCESS_BELOW)
    return refuse (error, "The client that asks, and what it has started, cannot answer for the "
                          "owner; answer in the notification or in a terminal of your own");
  /* any process may be that client, or below it */
  if (self->asker <= 0)
    return refuse (error, "It cannot be told which process asks, so that no process can answer for"
                          " the owner; answer in the notification");
  if (to_daemon == MCP_PROCESS_UNKNOWN || to_asker == MCP_PROCESS_UNKNOWN)
    return refuse (error, "It cannot be told which process answers; answer by “mcp-session consent”"
                          " in a terminal of your own");
  return TRUE;
}

/**
 * mcp_consent_question_settle:
 * @self: a question that waits
 * @answer: what becomes of it
 * @answered_by: (nullable): the way by which the answer came
 */
void
mcp_consent_question_settle (McpConsentQuestion *self,
                             McpConsentAnswer answer,
                             const char *answered_by)
{
  g_return_if_fail (self->answer == MCP_CONSENT_ANSWER_NONE);

  self->answer = answer;
  self->answered_by = g_strdup (answered_by);
}

static void
mcp_consent_question_finalize (GObject *object)
{
  McpConsentQuestion *self = MCP_CONSENT_QUESTION (object);

  mcp_params_unref (self->params);
  mcp_target_unref (self->target);
  mcp_client_unref (self->client);
  g_free (self->answered_by);
  g_free (self->tool);
  g_free (self->id);

  G_OBJECT_CLASS (mcp_consent_question_parent_class)->finalize (object);
}

static void
mcp_consent_question_class_init (McpConsentQuestionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_consent_question_finalize;
}

static void
mcp_consent_question_init (McpConsentQuestion *self)
{
}

/* The bridge is not the client: the program that runs the bridge is. */
static pid_t
find_client (pid_t pid)
{
  pid_t parent;

  if (pid <= 0 || !mcp_process_is_bridge (pid))
    return MAX (pid, 0);
  parent = mcp_process_tree_get_parent (pid);
  return parent > 1 ? parent : pid;
}

/**
 * mcp_consent_question_new:
 * @asker: the call that waits
 * @expires_at: until when an answer counts, in µs since 1970 UTC
 *
 * Returns: (transfer full): a question that waits
 */
McpConsentQuestion *
mcp_consent_question_new (const McpConsentAsker *asker, gint64 expires_at)
{
  McpConsentQuestion *self = g_object_new (MCP_TYPE_CONSENT_QUESTION, NULL);

  self->id = g_uuid_string_random ();
  self->client = mcp_client_ref (asker->client);
  self->target = mcp_target_ref (asker->target);
  self->tool = g_strdup (asker->tool);
  self->params = mcp_params_ref (asker->params);
  self->asker = find_client (asker->pid);
  self->expires_at = expires_at;
  return self;
}

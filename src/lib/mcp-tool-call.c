/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-tool-call-private.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define INTERFACE               "org.mcpsessiond.ToolProvider1"
#define ERROR_INVALID_ARGUMENTS "org.mcpsessiond.Error.InvalidArguments"
#define ERROR_FAILED            "org.mcpsessiond.Error.ProviderFailed"

/* The most that a daemon can be set to let pass; json-glib goes one call deeper for each. */
#define MAX_DEPTH 512

struct _McpToolCall
{
  GObject parent_instance;

  GDBusMethodInvocation *invocation; /* (owned) (nullable): until it is answered */
  char *id;
  char *tool;
  char *arguments;
  JsonObject *object; /* (owned) (nullable): of @arguments; NULL: they are too deep to be read */
  char *session_id;
  char *cwd;
  char *client;
  GCancellable *cancellable; /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpToolCall, mcp_tool_call, G_TYPE_OBJECT)

/* Answers */

static void
answer (McpToolCall *self, const char *result_json)
{
  if (self->invocation == NULL)
    return;
  g_dbus_method_invocation_return_value (g_steal_pointer (&self->invocation),
                                         g_variant_new ("(s)", result_json));
}

static void
answer_error (McpToolCall *self, const char *name, const char *message)
{
  if (self->invocation == NULL)
    return;
  g_dbus_method_invocation_return_dbus_error (g_steal_pointer (&self->invocation), name, message);
}

static void
add_text_content (JsonBuilder *builder, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_builder_set_member_name (builder, "content");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "text");
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, valid);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

/* Takes @structured, which may be %NULL. */
static char *
build_result (const char *text, JsonNode *structured, gboolean is_error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_text_content (builder, text);
  if (structured != NULL)
    {
      json_builder_set_member_name (builder, "structuredContent");
      json_builder_add_value (builder, structured);
    }
  if (is_error)
    {
      json_builder_set_member_name (builder, "isError");
      json_builder_add_boolean_value (builder, TRUE);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* GObject */

static void
mcp_tool_call_dispose (GObject *object)
{
  McpToolCall *self = MCP_TOOL_CALL (object);

  answer_error (self, ERROR_FAILED, "The tool has given no answer");

  G_OBJECT_CLASS (mcp_tool_call_parent_class)->dispose (object);
}

static void
mcp_tool_call_finalize (GObject *object)
{
  McpToolCall *self = MCP_TOOL_CALL (object);

  g_free (self->id);
  g_free (self->tool);
  g_free (self->arguments);
  g_clear_pointer (&self->object, json_object_unref);
  g_free (self->session_id);
  g_free (self->cwd);
  g_free (self->client);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (mcp_tool_call_parent_class)->finalize (object);
}

static void
mcp_tool_call_class_init (McpToolCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_tool_call_dispose;
  G_OBJECT_CLASS (klass)->finalize = mcp_tool_call_finalize;
}

static void
mcp_tool_call_init (McpToolCall *self)
{
  self->cancellable = g_cancellable_new ();
}

/* Returns: what is behind a string's opening quote */
static const char *
skip_string (const char *at)
{
  while (*at != '\0' && *at != '"')
    at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
  return *at == '"' ? at + 1 : at;
}

static gboolean
is_too_deep (const char *text)
{
  guint depth = 0;

  while (*text != '\0' && depth <= MAX_DEPTH)
    {
      char c = *text++;

      if (c == '"')
        text = skip_string (text);
      else if (c == '[' || c == '{')
        depth++;
      else if ((c == ']' || c == '}') && depth > 0)
        depth--;
    }
  return depth > MAX_DEPTH;
}

/* Returns: (transfer full): the object, an empty one where the text is none */
static JsonObject *
parse_object (const char *text)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return json_object_new ();
  return json_object_ref (json_node_get_object (root));
}

/*
 * mcp_tool_call_new:
 * @invocation: (transfer full): of CallTool
 * @id: of the call
 * @tool: name of the tool
 * @arguments: a JSON object
 * @context: of type a{sv}
 *
 * Returns: (transfer full): a new call
 */
McpToolCall *
mcp_tool_call_new (GDBusMethodInvocation *invocation,
                   const char *id,
                   const char *tool,
                   const char *arguments,
                   GVariant *context)
{
  McpToolCall *self = g_object_new (MCP_TYPE_TOOL_CALL, NULL);

  self->invocation = invocation;
  self->id = g_strdup (id);
  self->tool = g_strdup (tool);
  self->arguments = g_strdup (arguments);
  /* Any program on the bus can call, not the daemon alone, which checks what it passes on. */
  self->object = is_too_deep (arguments) ? NULL : parse_object (arguments);
  g_variant_lookup (context, "session_id", "s", &self->session_id);
  g_variant_lookup (context, "cwd", "s", &self->cwd);
  g_variant_lookup (context, "client", "s", &self->client);
  return self;
}

/*
 * mcp_tool_call_is_from:
 * @self: a call
 * @sender: (nullable): a unique name on the bus
 *
 * Returns: whether @sender has made the call, and waits for it
 */
gboolean
mcp_tool_call_is_from (McpToolCall *self, const char *sender)
{
  return self->invocation != NULL &&
         g_strcmp0 (g_dbus_method_invocation_get_sender (self->invocation), sender) == 0;
}

/*
 * mcp_tool_call_can_be_read:
 * @self: a new call
 *
 * Returns: whether the arguments can be; else the call must not reach its handler
 */
gboolean
mcp_tool_call_can_be_read (McpToolCall *self)
{
  return self->object != NULL;
}

/*
 * mcp_tool_call_is_answered:
 * @self: a call
 *
 * Returns: whether nobody waits for an answer any more
 */
gboolean
mcp_tool_call_is_answered (McpToolCall *self)
{
  return self->invocation == NULL;
}

/**
 * mcp_tool_call_get_id:
 * @self: a call
 *
 * Tells the call apart from all others.
 *
 * Returns: what the daemon calls the call; the same as in its progress events
 */
const char *
mcp_tool_call_get_id (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->id;
}

/**
 * mcp_tool_call_get_tool:
 * @self: a call
 *
 * Tells which tool is meant, for a handler that has several.
 *
 * Returns: the name of the tool, as it was added
 */
const char *
mcp_tool_call_get_tool (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->tool;
}

/**
 * mcp_tool_call_get_arguments:
 * @self: a call
 *
 * Gives all arguments, for an app that reads JSON by itself.
 *
 * Returns: the arguments, a JSON object, which the daemon has checked against the tool's schema
 */
const char *
mcp_tool_call_get_arguments (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->arguments;
}

/**
 * mcp_tool_call_has_argument:
 * @self: a call
 * @name: of an argument
 *
 * Tells an argument that is missing from one that is 0, false or empty.
 *
 * Returns: whether the caller gave the argument
 */
gboolean
mcp_tool_call_has_argument (McpToolCall *self, const char *name)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), FALSE);
  return json_object_has_member (self->object, name);
}

static JsonNode *
find_value (McpToolCall *self, const char *name)
{
  JsonNode *node = json_object_get_member (self->object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

/**
 * mcp_tool_call_dup_string:
 * @self: a call
 * @name: of an argument
 *
 * Looks for a text among the arguments.
 *
 * Returns: (transfer full) (nullable): the argument, if it is a text
 */
char *
mcp_tool_call_dup_string (McpToolCall *self, const char *name)
{
  JsonNode *node;

  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);

  node = find_value (self, name);
  return node != NULL ? json_node_dup_string (node) : NULL;
}

/**
 * mcp_tool_call_get_int:
 * @self: a call
 * @name: of an argument
 *
 * Looks for a whole number among the arguments.
 *
 * Returns: the argument; 0 if it is no number
 */
gint64
mcp_tool_call_get_int (McpToolCall *self, const char *name)
{
  JsonNode *node;

  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), 0);

  node = find_value (self, name);
  return node != NULL ? json_node_get_int (node) : 0;
}

/**
 * mcp_tool_call_get_double:
 * @self: a call
 * @name: of an argument
 *
 * Looks for a number among the arguments.
 *
 * Returns: the argument; 0 if it is no number
 */
double
mcp_tool_call_get_double (McpToolCall *self, const char *name)
{
  JsonNode *node;

  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), 0);

  node = find_value (self, name);
  return node != NULL ? json_node_get_double (node) : 0;
}

/**
 * mcp_tool_call_get_boolean:
 * @self: a call
 * @name: of an argument
 *
 * Looks for a truth value among the arguments.
 *
 * Returns: the argument; %FALSE if it is none
 */
gboolean
mcp_tool_call_get_boolean (McpToolCall *self, const char *name)
{
  JsonNode *node;

  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), FALSE);

  node = find_value (self, name);
  return node != NULL && json_node_get_boolean (node);
}

/**
 * mcp_tool_call_get_session_id:
 * @self: a call
 *
 * Tells in which session the tool is called: an app may keep something for each.
 *
 * Returns: (nullable): the session in which the tool is called
 */
const char *
mcp_tool_call_get_session_id (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->session_id;
}

/**
 * mcp_tool_call_get_cwd:
 * @self: a call
 *
 * Tells which directory the caller means by relative paths.
 *
 * Returns: (nullable): the directory in which the session works
 */
const char *
mcp_tool_call_get_cwd (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->cwd;
}

/**
 * mcp_tool_call_get_client:
 * @self: a call
 *
 * Tells who calls, for people.
 *
 * Returns: (nullable): the name of the program that calls
 */
const char *
mcp_tool_call_get_client (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->client;
}

/**
 * mcp_tool_call_get_cancellable:
 * @self: a call
 *
 * Work that takes long goes with this cancellable, and stops when the caller has gone.
 *
 * Returns: (transfer none): is cancelled when nobody waits for the result any more
 */
GCancellable *
mcp_tool_call_get_cancellable (McpToolCall *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_CALL (self), NULL);
  return self->cancellable;
}

/**
 * mcp_tool_call_report_progress:
 * @self: a call
 * @progress: how far it is, more with each report; finite
 * @total: where it ends; negative: unknown
 * @message: (nullable): what is being done, for people
 *
 * Tells the caller, and everybody who watches the session, how far the call is. After the answer
 * nothing is told.
 */
void
mcp_tool_call_report_progress (McpToolCall *self,
                               double progress,
                               double total,
                               const char *message)
{
  GVariantDict event;

  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (isfinite (progress));

  if (self->invocation == NULL)
    return;
  g_variant_dict_init (&event, NULL);
  g_variant_dict_insert (&event, "progress", "d", progress);
  if (isfinite (total) && total >= 0)
    g_variant_dict_insert (&event, "total", "d", total);
  if (message != NULL)
    g_variant_dict_insert (&event, "message", "s", message);
  g_dbus_connection_emit_signal (
      g_dbus_method_invocation_get_connection (self->invocation),
      g_dbus_method_invocation_get_sender (self->invocation),
      g_dbus_method_invocation_get_object_path (self->invocation), INTERFACE, "Progress",
      g_variant_new ("(s@a{sv})", self->id, g_variant_dict_end (&event)), NULL);
}

/**
 * mcp_tool_call_return_text:
 * @self: a call
 * @text: the result, for the model to read
 *
 * Answers the call. Only the first answer counts.
 */
void
mcp_tool_call_return_text (McpToolCall *self, const char *text)
{
  g_autofree char *result = NULL;

  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (text != NULL);

  result = build_result (text, NULL, FALSE);
  answer (self, result);
}

/**
 * mcp_tool_call_return_json:
 * @self: a call
 * @json: the result, a JSON object that fits the tool's output schema
 *
 * Answers the call with structured content, and with the same as text. A text that is no JSON
 * object is an error of the tool.
 */
void
mcp_tool_call_return_json (McpToolCall *self, const char *json)
{
  g_autofree char *result = NULL;
  JsonNode *root;

  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (json != NULL && g_utf8_validate (json, -1, NULL));

  root = json_from_string (json, NULL);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    {
      result = build_result (json, root, FALSE);
      answer (self, result);
      return;
    }
  g_clear_pointer (&root, json_node_unref);
  mcp_tool_call_return_error (self, "The result of the tool is no JSON object");
}

/**
 * mcp_tool_call_return_result:
 * @self: a call
 * @result_json: a result as `tools/call` of the Model Context Protocol has it, a JSON object with
 *   `content`
 *
 * Answers the call with images, resources, or several parts.
 */
void
mcp_tool_call_return_result (McpToolCall *self, const char *result_json)
{
  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (result_json != NULL && g_utf8_validate (result_json, -1, NULL));

  answer (self, result_json);
}

/**
 * mcp_tool_call_return_error:
 * @self: a call
 * @message: what went wrong, for the model to read
 *
 * Answers the call: the tool has failed.
 */
void
mcp_tool_call_return_error (McpToolCall *self, const char *message)
{
  g_autofree char *result = NULL;

  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (message != NULL);

  result = build_result (message, NULL, TRUE);
  answer (self, result);
}

/**
 * mcp_tool_call_return_invalid_arguments:
 * @self: a call
 * @message: what is wrong with the arguments
 *
 * Answers the call: the tool cannot be called like that.
 */
void
mcp_tool_call_return_invalid_arguments (McpToolCall *self, const char *message)
{
  g_return_if_fail (MCP_IS_TOOL_CALL (self));
  g_return_if_fail (message != NULL);

  answer_error (self, ERROR_INVALID_ARGUMENTS, message);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc.h"

#include "common/mcp-error.h"
#include "common/mcp-json-cut.h"

#include <string.h>

/* No client numbers its requests beyond this; ids are kept, compared and echoed as they were
 * written. */
#define MAX_INTEGER_ID_LENGTH 64
#define MAX_STRING_ID_LENGTH  1024

#define MAX_EXCERPT_BYTES 1024

struct _McpJsonrpcMessage
{
  gatomicrefcount ref_count;
  GBytes *text;
  McpJsonrpcKind kind;
  McpJsonSlice id;
  char *method;
  McpJsonSlice params;
  McpJsonSlice result;
  McpJsonSlice error;
  int error_code;
};

G_DEFINE_BOXED_TYPE (McpJsonrpcMessage,
                     mcp_jsonrpc_message,
                     mcp_jsonrpc_message_ref,
                     mcp_jsonrpc_message_unref)

/* Any thread. */
GQuark
mcp_jsonrpc_error_quark (void)
{
  return g_quark_from_static_string ("mcp-jsonrpc-error-quark");
}

/* The members that JSON-RPC 2.0 knows, as far as the message has them. */
typedef struct
{
  McpJsonSlice jsonrpc;
  McpJsonSlice id;
  McpJsonSlice method;
  McpJsonSlice params;
  McpJsonSlice result;
  McpJsonSlice error;
} Members;

static gboolean
has_type (McpJsonSlice value, McpJsonType type)
{
  return value.data != NULL && mcp_json_get_type (value) == type;
}

/* JSON-RPC 2.0 section 4, narrowed by MCP: a string or an integer, never null. */
static gboolean
is_valid_id (McpJsonSlice id)
{
  if (has_type (id, MCP_JSON_STRING))
    return id.length <= MAX_STRING_ID_LENGTH;
  return has_type (id, MCP_JSON_NUMBER) && id.length <= MAX_INTEGER_ID_LENGTH &&
         memchr (id.data, '.', id.length) == NULL && memchr (id.data, 'e', id.length) == NULL &&
         memchr (id.data, 'E', id.length) == NULL;
}

static void
find_members (McpJsonSlice root, Members *members)
{
  const struct
  {
    const char *name;
    McpJsonSlice *value;
  } wanted[] = {
    { "jsonrpc", &members->jsonrpc }, { "id", &members->id },
    { "method", &members->method },   { "params", &members->params },
    { "result", &members->result },   { "error", &members->error },
  };
  McpJsonIter iter;
  McpJsonSlice name;
  McpJsonSlice value;

  memset (members, 0, sizeof *members);
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_member (&iter, &name, &value))
    for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
      if (mcp_json_string_equal (name, wanted[i].name))
        {
          *wanted[i].value = value;
          break;
        }
}

static gboolean
fail_invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST, problem);
  return FALSE;
}

static gboolean
take_call (McpJsonrpcMessage *self, const Members *members, GError **error)
{
  if (!has_type (members->method, MCP_JSON_STRING))
    return fail_invalid (error, "“method” must be a string");
  if (members->result.data != NULL || members->error.data != NULL)
    return fail_invalid (error, "A message is either a call or a response");
  if (members->params.data != NULL && !has_type (members->params, MCP_JSON_OBJECT) &&
      !mcp_json_is_nothing (members->params))
    return fail_invalid (error, "“params” must be an object");

  self->method = mcp_json_dup_string (members->method);
  if (self->method == NULL)
    return fail_invalid (error, "“method” holds a NUL character");
  self->kind = members->id.data != NULL ? MCP_JSONRPC_REQUEST : MCP_JSONRPC_NOTIFICATION;
  if (has_type (members->params, MCP_JSON_OBJECT))
    self->params = members->params;
  return TRUE;
}

static gboolean
take_failure (McpJsonrpcMessage *self, McpJsonSlice failure, GError **error)
{
  McpJsonSlice code;
  McpJsonSlice text;
  gint64 number;

  if (!has_type (failure, MCP_JSON_OBJECT) || !mcp_json_find (failure, "code", &code) ||
      !mcp_json_get_int64 (code, &number) || number < G_MININT || number > G_MAXINT ||
      !mcp_json_find_typed (failure, "message", MCP_JSON_STRING, &text))
    return fail_invalid (error, "“error” must be an object with an integer code and a message");

  self->kind = MCP_JSONRPC_FAILURE;
  self->error = failure;
  self->error_code = (int) number;
  return TRUE;
}

static gboolean
take_response (McpJsonrpcMessage *self, const Members *members, GError **error)
{
  if (members->error.data != NULL && members->result.data != NULL)
    return fail_invalid (error, "A response has either a result or an error");
  if (members->error.data != NULL)
    return take_failure (self, members->error, error);
  if (!has_type (members->result, MCP_JSON_OBJECT))
    return fail_invalid (error, "“result” must be an object");
  if (members->id.data == NULL)
    return fail_invalid (error, "A result needs the “id” of its request");

  self->kind = MCP_JSONRPC_RESULT;
  self->result = members->result;
  return TRUE;
}

static gboolean
take_members (McpJsonrpcMessage *self, McpJsonSlice root, char **id, GError **error)
{
  Members members;

  if (mcp_json_get_type (root) != MCP_JSON_OBJECT)
    return fail_invalid (error, "A message must be a JSON object");

  find_members (root, &members);
  /* An error about a message that nobody could identify has the id null: section 5. */
  if (members.error.data != NULL && has_type (members.id, MCP_JSON_NULL))
    members.id = MCP_JSON_SLICE_NONE;
  if (members.id.data != NULL && !is_valid_id (members.id))
    return fail_invalid (error, "“id” must be a string or an integer");
  if (members.id.data != NULL && id != NULL)
    *id = g_strndup (members.id.data, members.id.length);
  if (!has_type (members.jsonrpc, MCP_JSON_STRING) ||
      !mcp_json_string_equal (members.jsonrpc, "2.0"))
    return fail_invalid (error, "“jsonrpc” must be \"2.0\"");

  self->id = members.id;
  if (members.method.data != NULL)
    return take_call (self, &members, error);
  if (members.result.data != NULL || members.error.data != NULL)
    return take_response (self, &members, error);
  return fail_invalid (error, "A message needs “method”, “result” or “error”");
}

/**
 * mcp_jsonrpc_message_parse:
 * @text: one message, any bytes; the message keeps a reference
 * @limits: of the JSON text
 * @id: (out) (optional) (nullable) (transfer full): the raw text of the id where it could be
 *   read, even of a message that is refused otherwise, so that an error can echo it
 * @error: return location
 *
 * Reads one message of JSON-RPC 2.0 as MCP uses it: no batch, parameters by name,
 * an id that is a string or an integer, a result that is an object. Unknown
 * members are passed over. Any thread.
 *
 * Errors: %MCP_JSONRPC_ERROR_PARSE where the text is no JSON or beyond a limit,
 * %MCP_JSONRPC_ERROR_INVALID_REQUEST where it is no message.
 *
 * Returns: (transfer full) (nullable): the message
 */
McpJsonrpcMessage *
mcp_jsonrpc_message_parse (GBytes *text, const McpJsonrpcLimits *limits, char **id, GError **error)
{
  g_autoptr (McpJsonrpcMessage) self = NULL;
  g_autoptr (GError) scan_error = NULL;
  McpJsonSlice root;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  if (id != NULL)
    *id = NULL;
  if (!mcp_json_scan (data, length, limits->max_depth, limits->max_values, limits->flags, &root,
                      &scan_error))
    {
      g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_PARSE, scan_error->message);
      return NULL;
    }

  self = g_new0 (McpJsonrpcMessage, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->text = g_bytes_ref (text);
  if (!take_members (self, root, id, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mcp_jsonrpc_message_ref:
 * @self: a message
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpJsonrpcMessage *
mcp_jsonrpc_message_ref (McpJsonrpcMessage *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_jsonrpc_message_unref:
 * @self: (transfer full): a message
 *
 * Any thread.
 */
void
mcp_jsonrpc_message_unref (McpJsonrpcMessage *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_bytes_unref (self->text);
  g_free (self->method);
  g_free (self);
}

/**
 * mcp_jsonrpc_message_get_kind:
 * @self: a message
 *
 * Returns: what it is
 */
McpJsonrpcKind
mcp_jsonrpc_message_get_kind (McpJsonrpcMessage *self)
{
  return self->kind;
}

/**
 * mcp_jsonrpc_message_get_text:
 * @self: a message
 *
 * Returns: (transfer none): the text as it came in
 */
GBytes *
mcp_jsonrpc_message_get_text (McpJsonrpcMessage *self)
{
  return self->text;
}

/**
 * mcp_jsonrpc_message_get_id:
 * @self: a message
 *
 * Returns: the id as it was written, or %MCP_JSON_SLICE_NONE; valid as long as @self is
 */
McpJsonSlice
mcp_jsonrpc_message_get_id (McpJsonrpcMessage *self)
{
  return self->id;
}

/**
 * mcp_jsonrpc_message_get_method:
 * @self: a message
 *
 * Returns: (transfer none) (nullable): the method of a request or a notification
 */
const char *
mcp_jsonrpc_message_get_method (McpJsonrpcMessage *self)
{
  return self->method;
}

/**
 * mcp_jsonrpc_message_get_params:
 * @self: a message
 *
 * Returns: an object, or %MCP_JSON_SLICE_NONE; valid as long as @self is
 */
McpJsonSlice
mcp_jsonrpc_message_get_params (McpJsonrpcMessage *self)
{
  return self->params;
}

/**
 * mcp_jsonrpc_message_get_result:
 * @self: a message
 *
 * Returns: an object, or %MCP_JSON_SLICE_NONE; valid as long as @self is
 */
McpJsonSlice
mcp_jsonrpc_message_get_result (McpJsonrpcMessage *self)
{
  return self->result;
}

/**
 * mcp_jsonrpc_message_get_error:
 * @self: a message
 *
 * Returns: the whole error object, or %MCP_JSON_SLICE_NONE; valid as long as @self is
 */
McpJsonSlice
mcp_jsonrpc_message_get_error (McpJsonrpcMessage *self)
{
  return self->error;
}

/**
 * mcp_jsonrpc_message_get_error_code:
 * @self: a message
 *
 * Returns: the code of an error, else 0
 */
int
mcp_jsonrpc_message_get_error_code (McpJsonrpcMessage *self)
{
  return self->error_code;
}

/**
 * mcp_jsonrpc_message_dup_error_text:
 * @self: a message
 *
 * Returns: (transfer full) (nullable): the message of an error; of one that holds NUL an empty text
 */
char *
mcp_jsonrpc_message_dup_error_text (McpJsonrpcMessage *self)
{
  McpJsonSlice text;
  char *decoded;

  if (self->error.data == NULL ||
      !mcp_json_find_typed (self->error, "message", MCP_JSON_STRING, &text))
    return NULL;
  decoded = mcp_json_dup_string (text);
  return decoded != NULL ? decoded : g_strdup ("");
}

/**
 * mcp_jsonrpc_message_dup_error_excerpt:
 * @self: a message
 *
 * For the daemon's own messages, which quote the error: they are logged, kept and shown, so that
 * the text has 1 KiB at most.
 *
 * Returns: (transfer full): the text; empty where there is none
 */
char *
mcp_jsonrpc_message_dup_error_excerpt (McpJsonrpcMessage *self)
{
  McpJsonSlice text;
  char *decoded = NULL;

  if (self->error.data != NULL &&
      mcp_json_find_typed (self->error, "message", MCP_JSON_STRING, &text))
    decoded = mcp_json_cut_dup_string (text, MAX_EXCERPT_BYTES);
  return decoded != NULL ? decoded : g_strdup ("");
}

/**
 * mcp_jsonrpc_message_ref_result:
 * @self: a response
 * @error: return location; %MCP_ERROR_PROVIDER_FAILED if the response is an error
 *
 * Returns: (transfer full) (nullable): the result, a part of the message's text
 */
GBytes *
mcp_jsonrpc_message_ref_result (McpJsonrpcMessage *self, GError **error)
{
  g_autofree char *text = NULL;

  if (self->kind == MCP_JSONRPC_RESULT)
    return g_bytes_new_from_bytes (
        self->text, self->result.data - (const char *) g_bytes_get_data (self->text, NULL),
        self->result.length);
  text = mcp_jsonrpc_message_dup_error_text (self);
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text != NULL ? text : "");
  return NULL;
}

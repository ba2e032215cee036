/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-params.h"

#include "common/mcp-decimal.h"
#include "protocol/mcp-json-edit.h"

#include <string.h>

/* In the order of #McpParam. */
static const char *const names[] = {
  "_meta",        "arguments", "inputResponses", "name", "ref",
  "requestState", "task",      "taskId",         "uri",  NULL,
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == MCP_N_PARAMS + 1);

struct _McpParams
{
  grefcount ref_count;
  McpJsonrpcMessage *message; /* (owned) (nullable): holds the text */
  char *object;               /* (owned) (nullable): the text, where no message holds it */
  McpJsonSlice text;
  char *changes[MCP_N_PARAMS]; /* (owned) (nullable): JSON texts */
};

static McpParams *
new_params (McpJsonSlice text)
{
  McpParams *self = g_new0 (McpParams, 1);

  g_ref_count_init (&self->ref_count);
  self->text = text.data != NULL ? text : (McpJsonSlice){ "{}", 2 };
  return self;
}

/**
 * mcp_params_new:
 * @request: a client's request
 *
 * Returns: (transfer full): its params, an empty object where it has none
 */
McpParams *
mcp_params_new (McpJsonrpcMessage *request)
{
  McpParams *self = new_params (mcp_jsonrpc_message_get_params (request));

  self->message = mcp_jsonrpc_message_ref (request);
  return self;
}

/**
 * mcp_params_new_take:
 * @object: (transfer full): a JSON object
 *
 * Returns: (transfer full): the params of a request of the daemon's own
 */
McpParams *
mcp_params_new_take (char *object)
{
  McpParams *self = new_params ((McpJsonSlice){ object, strlen (object) });

  self->object = object;
  return self;
}

/**
 * mcp_params_copy:
 * @self: the params
 *
 * Returns: (transfer full): the same, to be changed further. Shares the text of params that came
 * from a message.
 */
McpParams *
mcp_params_copy (McpParams *self)
{
  McpParams *copy;

  if (self->message != NULL)
    copy = mcp_params_new (self->message);
  else
    copy = mcp_params_new_take (g_strndup (self->text.data, self->text.length));
  for (guint i = 0; i < MCP_N_PARAMS; i++)
    copy->changes[i] = g_strdup (self->changes[i]);
  return copy;
}

/**
 * mcp_params_ref:
 * @self: the params
 *
 * Returns: (transfer full): @self
 */
McpParams *
mcp_params_ref (McpParams *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_params_unref:
 * @self: (transfer full): the params
 */
void
mcp_params_unref (McpParams *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < MCP_N_PARAMS; i++)
    g_free (self->changes[i]);
  g_clear_pointer (&self->message, mcp_jsonrpc_message_unref);
  g_free (self->object);
  g_free (self);
}

/**
 * mcp_params_set:
 * @self: params that nobody else has yet
 * @param: a member
 * @text: (transfer full): its new value, JSON text
 *
 * Replaces the member in its place, or adds it at the end.
 */
void
mcp_params_set (McpParams *self, McpParam param, char *text)
{
  g_free (self->changes[param]);
  self->changes[param] = text;
}

/**
 * mcp_params_set_string:
 * @self: params that nobody else has yet
 * @param: a member
 * @value: its new value, UTF-8
 *
 * As mcp_params_set(), for a string.
 */
void
mcp_params_set_string (McpParams *self, McpParam param, const char *value)
{
  GString *text = g_string_new (NULL);

  mcp_json_append_string (text, value);
  mcp_params_set (self, param, g_string_free (text, FALSE));
}

/**
 * mcp_params_get:
 * @self: the params
 * @param: a member
 * @value: (out): its value with all changes; borrowed
 *
 * Returns: whether there is such a member
 */
gboolean
mcp_params_get (McpParams *self, McpParam param, McpJsonSlice *value)
{
  if (self->changes[param] == NULL)
    return mcp_json_find (self->text, names[param], value);

  *value = (McpJsonSlice){ self->changes[param], strlen (self->changes[param]) };
  return TRUE;
}

/**
 * mcp_params_find:
 * @self: the params
 * @name: of a member
 * @value: (out): its value with all changes; borrowed
 *
 * Returns: whether there is such a member
 */
gboolean
mcp_params_find (McpParams *self, const char *name, McpJsonSlice *value)
{
  for (guint i = 0; i < MCP_N_PARAMS; i++)
    if (strcmp (names[i], name) == 0)
      return mcp_params_get (self, i, value);

  return mcp_json_find (self->text, name, value);
}

/**
 * mcp_params_get_text:
 * @self: the params
 *
 * Returns: the object as the client wrote it, without the changes; borrowed
 */
McpJsonSlice
mcp_params_get_text (McpParams *self)
{
  return self->text;
}

static McpJsonEdit *
begin_edit (McpParams *self, McpJsonFields *fields)
{
  McpJsonEdit *edit = mcp_json_edit_new (self->text);

  mcp_json_fields_find (fields, self->text, names);
  for (guint i = 0; i < MCP_N_PARAMS; i++)
    if (self->changes[i] != NULL && i != MCP_PARAM_META)
      mcp_json_edit_set (edit, fields, i, g_strdup (self->changes[i]));
  return edit;
}

/**
 * mcp_params_dup_text:
 * @self: the params
 *
 * Returns: (transfer full): the object with all changes
 */
char *
mcp_params_dup_text (McpParams *self)
{
  McpJsonFields fields;
  char *text = mcp_json_edit_end (begin_edit (self, &fields));

  return text != NULL ? text : g_strndup (self->text.data, self->text.length);
}

/* "_meta" for the next hop, from what the hop before leaves. */
static void
edit_meta (McpJsonEdit *edit,
           const McpJsonFields *fields,
           McpJsonSlice progress_token,
           const char *members)
{
  McpJsonSlice old = MCP_JSON_SLICE_NONE;
  char *meta;

  if (mcp_json_fields_has_type (fields, MCP_PARAM_META, MCP_JSON_OBJECT))
    old = fields->fields[MCP_PARAM_META].value;
  meta = mcp_jsonrpc_build_meta (old, progress_token, members);
  if (meta != NULL)
    mcp_json_edit_set (edit, fields, MCP_PARAM_META, meta);
  else
    mcp_json_edit_drop (edit, fields, 1U << MCP_PARAM_META);
}

/**
 * mcp_params_build_request:
 * @self: the params
 * @id: minted by the daemon
 * @method: of the request
 * @progress_token: a string or an integer; %MCP_JSON_SLICE_NONE: none is sent
 * @meta_members: (nullable): JSON members for "_meta", without braces
 *
 * Writes the message, with all changes and with nothing in "_meta" that belongs to the client's
 * hop. This is the one copy of the client's text that is made.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_params_build_request (McpParams *self,
                          gint64 id,
                          const char *method,
                          McpJsonSlice progress_token,
                          const char *meta_members)
{
  g_autoptr (GString) head = g_string_new ("{\"jsonrpc\":\"2.0\",\"id\":");
  McpJsonFields fields;
  McpJsonEdit *edit = begin_edit (self, &fields);

  edit_meta (edit, &fields, progress_token, meta_members);
  mcp_decimal_append_int (head, id);
  g_string_append (head, ",\"method\":");
  mcp_json_append_string (head, method);
  g_string_append (head, ",\"params\":");
  return mcp_json_edit_end_within (edit, head->str, "}");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What servers ask of clients (client/elicitation, client/sampling, client/roots).
 */
#include "protocol/mcp-translate.h"

#include "mcp-translate-private.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

static const char *const param_names[] = {
  "mode", "requestedSchema", "elicitationId", "messages", "tools", "toolChoice", "_meta", NULL,
};
enum
{
  PARAM_MODE,
  PARAM_SCHEMA,
  PARAM_ELICITATION_ID,
  PARAM_MESSAGES,
  PARAM_TOOLS,
  PARAM_TOOL_CHOICE,
  PARAM_META,
};

/* A request on its way to a client. */
typedef struct
{
  McpJsonFields params;
  McpRevision to;
  McpJsonSlice capabilities;
  McpJsonEdit *edit; /* (unowned) */
  guint mask;        /* which params go */
  char *required;    /* (owned) (nullable): JSON object */
} Ask;

static gboolean
has_object (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return mcp_json_find_typed (object, key, MCP_JSON_OBJECT, &value);
}

/* A client that does not know what is asked. */
static gboolean
lacks_capability (Ask *ask, const char *required, const char *name, GError **error)
{
  ask->required = g_strdup (required);
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
               "The client does not offer %s", name);
  return FALSE;
}

/* A client that knows it, but not in this way: it would call the params invalid itself. */
static gboolean
lacks_feature (Ask *ask, const char *required, const char *name, GError **error)
{
  ask->required = g_strdup (required);
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_PARAMS,
               "The client does not offer %s", name);
  return FALSE;
}

static gboolean
fail_inexpressible (const char *what, GError **error)
{
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_PARAMS,
               "The client’s revision cannot express %s", what);
  return FALSE;
}

/* Elicitation */

static gboolean
translate_form (Ask *ask, McpJsonSlice offered, GError **error)
{
  /* 2025-11-25: without a word on either mode, it is the one that there was before */
  if (has_object (offered, "url") && !has_object (offered, "form") &&
      ask->to >= MCP_REVISION_2025_11_25)
    return lacks_feature (ask, "{\"elicitation\":{\"form\":{}}}", "elicitation by forms", error);
  if (ask->to >= MCP_REVISION_2025_11_25)
    return TRUE;

  ask->mask |= 1U << PARAM_MODE;
  return mcp_translate_form (ask->edit, ask->params.fields[PARAM_SCHEMA].value) ||
         fail_inexpressible ("all fields of the form", error);
}

static gboolean
translate_url (Ask *ask, McpJsonSlice offered, GError **error)
{
  if (ask->to < MCP_REVISION_2025_11_25)
    return fail_inexpressible ("elicitation by URL", error);
  if (!has_object (offered, "url"))
    return lacks_feature (ask, "{\"elicitation\":{\"url\":{}}}", "elicitation by URL", error);

  if (mcp_revision_is_stateless (ask->to))
    ask->mask |= 1U << PARAM_ELICITATION_ID;
  else if (!mcp_json_fields_has (&ask->params, PARAM_ELICITATION_ID))
    {
      g_autofree char *id = g_uuid_string_random ();

      mcp_json_edit_set (ask->edit, &ask->params, PARAM_ELICITATION_ID,
                         g_strdup_printf ("\"%s\"", id));
    }
  return TRUE;
}

static gboolean
translate_elicitation (Ask *ask, GError **error)
{
  McpJsonSlice offered;

  if (!mcp_json_find_typed (ask->capabilities, "elicitation", MCP_JSON_OBJECT, &offered) ||
      ask->to < MCP_REVISION_2025_06_18)
    return lacks_capability (ask,
                             mcp_json_fields_equal (&ask->params, PARAM_MODE, "url")
                                 ? "{\"elicitation\":{\"url\":{}}}"
                                 : "{\"elicitation\":{}}",
                             "elicitation", error);

  if (!mcp_json_fields_has (&ask->params, PARAM_MODE) ||
      mcp_json_fields_equal (&ask->params, PARAM_MODE, "form"))
    return translate_form (ask, offered, error);
  if (mcp_json_fields_equal (&ask->params, PARAM_MODE, "url"))
    return translate_url (ask, offered, error);
  return fail_inexpressible ("elicitation in this mode", error);
}

/* Sampling */

static gboolean
translate_sampling (Ask *ask, GError **error)
{
  gboolean has_tools = mcp_json_fields_has (&ask->params, PARAM_TOOLS) ||
                       mcp_json_fields_has (&ask->params, PARAM_TOOL_CHOICE);
  McpJsonSlice offered;

  if (!mcp_json_find_typed (ask->capabilities, "sampling", MCP_JSON_OBJECT, &offered))
    return lacks_capability (ask, has_tools ? "{\"sampling\":{\"tools\":{}}}" : "{\"sampling\":{}}",
                             "sampling", error);

  if (ask->to < MCP_REVISION_2025_11_25)
    {
      if (has_tools)
        return fail_inexpressible ("sampling with tools", error);
      return mcp_translate_messages (ask->edit, ask->params.fields[PARAM_MESSAGES].value,
                                     ask->to) ||
             fail_inexpressible ("all content of the messages", error);
    }
  if (has_tools && !has_object (offered, "tools"))
    return lacks_feature (ask, "{\"sampling\":{\"tools\":{}}}", "sampling with tools", error);
  return TRUE;
}

/* Roots */

static gboolean
translate_roots (Ask *ask, GError **error)
{
  return has_object (ask->capabilities, "roots") ||
         lacks_capability (ask, "{\"roots\":{}}", "roots", error);
}

static const struct
{
  const char *method;
  gboolean (*translate) (Ask *ask, GError **error);
} asks[] = {
  { "elicitation/create", translate_elicitation },
  { "sampling/createMessage", translate_sampling },
  { "roots/list", translate_roots },
};

static gboolean
translate (Ask *ask, const char *method, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (asks); i++)
    if (strcmp (method, asks[i].method) == 0)
      return asks[i].translate (ask, error);

  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                       "Method not found");
  return FALSE;
}

/**
 * mcp_translate_ask:
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: of the request, of any revision; may be %MCP_JSON_SLICE_NONE
 * @to: the client's revision
 * @capabilities: JSON object: what the client declared
 * @new_params: (out) (nullable) (transfer full): JSON text; %NULL: @params stay
 * @required: (out) (nullable) (transfer full): JSON object: what the client would have to declare,
 *   where that would help
 * @error: return location
 *
 * What a server asks as a client of that revision can be asked. Any thread.
 *
 * Errors: in the domain %MCP_JSONRPC_ERROR, for the server: the method is not found
 * where the client lacks the capability; the params are invalid where it lacks only this side of
 * it, or they cannot be expressed.
 *
 * Returns: whether the client can be asked
 */
gboolean
mcp_translate_ask (const char *method,
                   McpJsonSlice params,
                   McpRevision to,
                   const char *capabilities,
                   char **new_params,
                   char **required,
                   GError **error)
{
  const McpJsonSlice declared = { capabilities, strlen (capabilities) };
  g_autoptr (McpJsonEdit) edit = mcp_json_edit_new (params);
  Ask ask = { .to = to, .capabilities = declared, .edit = edit };

  *new_params = NULL;
  *required = NULL;
  mcp_json_fields_find (&ask.params, params, param_names);
  if (!translate (&ask, method, error))
    {
      *required = ask.required;
      return FALSE;
    }

  if (mcp_json_fields_has_type (&ask.params, PARAM_META, MCP_JSON_OBJECT) &&
      mcp_translate_meta (edit, ask.params.fields[PARAM_META].value, NULL, NULL))
    ask.mask |= 1U << PARAM_META;
  mcp_json_edit_drop (edit, &ask.params, ask.mask);
  *new_params = mcp_json_edit_end (g_steal_pointer (&edit));
  return TRUE;
}

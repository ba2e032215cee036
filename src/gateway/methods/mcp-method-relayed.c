/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is asked of the one server that a prompt, a resource or a task belongs to:
 * prompts/get, resources/read, completion/complete, tasks.
 */

#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/methods/mcp-relayed.h"
#include "gateway/methods/mcp-task-id.h"

#include <string.h>

static void
respond_missing (McpRequest *request, const char *text)
{
  mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS, text, MCP_JSON_SLICE_NONE);
}

static char *
dup_member (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return object.data != NULL && mcp_json_find_typed (object, key, MCP_JSON_STRING, &value)
             ? mcp_json_dup_string (value)
             : NULL;
}

static char *
rename_member (McpJsonSlice object, const char *key, const char *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  mcp_json_append_string (text, value);
  return mcp_json_edit_replace_member (object, key, (McpJsonSlice){ text->str, text->len });
}

static McpServerConfig *
find_prompt (McpRelayed *self, const char **own_name)
{
  McpCatalogueItem found;

  if (!mcp_catalogue_find (mcp_relayed_get_services (self)->catalogue, MCP_ITEM_PROMPT,
                           mcp_relayed_get_session (self), self->name, &found))
    return NULL;
  *own_name = found.name;
  return found.config;
}

static McpServerConfig *
find_for_get (McpRelayed *self, char **params)
{
  const char *own_name;
  McpServerConfig *config = find_prompt (self, &own_name);

  if (config != NULL)
    *params = rename_member (mcp_request_get_params (self->request), "name", own_name);
  return config;
}

/**
 * mcp_method_get_prompt:
 * @request: a prompts/get
 *
 * Asks the server that has the prompt.
 */
void
mcp_method_get_prompt (McpRequest *request)
{
  char *name;

  if (mcp_downstream_resume (request))
    return;
  name = dup_member (mcp_request_get_params (request), "name");
  if (name != NULL)
    mcp_relayed_start (request, find_for_get, name);
  else
    respond_missing (request, "prompts/get needs a string “name”");
}

static McpServerConfig *
find_for_read (McpRelayed *self, char **params)
{
  McpJsonSlice own = mcp_request_get_params (self->request);

  mcp_downstream_set_uri (self->downstream, self->name);
  *params = g_strndup (own.data, own.length);
  return mcp_catalogue_find_resource (mcp_relayed_get_services (self)->catalogue, self->name);
}

/**
 * mcp_method_read_resource:
 * @request: a resources/read
 *
 * Asks the server that has the resource.
 */
void
mcp_method_read_resource (McpRequest *request)
{
  char *uri;

  if (mcp_downstream_resume (request))
    return;
  uri = dup_member (mcp_request_get_params (request), "uri");
  if (uri != NULL)
    mcp_relayed_start (request, find_for_read, uri);
  else
    respond_missing (request, "resources/read needs a string “uri”");
}

static McpServerConfig *
find_for_prompt_completion (McpRelayed *self, char **params)
{
  McpJsonSlice own = mcp_request_get_params (self->request);
  const char *own_name;
  McpServerConfig *config = find_prompt (self, &own_name);
  g_autofree char *reference = NULL;
  McpJsonSlice ref;

  if (config == NULL)
    return NULL;
  mcp_json_find (own, "ref", &ref);
  reference = rename_member (ref, "name", own_name);
  *params =
      mcp_json_edit_replace_member (own, "ref", (McpJsonSlice){ reference, strlen (reference) });
  return config;
}

/**
 * mcp_method_complete:
 * @request: a completion/complete
 *
 * Asks the server that has the prompt or the resource.
 */
void
mcp_method_complete (McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  g_autofree char *type = NULL;
  char *name = NULL;
  McpJsonSlice ref = MCP_JSON_SLICE_NONE;

  if (params.data != NULL && mcp_json_find_typed (params, "ref", MCP_JSON_OBJECT, &ref))
    type = dup_member (ref, "type");
  if (g_strcmp0 (type, "ref/prompt") == 0 && (name = dup_member (ref, "name")) != NULL)
    mcp_relayed_start (request, find_for_prompt_completion, name);
  else if (g_strcmp0 (type, "ref/resource") == 0 && (name = dup_member (ref, "uri")) != NULL)
    mcp_relayed_start (request, find_for_read, name);
  else
    respond_missing (request, "completion/complete needs a “ref” of type ref/prompt with a “name”, "
                              "or of type ref/resource with a “uri”");
}

/* The extension io.modelcontextprotocol/tasks of 2026-07-28 */

#define TASKS_EXTENSION "io.modelcontextprotocol/tasks"

static McpServerConfig *
find_for_task (McpRelayed *self, char **params)
{
  GPtrArray *configs = mcp_catalogue_get_configs (mcp_relayed_get_services (self)->catalogue);
  g_autofree char *own_id = NULL;
  g_autofree char *server = mcp_task_id_split (self->name, &own_id);

  for (guint i = 0; server != NULL && i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, server) == 0)
        {
          *params = rename_member (mcp_request_get_params (self->request), "taskId", own_id);
          return config;
        }
    }
  return NULL;
}

static gboolean
offers_tasks (McpRequest *request)
{
  const char *capabilities = mcp_attachment_get_capabilities (mcp_request_get_attachment (request));
  McpJsonSlice extensions;
  McpJsonSlice tasks;

  return mcp_json_find_typed ((McpJsonSlice){ capabilities, strlen (capabilities) }, "extensions",
                              MCP_JSON_OBJECT, &extensions) &&
         mcp_json_find_typed (extensions, TASKS_EXTENSION, MCP_JSON_OBJECT, &tasks);
}

/**
 * mcp_method_task:
 * @request: a tasks/get, tasks/update or tasks/cancel
 *
 * Asks the server whose task it is.
 */
void
mcp_method_task (McpRequest *request)
{
  static const char required[] =
      "{\"requiredCapabilities\":{\"extensions\":{\"" TASKS_EXTENSION "\":{}}}}";
  char *id;

  if (!offers_tasks (request))
    {
      mcp_request_respond_error (request, MCP_ERROR_CODE_MISSING_CAPABILITY,
                                 "The client did not declare the extension " TASKS_EXTENSION,
                                 (McpJsonSlice){ required, strlen (required) });
      return;
    }
  id = dup_member (mcp_request_get_params (request), "taskId");
  if (id != NULL)
    mcp_relayed_start (request, find_for_task, id);
  else
    respond_missing (request, "The request needs a string “taskId”");
}

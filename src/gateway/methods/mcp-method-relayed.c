/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is asked of the one server that a prompt, a resource or a task belongs to:
 * prompts/get, resources/read, completion/complete, tasks.
 */

#include "gateway/catalogue/mcp-catalogue-resolve.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/methods/mcp-operation.h"
#include "gateway/methods/mcp-task-id.h"

#include <string.h>

static void
respond_invalid (McpRequest *request, const char *text)
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

static void
rename_prompt (McpParams *params, const char *own_name)
{
  mcp_params_set_string (params, MCP_PARAM_NAME, own_name);
}

/**
 * mcp_method_get_prompt:
 * @attachment: the attachment that received the request
 * @request: a prompts/get
 *
 * Asks the server that has the prompt.
 */
void
mcp_method_get_prompt (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject subject = { .kind = MCP_ITEM_PROMPT, .rename = rename_prompt };
  g_autofree char *name = NULL;

  if (mcp_operation_resume (attachment, request))
    return;
  name = dup_member (mcp_request_get_params (request), "name");
  if (name != NULL)
    mcp_operation_start (attachment, request, &subject, name);
  else
    respond_invalid (request, "prompts/get needs a string “name”");
}

/* A resource is exposed under another URI where two servers have the same one. */
static void
rename_resource (McpParams *params, const char *own_uri)
{
  mcp_params_set_string (params, MCP_PARAM_URI, own_uri);
}

/**
 * mcp_method_read_resource:
 * @attachment: the attachment that received the request
 * @request: a resources/read
 *
 * Asks the server that has the resource.
 */
void
mcp_method_read_resource (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject subject = { .kind = MCP_ITEM_RESOURCE,
                                               .rename = rename_resource };
  g_autofree char *uri = NULL;

  if (mcp_operation_resume (attachment, request))
    return;
  uri = dup_member (mcp_request_get_params (request), "uri");
  if (uri != NULL)
    mcp_operation_start (attachment, request, &subject, uri);
  else
    respond_invalid (request, "resources/read needs a string “uri”");
}

static void
rename_in_ref (McpParams *params, const char *key, const char *own_name)
{
  g_autoptr (GString) name = g_string_new (NULL);
  McpJsonSlice ref;

  mcp_json_append_string (name, own_name);
  if (mcp_params_get (params, MCP_PARAM_REF, &ref))
    mcp_params_set (
        params, MCP_PARAM_REF,
        mcp_json_edit_replace_member (ref, key, (McpJsonSlice){ name->str, name->len }));
}

static void
rename_prompt_ref (McpParams *params, const char *own_name)
{
  rename_in_ref (params, "name", own_name);
}

static void
rename_resource_ref (McpParams *params, const char *own_uri)
{
  rename_in_ref (params, "uri", own_uri);
}

/**
 * mcp_method_complete:
 * @attachment: the attachment that received the request
 * @request: a completion/complete
 *
 * Asks the server that has the prompt or the resource.
 */
void
mcp_method_complete (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject prompt_subject = { .kind = MCP_ITEM_PROMPT,
                                                      .rename = rename_prompt_ref };
  static const McpOperationSubject resource_subject = { .kind = MCP_ITEM_RESOURCE,
                                                        .rename = rename_resource_ref };
  McpJsonSlice params = mcp_request_get_params (request);
  g_autofree char *type = NULL;
  g_autofree char *name = NULL;
  g_autofree char *uri = NULL;
  McpJsonSlice ref = MCP_JSON_SLICE_NONE;

  if (params.data != NULL && mcp_json_find_typed (params, "ref", MCP_JSON_OBJECT, &ref))
    type = dup_member (ref, "type");
  if (g_strcmp0 (type, "ref/prompt") == 0)
    name = dup_member (ref, "name");
  else if (g_strcmp0 (type, "ref/resource") == 0)
    uri = dup_member (ref, "uri");

  if (name != NULL)
    mcp_operation_start (attachment, request, &prompt_subject, name);
  else if (uri != NULL)
    mcp_operation_start (attachment, request, &resource_subject, uri);
  else
    respond_invalid (request, "completion/complete needs a “ref” of type ref/prompt with a “name”, "
                              "or of type ref/resource with a “uri”");
}

/* The extension io.modelcontextprotocol/tasks of 2026-07-28 */

#define TASKS_EXTENSION "io.modelcontextprotocol/tasks"

static void
rename_task (McpParams *params, const char *own_id)
{
  mcp_params_set_string (params, MCP_PARAM_TASK_ID, own_id);
}

static gboolean
offers_tasks (McpClient *client)
{
  McpJsonSlice extensions;
  McpJsonSlice tasks;

  return mcp_json_find_typed ((McpJsonSlice){ client->capabilities, strlen (client->capabilities) },
                              "extensions", MCP_JSON_OBJECT, &extensions) &&
         mcp_json_find_typed (extensions, TASKS_EXTENSION, MCP_JSON_OBJECT, &tasks);
}

static void
respond_no_tasks (McpRequest *request)
{
  static const char required[] =
      "{\"requiredCapabilities\":{\"extensions\":{\"" TASKS_EXTENSION "\":{}}}}";

  mcp_request_respond_error (request, MCP_ERROR_CODE_MISSING_CAPABILITY,
                             "The client did not declare the extension " TASKS_EXTENSION,
                             (McpJsonSlice){ required, strlen (required) });
}

/* A task of another session does not exist, nor one of a server that the client does not reach. */
static McpTarget *
find_task (McpServices *services, McpClient *client, const char *id)
{
  g_autofree char *own_id = NULL;
  g_autofree char *server = NULL;

  if (!mcp_task_owners_has (services->task_owners, mcp_session_get_id (client->session), id))
    return NULL;

  server = mcp_task_id_split (id, &own_id);
  if (server == NULL || (client->server != NULL && strcmp (client->server, server) != 0))
    return NULL;
  return mcp_catalogue_resolve_server (services->catalogue, server, own_id);
}

/**
 * mcp_method_task:
 * @attachment: the attachment that received the request
 * @request: a tasks/get, tasks/update or tasks/cancel
 *
 * Asks the server that runs the task.
 */
void
mcp_method_task (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject subject = { .kind = MCP_ITEM_TOOL, .rename = rename_task };
  g_autoptr (McpTarget) target = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;

  if (!offers_tasks (mcp_request_get_client (request)))
    {
      respond_no_tasks (request);
      return;
    }
  id = dup_member (mcp_request_get_params (request), "taskId");
  if (id == NULL)
    {
      respond_invalid (request, "The request needs a string “taskId”");
      return;
    }

  target =
      find_task (mcp_attachment_get_services (attachment), mcp_request_get_client (request), id);
  text = g_strdup_printf ("Unknown task: %s", id);
  if (target != NULL)
    mcp_operation_start_at (attachment, request, &subject, target);
  else
    respond_invalid (request, text);
}

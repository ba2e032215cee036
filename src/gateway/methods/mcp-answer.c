/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server's answer as its client is to have it.
 */
#include "gateway/methods/mcp-answer.h"

#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-task-id.h"
#include "protocol/mcp-translate.h"

#include <string.h>

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static McpRevision
get_revision (McpRequest *request)
{
  return mcp_request_get_client (request)->revision;
}

/* 2025-11-25, client/elicitation, "URL Elicitation Required Error": a client of 2026-07-28 is asked
 * in its own way, and makes the request again. */
static gboolean
answer_by_urls (McpRequest *request, int code, McpJsonSlice data)
{
  g_autofree char *requests = NULL;
  g_autofree char *result = NULL;

  if (code != MCP_ERROR_CODE_URL_ELICITATION_REQUIRED ||
      !mcp_revision_is_stateless (get_revision (request)) || data.data == NULL)
    return FALSE;
  requests = mcp_translate_url_elicitations (data);
  if (requests == NULL)
    return FALSE;

  result = g_strdup_printf ("{\"resultType\":\"input_required\",\"inputRequests\":%s}", requests);
  mcp_request_respond_result (request, slice (result));
  return TRUE;
}

static void
append_url (GString *text, McpJsonSlice elicitation)
{
  McpJsonSlice value;

  if (mcp_json_get_type (elicitation) == MCP_JSON_OBJECT &&
      mcp_json_find_typed (elicitation, "url", MCP_JSON_STRING, &value))
    {
      g_autofree char *url = mcp_json_dup_string (value);

      g_string_append_printf (text, "\n%s", url != NULL ? url : "");
    }
}

/* Clients before 2025-11-25 cannot show a URL to the user: the URLs go into the tool's result. */
static gboolean
answer_with_url_text (McpRequest *request, int code, McpJsonSlice data)
{
  g_autoptr (GString) text = g_string_new ("Before this can be done, open in a browser:");
  g_autoptr (GString) result = g_string_new ("{\"content\":[{\"type\":\"text\",\"text\":");
  McpJsonSlice elicitation;
  McpJsonSlice list;
  McpJsonIter iter;

  if (code != MCP_ERROR_CODE_URL_ELICITATION_REQUIRED ||
      get_revision (request) >= MCP_REVISION_2025_11_25 ||
      strcmp (mcp_request_get_method (request), "tools/call") != 0 || data.data == NULL ||
      !mcp_json_find_typed (data, "elicitations", MCP_JSON_ARRAY, &list))
    return FALSE;

  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &elicitation))
    append_url (text, elicitation);
  mcp_json_append_string (result, text->str);
  g_string_append (result, "}],\"isError\":true}");
  mcp_request_respond_result (request, (McpJsonSlice){ result->str, result->len });
  return TRUE;
}

static void
answer_error (McpRequest *request, McpJsonrpcMessage *answer, const char *uri)
{
  int code = mcp_jsonrpc_message_get_error_code (answer);
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (answer);
  g_autofree char *new_data = NULL;
  McpJsonSlice data;

  mcp_json_find (mcp_jsonrpc_message_get_error (answer), "data", &data);
  if (answer_by_urls (request, code, data) || answer_with_url_text (request, code, data))
    return;
  if (mcp_translate_error (mcp_request_get_method (request), code, data, uri,
                           get_revision (request), &code, &new_data) &&
      new_data != NULL)
    data = slice (new_data);
  mcp_request_respond_error (request, code, text, data);
}

/* Whether a result is about a task of the server's, which the client asks for later. */
static gboolean
is_about_task (McpRequest *request, McpJsonSlice result)
{
  McpJsonSlice type;

  return g_str_has_prefix (mcp_request_get_method (request), "tasks/") ||
         (mcp_json_find_typed (result, "resultType", MCP_JSON_STRING, &type) &&
          mcp_json_string_equal (type, "task"));
}

static void
answer_result (McpRequest *request,
               McpJsonSlice result,
               McpServerConfig *server,
               McpTaskOwners *task_owners)
{
  McpSession *session = mcp_request_get_client (request)->session;
  g_autofree char *exposed = NULL;
  g_autofree char *task = NULL;

  if (is_about_task (request, result))
    exposed = mcp_task_id_expose (result, server->name, &task);
  if (task != NULL)
    mcp_task_owners_add (task_owners, mcp_session_get_id (session), task);
  mcp_request_respond_result (request, exposed != NULL ? slice (exposed) : result);
}

/**
 * mcp_answer_pass:
 * @request: a running request
 * @answer: the server's answer to it, with an id of its own
 * @server: the server that answered
 * @uri: (nullable): of the resource that it is about, as the client names it
 * @task_owners: learns of a task that the answer names
 *
 * Answers the client, in its own revision.
 */
void
mcp_answer_pass (McpRequest *request,
                 McpJsonrpcMessage *answer,
                 McpServerConfig *server,
                 const char *uri,
                 McpTaskOwners *task_owners)
{
  if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    answer_result (request, mcp_jsonrpc_message_get_result (answer), server, task_owners);
  else
    answer_error (request, answer, uri);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server's answer, written as its client is to have it. Small answers are written at once, large
 * ones in a thread.
 */
#include "gateway/methods/mcp-answer.h"

#include "gateway/client/mcp-rpc-error.h"
#include "gateway/client/mcp-server-info.h"
#include "gateway/methods/mcp-task-id.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* All that is needed to write a response, in any thread; and the response. */
typedef struct
{
  McpServices *services;     /* (owned): for the main context alone */
  McpRequest *request;       /* (owned): keeps @id and @method; for the main context alone */
  McpJsonrpcMessage *answer; /* (owned) */
  McpAnswerCharge *charge;   /* (owned) (nullable): for the main context alone */
  McpJsonSlice id;
  const char *method;
  McpRevision revision;
  char *server;     /* (owned): name of the server */
  char *uri;        /* (owned) (nullable): of the resource that the answer is about */
  char *info;       /* (owned): what the client is told of who answers */
  gboolean is_task; /* whether the answer is about a task that the client asks for later */

  char *task;       /* (owned) (nullable): id of that task, as the client sees it */
  GBytes *response; /* (owned) (nullable) */
  int error_code;   /* of the response; 0: it is a result */
} Writing;

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static void
writing_free (Writing *self)
{
  g_object_unref (self->request);
  mcp_services_unref (self->services);
  mcp_jsonrpc_message_unref (self->answer);
  g_clear_pointer (&self->charge, mcp_answer_account_charge_unref);
  g_clear_pointer (&self->response, g_bytes_unref);
  g_free (self->server);
  g_free (self->uri);
  g_free (self->info);
  g_free (self->task);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writing, writing_free)

static void
write_result (Writing *self, McpJsonSlice result)
{
  self->response =
      mcp_translate_response (self->id, self->method, result, self->revision, self->info);
}

/* 2025-11-25, client/elicitation, "URL Elicitation Required Error": a client of 2026-07-28 is asked
 * in its own way, and makes the request again. */
static gboolean
write_urls_as_round (Writing *self, int code, McpJsonSlice data)
{
  g_autofree char *requests = NULL;
  g_autofree char *result = NULL;

  if (code != MCP_ERROR_CODE_URL_ELICITATION_REQUIRED ||
      !mcp_revision_is_stateless (self->revision) || data.data == NULL)
    return FALSE;
  requests = mcp_translate_url_elicitations (data);
  if (requests == NULL)
    return FALSE;

  result = g_strdup_printf ("{\"resultType\":\"input_required\",\"inputRequests\":%s}", requests);
  write_result (self, slice (result));
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
write_urls_as_text (Writing *self, int code, McpJsonSlice data)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (GString) result = NULL;
  McpJsonSlice elicitation;
  McpJsonSlice list;
  McpJsonIter iter;

  if (code != MCP_ERROR_CODE_URL_ELICITATION_REQUIRED ||
      self->revision >= MCP_REVISION_2025_11_25 || strcmp (self->method, "tools/call") != 0 ||
      data.data == NULL || !mcp_json_find_typed (data, "elicitations", MCP_JSON_ARRAY, &list))
    return FALSE;

  text = g_string_new ("Before this can be done, open in a browser:");
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &elicitation))
    append_url (text, elicitation);
  result = g_string_new ("{\"content\":[{\"type\":\"text\",\"text\":");
  mcp_json_append_string (result, text->str);
  g_string_append (result, "}],\"isError\":true}");
  write_result (self, (McpJsonSlice){ result->str, result->len });
  return TRUE;
}

static void
write_error (Writing *self)
{
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (self->answer);
  g_autofree char *new_data = NULL;
  McpJsonSlice data;

  self->error_code = mcp_jsonrpc_message_get_error_code (self->answer);
  mcp_json_find (mcp_jsonrpc_message_get_error (self->answer), "data", &data);
  if (mcp_translate_error (self->method, self->error_code, data, self->uri, self->revision,
                           &self->error_code, &new_data) &&
      new_data != NULL)
    data = slice (new_data);
  self->response = mcp_jsonrpc_build_error (self->id, self->error_code, text, data);
}

static void
write_failure (Writing *self)
{
  int code = mcp_jsonrpc_message_get_error_code (self->answer);
  McpJsonSlice data;

  mcp_json_find (mcp_jsonrpc_message_get_error (self->answer), "data", &data);
  if (!write_urls_as_round (self, code, data) && !write_urls_as_text (self, code, data))
    write_error (self);
}

/* Any thread. */
static void
write_response (Writing *self)
{
  McpJsonSlice result = mcp_jsonrpc_message_get_result (self->answer);
  g_autofree char *exposed = NULL;

  if (mcp_jsonrpc_message_get_kind (self->answer) != MCP_JSONRPC_RESULT)
    {
      write_failure (self);
      return;
    }
  if (self->is_task)
    exposed = mcp_task_id_expose (result, self->server, &self->task);
  write_result (self, exposed != NULL ? slice (exposed) : result);
}

static void
respond (Writing *self)
{
  McpSession *session = mcp_request_get_client (self->request)->session;

  if (self->task != NULL && !mcp_session_is_closed (session))
    mcp_task_owners_add (self->services->task_owners, mcp_session_get_id (session), self->task);
  mcp_request_respond_written (self->request, self->response, self->error_code);
}

/* Large answers */

static void
write_in_thread (GTask *task, gpointer source, gpointer writing, GCancellable *cancellable)
{
  write_response (writing);
  g_task_return_boolean (task, TRUE);
}

static void
pass_written (gpointer item)
{
  g_autoptr (Writing) self = item;

  respond (self);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Writing *self = user_data;

  mcp_turn_queue_push (self->services->written, pass_written, self);
}

static void
start_writing (Writing *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, written_cb, self);

  g_task_set_source_tag (task, start_writing);
  /* The callback owns it: the thread is no place to end a request. */
  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, write_in_thread);
}

/**
 * mcp_answer_pass:
 * @request: a running request
 * @answer: the server's answer to it, with an id of its own
 * @server: the server that answered
 * @uri: (nullable): of the resource that the answer is about, as the client names it
 * @services: learn of a task that the answer names
 *
 * Answers the client, in its own revision.
 */
void
mcp_answer_pass (McpRequest *request,
                 const McpServerAnswer *answer,
                 McpServerConfig *server,
                 const char *uri,
                 McpServices *services)
{
  g_autoptr (Writing) self = g_new0 (Writing, 1);

  self->services = mcp_services_ref (services);
  self->request = g_object_ref (request);
  self->answer = mcp_jsonrpc_message_ref (answer->message);
  if (answer->charge != NULL)
    self->charge = mcp_answer_account_charge_ref (answer->charge);
  self->id = mcp_request_get_id (request);
  self->method = mcp_request_get_method (request);
  self->revision = mcp_request_get_client (request)->revision;
  self->server = g_strdup (server->name);
  self->uri = g_strdup (uri);
  self->info = mcp_server_info_dup (services->catalogue, mcp_request_get_client (request));
  self->is_task = answer->is_task || g_str_has_prefix (self->method, "tasks/");
  if (mcp_server_answer_is_large (answer->message))
    {
      start_writing (g_steal_pointer (&self));
      return;
    }
  write_response (self);
  respond (self);
}

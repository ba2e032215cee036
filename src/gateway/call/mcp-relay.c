/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-relay.h"

#include "common/mcp-error.h"
#include "gateway/call/mcp-rounds-from-server.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* basic/patterns/mrtr sets no bound; no honest server needs as many. */
#define MAX_ROUNDS  16
/* An answer that takes milliseconds to write. */
#define LARGE_BYTES (1024 * 1024)

struct _McpRelay
{
  GObject parent_instance;

  McpProviderLease *lease; /* (owned) */
  char *method;
  char *params;
  char *capabilities; /* (nullable) */
  char *log_level;    /* (nullable) */
  char **param_headers;
  McpRevision revision; /* of the client */
  guint timeout_ms;
  guint max_seconds; /* 0: none */
  gboolean as_task;

  GCancellable *cancellable; /* (owned): the caller's */
  gulong cancelled_id;
  GCancellable *withdrawn; /* (owned): ends the request in flight */
  GSource *timer;          /* (owned) (nullable) */
  gboolean overdue;
  GTask *task;                /* (owned) (nullable): while it runs */
  GPtrArray *asks;            /* (owned): McpAsk (owned): those open */
  McpRoundsFromServer *input; /* (owned) (nullable): while the server waits for input */
  guint n_rounds;
  char *task_id; /* (nullable): JSON text: of the server's task */
};

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_LOG,
  SIGNAL_ASK,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpRelay, mcp_relay, G_TYPE_OBJECT)

static void send (McpRelay *self, const char *method, const char *params);

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static gboolean
can_be_asked (McpRelay *self)
{
  return self->revision != MCP_REVISION_UNKNOWN;
}

static void
withdraw_asks (McpRelay *self)
{
  g_autoptr (GPtrArray) asks = g_steal_pointer (&self->asks);

  self->asks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < asks->len; i++)
    mcp_ask_withdraw (g_ptr_array_index (asks, i));
}

static void
clear_timer (McpRelay *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

/* The one place where it ends. */
static void
finish (McpRelay *self, McpJsonrpcMessage *message, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
  clear_timer (self);
  if (error != NULL && self->overdue)
    {
      g_clear_error (&error);
      error = g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                           "Server “%s” had not ended the request after %u s, which is the limit "
                           "CallSeconds",
                           mcp_provider_get_name (mcp_provider_lease_get_provider (self->lease)),
                           self->max_seconds);
    }
  g_clear_pointer (&self->input, mcp_rounds_from_server_free);
  withdraw_asks (self);
  mcp_provider_lease_report (self->lease, error);
  if (message != NULL)
    g_task_return_pointer (task, message, (GDestroyNotify) mcp_jsonrpc_message_unref);
  else
    g_task_return_error (task, error);
}

static void
fail (McpRelay *self, const char *text)
{
  finish (self, NULL, g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text));
}

/* What the provider reports while it works. */

static void
progress_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  McpRelay *self = user_data;

  if (self->task != NULL)
    g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, &params);
}

static void
log_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  McpRelay *self = user_data;

  if (self->task != NULL)
    g_signal_emit (self, signals[SIGNAL_LOG], 0, &params);
}

static void
ask_closed_cb (McpAsk *ask, McpRelay *self)
{
  g_ptr_array_remove (self->asks, ask);
}

/* Puts a question to whoever carries this to the client. */
static void
put_ask (McpRelay *self, McpAsk *ask)
{
  if (!can_be_asked (self))
    {
      mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                            "The client cannot be asked anything", MCP_JSON_SLICE_NONE);
      return;
    }
  g_ptr_array_add (self->asks, g_object_ref (ask));
  g_signal_connect_object (ask, "closed", G_CALLBACK (ask_closed_cb), self, 0);
  g_signal_emit (self, signals[SIGNAL_ASK], 0, ask);
}

/* A request of the server's, waiting for its response. */
typedef struct
{
  McpProvider *provider; /* (owned) */
  char *id;              /* (owned): JSON text */
} ServerRequest;

static void
server_request_free (ServerRequest *self)
{
  g_object_unref (self->provider);
  g_free (self->id);
  g_free (self);
}

static void
respond_cb (McpAsk *ask, const McpAskAnswer *answer, gpointer user_data)
{
  ServerRequest *request = user_data;
  g_autoptr (GBytes) response = NULL;

  if (answer->result.data != NULL)
    response = mcp_jsonrpc_build_result (slice (request->id), answer->result);
  else
    response =
        mcp_jsonrpc_build_error (slice (request->id), answer->code, answer->text, answer->data);
  mcp_provider_respond (request->provider, response);
}

static void
ask_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer user_data)
{
  g_autoptr (McpRelay) self = g_object_ref (MCP_RELAY (user_data));
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);
  ServerRequest *request = g_new0 (ServerRequest, 1);
  g_autoptr (McpAsk) ask = NULL;

  request->provider = g_object_ref (provider);
  request->id = g_strndup (id.data, id.length);
  ask = mcp_ask_new (mcp_jsonrpc_message_get_method (message),
                     mcp_jsonrpc_message_get_params (message), mcp_provider_get_revision (provider),
                     respond_cb, request, (GDestroyNotify) server_request_free);
  if (self->task != NULL)
    put_ask (self, ask);
  else
    mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The request has ended",
                          MCP_JSON_SLICE_NONE);
}

/* Input that a server wants before it goes on (2026-07-28, basic/patterns/mrtr), asked of a client
 * that knows no such thing. */

static void
input_ready_cb (McpRoundsFromServer *input, GError *error, gpointer user_data)
{
  g_autoptr (McpRelay) self = g_object_ref (MCP_RELAY (user_data));
  g_autofree char *params = NULL;

  if (self->task == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (error != NULL)
    {
      finish (self, NULL, error);
      return;
    }

  params = mcp_rounds_from_server_build_params (input, slice (self->params));
  g_clear_pointer (&self->input, mcp_rounds_from_server_free);
  send (self, self->method, params);
}

static void
ask_for_input (McpRelay *self, McpJsonSlice result)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *asks;

  if (++self->n_rounds > MAX_ROUNDS)
    {
      fail (self, "The server wants input again and again");
      return;
    }
  self->input = mcp_rounds_from_server_new (result, input_ready_cb, self, &error);
  if (self->input == NULL)
    {
      finish (self, NULL, g_steal_pointer (&error));
      return;
    }

  asks = mcp_rounds_from_server_dup_asks (self->input);
  for (guint i = 0; i < asks->len && self->task != NULL; i++)
    put_ask (self, g_ptr_array_index (asks, i));
  if (asks->len == 0)
    input_ready_cb (self->input, NULL, self);
  g_ptr_array_unref (asks);
}

/* A tool that only runs as a task (2025-11-25, basic/utilities/tasks). */

static gboolean
find_task_id (McpJsonSlice result, McpJsonSlice *task_id)
{
  McpJsonSlice task;

  return mcp_json_find_typed (result, "task", MCP_JSON_OBJECT, &task) &&
         mcp_json_find_typed (task, "taskId", MCP_JSON_STRING, task_id);
}

static char *
build_task_params (McpRelay *self)
{
  return g_strdup_printf ("{\"taskId\":%s}", self->task_id);
}

static void
await_task (McpRelay *self, McpJsonSlice task_id)
{
  g_autofree char *params = NULL;

  self->task_id = g_strndup (task_id.data, task_id.length);
  params = build_task_params (self);
  send (self, "tasks/result", params);
}

/* Nobody waits for what it would say. */
static void
cancel_task (McpRelay *self)
{
  g_autofree char *params = build_task_params (self);
  McpProviderRequest request = { .method = "tasks/cancel", .params = params };

  mcp_provider_request_async (mcp_provider_lease_get_provider (self->lease), &request, NULL, NULL,
                              NULL);
}

/* Answers */

static gboolean
wants_input (McpJsonSlice result)
{
  McpJsonSlice type;

  return mcp_json_find_typed (result, "resultType", MCP_JSON_STRING, &type) &&
         mcp_json_string_equal (type, "input_required");
}

static void
take_answer (McpRelay *self, McpJsonrpcMessage *message)
{
  McpJsonSlice result = mcp_jsonrpc_message_get_result (message);
  McpJsonSlice task_id;

  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT)
    {
      if (!mcp_revision_is_stateless (self->revision) && wants_input (result))
        {
          ask_for_input (self, result);
          return;
        }
      if (self->as_task && self->task_id == NULL && find_task_id (result, &task_id))
        {
          await_task (self, task_id);
          return;
        }
    }
  finish (self, mcp_jsonrpc_message_ref (message), NULL);
}

/* A large answer, for the next iteration. */
typedef struct
{
  McpRelay *relay;            /* (owned) */
  McpJsonrpcMessage *message; /* (owned) */
} Later;

static void
later_free (Later *later)
{
  g_object_unref (later->relay);
  mcp_jsonrpc_message_unref (later->message);
  g_free (later);
}

static gboolean
later_cb (gpointer user_data)
{
  Later *later = user_data;

  take_answer (later->relay, later->message);
  return G_SOURCE_REMOVE;
}

/* Reading a large answer has taken its time already: others have their turn before it is written
 * anew. */
static void
take_later (McpRelay *self, McpJsonrpcMessage *message)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Later *later = g_new0 (Later, 1);

  later->relay = g_object_ref (self);
  later->message = mcp_jsonrpc_message_ref (message);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, later_cb, later, (GDestroyNotify) later_free);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpRelay) self = user_data;
  g_autoptr (McpJsonrpcMessage) message = NULL;
  GError *error = NULL;

  message = mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);
  withdraw_asks (self);
  if (message != NULL)
    {
      if (g_bytes_get_size (mcp_jsonrpc_message_get_text (message)) < LARGE_BYTES)
        take_answer (self, message);
      else
        take_later (self, message);
      return;
    }
  if (self->task_id != NULL && g_cancellable_is_cancelled (self->cancellable))
    cancel_task (self);
  finish (self, NULL, error);
}

static void
send (McpRelay *self, const char *method, const char *params)
{
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);
  McpRevision revision = mcp_provider_get_revision (provider);
  g_autofree char *capabilities = NULL;
  McpProviderRequest request = {
    .method = method,
    .params = params,
    .timeout_ms = self->timeout_ms,
    .progress = progress_cb,
    .log = log_cb,
    .ask = can_be_asked (self) ? ask_cb : NULL,
    .user_data = self,
    .log_level = self->log_level,
    .param_headers = (const char *const *) self->param_headers,
  };

  if (self->capabilities != NULL)
    capabilities = mcp_translate_client_capabilities (
        slice (self->capabilities),
        revision == MCP_REVISION_UNKNOWN ? MCP_REVISION_NEWEST : revision);
  request.capabilities = capabilities != NULL ? capabilities : self->capabilities;
  mcp_provider_request_async (provider, &request, self->withdrawn, answered_cb,
                              g_object_ref (self));
}

/* A request in flight ends by itself. */
static void
withdraw (McpRelay *self)
{
  g_autoptr (McpRelay) guard = g_object_ref (self);

  g_cancellable_cancel (self->withdrawn);
  if (self->input != NULL)
    finish (self, NULL, g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "Cancelled"));
}

static void
cancelled_cb (GCancellable *cancellable, McpRelay *self)
{
  withdraw (self);
}

static gboolean
overdue_cb (gpointer user_data)
{
  McpRelay *self = user_data;

  clear_timer (self);
  self->overdue = TRUE;
  withdraw (self);
  return G_SOURCE_REMOVE;
}

static void
start_timer (McpRelay *self)
{
  if (self->max_seconds == 0)
    return;

  self->timer = g_timeout_source_new_seconds (self->max_seconds);
  g_source_set_callback (self->timer, overdue_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

/**
 * mcp_relay_run_async:
 * @self: a relay that has not run
 * @cancellable: withdraws the request
 * @callback: (scope async): when there is an answer
 * @user_data: for @callback
 *
 * Makes the request.
 */
void
mcp_relay_run_async (McpRelay *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autofree char *params = NULL;

  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, mcp_relay_run_async);
  self->cancellable = g_object_ref (cancellable);
  self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (self->withdrawn);
  start_timer (self);

  if (self->as_task)
    params = mcp_json_edit_replace_member (slice (self->params), "task", slice ("{}"));
  send (self, self->method, params != NULL ? params : self->params);
}

/**
 * mcp_relay_run_finish:
 * @self: the relay
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the provider; %MCP_ERROR_PROVIDER_FAILED for a server that never has enough
 * input, or got none; %MCP_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the server's answer: a result or an error of its own
 */
McpJsonrpcMessage *
mcp_relay_run_finish (McpRelay *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_relay_set_times:
 * @self: a relay that has not run
 * @timeout_ms: without an answer or progress; 0: the provider's default
 * @max_seconds: from now to the answer, whatever happens meanwhile; 0: for ever
 */
void
mcp_relay_set_times (McpRelay *self, guint timeout_ms, guint max_seconds)
{
  self->timeout_ms = timeout_ms;
  self->max_seconds = max_seconds;
}

/**
 * mcp_relay_set_as_task:
 * @self: a relay of a tools/call that has not run
 *
 * The tool only runs as a task: it is started as one, and its result awaited.
 */
void
mcp_relay_set_as_task (McpRelay *self)
{
  self->as_task = TRUE;
}

/**
 * mcp_relay_get_provider:
 * @self: the relay
 *
 * Returns: (transfer none): who is asked
 */
McpProvider *
mcp_relay_get_provider (McpRelay *self)
{
  return mcp_provider_lease_get_provider (self->lease);
}

static void
mcp_relay_finalize (GObject *object)
{
  McpRelay *self = MCP_RELAY (object);

  /* a running relay is held by its task and its request */
  g_ptr_array_unref (self->asks);
  g_clear_object (&self->cancellable);
  g_object_unref (self->withdrawn);
  mcp_provider_lease_free (self->lease);
  g_strfreev (self->param_headers);
  g_free (self->method);
  g_free (self->params);
  g_free (self->capabilities);
  g_free (self->log_level);
  g_free (self->task_id);

  G_OBJECT_CLASS (mcp_relay_parent_class)->finalize (object);
}

static void
mcp_relay_class_init (McpRelayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_relay_finalize;

  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", MCP_TYPE_RELAY, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_LOG] = g_signal_new ("log", MCP_TYPE_RELAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_ASK] = g_signal_new ("ask", MCP_TYPE_RELAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, MCP_TYPE_ASK);
}

static void
mcp_relay_init (McpRelay *self)
{
  self->asks = g_ptr_array_new_with_free_func (g_object_unref);
  self->withdrawn = g_cancellable_new ();
}

/**
 * mcp_relay_new:
 * @lease: (transfer full): of the server's provider
 * @method: of the request
 * @params: a JSON object, as the server is to see it but for what is per hop; or
 *   %MCP_JSON_SLICE_NONE for an empty one
 * @client: for whom; copied
 *
 * Returns: (transfer full): a relay that has not run
 */
McpRelay *
mcp_relay_new (McpProviderLease *lease,
               const char *method,
               McpJsonSlice params,
               const McpRelayClient *client)
{
  McpRelay *self = g_object_new (MCP_TYPE_RELAY, NULL);

  self->lease = lease;
  self->method = g_strdup (method);
  self->params = params.data != NULL ? g_strndup (params.data, params.length) : g_strdup ("{}");
  self->capabilities = g_strdup (client->capabilities);
  self->log_level = g_strdup (client->log_level);
  self->param_headers = g_strdupv ((char **) client->param_headers);
  self->revision = client->revision;
  return self;
}

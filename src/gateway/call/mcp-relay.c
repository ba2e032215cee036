/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of a relay:
 *
 *   NEW ---- mcp_relay_run() ----> ASKING ---- the server answers ----> DONE
 *                                  |    ^
 *          the server wants input  v    |  the input is there: the request is made again
 *                                  WAITING ---- no input to be had, cancelled ----> DONE
 *
 * From ASKING, a tool that runs as a task goes to ASKING once more, for the task's result. A relay
 * keeps itself alive from mcp_relay_run() to DONE, and holds its lease of the provider as long.
 */
#include "gateway/call/mcp-relay.h"

#include "common/mcp-error.h"
#include "gateway/call/mcp-login-round.h"
#include "gateway/call/mcp-rounds-from-server.h"
#include "gateway/servers/mcp-start-words.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* basic/patterns/mrtr sets no bound; no honest server needs as many. */
#define MAX_ROUNDS       16
/* To one server, for the sake of one request. */
#define MAX_LOGINS       3
/* Of the params of one progress notification or log message: a client has other uses for its time.
 */
#define MAX_REPORT_BYTES (1024 * 1024)

typedef enum
{
  RELAY_NEW,
  RELAY_ASKING,
  RELAY_WAITING,
  RELAY_DONE,
} RelayState;

struct _McpRelay
{
  GObject parent_instance;

  RelayState state;
  McpClient *client; /* (owned) */
  McpTarget *target; /* (owned) */
  char *method;
  McpParams *params; /* (owned) */
  char *call_id;     /* (nullable): of a tool call */
  guint timeout_ms;
  guint max_seconds; /* 0: none */
  const McpRelayFuncs *funcs;
  gpointer user_data;

  McpProviderLease *lease;   /* (owned) (nullable): from the run on */
  McpStartWords *words;      /* (owned) (nullable): while the server starts */
  GCancellable *cancellable; /* (owned): the caller's */
  gulong cancelled_id;       /* while WAITING */
  GSource *timer;            /* (owned) (nullable) */
  gboolean overdue;
  McpProgressReport report;
  GPtrArray *asks;             /* (owned): McpAsk (owned): open questions */
  McpRoundsFromServer *rounds; /* (owned) (nullable): while WAITING */
  guint n_rounds;
  McpLoginRound *login; /* (owned) (nullable): while WAITING for a person to log in */
  guint n_logins;
  GError *refusal;       /* (owned) (nullable): why a person has to log in */
  McpProviderPool *pool; /* (owned) (nullable): from the run on */
  char *task_id;         /* (nullable): JSON text: of the server's task */
};

G_DEFINE_FINAL_TYPE (McpRelay, mcp_relay, G_TYPE_OBJECT)

static void send (McpRelay *self, const char *method, McpParams *params);

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static gboolean
is_running (McpRelay *self)
{
  return self->state == RELAY_ASKING || self->state == RELAY_WAITING;
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

/* The end */

static GError *
explain_overdue (McpRelay *self)
{
  return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                      "Server “%s” had not ended the request after %u s, which is the limit "
                      "CallSeconds",
                      self->target->config->name, self->max_seconds);
}

/* Says for the client why there is no answer, whatever the provider called it. */
static GError *
explain_failure (McpRelay *self, const GError *error)
{
  const char *server = self->target->config->name;

  if (self->overdue)
    return explain_overdue (self);
  if (mcp_session_is_closed (self->client->session))
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_CLOSED, "The session was closed");
  if (g_cancellable_is_cancelled (self->cancellable))
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was cancelled");
  if (error->domain == MCP_ERROR && error->code == MCP_ERROR_LIMIT_EXCEEDED)
    return g_error_copy (error);

  /* names the server, once */
  if (strstr (error->message, server) != NULL)
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, error->message);
  return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "Server “%s” failed: %s", server,
                      error->message);
}

/* What the pool remembers of the server is in the server's own words, where there are some. */
static void
report (McpRelay *self, const GError *error, const GError *explained)
{
  gboolean has_failed = g_error_matches (explained, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);

  mcp_provider_lease_report (self->lease, has_failed && error != NULL ? error : explained);
}

/* The one place where a relay ends. An answer that nobody wants any more is none. */
static void
finish (McpRelay *self, const McpServerAnswer *answer, const GError *error)
{
  g_autoptr (GError) explained = NULL;

  self->state = RELAY_DONE;
  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
  clear_timer (self);
  g_clear_pointer (&self->words, mcp_start_words_free);
  g_clear_pointer (&self->rounds, mcp_rounds_from_server_free);
  g_clear_pointer (&self->login, mcp_login_round_free);
  withdraw_asks (self);
  if (answer == NULL || g_cancellable_is_cancelled (self->cancellable))
    explained = explain_failure (self, error);
  if (self->lease != NULL)
    report (self, error, explained);

  self->funcs->done (explained == NULL ? answer : NULL, explained, self->user_data);
  g_object_unref (self); /* taken by mcp_relay_run() */
}

static void
fail (McpRelay *self, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text);

  finish (self, NULL, error);
}

/* What the provider reports while it works. */

static void
progress_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  McpRelay *self = user_data;

  if (is_running (self) && params.length <= MAX_REPORT_BYTES &&
      mcp_progress_report_read (&self->report, params))
    self->funcs->progress (&self->report, self->user_data);
}

static void
log_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  McpRelay *self = user_data;

  if (is_running (self) && params.length <= MAX_REPORT_BYTES)
    self->funcs->log (params, self->user_data);
}

/* Questions of the server */

static void
ask_closed_cb (McpAsk *ask, McpRelay *self)
{
  g_ptr_array_remove (self->asks, ask);
}

/* Hands a question to the caller of the relay, who carries it to the client. */
static void
put_ask (McpRelay *self, McpAsk *ask)
{
  if (!mcp_client_can_be_asked (self->client))
    {
      mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                            "The client cannot be asked anything", MCP_JSON_SLICE_NONE);
      return;
    }
  g_ptr_array_add (self->asks, g_object_ref (ask));
  g_signal_connect_object (ask, "closed", G_CALLBACK (ask_closed_cb), self, 0);
  self->funcs->ask (ask, self->user_data);
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
  if (is_running (self))
    put_ask (self, ask);
  else
    mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The request has ended",
                          MCP_JSON_SLICE_NONE);
}

/* Input that a server wants before it goes on (2026-07-28, basic/patterns/mrtr), where the client
 * speaks an older revision and is asked question by question. */

static void
input_ready_cb (McpRoundsFromServer *rounds, GError *error, gpointer user_data)
{
  g_autoptr (McpRelay) self = g_object_ref (MCP_RELAY (user_data));
  g_autoptr (GError) owned = error;
  g_autoptr (McpParams) params = NULL;

  if (!is_running (self))
    return;
  if (error != NULL)
    {
      finish (self, NULL, error);
      return;
    }

  params = mcp_rounds_from_server_build_params (rounds, self->params);
  g_clear_pointer (&self->rounds, mcp_rounds_from_server_free);
  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
  self->state = RELAY_ASKING;
  send (self, self->method, params);
}

/* No request is in flight that would end by itself. */
static void
cancelled_cb (GCancellable *cancellable, McpRelay *self)
{
  finish (self, NULL, NULL);
}

static void
wait_for_input (McpRelay *self, McpJsonSlice result)
{
  g_autoptr (McpRelay) guard = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) asks = NULL;

  if (++self->n_rounds > MAX_ROUNDS)
    {
      fail (self, "The server wanted input 16 times and did not go on");
      return;
    }
  self->rounds = mcp_rounds_from_server_new (result, input_ready_cb, self, &error);
  if (self->rounds == NULL)
    {
      finish (self, NULL, error);
      return;
    }

  self->state = RELAY_WAITING;
  self->cancelled_id =
      g_signal_connect (self->cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
  asks = mcp_rounds_from_server_dup_asks (self->rounds);
  for (guint i = 0; i < asks->len && is_running (self); i++)
    put_ask (self, g_ptr_array_index (asks, i));
  if (asks->len == 0)
    input_ready_cb (self->rounds, NULL, self);
}

/* A person who logs in. */

static void
logged_in_cb (gboolean is_granted, gpointer user_data)
{
  g_autoptr (McpRelay) self = g_object_ref (MCP_RELAY (user_data));

  g_clear_pointer (&self->login, mcp_login_round_free);
  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
  if (!is_granted)
    {
      finish (self, NULL, self->refusal);
      return;
    }
  g_clear_error (&self->refusal);
  self->state = RELAY_ASKING;
  send (self, self->method, self->params);
}

static void
login_ask_cb (McpAsk *ask, gpointer user_data)
{
  put_ask (user_data, ask);
}

/* Returns: whether the request waits until a person has logged in */
static gboolean
wait_for_login (McpRelay *self, McpProviderPool *pool, const GError *error)
{
  static const McpLoginRoundFuncs funcs = { login_ask_cb, logged_in_cb };
  McpOauthServer *login = mcp_provider_pool_find_login (pool, self->target->config->name);

  if (self->n_logins == MAX_LOGINS || g_cancellable_is_cancelled (self->cancellable) ||
      !mcp_login_round_is_possible (login, self->client))
    return FALSE;
  self->n_logins++;
  self->refusal = g_error_copy (error);
  self->state = RELAY_WAITING;
  self->cancelled_id =
      g_signal_connect (self->cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
  self->login = mcp_login_round_new (login, self->client, &funcs, self);
  return TRUE;
}

/* A tool that only runs as a task (2025-11-25, basic/utilities/tasks). */

static char *
build_task_params (McpRelay *self)
{
  return g_strdup_printf ("{\"taskId\":%s}", self->task_id);
}

static void
await_task (McpRelay *self, McpJsonSlice task_id)
{
  g_autoptr (McpParams) params = NULL;

  self->task_id = g_strndup (task_id.data, task_id.length);
  params = mcp_params_new_take (build_task_params (self));
  send (self, "tasks/result", params);
}

/* Nobody waits for what the server would say. */
static void
cancel_task (McpRelay *self)
{
  g_autofree char *params = build_task_params (self);
  McpProviderRequest request = { .method = "tasks/cancel", .params = params };

  mcp_provider_request_async (mcp_provider_lease_get_provider (self->lease), &request, NULL, NULL,
                              NULL);
}

/* Answers */

static void
take_answer (McpRelay *self, const McpServerAnswer *answer)
{
  if (g_cancellable_is_cancelled (self->cancellable))
    finish (self, NULL, NULL);
  else if (answer->wants_input && !mcp_client_is_stateless (self->client))
    wait_for_input (self, mcp_jsonrpc_message_get_result (answer->message));
  else if (answer->task_id.data != NULL && self->target->as_task && self->task_id == NULL)
    await_task (self, answer->task_id);
  else
    finish (self, answer, NULL);
}

static void
look_at_message (GTask *task, gpointer source, gpointer message, GCancellable *cancellable)
{
  g_task_return_pointer (task, mcp_server_answer_new (message),
                         (GDestroyNotify) mcp_server_answer_free);
}

/* A large answer at which a thread looks. */
typedef struct
{
  McpRelay *relay;         /* (owned) */
  McpAnswerCharge *charge; /* (owned): until the answer has it */
} Looking;

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Looking *looking = user_data;
  g_autoptr (McpRelay) self = looking->relay;
  g_autoptr (McpServerAnswer) answer = g_task_propagate_pointer (G_TASK (result), NULL);

  answer->charge = looking->charge;
  take_answer (self, answer);
}

/* To look at a large answer takes longer than others may be made to wait. The thread may be the
 * last to hold the task, and is no place to end a relay: the relay is not the source of the task.
 */
static void
look_in_thread (McpRelay *self, McpJsonrpcMessage *message, McpAnswerCharge *charge)
{
  Looking *looking = g_new (Looking, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, looked_cb, looking);

  *looking = (Looking){ g_object_ref (self), charge };
  g_task_set_source_tag (task, look_in_thread);
  g_task_set_task_data (task, mcp_jsonrpc_message_ref (message),
                        (GDestroyNotify) mcp_jsonrpc_message_unref);
  g_task_run_in_thread (task, look_at_message);
}

static void
take_large (McpRelay *self, McpJsonrpcMessage *message)
{
  g_autoptr (GError) error = NULL;
  McpAnswerCharge *charge = mcp_answer_account_take (
      mcp_provider_pool_get_answers (self->pool), mcp_session_get_id (self->client->session),
      g_bytes_get_size (mcp_jsonrpc_message_get_text (message)), &error);

  if (charge != NULL)
    look_in_thread (self, message, charge);
  else
    finish (self, NULL, error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpRelay) self = user_data;
  g_autoptr (McpJsonrpcMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  message = mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);
  withdraw_asks (self);
  if (message == NULL)
    {
      if (self->task_id != NULL && g_cancellable_is_cancelled (self->cancellable))
        cancel_task (self);
      if (!wait_for_login (self, self->pool, error))
        finish (self, NULL, error);
    }
  else if (mcp_server_answer_is_large (message))
    take_large (self, message);
  else
    {
      g_autoptr (McpServerAnswer) answer = mcp_server_answer_new (message);

      take_answer (self, answer);
    }
}

static void
send (McpRelay *self, const char *method, McpParams *params)
{
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);
  McpRevision revision = mcp_provider_get_revision (provider);
  g_autofree char *capabilities = mcp_translate_client_capabilities (
      slice (self->client->capabilities),
      revision == MCP_REVISION_UNKNOWN ? MCP_REVISION_NEWEST : revision);
  McpProviderRequest request = {
    .method = method,
    .relayed = params,
    .timeout_ms = self->timeout_ms,
    .progress = progress_cb,
    .log = log_cb,
    .ask = mcp_client_can_be_asked (self->client) ? ask_cb : NULL,
    .user_data = self,
    .capabilities = capabilities != NULL ? capabilities : self->client->capabilities,
    .log_level = self->client->log_level,
    .param_headers = (const char *const *) self->target->param_headers,
    .caller = { self->call_id, mcp_session_get_id (self->client->session),
                mcp_session_get_cwd (self->client->session), self->client->name },
  };

  mcp_provider_request_async (provider, &request, self->cancellable, answered_cb,
                              g_object_ref (self));
}

static void
words_cb (const char *text, gpointer user_data)
{
  McpRelay *self = user_data;

  if (is_running (self))
    self->funcs->tell (text, self->user_data);
}

/* Begins before the server does. */
static void
follow_start (McpRelay *self, McpProviderPool *pool)
{
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);

  if (mcp_provider_get_state (provider) != MCP_PROVIDER_READY)
    self->words = mcp_start_words_new (pool, self->target->config->name, self->client->session,
                                       words_cb, self);
}

/* A request in flight ends by itself; WAITING ends in cancelled_cb(). */
static gboolean
overdue_cb (gpointer user_data)
{
  g_autoptr (McpRelay) self = g_object_ref (MCP_RELAY (user_data));

  clear_timer (self);
  self->overdue = TRUE;
  g_cancellable_cancel (self->cancellable);
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
 * mcp_relay_run:
 * @self: a relay that has not run
 * @pool: where the server's provider is
 * @cancellable: withdraws the request; the relay cancels it where the request takes too long
 *
 * Makes the request. The functions of the relay may be called before this returns.
 */
void
mcp_relay_run (McpRelay *self, McpProviderPool *pool, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self->state == RELAY_NEW);

  g_object_ref (self); /* dropped by its end */
  self->state = RELAY_ASKING;
  self->cancellable = g_object_ref (cancellable);
  self->pool = g_object_ref (pool);
  self->lease =
      mcp_provider_pool_acquire (pool, self->target->config, self->client->session, &error);
  if (self->lease == NULL)
    {
      finish (self, NULL, error);
      return;
    }

  start_timer (self);
  follow_start (self, pool);
  send (self, self->method, self->params);
}

/**
 * mcp_relay_set_times:
 * @self: a relay that has not run
 * @timeout_ms: how long the server may take without an answer or progress; 0: the provider's
 *   default
 * @max_seconds: from now to the answer, whatever happens meanwhile; 0: no limit
 */
void
mcp_relay_set_times (McpRelay *self, guint timeout_ms, guint max_seconds)
{
  self->timeout_ms = timeout_ms;
  self->max_seconds = max_seconds;
}

/**
 * mcp_relay_set_call_id:
 * @self: a relay that has not run
 * @call_id: of the tool call that the relay carries
 */
void
mcp_relay_set_call_id (McpRelay *self, const char *call_id)
{
  g_free (self->call_id);
  self->call_id = g_strdup (call_id);
}

static void
mcp_relay_finalize (GObject *object)
{
  McpRelay *self = MCP_RELAY (object);

  g_ptr_array_unref (self->asks);
  g_clear_error (&self->refusal);
  g_clear_object (&self->pool);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->words, mcp_start_words_free);
  g_clear_pointer (&self->lease, mcp_provider_lease_free);
  mcp_params_unref (self->params);
  mcp_target_unref (self->target);
  mcp_client_unref (self->client);
  g_free (self->method);
  g_free (self->call_id);
  g_free (self->task_id);

  G_OBJECT_CLASS (mcp_relay_parent_class)->finalize (object);
}

static void
mcp_relay_class_init (McpRelayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_relay_finalize;
}

static void
mcp_relay_init (McpRelay *self)
{
  self->asks = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * mcp_relay_new:
 * @client: the client that made the request
 * @target: where the request goes
 * @method: of the request
 * @params: as the server is to see them, but for what is per hop
 * @funcs: static: the way back
 * @user_data: for @funcs; must live until @funcs->done was called
 *
 * Returns: (transfer full): a relay that has not run
 */
McpRelay *
mcp_relay_new (McpClient *client,
               McpTarget *target,
               const char *method,
               McpParams *params,
               const McpRelayFuncs *funcs,
               gpointer user_data)
{
  McpRelay *self = g_object_new (MCP_TYPE_RELAY, NULL);

  self->client = mcp_client_ref (client);
  self->target = mcp_target_ref (target);
  self->method = g_strdup (method);
  self->funcs = funcs;
  self->user_data = user_data;
  if (!target->as_task)
    {
      self->params = mcp_params_ref (params);
      return self;
    }

  self->params = mcp_params_copy (params);
  mcp_params_set (self->params, MCP_PARAM_TASK, g_strdup ("{}"));
  return self;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of an operation:
 *
 *   ASKING ---- the server asks: the client is sent away ----> PARKED
 *     |  ^                                                     |    |
 *     |  '----------- the client comes back with input --------'    |
 *     |                                                             | the server has answered
 *     | the server has answered                                     v
 *     |                          the client comes back           ANSWERED
 *     v                                                             |
 *   DONE <----------------------------------------------------------'
 *
 * ASKING has a caller, who waits for the answer; the other states have none. PARKED and ANSWERED
 * have a handle in the parking. DONE follows as well when the client withdraws the request, does
 * not come back in time, or the session closes.
 *
 * The work (the search for the server, then the call or relay) holds a reference until it is done,
 * the parking holds one while the operation is parked. All of it has one cancellable: that of the
 * request that began the operation, which later requests take over.
 */
#include "gateway/methods/mcp-operation.h"

#include "common/mcp-error.h"
#include "gateway/call/mcp-login-round.h"
#include "gateway/catalogue/mcp-catalogue-resolve.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-sender.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-answer.h"
#include "gateway/methods/mcp-caller.h"
#include "gateway/methods/mcp-roots-ask.h"
#include "gateway/methods/mcp-rounds-to-client.h"

#include <string.h>

typedef enum
{
  OPERATION_ASKING,
  OPERATION_PARKED,
  OPERATION_ANSWERED,
  OPERATION_DONE,
} OperationState;

struct _McpOperation
{
  GObject parent_instance;

  OperationState state;
  const McpOperationSubject *subject;
  char *name;                /* (nullable): what the client asks for, as the client calls it */
  McpCaller *caller;         /* (owned) (nullable): while ASKING: who waits for the answer */
  McpClient *client;         /* (owned): as it was with the last request */
  McpServices *services;     /* (owned) */
  McpTarget *target;         /* (owned) (nullable): once the server is known */
  McpCall *call;             /* (owned) (nullable): of a tools/call */
  GCancellable *cancellable; /* (owned): of all the work */

  McpLoginRound *login; /* (owned) (nullable): while a person logs in to a server never listed */
  gulong cancelled_id;  /* meanwhile */
  GError *refusal;      /* (owned) (nullable): meanwhile: why */

  McpRoundsToClient *rounds; /* (owned) (nullable): where the client is sent away to come back */
  char *digest;              /* (nullable): of what a client that comes back must repeat */
  char *handle;              /* (nullable): under which the operation is parked */

  McpServerAnswer *answer; /* (owned) (nullable): while ANSWERED */
  GError *error;           /* (owned) (nullable): while ANSWERED */
};

G_DEFINE_FINAL_TYPE (McpOperation, mcp_operation, G_TYPE_OBJECT)

static void resolve (McpOperation *self);

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

/* Who waits for the answer */

/* @caller: (transfer full) */
static void
bind_caller (McpOperation *self, McpCaller *caller)
{
  self->state = OPERATION_ASKING;
  self->caller = caller;
  g_clear_pointer (&self->client, mcp_client_unref);
  self->client = mcp_client_ref (mcp_caller_get_client (caller));
  if (self->rounds != NULL)
    mcp_rounds_to_client_set_client (self->rounds, self->client);
}

/* Returns: (transfer full): the request that is to be answered */
static McpRequest *
unbind_caller (McpOperation *self, OperationState state)
{
  self->state = state;
  if (self->rounds != NULL)
    mcp_rounds_to_client_set_client (self->rounds, NULL);
  return mcp_caller_free_to_request (g_steal_pointer (&self->caller));
}

/* The answer */

/* server/resources, "Error Handling"; each revision says it in its own way. */
static void
respond_not_found (McpOperation *self, McpRequest *request, const GError *error)
{
  g_autoptr (GString) data = g_string_new ("{\"uri\":");

  mcp_json_append_string (data, self->name);
  g_string_append_c (data, '}');
  mcp_request_respond_error (request,
                             mcp_client_is_stateless (self->client)
                                 ? MCP_JSONRPC_ERROR_INVALID_PARAMS
                                 : MCP_ERROR_CODE_RESOURCE_NOT_FOUND,
                             error->message, (McpJsonSlice){ data->str, data->len });
}

static gboolean
is_read (McpRequest *request)
{
  return strcmp (mcp_request_get_method (request), "resources/read") == 0;
}

static void
respond_error (McpOperation *self, McpRequest *request, const GError *error)
{
  const char *server = NULL;

  if (self->target != NULL && g_error_matches (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED))
    server = self->target->config->name;
  if (is_read (request) && g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    respond_not_found (self, request, error);
  else
    mcp_request_respond_gerror (request, error, server);
}

static void
respond (McpOperation *self, const McpServerAnswer *answer, const GError *error)
{
  g_autoptr (McpRequest) request = unbind_caller (self, OPERATION_DONE);

  if (answer != NULL)
    mcp_answer_pass (request, answer, self->target->config,
                     self->subject->kind == MCP_ITEM_RESOURCE ? self->name : NULL, self->services);
  else
    respond_error (self, request, error);
}

static void
leave_parking (McpOperation *self)
{
  if (self->handle != NULL)
    mcp_parking_drop (self->services->parking, self->handle);
  g_clear_pointer (&self->handle, g_free);
}

/* Keeps the answer for a client that is to come back. */
static void
keep_answer (McpOperation *self, const McpServerAnswer *answer, const GError *error)
{
  if (mcp_session_is_closed (self->client->session))
    {
      self->state = OPERATION_DONE;
      leave_parking (self);
      return;
    }
  self->state = OPERATION_ANSWERED;
  if (answer != NULL)
    self->answer = mcp_server_answer_copy (answer);
  else
    self->error = g_error_copy (error);
}

static void
finish (McpOperation *self, const McpServerAnswer *answer, const GError *error)
{
  switch (self->state)
    {
    case OPERATION_ASKING:
      respond (self, answer, error);
      break;
    case OPERATION_PARKED:
      keep_answer (self, answer, error);
      break;
    case OPERATION_ANSWERED:
    case OPERATION_DONE:
      break;
    }
}

/* What the server says */

static void
progress_cb (const McpProgressReport *report, gpointer user_data)
{
  McpOperation *self = user_data;

  if (self->caller != NULL)
    mcp_caller_send_progress (self->caller, report);
}

static void
tell_cb (const char *text, gpointer user_data)
{
  McpOperation *self = user_data;

  if (self->caller != NULL)
    mcp_caller_tell (self->caller, text);
}

static void
log_cb (McpJsonSlice params, gpointer user_data)
{
  McpOperation *self = user_data;

  if (self->caller != NULL)
    mcp_caller_send_log (self->caller, params, self->target->config);
}

/* Returns: (transfer none) (nullable): the login to the server */
static McpOauthServer *
find_login (McpOperation *self)
{
  McpServerConfig *config = self->target != NULL ? self->target->config : NULL;

  if (config == NULL && self->subject->kind == MCP_ITEM_TOOL)
    config = mcp_catalogue_find_unlisted (self->services->catalogue, self->client, self->name);
  return config != NULL ? mcp_provider_pool_find_login (self->services->pool, config->name) : NULL;
}

/* 2025-11-25, client/elicitation, "URL Elicitation Required Error": a client that takes nothing
 * before its answer shows the address, and makes the request again. */
static void
demand_login (McpOperation *self, McpAsk *ask)
{
  McpJsonSlice params = mcp_ask_get_params (ask);
  g_autofree char *data =
      g_strdup_printf ("{\"elicitations\":[%.*s]}", (int) params.length, params.data);
  g_autoptr (McpRequest) request = unbind_caller (self, OPERATION_DONE);

  mcp_request_respond_error (request, MCP_ERROR_CODE_URL_ELICITATION_REQUIRED,
                             "The server needs a login before it can do this", slice (data));
  mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The client is to come back",
                        MCP_JSON_SLICE_NONE);
}

/* The person is to log in. */
static void
put_login (McpOperation *self, McpAsk *ask)
{
  McpOauthServer *login = find_login (self);

  if (login != NULL)
    mcp_caller_follow_login (self->caller, login, mcp_ask_get_params (ask));
  if (mcp_request_can_be_asked (mcp_caller_get_request (self->caller)))
    mcp_caller_put_ask (self->caller, ask);
  else
    demand_login (self, ask);
}

static void
put_ask (McpOperation *self, McpAsk *ask)
{
  if (self->rounds != NULL)
    mcp_rounds_to_client_add (self->rounds, ask);
  else if (self->caller != NULL && mcp_ask_is_repeatable (ask))
    put_login (self, ask);
  else if (self->caller != NULL)
    mcp_caller_put_ask (self->caller, ask);
  else
    mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The client has gone",
                          MCP_JSON_SLICE_NONE);
}

static void
ask_cb (McpAsk *ask, gpointer user_data)
{
  g_autoptr (McpOperation) self = g_object_ref (MCP_OPERATION (user_data));
  g_autoptr (McpAsk) to_put = mcp_roots_ask_take (ask, self->client);

  if (to_put != NULL)
    put_ask (self, to_put);
}

static void
done_cb (const McpServerAnswer *answer, const GError *error, gpointer user_data)
{
  g_autoptr (McpOperation) self = user_data; /* taken by run() */

  finish (self, answer, error);
}

static void
find_process_cb (McpProcessFoundFunc found, gpointer found_data, gpointer user_data)
{
  McpOperation *self = user_data;

  if (self->caller != NULL)
    mcp_request_sender_find (mcp_caller_get_request (self->caller), found, found_data);
  else
    found (0, found_data);
}

static const McpRelayFuncs relay_funcs = {
  .progress = progress_cb,
  .tell = tell_cb,
  .log = log_cb,
  .ask = ask_cb,
  .done = done_cb,
  .find_process = find_process_cb,
};

/* Rounds: the client is sent away, and comes back. */

static void
expired_cb (GObject *parked)
{
  McpOperation *self = MCP_OPERATION (parked);

  self->state = OPERATION_DONE;
  g_clear_pointer (&self->handle, g_free);
  g_cancellable_cancel (self->cancellable);
}

/* Answers that input is wanted, and waits for the client to come back. */
static void
ask_client_cb (gpointer user_data)
{
  g_autoptr (McpOperation) self = g_object_ref (MCP_OPERATION (user_data));
  g_autoptr (McpRequest) request = unbind_caller (self, OPERATION_PARKED);
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;

  self->handle =
      mcp_parking_park (self->services->parking, G_OBJECT (self), expired_cb,
                        mcp_session_get_id (self->client->session), self->digest, &error);
  if (self->handle == NULL)
    {
      self->state = OPERATION_DONE;
      mcp_request_respond_gerror (request, error, NULL);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  result = mcp_rounds_to_client_build_result (self->rounds, self->handle);
  mcp_request_respond_result (request, slice (result));
}

/* basic/index, "Error Codes": the client can say with its next request what it can do. */
static void
lacks_capability_cb (const char *required, gpointer user_data)
{
  g_autoptr (McpOperation) self = g_object_ref (MCP_OPERATION (user_data));
  g_autofree char *data = g_strdup_printf ("{\"requiredCapabilities\":%s}", required);
  g_autoptr (McpRequest) request = unbind_caller (self, OPERATION_DONE);

  mcp_request_respond_error (request, MCP_ERROR_CODE_MISSING_CAPABILITY,
                             "The server needs a capability that the client did not declare",
                             slice (data));
  g_cancellable_cancel (self->cancellable);
}

static const McpRoundsToClientFuncs rounds_funcs = {
  .ask_client = ask_client_cb,
  .lacks_capability = lacks_capability_cb,
};

static gboolean
find_handle (McpRequest *request, McpJsonSlice *state)
{
  McpJsonSlice params = mcp_request_get_params (request);

  return mcp_client_is_stateless (mcp_request_get_client (request)) && params.data != NULL &&
         mcp_json_find (params, "requestState", state) && mcp_parking_is_handle (*state);
}

static gboolean
read_responses (McpRequest *request, McpJsonSlice *responses, GError **error)
{
  *responses = MCP_JSON_SLICE_NONE;
  mcp_json_find (mcp_request_get_params (request), "inputResponses", responses);
  if (responses->data == NULL || mcp_json_get_type (*responses) == MCP_JSON_OBJECT)
    return TRUE;

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "“inputResponses” must be an object");
  return FALSE;
}

/* The client is back. */
static void
come_back (McpOperation *self, McpAttachment *attachment, McpRequest *request)
{
  g_autoptr (McpServerAnswer) answer = g_steal_pointer (&self->answer);
  g_autoptr (GError) kept = g_steal_pointer (&self->error);
  g_autoptr (GError) error = NULL;
  McpCaller *caller = NULL;
  McpJsonSlice responses;

  g_clear_pointer (&self->handle, g_free);
  if (!read_responses (request, &responses, &error) ||
      (caller = mcp_caller_new (attachment, request, &error)) == NULL)
    {
      self->state = OPERATION_DONE;
      mcp_request_respond_gerror (request, error, NULL);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  mcp_request_set_cancellable (request, self->cancellable);
  bind_caller (self, caller);
  if (answer != NULL || kept != NULL)
    respond (self, answer, kept);
  else
    mcp_rounds_to_client_take_responses (self->rounds, responses);
}

/**
 * mcp_operation_resume:
 * @attachment: the attachment that received the request
 * @request: a running request
 *
 * Goes on with an earlier request, if this one brings the handle that its answer gave.
 *
 * Returns: %FALSE for a request that begins something
 */
gboolean
mcp_operation_resume (McpAttachment *attachment, McpRequest *request)
{
  McpServices *services = mcp_attachment_get_services (attachment);
  McpSession *session = mcp_request_get_client (request)->session;
  g_autofree char *digest = NULL;
  g_autoptr (GObject) parked = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice state;

  if (!find_handle (request, &state))
    return FALSE;

  digest = mcp_rounds_to_client_build_digest (mcp_request_get_method (request),
                                              mcp_request_get_params (request));
  parked =
      mcp_parking_take (services->parking, state, mcp_session_get_id (session), digest, &error);
  if (parked == NULL)
    mcp_request_respond_gerror (request, error, NULL);
  else
    come_back (MCP_OPERATION (parked), attachment, request);
  return TRUE;
}

/* The beginning */

static void
session_closed_cb (GCancellable *session_closed, McpOperation *self)
{
  g_cancellable_cancel (self->cancellable);
}

static McpParams *
build_params (McpOperation *self)
{
  McpParams *params = mcp_request_new_params (mcp_caller_get_request (self->caller));

  if (self->subject->rename != NULL)
    self->subject->rename (params, self->target->name);
  return params;
}

static void
run_relay (McpOperation *self, McpParams *params)
{
  g_autoptr (McpRelay) relay = mcp_relay_new (
      self->client, self->target, mcp_request_get_method (mcp_caller_get_request (self->caller)),
      params, &relay_funcs, self);

  g_signal_connect_object (mcp_session_get_cancellable (self->client->session), "cancelled",
                           G_CALLBACK (session_closed_cb), self, 0);
  mcp_relay_set_times (
      relay, mcp_running_calls_choose_timeout (self->services->running_calls, self->target),
      self->services->limits.call_seconds);
  mcp_relay_run (relay, self->services->pool, self->cancellable);
}

static void
run (McpOperation *self)
{
  g_autoptr (McpParams) params = build_params (self);

  g_object_ref (self); /* dropped by done_cb() */
  if (self->call != NULL)
    mcp_running_calls_run (self->services->running_calls, self->call, self->target, params, 0,
                           &relay_funcs, self);
  else
    run_relay (self, params);
}

/* A server that was never listed needs a login: nobody knows yet whether it has the tool. */

static void
end_login (McpOperation *self)
{
  g_clear_pointer (&self->login, mcp_login_round_free);
  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
}

/* @error: (nullable): why the tool is not found; %NULL: the request was withdrawn */
static void
finish_unresolved (McpOperation *self, const GError *error)
{
  g_autoptr (GError) cancelled = NULL;

  if (self->call != NULL)
    mcp_call_abandon (self->call);
  if (error == NULL)
    cancelled = g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The request was cancelled");
  finish (self, NULL, error != NULL ? error : cancelled);
}

static void
logged_in_cb (gboolean is_granted, gpointer user_data)
{
  g_autoptr (McpOperation) self = user_data; /* taken by wait_for_login() */
  g_autoptr (GError) refusal = g_steal_pointer (&self->refusal);

  end_login (self);
  if (is_granted)
    resolve (self);
  else
    finish_unresolved (self, refusal);
}

static void
login_ask_cb (McpAsk *ask, gpointer user_data)
{
  put_ask (user_data, ask);
}

static void
login_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (McpOperation) self = user_data; /* taken by wait_for_login() */

  end_login (self);
  finish_unresolved (self, NULL);
}

/* Returns: whether the request waits until a person has logged in */
static gboolean
wait_for_login (McpOperation *self, const GError *error)
{
  static const McpLoginRoundFuncs funcs = { login_ask_cb, logged_in_cb };
  McpOauthServer *login = find_login (self);

  if (error == NULL || g_cancellable_is_cancelled (self->cancellable) ||
      !mcp_login_round_is_possible (login, self->client))
    return FALSE;
  g_object_ref (self); /* dropped by the end of the round */
  self->refusal = g_error_copy (error);
  self->cancelled_id =
      g_signal_connect (self->cancellable, "cancelled", G_CALLBACK (login_cancelled_cb), self);
  self->login = mcp_login_round_new (login, self->client, &funcs, self);
  return TRUE;
}

/* @target: (transfer full) (nullable); @error: (nullable) */
static void
take_target (McpOperation *self, McpTarget *target, const GError *error)
{
  self->target = target;
  if (target != NULL && !g_cancellable_is_cancelled (self->cancellable))
    run (self);
  else if (!wait_for_login (self, error))
    finish_unresolved (self, error);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOperation) self = user_data;
  g_autoptr (GError) error = NULL;
  McpTarget *target = mcp_catalogue_resolve_finish (MCP_CATALOGUE (source), result, &error);

  take_target (self, target, error);
}

/* Finds the server of what the request is about: mostly at once. The caller holds a reference. */
static void
resolve (McpOperation *self)
{
  g_autoptr (McpParams) params = mcp_request_new_params (mcp_caller_get_request (self->caller));
  g_autoptr (GError) error = NULL;
  McpTarget *target = mcp_catalogue_resolve_now (self->services->catalogue, self->client,
                                                 self->subject->kind, self->name, params, &error);

  if (target != NULL || error != NULL)
    {
      take_target (self, target, error);
      return;
    }
  mcp_catalogue_resolve_async (self->services->catalogue, self->client, self->subject->kind,
                               self->name, params, self->cancellable, tell_cb, resolved_cb,
                               g_object_ref (self));
}

static McpOperation *
operation_new (McpAttachment *attachment,
               McpRequest *request,
               const McpOperationSubject *subject,
               const char *name,
               GError **error)
{
  McpCaller *caller = mcp_caller_new (attachment, request, error);
  McpOperation *self;

  if (caller == NULL)
    return NULL;

  self = g_object_new (MCP_TYPE_OPERATION, NULL);
  self->subject = subject;
  self->name = g_strdup (name);
  self->services = mcp_services_ref (mcp_attachment_get_services (attachment));
  self->cancellable = g_object_ref (mcp_request_get_cancellable (request));
  if (mcp_client_is_stateless (mcp_caller_get_client (caller)))
    {
      self->rounds = mcp_rounds_to_client_new (&rounds_funcs, self);
      self->digest = mcp_rounds_to_client_build_digest (mcp_request_get_method (request),
                                                        mcp_request_get_params (request));
    }
  bind_caller (self, caller);
  return self;
}

/* Counts a tools/call in its session. */
static gboolean
begin_call (McpOperation *self, GError **error)
{
  if (!self->subject->is_call)
    return TRUE;

  self->call =
      mcp_running_calls_begin (self->services->running_calls, self->client, self->name,
                               mcp_caller_get_token (self->caller), self->cancellable, error);
  return self->call != NULL;
}

/**
 * mcp_operation_start:
 * @attachment: the attachment that received the request
 * @request: a running request
 * @subject: what requests of this method are about
 * @name: what this one is about, as the client calls it
 *
 * Finds the server, passes the request on to it, and its answer back.
 */
void
mcp_operation_start (McpAttachment *attachment,
                     McpRequest *request,
                     const McpOperationSubject *subject,
                     const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOperation) self = operation_new (attachment, request, subject, name, &error);

  if (self == NULL || !begin_call (self, &error))
    {
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  resolve (self);
}

/**
 * mcp_operation_start_at:
 * @attachment: the attachment that received the request
 * @request: a running request
 * @subject: what requests of this method are about; no calls
 * @target: where this one goes
 *
 * As mcp_operation_start(), where the server is known.
 */
void
mcp_operation_start_at (McpAttachment *attachment,
                        McpRequest *request,
                        const McpOperationSubject *subject,
                        McpTarget *target)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOperation) self =
      operation_new (attachment, request, subject, target->name, &error);

  if (self == NULL)
    {
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  self->target = mcp_target_ref (target);
  run (self);
}

static void
mcp_operation_finalize (GObject *object)
{
  McpOperation *self = MCP_OPERATION (object);

  g_clear_pointer (&self->rounds, mcp_rounds_to_client_free);
  g_clear_pointer (&self->answer, mcp_server_answer_free);
  g_clear_error (&self->error);
  g_clear_error (&self->refusal);
  g_clear_object (&self->call);
  g_clear_pointer (&self->caller, mcp_caller_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->target, mcp_target_unref);
  g_clear_pointer (&self->client, mcp_client_unref);
  g_clear_pointer (&self->services, mcp_services_unref);
  g_free (self->digest);
  g_free (self->handle);
  g_free (self->name);

  G_OBJECT_CLASS (mcp_operation_parent_class)->finalize (object);
}

static void
mcp_operation_class_init (McpOperationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_operation_finalize;
}

static void
mcp_operation_init (McpOperation *self)
{
}

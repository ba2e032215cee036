/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of a call, as watchers see them:
 *
 *   UNKNOWN ---- mcp_call_run() ----> RUNNING ---- the relay is done ----> OK, ERROR, CANCELLED
 *      |                                 |
 *      | mcp_call_abandon()              | the session closes: CANCELLED at once, while somebody
 *      v                                 v  can still hear it; the relay ends after that
 *   nobody ever heard of the call
 *
 * A call is counted in its session from mcp_call_begin() to the end. It keeps itself alive from
 * mcp_call_run() to the end, and has its relay for as long; but a call that needs the owner's
 * consent is RUNNING without a relay until the owner has answered.
 */
#include "gateway/call/mcp-call.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-timer.h"
#include "gateway/call/mcp-trace-context.h"

#include <string.h>

/* Of a progress message in an event: a session keeps 64 of them, and each
 * watcher may have as many pending. */
#define MAX_MESSAGE_BYTES (64 * 1024)

/* While the owner is asked. */
#define REMINDER_SECONDS 10

struct _McpCall
{
  GObject parent_instance;

  McpClient *client; /* (owned) */
  char *call_id;     /* (owned) */
  char *name;        /* (owned): exposed */
  GVariant *token;   /* (owned): the caller's, or the call's id */
  guint timeout_ms;
  guint max_seconds;
  McpCallEndedFunc ended; /* (nullable) */
  gpointer ended_data;

  McpTarget *target;         /* (owned) (nullable): from the run on */
  char *trace;               /* (owned) (nullable): id of the trace that the call belongs to */
  GCancellable *cancellable; /* (owned) (nullable): the caller's; from the beginning on */
  gulong session_closed_id;
  McpCallHistory *history; /* (owned) (nullable) */
  McpCallRecord *record;   /* (owned) (nullable): while the history waits for the end */
  McpConsentDesk *desk;    /* (owned) (nullable): knows what the owner wants */
  McpProviderPool *pool;   /* (owned) (nullable): while the owner is asked */
  McpParams *params;       /* (owned) (nullable): likewise */
  GSource *reminder;       /* (owned) (nullable): likewise */
  const McpRelayFuncs *funcs;
  gpointer user_data;
  gboolean counted; /* in the session */
  McpProgressState state;
  gint64 started_us; /* monotonic */
  gboolean has_progress;
  double progress; /* as last reported */
  gboolean has_total;
  double total;
};

G_DEFINE_FINAL_TYPE (McpCall, mcp_call, G_TYPE_OBJECT)

static McpLogSubject
get_subject (McpCall *self)
{
  return (McpLogSubject){
    .session = mcp_session_get_id (self->client->session),
    .call = self->call_id,
    .provider = self->target->config->name,
    .trace = self->trace,
  };
}

static void
log_start (McpCall *self)
{
  const McpLogSubject subject = get_subject (self);

  mcp_log (G_LOG_LEVEL_INFO, &subject, "call %s of %s: begins", self->call_id, self->name);
}

static void
log_end (McpCall *self)
{
  const McpLogSubject subject = get_subject (self);
  gint64 duration_us = g_get_monotonic_time () - self->started_us;

  mcp_log (G_LOG_LEVEL_INFO, &subject, "call %s of %s: %s after %" G_GINT64_FORMAT " ms",
           self->call_id, self->name, mcp_progress_state_to_string (self->state),
           duration_us / G_TIME_SPAN_MILLISECOND);
}

static void
publish (McpCall *self, McpProgressFields *fields)
{
  fields->token = self->token;
  fields->tool = self->name;
  fields->call_id = self->call_id;
  fields->state = self->state;
  mcp_session_publish (self->client->session, fields);
}

static void
publish_start (McpCall *self)
{
  McpProgressFields fields = { .progress = 0 };

  if (self->history != NULL)
    self->record = mcp_call_history_begin (self->history, self->call_id,
                                           mcp_session_get_id (self->client->session), self->name,
                                           self->target->config->name, self->client->name);
  self->state = MCP_PROGRESS_STATE_RUNNING;
  publish (self, &fields);
}

static void
publish_end (McpCall *self, McpProgressState state, const char *problem)
{
  McpProgressFields fields = { .progress = 1, .has_total = TRUE, .total = 1 };

  if (self->has_progress)
    {
      fields.progress = self->progress;
      fields.has_total = self->has_total;
      fields.total = self->total;
    }
  self->state = state;
  if (self->record != NULL)
    mcp_call_history_end (self->history, g_steal_pointer (&self->record), state, problem);
  publish (self, &fields);
}

/* For the watchers: half a surrogate pair comes out as U+FFFD, a text with
 * U+0000 not at all, and what nobody reads to its end is cut. */
static char *
dup_message (McpJsonSlice slice)
{
  g_autofree char *message = mcp_json_dup_string (slice);
  const char *end;

  if (message == NULL || strlen (message) <= MAX_MESSAGE_BYTES)
    return g_steal_pointer (&message);

  end = g_utf8_find_prev_char (message, message + MAX_MESSAGE_BYTES + 1);
  return g_strndup (message, end - message);
}

/* What the relay says */

static void
progress_cb (const McpProgressReport *report, gpointer user_data)
{
  g_autoptr (McpCall) self = g_object_ref (MCP_CALL (user_data));
  McpProgressFields fields = { .progress = report->progress };
  g_autofree char *message = NULL;
  McpJsonSlice slice;

  /* what comes after the end is nobody's progress */
  if (self->state != MCP_PROGRESS_STATE_RUNNING)
    return;

  self->has_progress = TRUE;
  self->progress = report->progress;
  self->has_total = report->has_total;
  self->total = report->total;
  fields.has_total = report->has_total;
  fields.total = report->total;
  if (mcp_json_find_typed (report->params, "message", MCP_JSON_STRING, &slice))
    fields.message = message = dup_message (slice);

  publish (self, &fields);
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    self->funcs->progress (report, self->user_data);
}

static void
tell_cb (const char *text, gpointer user_data)
{
  mcp_call_tell (user_data, text);
}

static void
log_cb (McpJsonSlice params, gpointer user_data)
{
  McpCall *self = user_data;

  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    self->funcs->log (params, self->user_data);
}

static void
ask_cb (McpAsk *ask, gpointer user_data)
{
  McpCall *self = user_data;

  self->funcs->ask (ask, self->user_data);
}

static void
tell_end (McpCall *self, const McpServerAnswer *answer, const GError *error)
{
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_CANCELLED) ||
      g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED))
    publish_end (self, MCP_PROGRESS_STATE_CANCELLED, NULL);
  else if (error != NULL)
    publish_end (self, MCP_PROGRESS_STATE_ERROR, error->message);
  else if (answer->is_error)
    publish_end (self, MCP_PROGRESS_STATE_ERROR, answer->reason);
  else
    publish_end (self, MCP_PROGRESS_STATE_OK, NULL);
}

/* The one place where a call that has run ends. */
static void
done_cb (const McpServerAnswer *answer, const GError *error, gpointer user_data)
{
  g_autoptr (McpCall) self = user_data; /* taken by mcp_call_run() */

  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    tell_end (self, answer, error);
  mcp_call_abandon (self);
  log_end (self);
  if (self->ended != NULL)
    self->ended (self, self->ended_data);
  self->funcs->done (answer, error, self->user_data);
}

static const McpRelayFuncs relay_funcs = {
  .progress = progress_cb,
  .tell = tell_cb,
  .log = log_cb,
  .ask = ask_cb,
  .done = done_cb,
};

/* A client of one server calls the tool by the server's name of it; everybody else knows the tool
 * by the exposed one. */
static void
take_name (McpCall *self)
{
  if (self->client->server == NULL || self->target->exposed == NULL)
    return;

  g_free (self->name);
  self->name = g_strdup (self->target->exposed);
}

static void
start_relay (McpCall *self, McpProviderPool *pool, McpParams *params)
{
  g_autoptr (McpRelay) relay =
      mcp_relay_new (self->client, self->target, "tools/call", params, &relay_funcs, self);

  mcp_relay_set_call_id (relay, self->call_id);
  mcp_relay_set_times (relay, self->timeout_ms, self->max_seconds);
  mcp_relay_run (relay, pool, self->cancellable);
}

/* The owner's consent */

static void
note_consent (McpCall *self, McpConsentQuestion *question)
{
  const char *answer = mcp_consent_answer_to_string (mcp_consent_question_get_answer (question));

  if (self->record != NULL)
    mcp_call_history_note_consent (self->history, self->record, answer,
                                   mcp_consent_question_get_answered_by (question));
}

/* Ends a call that did not get as far as its relay. */
static void
refuse (McpCall *self, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, why);

  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    publish_end (self, MCP_PROGRESS_STATE_ERROR, error->message);
  done_cb (NULL, error, self);
}

static void
withdraw (McpCall *self)
{
  gboolean is_closed = mcp_session_is_closed (self->client->session);
  g_autoptr (GError) error =
      g_error_new_literal (MCP_ERROR, is_closed ? MCP_ERROR_CLOSED : MCP_ERROR_CANCELLED,
                           is_closed ? "The session was closed" : "The call was cancelled");

  done_cb (NULL, error, self);
}

/* What was kept for the relay is not needed any more. */
static void
leave_desk (McpCall *self)
{
  g_clear_object (&self->pool);
  g_clear_pointer (&self->params, mcp_params_unref);
}

static void
answered_cb (McpConsentQuestion *question, gpointer user_data)
{
  McpCall *self = user_data;
  g_autoptr (McpProviderPool) pool = g_steal_pointer (&self->pool);
  g_autoptr (McpParams) params = g_steal_pointer (&self->params);

  mcp_timer_clear (&self->reminder);
  note_consent (self, question);
  switch (mcp_consent_question_get_answer (question))
    {
    case MCP_CONSENT_ANSWER_ONCE:
    case MCP_CONSENT_ANSWER_SESSION:
      start_relay (self, pool, params);
      break;
    case MCP_CONSENT_ANSWER_NONE:
    case MCP_CONSENT_ANSWER_DENY:
      refuse (self, "The owner did not allow this call");
      break;
    case MCP_CONSENT_ANSWER_TIMEOUT:
      refuse (self, "The owner was asked to allow this call, and did not answer in time");
      break;
    case MCP_CONSENT_ANSWER_WITHDRAWN:
      withdraw (self);
      break;
    }
}

/* Clients that wait for progress or a result wait again after each of these. */
static gboolean
tell_waiting_cb (gpointer user_data)
{
  mcp_call_tell (user_data, "Waiting for the owner's consent");
  return G_SOURCE_CONTINUE;
}

/* The question needs to be put with the process that asks, since that one must not answer. */
static void
put_question (McpCall *self, pid_t pid)
{
  const McpConsentAsker asker = {
    .client = self->client,
    .target = self->target,
    .tool = self->name,
    .params = self->params,
    .pid = pid,
  };
  g_autoptr (GError) error = NULL;
  McpConsentQuestion *question =
      mcp_consent_desk_ask (self->desk, &asker, self->cancellable, answered_cb, self, &error);

  if (question == NULL)
    {
      leave_desk (self);
      done_cb (NULL, error, self);
      return;
    }
  note_consent (self, question);
  tell_waiting_cb (self);
  self->reminder =
      mcp_timer_new_seconds ("consent-reminder", REMINDER_SECONDS, tell_waiting_cb, self);
}

/* Meanwhile the call may have been withdrawn, or its session closed. */
static void
found_cb (pid_t pid, gpointer user_data)
{
  McpCall *self = user_data;

  if (!g_cancellable_is_cancelled (self->cancellable))
    {
      put_question (self, pid);
      return;
    }
  leave_desk (self);
  withdraw (self);
}

static void
ask_owner (McpCall *self, McpProviderPool *pool, McpParams *params)
{
  self->pool = g_object_ref (pool);
  self->params = mcp_params_ref (params);
  if (self->funcs->find_process != NULL)
    self->funcs->find_process (found_cb, self, self->user_data);
  else
    found_cb (0, self);
}

static McpConsentWord
judge (McpCall *self)
{
  return self->desk != NULL ? mcp_consent_desk_judge (self->desk, self->client, self->target)
                            : MCP_CONSENT_ALLOW;
}

/**
 * mcp_call_run:
 * @self: a call that was begun and has not run yet
 * @pool: where the server's provider is
 * @target: what is called
 * @params: of the tools/call, as the server is to see them
 * @funcs: static: the way back
 * @user_data: for @funcs; must live until @funcs->done was called
 *
 * Makes the call: the watchers hear of its start before this returns, and of its
 * end before @funcs->done is called, also when the call was cancelled before. The functions may be
 * called before this returns.
 */
void
mcp_call_run (McpCall *self,
              McpProviderPool *pool,
              McpTarget *target,
              McpParams *params,
              const McpRelayFuncs *funcs,
              gpointer user_data)
{
  g_return_if_fail (self->counted && self->state == MCP_PROGRESS_STATE_UNKNOWN);

  g_object_ref (self); /* dropped by the end */
  self->target = mcp_target_ref (target);
  take_name (self);
  self->trace = mcp_trace_context_dup_id (mcp_params_get_text (params));
  self->funcs = funcs;
  self->user_data = user_data;
  self->started_us = g_get_monotonic_time ();
  log_start (self);
  publish_start (self);

  switch (judge (self))
    {
    case MCP_CONSENT_UNSET:
    case MCP_CONSENT_ALLOW:
      start_relay (self, pool, params);
      break;
    case MCP_CONSENT_ASK:
      ask_owner (self, pool, params);
      break;
    case MCP_CONSENT_DENY:
      refuse (self, "The owner does not allow this tool (“consent” in mcp.json)");
      break;
    }
}

/* The beginning */

static void
session_closed_cb (GCancellable *session_closed, McpCall *self)
{
  g_autoptr (McpCall) guard = g_object_ref (self);

  /* Later nobody could hear it. */
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    publish_end (self, MCP_PROGRESS_STATE_CANCELLED, NULL);
  g_cancellable_cancel (self->cancellable);
}

/**
 * mcp_call_begin:
 * @self: a new call
 * @cancellable: withdraws the call; the call cancels it when its session closes or the call takes
 *   too long
 * @error: return location
 *
 * Counts the call in its session. Watchers hear nothing of it before it runs.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_CLOSED.
 *
 * Returns: whether the session takes one more
 */
gboolean
mcp_call_begin (McpCall *self, GCancellable *cancellable, GError **error)
{
  McpSession *session = self->client->session;
  GCancellable *session_closed = mcp_session_get_cancellable (session);

  g_return_val_if_fail (!self->counted, FALSE);

  if (!mcp_session_begin_call (session, error))
    return FALSE;

  self->counted = TRUE;
  self->cancellable = g_object_ref (cancellable);
  /* a plain signal: g_cancellable_disconnect() cannot be called from the handler itself */
  self->session_closed_id =
      g_signal_connect (session_closed, "cancelled", G_CALLBACK (session_closed_cb), self);
  if (g_cancellable_is_cancelled (session_closed))
    g_cancellable_cancel (cancellable);
  return TRUE;
}

/**
 * mcp_call_cancel:
 * @self: a call that was begun
 *
 * Withdraws the call, as its caller can: the caller gets an error.
 */
void
mcp_call_cancel (McpCall *self)
{
  g_autoptr (McpCall) guard = g_object_ref (self);

  g_return_if_fail (self->cancellable != NULL);
  g_cancellable_cancel (self->cancellable);
}

/**
 * mcp_call_tell:
 * @self: a call
 * @text: a line for people, without control characters: what the call waits for
 *
 * Tells the caller, if the call runs and the caller wants to hear of its progress. Watchers hear
 * nothing.
 */
void
mcp_call_tell (McpCall *self, const char *text)
{
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    self->funcs->tell (text, self->user_data);
}

/**
 * mcp_call_abandon:
 * @self: a call
 *
 * Ends the counting of a call that was begun; for calls that never ran. May be
 * called twice.
 */
void
mcp_call_abandon (McpCall *self)
{
  McpSession *session = self->client->session;

  if (!self->counted)
    return;

  self->counted = FALSE;
  g_clear_signal_handler (&self->session_closed_id, mcp_session_get_cancellable (session));
  mcp_session_end_call (session);
}

/**
 * mcp_call_set_history:
 * @self: a call that has not run yet, whose id the history gave
 * @history: (nullable): gets a record of it
 */
void
mcp_call_set_history (McpCall *self, McpCallHistory *history)
{
  g_set_object (&self->history, history);
}

/**
 * mcp_call_set_desk:
 * @self: a call that has not run yet
 * @desk: (nullable): knows what the owner wants; %NULL: all calls run
 */
void
mcp_call_set_desk (McpCall *self, McpConsentDesk *desk)
{
  g_set_object (&self->desk, desk);
}

/**
 * mcp_call_set_times:
 * @self: a call that has not run yet
 * @timeout_ms: how long the server may take without an answer or progress; 0: the provider's
 *   default
 * @max_seconds: how long the call may take, whatever progress is reported; 0: no limit
 */
void
mcp_call_set_times (McpCall *self, guint timeout_ms, guint max_seconds)
{
  self->timeout_ms = timeout_ms;
  self->max_seconds = max_seconds;
}

/**
 * mcp_call_set_ended:
 * @self: a call that has not run yet
 * @ended: called when the call has run and ended
 * @user_data: for @ended; must live as long as the call runs
 */
void
mcp_call_set_ended (McpCall *self, McpCallEndedFunc ended, gpointer user_data)
{
  self->ended = ended;
  self->ended_data = user_data;
}

/**
 * mcp_call_get_client:
 * @self: a call
 *
 * Returns: (transfer none): the client that calls
 */
McpClient *
mcp_call_get_client (McpCall *self)
{
  return self->client;
}

/**
 * mcp_call_get_id:
 * @self: a call
 *
 * Returns: (transfer none): its id, which no other call ever has
 */
const char *
mcp_call_get_id (McpCall *self)
{
  return self->call_id;
}

/**
 * mcp_call_get_name:
 * @self: a call
 *
 * Returns: (transfer none): the tool's exposed name
 */
const char *
mcp_call_get_name (McpCall *self)
{
  return self->name;
}

/**
 * mcp_call_get_server:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): name of the server; %NULL before the call runs
 */
const char *
mcp_call_get_server (McpCall *self)
{
  return self->target != NULL ? self->target->config->name : NULL;
}

/**
 * mcp_call_get_started_at:
 * @self: a call that runs
 *
 * Returns: when the call started, in µs of the monotonic clock
 */
gint64
mcp_call_get_started_at (McpCall *self)
{
  return self->started_us;
}

/**
 * mcp_call_get_state:
 * @self: a call
 *
 * Returns: where it stands; %MCP_PROGRESS_STATE_UNKNOWN before it runs
 */
McpProgressState
mcp_call_get_state (McpCall *self)
{
  return self->state;
}

static void
mcp_call_dispose (GObject *object)
{
  mcp_call_abandon (MCP_CALL (object));

  G_OBJECT_CLASS (mcp_call_parent_class)->dispose (object);
}

static void
mcp_call_finalize (GObject *object)
{
  McpCall *self = MCP_CALL (object);

  g_clear_pointer (&self->record, mcp_call_record_unref);
  g_clear_object (&self->history);
  g_clear_object (&self->desk);
  g_clear_object (&self->pool);
  g_clear_pointer (&self->params, mcp_params_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->target, mcp_target_unref);
  mcp_client_unref (self->client);
  g_variant_unref (self->token);
  g_free (self->call_id);
  g_free (self->name);
  g_free (self->trace);

  G_OBJECT_CLASS (mcp_call_parent_class)->finalize (object);
}

static void
mcp_call_class_init (McpCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_call_dispose;
  object_class->finalize = mcp_call_finalize;
}

static void
mcp_call_init (McpCall *self)
{
}

/**
 * mcp_call_new:
 * @client: the client that calls
 * @call_id: an id that no other call ever has
 * @name: the tool's exposed name
 * @token: (nullable): progress token of the caller: x, t or s
 *
 * A caller that chose no progress token gets the call's id as one, a string: nobody else in the
 * session can have it.
 *
 * Returns: (transfer full): a call that nobody has heard of
 */
McpCall *
mcp_call_new (McpClient *client, const char *call_id, const char *name, GVariant *token)
{
  McpCall *self = g_object_new (MCP_TYPE_CALL, NULL);

  self->client = mcp_client_ref (client);
  self->call_id = g_strdup (call_id);
  self->name = g_strdup (name);
  self->token = g_variant_ref_sink (token != NULL ? token : g_variant_new_string (call_id));
  return self;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-call.h"

#include "common/mcp-error.h"

#include <math.h>
#include <string.h>

/* Of a progress message in an event: a session keeps 64 of them, and each
 * watcher may have as many pending. */
#define MAX_MESSAGE_BYTES (64 * 1024)

struct _McpCall
{
  GObject parent_instance;

  McpSession *session; /* (owned) */
  char *call_id;       /* (owned) */
  char *name;          /* (owned): exposed */
  char *params;        /* (owned): JSON object */
  char *client;        /* (owned) (nullable) */
  GVariant *token;     /* (owned): the caller's, or one of ours */
  guint timeout_ms;

  char *server;              /* (owned) (nullable): name of the server, once known */
  GCancellable *cancellable; /* (owned) */
  gulong session_closed_id;
  McpCallHistory *history; /* (owned) (nullable) */
  McpCallRecord *record;   /* (owned) (nullable): while the history waits for the end */
  char *capabilities;      /* (owned) (nullable): of the caller */
  char *log_level;         /* (owned) (nullable): of the caller */
  McpRevision revision;    /* of the caller */
  McpRelay *relay;         /* (owned) (nullable): while the server works */
  GTask *task;             /* (owned) (nullable): until the end */
  gboolean counted;        /* in the session */
  McpProgressState state;
  gboolean has_progress;
  double progress; /* as last reported */
  gboolean has_total;
  double total;
};

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_LOG,
  SIGNAL_ASK,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpCall, mcp_call, G_TYPE_OBJECT)

static void
publish (McpCall *self, McpProgressFields *fields)
{
  fields->token = self->token;
  fields->tool = self->name;
  fields->call_id = self->call_id;
  fields->state = self->state;
  mcp_session_publish (self->session, fields);
}

static void
publish_start (McpCall *self)
{
  McpProgressFields fields = { .progress = 0 };

  if (self->history != NULL)
    self->record =
        mcp_call_history_begin (self->history, self->call_id, mcp_session_get_id (self->session),
                                self->name, self->server, self->client);
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

static gboolean
read_number (McpJsonSlice params, const char *key, double *number)
{
  McpJsonSlice value;

  return mcp_json_find_typed (params, key, MCP_JSON_NUMBER, &value) &&
         mcp_json_get_double (value, number) && isfinite (*number);
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

static void
progress_cb (McpRelay *relay, const McpJsonSlice *reported, McpCall *call)
{
  g_autoptr (McpCall) self = g_object_ref (call);
  McpJsonSlice params = *reported;
  McpProgressFields fields = { 0 };
  g_autofree char *message = NULL;
  McpJsonSlice slice;

  /* what comes after the end, or makes no sense, is nobody's progress */
  if (self->state != MCP_PROGRESS_STATE_RUNNING || mcp_json_get_type (params) != MCP_JSON_OBJECT ||
      !read_number (params, "progress", &fields.progress))
    return;

  self->has_progress = TRUE;
  self->progress = fields.progress;
  if (read_number (params, "total", &fields.total))
    {
      fields.has_total = TRUE;
      self->has_total = TRUE;
      self->total = fields.total;
    }
  if (mcp_json_find_typed (params, "message", MCP_JSON_STRING, &slice))
    fields.message = message = dup_message (slice);

  publish (self, &fields);
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, &params);
}

static void
log_cb (McpRelay *relay, const McpJsonSlice *params, McpCall *self)
{
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    g_signal_emit (self, signals[SIGNAL_LOG], 0, params);
}

static void
ask_cb (McpRelay *relay, McpAsk *ask, McpCall *self)
{
  g_signal_emit (self, signals[SIGNAL_ASK], 0, ask);
}

static gboolean
is_error_result (McpJsonrpcMessage *message)
{
  McpJsonSlice flag;

  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE)
    return TRUE;

  return mcp_json_find_typed (mcp_jsonrpc_message_get_result (message), "isError", MCP_JSON_BOOLEAN,
                              &flag) &&
         mcp_json_get_boolean (flag);
}

/* The one place where a call that was begun ends. */
static void
finish (McpCall *self, McpJsonrpcMessage *message, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    {
      if (g_cancellable_is_cancelled (self->cancellable))
        publish_end (self, MCP_PROGRESS_STATE_CANCELLED, NULL);
      else if (message == NULL)
        publish_end (self, MCP_PROGRESS_STATE_ERROR, error->message);
      else if (is_error_result (message))
        publish_end (self, MCP_PROGRESS_STATE_ERROR, "The tool answered with an error");
      else
        publish_end (self, MCP_PROGRESS_STATE_OK, NULL);
    }
  mcp_call_abandon (self);
  if (self->relay != NULL)
    g_signal_handlers_disconnect_by_data (self->relay, self);
  g_clear_object (&self->relay);

  if (message != NULL)
    g_task_return_pointer (task, message, (GDestroyNotify) mcp_jsonrpc_message_unref);
  else
    g_task_return_error (task, error);
}

/* Says for the caller why there is no answer, whatever the provider called it. */
static GError *
explain_failure (McpCall *self, const GError *error)
{
  if (mcp_session_is_closed (self->session))
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_CLOSED, "The session was closed");
  if (g_cancellable_is_cancelled (self->cancellable))
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was cancelled");
  if (error->domain == MCP_ERROR && error->code == MCP_ERROR_LIMIT_EXCEEDED)
    return g_error_copy (error);

  /* names the server, once */
  if (strstr (error->message, self->server) != NULL)
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, error->message);
  return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "Server “%s” failed: %s", self->server,
                      error->message);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCall) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) message = NULL;

  message = mcp_relay_run_finish (MCP_RELAY (source), result, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    g_clear_pointer (&message, mcp_jsonrpc_message_unref);

  if (message == NULL)
    finish (self, NULL, explain_failure (self, error));
  else
    finish (self, g_steal_pointer (&message), NULL);
}

/* The caller's params under the server's own name; everything else as it was written. */
static char *
rename_params (McpCall *self, const char *tool)
{
  g_autoptr (GString) name = g_string_new (NULL);

  mcp_json_append_string (name, tool);
  return mcp_json_edit_replace_member ((McpJsonSlice){ self->params, strlen (self->params) },
                                       "name", (McpJsonSlice){ name->str, name->len });
}

static void
ask_provider (McpCall *self, McpProviderLease *lease, const McpCallTarget *target)
{
  g_autofree char *params = rename_params (self, target->tool);
  McpRelayClient client = {
    .capabilities = self->capabilities,
    .log_level = self->log_level,
    .param_headers = target->param_headers,
    .revision = self->revision,
  };

  self->relay =
      mcp_relay_new (lease, "tools/call", (McpJsonSlice){ params, strlen (params) }, &client);
  mcp_relay_set_times (self->relay, target->timeout_ms, target->max_seconds);
  if (target->as_task)
    mcp_relay_set_as_task (self->relay);
  g_signal_connect (self->relay, "progress", G_CALLBACK (progress_cb), self);
  g_signal_connect (self->relay, "log", G_CALLBACK (log_cb), self);
  g_signal_connect (self->relay, "ask", G_CALLBACK (ask_cb), self);
  mcp_relay_run_async (self->relay, self->cancellable, answered_cb, g_object_ref (self));
}

/**
 * mcp_call_run_async:
 * @self: a call that was begun and has not run yet
 * @pool: where the server's provider is
 * @target: what is called
 * @callback: (scope async): when the call has ended
 * @user_data: for @callback
 *
 * Makes the call: the watchers hear of its start before this returns, and of its
 * end before @callback does, also when it was cancelled before.
 */
void
mcp_call_run_async (McpCall *self,
                    McpProviderPool *pool,
                    const McpCallTarget *target,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  McpProviderLease *lease = NULL;

  g_return_if_fail (self->counted && self->state == MCP_PROGRESS_STATE_UNKNOWN);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, mcp_call_run_async);
  self->server = g_strdup (target->config->name);
  publish_start (self);

  if (!g_cancellable_is_cancelled (self->cancellable))
    lease = mcp_provider_pool_acquire (pool, target->config, self->session, &error);
  if (lease == NULL)
    finish (self, NULL, explain_failure (self, error));
  else
    ask_provider (self, lease, target);
}

/**
 * mcp_call_run_finish:
 * @self: the call
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_CANCELLED, %MCP_ERROR_CLOSED (the session ended),
 * %MCP_ERROR_LIMIT_EXCEEDED, %MCP_ERROR_PROVIDER_FAILED (naming the server).
 *
 * Returns: (transfer full): the server's answer: a result, an object, or an error of its own
 */
McpJsonrpcMessage *
mcp_call_run_finish (McpCall *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
session_closed_cb (GCancellable *cancellable, McpCall *self)
{
  /* Later nobody could hear it. */
  if (self->state == MCP_PROGRESS_STATE_RUNNING)
    publish_end (self, MCP_PROGRESS_STATE_CANCELLED, NULL);
  mcp_call_cancel (self);
}

/**
 * mcp_call_begin:
 * @self: a new call
 * @error: return location
 *
 * Counts the call in its session. Watchers hear nothing of it before it runs.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_CLOSED.
 *
 * Returns: whether the session takes one more
 */
gboolean
mcp_call_begin (McpCall *self, GError **error)
{
  GCancellable *session_closed = mcp_session_get_cancellable (self->session);

  g_return_val_if_fail (!self->counted, FALSE);

  if (!mcp_session_begin_call (self->session, error))
    return FALSE;

  self->counted = TRUE;
  /* a plain signal: g_cancellable_disconnect() cannot be called from the handler itself */
  self->session_closed_id = g_signal_connect_object (session_closed, "cancelled",
                                                     G_CALLBACK (session_closed_cb), self, 0);
  if (g_cancellable_is_cancelled (session_closed))
    mcp_call_cancel (self);
  return TRUE;
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
  if (!self->counted)
    return;

  self->counted = FALSE;
  g_clear_signal_handler (&self->session_closed_id, mcp_session_get_cancellable (self->session));
  mcp_session_end_call (self->session);
}

/**
 * mcp_call_cancel:
 * @self: a call
 *
 * Withdraws the call; it still ends by its callback. May be called at any time.
 */
void
mcp_call_cancel (McpCall *self)
{
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  g_cancellable_cancel (cancellable);
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
 * mcp_call_get_session:
 * @self: a call
 *
 * Returns: (transfer none): where it was made
 */
McpSession *
mcp_call_get_session (McpCall *self)
{
  return self->session;
}

/**
 * mcp_call_get_id:
 * @self: a call
 *
 * Returns: (transfer none): its id, unique for ever
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
 * mcp_call_get_params:
 * @self: a call
 *
 * Returns: the params of the tools/call as its caller wrote them; valid as long as @self is
 */
McpJsonSlice
mcp_call_get_params (McpCall *self)
{
  return (McpJsonSlice){ self->params, strlen (self->params) };
}

/**
 * mcp_call_get_client:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): who calls, as far as known
 */
const char *
mcp_call_get_client (McpCall *self)
{
  return self->client;
}

/**
 * mcp_call_get_server:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): name of the server; %NULL before it runs
 */
const char *
mcp_call_get_server (McpCall *self)
{
  return self->server;
}

/**
 * mcp_call_get_timeout:
 * @self: a call
 *
 * Returns: what its caller asked for, in ms; 0: nothing
 */
guint
mcp_call_get_timeout (McpCall *self)
{
  return self->timeout_ms;
}

/**
 * mcp_call_get_cancellable:
 * @self: a call
 *
 * Returns: (transfer none): cancelled when the call or its session is
 */
GCancellable *
mcp_call_get_cancellable (McpCall *self)
{
  return self->cancellable;
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

  g_clear_pointer (&self->record, mcp_call_record_free);
  g_clear_object (&self->history);
  g_object_unref (self->cancellable);
  g_object_unref (self->session);
  g_variant_unref (self->token);
  g_free (self->call_id);
  g_free (self->name);
  g_free (self->params);
  g_free (self->client);
  g_free (self->server);
  g_free (self->capabilities);
  g_free (self->log_level);

  G_OBJECT_CLASS (mcp_call_parent_class)->finalize (object);
}

static void
mcp_call_class_init (McpCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_call_dispose;
  object_class->finalize = mcp_call_finalize;

  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", MCP_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_LOG] = g_signal_new ("log", MCP_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_ASK] = g_signal_new ("ask", MCP_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, MCP_TYPE_ASK);
}

static void
mcp_call_init (McpCall *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * mcp_call_new:
 * @session: where it is made
 * @call_id: unique for ever
 * @fields: the rest; copied
 *
 * A caller that chose no progress token gets the call's id as one, a string: it
 * is unique for ever, so nobody in the session can have it.
 *
 * Returns: (transfer full): a call that nobody has heard of
 */
McpCall *
mcp_call_new (McpSession *session, const char *call_id, const McpCallFields *fields)
{
  McpCall *self = g_object_new (MCP_TYPE_CALL, NULL);

  self->session = g_object_ref (session);
  self->call_id = g_strdup (call_id);
  self->name = g_strdup (fields->name);
  self->params = g_strndup (fields->params.data, fields->params.length);
  self->client = g_strdup (fields->client);
  self->token =
      g_variant_ref_sink (fields->token != NULL ? fields->token : g_variant_new_string (call_id));
  self->timeout_ms = fields->timeout_ms;
  self->capabilities = g_strdup (fields->capabilities);
  self->log_level = g_strdup (fields->log_level);
  self->revision = fields->revision;
  return self;
}

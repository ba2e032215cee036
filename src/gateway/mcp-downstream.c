/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-downstream.h"

#include "mcp-answer.h"
#include "mcp-attachment-private.h"
#include "mcp-error.h"
#include "mcp-input-required.h"
#include "mcp-progress-token.h"
#include "mcp-roots.h"
#include "mcp-rpc-error.h"
#include "mcp-translate.h"

#include <string.h>

/* What a server asks at once comes as several requests; a client is asked all of it together. */
#define BUNDLE_MS 50

/* Released clients (the TypeScript SDK up to 2.4) lose a progress notification that they read
 * together with the result, for they are done with the request by the time they look at it. */
#define PAUSE_MS 5

struct _McpDownstream
{
  GObject parent_instance;

  McpServices *services; /* (owned) */
  McpSession *session;   /* (owned) */
  McpRequest *request;   /* (owned) (nullable): %NULL while the client is to come back */
  gulong cancelled_id;
  McpRevision revision;
  char *digest;              /* of what a client that comes back must repeat */
  char *capabilities;        /* JSON object */
  char *uri;                 /* (nullable): of a resource, as the client names it */
  McpServerConfig *server;   /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned): of the work */

  char *token_text; /* (nullable): JSON text of the client's progress token */
  GVariant *token;  /* (owned) (nullable): its value */
  gboolean has_progress;
  double progress;    /* as last sent to the client */
  gint64 progress_us; /* monotonic: when */
  GSource *pause;     /* (owned) (nullable): before the answer, which is there; holds a reference */
  char *log_level;    /* (nullable) */

  GPtrArray *inputs; /* (owned): McpInput (owned): what a client is to come back with */
  guint n_inputs;    /* so far, for keys */
  GSource *bundle;   /* (owned) (nullable) */
  char *handle;      /* (nullable): under which it is parked */
  gulong expired_id;

  McpJsonrpcMessage *late_answer; /* (owned) (nullable) */
  GError *late_error;             /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (McpDownstream, mcp_downstream, G_TYPE_OBJECT)

static void park (McpDownstream *self);

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static void
clear_bundle (McpDownstream *self)
{
  if (self->bundle != NULL)
    g_source_destroy (self->bundle);
  g_clear_pointer (&self->bundle, g_source_unref);
}

static void
unbind (McpDownstream *self)
{
  if (self->request != NULL)
    g_clear_signal_handler (&self->cancelled_id, mcp_request_get_cancellable (self->request));
  g_clear_object (&self->request);
}

/* Nothing but the pause is left where the answer is there: nobody else would end it. */
static void
cancelled_cb (GCancellable *cancellable, McpDownstream *self)
{
  g_autoptr (McpDownstream) guard = g_object_ref (self);
  g_autoptr (GSource) pause = g_steal_pointer (&self->pause);

  g_cancellable_cancel (self->cancellable);
  if (pause == NULL)
    return;

  g_source_destroy (pause);
  unbind (self);
}

static void
session_closed_cb (GCancellable *cancellable, McpDownstream *self)
{
  g_cancellable_cancel (self->cancellable);
}

/* What the client wants to hear: of 2026-07-28, said with each request. */
static gboolean
read_log_level (McpDownstream *self, McpRequest *request, GError **error)
{
  McpAttachment *attachment = mcp_request_get_attachment (request);
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice value;
  McpJsonSlice meta;

  if (mcp_revision_is_modern (self->revision) && params.data != NULL &&
      mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) &&
      mcp_json_find (meta, MCP_META_LOG_LEVEL, &value))
    {
      g_autofree char *level =
          mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;

      if (!mcp_log_level_is_known (level))
        {
          g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                               "“" MCP_META_LOG_LEVEL "” is no log level");
          return FALSE;
        }
      mcp_attachment_set_log_level (attachment, level);
      mcp_log_levels_apply_async (self->services->log_levels, self->session, NULL, NULL, NULL);
    }

  g_free (self->log_level);
  self->log_level = g_strdup (mcp_attachment_get_log_level (attachment));
  return TRUE;
}

static gboolean
read_request (McpDownstream *self, McpRequest *request, GError **error)
{
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice token_text;
  GVariant *token;

  if (!mcp_progress_token_find (params, &token_text, &token, error))
    return FALSE;

  g_clear_pointer (&self->token_text, g_free);
  g_clear_pointer (&self->token, g_variant_unref);
  self->token = token;
  if (token != NULL)
    self->token_text = g_strndup (token_text.data, token_text.length);
  self->has_progress = FALSE;
  return read_log_level (self, request, error);
}

static void
bind (McpDownstream *self, McpRequest *request)
{
  GCancellable *cancellable = mcp_request_get_cancellable (request);

  self->request = g_object_ref (request);
  self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
}

/* What the server reports */

/* Passes on what the server reports, under the client's own token. The client is
 * promised that it grows (basic/utilities/progress, "Progress Flow"). */
static void
progress_cb (gpointer operation, const McpJsonSlice *params, McpDownstream *self)
{
  g_autofree char *translated = NULL;
  g_autofree char *own = NULL;
  g_autoptr (GBytes) message = NULL;
  McpJsonSlice shown = *params;
  McpJsonSlice number;
  double progress;

  if (self->request == NULL || self->token_text == NULL ||
      !mcp_json_find (*params, "progress", &number) || !mcp_json_get_double (number, &progress) ||
      (self->has_progress && progress <= self->progress))
    return;

  self->has_progress = TRUE;
  self->progress = progress;
  self->progress_us = g_get_monotonic_time ();
  translated = mcp_translate_progress (*params, self->revision);
  if (translated != NULL)
    shown = slice (translated);
  own = mcp_json_object_replace (shown, "progressToken", slice (self->token_text));
  message = mcp_jsonrpc_build_notification ("notifications/progress", slice (own));
  mcp_request_send (self->request, message);
}

/* server/utilities/logging of 2026-07-28: a client that named no level hears nothing. */
static gboolean
wants_log (McpDownstream *self, McpJsonSlice params)
{
  if (self->log_level == NULL && mcp_revision_is_modern (self->revision))
    return FALSE;
  return mcp_log_level_passes (self->log_level, params);
}

static void
log_cb (gpointer operation, const McpJsonSlice *params, McpDownstream *self)
{
  g_autofree char *named = NULL;
  g_autoptr (GBytes) message = NULL;

  if (self->request == NULL || !wants_log (self, *params))
    return;

  named = mcp_log_params_name (*params, self->server);
  message = mcp_jsonrpc_build_notification ("notifications/message", slice (named));
  mcp_request_send (self->request, message);
}

/* What the server asks */

static void
ask_closed_cb (McpAsk *ask, McpDownstream *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      McpInput *input = g_ptr_array_index (self->inputs, i);

      if (input->ask == ask)
        {
          g_ptr_array_remove_index (self->inputs, i);
          return;
        }
    }
}

static gboolean
bundle_cb (gpointer user_data)
{
  g_autoptr (McpDownstream) self = g_object_ref (MCP_DOWNSTREAM (user_data));

  clear_bundle (self);
  if (self->request != NULL && self->inputs->len > 0)
    park (self);
  return G_SOURCE_REMOVE;
}

static void
start_bundle (McpDownstream *self)
{
  clear_bundle (self);
  self->bundle = g_timeout_source_new (BUNDLE_MS);
  g_source_set_callback (self->bundle, bundle_cb, self, NULL);
  g_source_attach (self->bundle, g_main_context_get_thread_default ());
}

/* basic/index, "Error Codes": the client can say with its next request what it can do. */
static void
refuse_capability (McpDownstream *self, const char *required)
{
  g_autofree char *data = g_strdup_printf ("{\"requiredCapabilities\":%s}", required);
  g_autoptr (McpRequest) request = g_object_ref (self->request);

  unbind (self);
  mcp_request_respond_error (request, MCP_ERROR_CODE_MISSING_CAPABILITY,
                             "The server needs a capability that the client did not declare",
                             slice (data));
  g_cancellable_cancel (self->cancellable);
}

/* A client of 2026-07-28 is sent away to come back with the answer. */
static void
collect (McpDownstream *self, McpAsk *ask)
{
  g_autofree char *translated = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_translate_ask (mcp_ask_get_method (ask), mcp_ask_get_params (ask), self->revision,
                          self->capabilities, &translated, &required, &error))
    {
      if (self->request != NULL && required != NULL)
        refuse_capability (self, required);
      else
        mcp_ask_answer_error (ask, error->code, error->message, MCP_JSON_SLICE_NONE);
      return;
    }

  g_ptr_array_add (self->inputs, mcp_input_new (ask, ++self->n_inputs, translated));
  g_signal_connect_object (ask, "closed", G_CALLBACK (ask_closed_cb), self, 0);
  if (self->request != NULL)
    start_bundle (self);
}

static gboolean
has_roots (McpDownstream *self)
{
  McpJsonSlice value;

  return mcp_json_find (slice (self->capabilities), "roots", &value);
}

static void
put (McpDownstream *self, McpAsk *ask)
{
  if (mcp_revision_is_modern (self->revision))
    collect (self, ask);
  else if (self->request != NULL)
    mcp_attachment_put_ask (mcp_request_get_attachment (self->request), ask, self->request);
  else
    mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The client has gone",
                          MCP_JSON_SLICE_NONE);
}

static void
ask_cb (gpointer operation, McpAsk *ask, McpDownstream *self)
{
  const char *cwd = mcp_session_get_cwd (self->session);
  gboolean is_roots = strcmp (mcp_ask_get_method (ask), "roots/list") == 0;

  if (is_roots && !has_roots (self))
    {
      g_autofree char *roots = mcp_roots_build (cwd, MCP_JSON_SLICE_NONE);

      mcp_ask_answer_result (ask, slice (roots));
    }
  else if (is_roots)
    {
      g_autoptr (McpAsk) wrapper = mcp_roots_wrap (ask, cwd);

      put (self, wrapper);
    }
  else
    put (self, ask);
}

/* Parking */

static void
expired_cb (McpParking *parking, GObject *parked, McpDownstream *self)
{
  if (parked != G_OBJECT (self))
    return;

  g_clear_signal_handler (&self->expired_id, parking);
  g_clear_pointer (&self->handle, g_free);
  g_cancellable_cancel (self->cancellable);
}

static void
forget_place (McpDownstream *self)
{
  g_clear_signal_handler (&self->expired_id, self->services->parking);
  if (self->handle != NULL)
    mcp_parking_drop (self->services->parking, self->handle);
  g_clear_pointer (&self->handle, g_free);
}

/* Answers that input is wanted, and waits for the client to come back. */
static void
park (McpDownstream *self)
{
  McpParking *parking = self->services->parking;
  g_autoptr (McpRequest) request = g_object_ref (self->request);
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;

  unbind (self);
  self->handle = mcp_parking_park (parking, G_OBJECT (self), mcp_session_get_id (self->session),
                                   self->digest, &error);
  if (self->handle == NULL)
    {
      mcp_request_respond_gerror (request, error, NULL);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  self->expired_id = g_signal_connect (parking, "expired", G_CALLBACK (expired_cb), self);
  result = mcp_input_build_required (self->inputs, self->handle);
  mcp_request_respond_result (request, slice (result));
}

/* Hands out what the client came back with, and answers, or asks for the rest. */
static void
take_responses (McpDownstream *self, McpJsonSlice responses)
{
  g_autoptr (McpDownstream) guard = g_object_ref (self);
  g_autoptr (GPtrArray) inputs = g_ptr_array_copy (self->inputs, mcp_input_copy, NULL);

  g_ptr_array_set_free_func (inputs, (GDestroyNotify) mcp_input_free);
  for (guint i = 0; i < inputs->len; i++)
    mcp_input_take (g_ptr_array_index (inputs, i), responses, self->revision);

  if (self->request != NULL && self->inputs->len > 0)
    start_bundle (self);
}

static void
give_late_answer (McpDownstream *self)
{
  g_autoptr (McpJsonrpcMessage) answer = g_steal_pointer (&self->late_answer);
  g_autoptr (GError) error = g_steal_pointer (&self->late_error);

  if (answer != NULL)
    mcp_downstream_answer (self, answer);
  else if (error != NULL)
    mcp_downstream_fail (self, error, self->server != NULL ? self->server->name : NULL);
}

static gboolean
find_handle (McpRequest *request, McpJsonSlice *state)
{
  McpJsonSlice params = mcp_request_get_params (request);

  return mcp_revision_is_modern (
             mcp_attachment_get_revision (mcp_request_get_attachment (request))) &&
         params.data != NULL && mcp_json_find (params, "requestState", state) &&
         mcp_parking_is_handle (*state);
}

static void
come_back (McpDownstream *self, McpRequest *request)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice responses = MCP_JSON_SLICE_NONE;

  g_clear_signal_handler (&self->expired_id, self->services->parking);
  g_clear_pointer (&self->handle, g_free);
  mcp_json_find (mcp_request_get_params (request), "inputResponses", &responses);
  if ((responses.data != NULL && mcp_json_get_type (responses) != MCP_JSON_OBJECT) ||
      !read_request (self, request, &error))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 error != NULL ? error->message
                                               : "“inputResponses” must be an object",
                                 MCP_JSON_SLICE_NONE);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  bind (self, request);
  if (self->late_answer != NULL || self->late_error != NULL)
    give_late_answer (self);
  else
    take_responses (self, responses);
}

/**
 * mcp_downstream_resume:
 * @request: a running request
 *
 * Goes on with an earlier request, if this one brings the handle that its answer gave.
 *
 * Returns: %FALSE for a request that begins something
 */
gboolean
mcp_downstream_resume (McpRequest *request)
{
  McpAttachment *attachment = mcp_request_get_attachment (request);
  McpServices *services = mcp_attachment_get_services (attachment);
  g_autofree char *digest = NULL;
  g_autoptr (GObject) parked = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice state;

  if (!find_handle (request, &state))
    return FALSE;

  digest =
      mcp_input_build_digest (mcp_request_get_method (request), mcp_request_get_params (request));
  parked = mcp_parking_take (services->parking, state,
                             mcp_session_get_id (mcp_attachment_get_session (attachment)), digest,
                             &error);
  if (parked == NULL)
    mcp_request_respond_gerror (request, error, NULL);
  else
    come_back (MCP_DOWNSTREAM (parked), request);
  return TRUE;
}

/* The end */

static gboolean
pause_cb (gpointer user_data)
{
  McpDownstream *self = user_data;

  g_clear_pointer (&self->pause, g_source_unref);
  give_late_answer (self);
  return G_SOURCE_REMOVE;
}

/* Lets the last progress notification get there before the result. */
static gboolean
is_too_soon (McpDownstream *self)
{
  return self->has_progress &&
         g_get_monotonic_time () - self->progress_us < PAUSE_MS * (G_USEC_PER_SEC / 1000);
}

static void
answer_soon (McpDownstream *self, McpJsonrpcMessage *answer)
{
  self->late_answer = mcp_jsonrpc_message_ref (answer);
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_callback (self->pause, pause_cb, g_object_ref (self), g_object_unref);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

/**
 * mcp_downstream_answer:
 * @self: the client's side of a request
 * @answer: the server's answer, a result or an error
 *
 * Answers the client; one that is to come back finds the answer then.
 */
void
mcp_downstream_answer (McpDownstream *self, McpJsonrpcMessage *answer)
{
  g_autoptr (McpRequest) request = NULL;

  clear_bundle (self);
  if (self->request == NULL)
    {
      g_clear_pointer (&self->late_answer, mcp_jsonrpc_message_unref);
      self->late_answer = mcp_jsonrpc_message_ref (answer);
      return;
    }

  if (is_too_soon (self))
    {
      answer_soon (self, answer);
      return;
    }
  request = g_object_ref (self->request);
  unbind (self);
  mcp_answer_pass (request, answer, self->server, self->uri);
}

/**
 * mcp_downstream_fail:
 * @self: the client's side of a request
 * @error: why there is no answer
 * @server: (nullable): whose fault it is
 *
 * Answers the client by an error of ours.
 */
void
mcp_downstream_fail (McpDownstream *self, const GError *error, const char *server)
{
  g_autoptr (McpRequest) request = NULL;

  clear_bundle (self);
  if (self->request == NULL)
    {
      g_clear_error (&self->late_error);
      self->late_error = g_error_copy (error);
      if (mcp_session_is_closed (self->session))
        forget_place (self);
      return;
    }

  request = g_object_ref (self->request);
  unbind (self);
  mcp_request_respond_gerror (request, error, server);
}

static void
follow (McpDownstream *self, gpointer operation)
{
  g_signal_connect_object (operation, "progress", G_CALLBACK (progress_cb), self, 0);
  g_signal_connect_object (operation, "log", G_CALLBACK (log_cb), self, 0);
  g_signal_connect_object (operation, "ask", G_CALLBACK (ask_cb), self, 0);
}

static void
cancel_call_cb (GCancellable *cancellable, McpCall *call)
{
  mcp_call_cancel (call);
}

/**
 * mcp_downstream_follow_call:
 * @self: the client's side of a request
 * @call: what is done for it
 */
void
mcp_downstream_follow_call (McpDownstream *self, McpCall *call)
{
  follow (self, call);
  g_signal_connect_object (self->cancellable, "cancelled", G_CALLBACK (cancel_call_cb), call, 0);
}

/**
 * mcp_downstream_follow_relay:
 * @self: the client's side of a request
 * @relay: what is done for it, with mcp_downstream_get_cancellable()
 */
void
mcp_downstream_follow_relay (McpDownstream *self, McpRelay *relay)
{
  follow (self, relay);
}

/**
 * mcp_downstream_get_cancellable:
 * @self: the client's side of a request
 *
 * Returns: (transfer none): cancelled when nobody wants an answer any more, or will come back
 */
GCancellable *
mcp_downstream_get_cancellable (McpDownstream *self)
{
  return self->cancellable;
}

/**
 * mcp_downstream_get_client:
 * @self: the client's side of a request
 * @client: (out): who asks; valid as long as @self is
 */
void
mcp_downstream_get_client (McpDownstream *self, McpRelayClient *client)
{
  *client = (McpRelayClient){
    .capabilities = self->capabilities,
    .log_level = self->log_level,
    .revision = self->revision,
  };
}

/**
 * mcp_downstream_get_token:
 * @self: the client's side of a request
 *
 * Returns: (transfer none) (nullable): the client's progress token: x, t or s
 */
GVariant *
mcp_downstream_get_token (McpDownstream *self)
{
  return self->token;
}

/**
 * mcp_downstream_set_uri:
 * @self: the client's side of a request
 * @uri: the resource it is about, as the client names it
 */
void
mcp_downstream_set_uri (McpDownstream *self, const char *uri)
{
  g_free (self->uri);
  self->uri = g_strdup (uri);
}

/**
 * mcp_downstream_set_server:
 * @self: the client's side of a request
 * @config: who works on it
 */
void
mcp_downstream_set_server (McpDownstream *self, McpServerConfig *config)
{
  g_clear_pointer (&self->server, mcp_server_config_unref);
  self->server = mcp_server_config_ref (config);
}

static void
mcp_downstream_dispose (GObject *object)
{
  McpDownstream *self = MCP_DOWNSTREAM (object);

  clear_bundle (self);
  unbind (self);
  forget_place (self);

  G_OBJECT_CLASS (mcp_downstream_parent_class)->dispose (object);
}

static void
mcp_downstream_finalize (GObject *object)
{
  McpDownstream *self = MCP_DOWNSTREAM (object);

  g_ptr_array_unref (self->inputs);
  g_clear_pointer (&self->late_answer, mcp_jsonrpc_message_unref);
  g_clear_error (&self->late_error);
  g_clear_pointer (&self->server, mcp_server_config_unref);
  g_clear_pointer (&self->token, g_variant_unref);
  g_object_unref (self->cancellable);
  g_object_unref (self->session);
  mcp_services_unref (self->services);
  g_free (self->token_text);
  g_free (self->log_level);
  g_free (self->digest);
  g_free (self->capabilities);
  g_free (self->uri);

  G_OBJECT_CLASS (mcp_downstream_parent_class)->finalize (object);
}

static void
mcp_downstream_class_init (McpDownstreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_downstream_dispose;
  object_class->finalize = mcp_downstream_finalize;
}

static void
mcp_downstream_init (McpDownstream *self)
{
  self->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_input_free);
  self->cancellable = g_cancellable_new ();
}

/**
 * mcp_downstream_new:
 * @request: a running request of a client
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS where its "_meta" makes no sense.
 *
 * Returns: (transfer full) (nullable): the client's side of it
 */
McpDownstream *
mcp_downstream_new (McpRequest *request, GError **error)
{
  g_autoptr (McpDownstream) self = g_object_new (MCP_TYPE_DOWNSTREAM, NULL);
  McpAttachment *attachment = mcp_request_get_attachment (request);

  self->services = mcp_services_ref (mcp_attachment_get_services (attachment));
  self->session = g_object_ref (mcp_attachment_get_session (attachment));
  self->revision = mcp_attachment_get_revision (attachment);
  self->capabilities = g_strdup (mcp_attachment_get_capabilities (attachment));
  if (!read_request (self, request, error))
    return NULL;

  if (mcp_revision_is_modern (self->revision))
    self->digest =
        mcp_input_build_digest (mcp_request_get_method (request), mcp_request_get_params (request));
  bind (self, request);
  g_signal_connect_object (mcp_session_get_cancellable (self->session), "cancelled",
                           G_CALLBACK (session_closed_cb), self, 0);
  return g_steal_pointer (&self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-downstream-private.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-answer.h"
#include "gateway/methods/mcp-progress-token.h"
#include "gateway/methods/mcp-rounds-to-client.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* Released clients (the TypeScript SDK up to 2.4) lose a progress notification that they read
 * together with the result, for they are done with the request by the time they look at it. */
#define PAUSE_MS 5

G_DEFINE_FINAL_TYPE (McpDownstream, mcp_downstream, G_TYPE_OBJECT)

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

void
mcp_downstream_unbind (McpDownstream *self)
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
  mcp_downstream_unbind (self);
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

  if (mcp_revision_is_stateless (self->revision) && params.data != NULL &&
      mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) &&
      mcp_json_find (meta, MCP_META_LOG_LEVEL, &value))
    {
      g_autofree char *level =
          mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;

      if (!mcp_log_levels_is_known (level))
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

gboolean
mcp_downstream_read_request (McpDownstream *self, McpRequest *request, GError **error)
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

void
mcp_downstream_bind (McpDownstream *self, McpRequest *request)
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
  own = mcp_json_edit_replace_member (shown, "progressToken", slice (self->token_text));
  message = mcp_jsonrpc_build_notification ("notifications/progress", slice (own));
  mcp_request_send (self->request, message);
}

/* server/utilities/logging of 2026-07-28: a client that named no level hears nothing. */
static gboolean
wants_log (McpDownstream *self, McpJsonSlice params)
{
  if (self->log_level == NULL && mcp_revision_is_stateless (self->revision))
    return FALSE;
  return mcp_log_levels_passes (self->log_level, params);
}

static void
log_cb (gpointer operation, const McpJsonSlice *params, McpDownstream *self)
{
  g_autofree char *named = NULL;
  g_autoptr (GBytes) message = NULL;

  if (self->request == NULL || !wants_log (self, *params))
    return;

  named = mcp_log_levels_name_logger (*params, self->server);
  message = mcp_jsonrpc_build_notification ("notifications/message", slice (named));
  mcp_request_send (self->request, message);
}

/* The end */

void
mcp_downstream_give_late_answer (McpDownstream *self)
{
  g_autoptr (McpJsonrpcMessage) answer = g_steal_pointer (&self->late_answer);
  g_autoptr (GError) error = g_steal_pointer (&self->late_error);

  if (answer != NULL)
    mcp_downstream_answer (self, answer);
  else if (error != NULL)
    mcp_downstream_fail (self, error, self->server != NULL ? self->server->name : NULL);
}

static gboolean
pause_cb (gpointer user_data)
{
  McpDownstream *self = user_data;

  g_clear_pointer (&self->pause, g_source_unref);
  mcp_downstream_give_late_answer (self);
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

  mcp_downstream_clear_bundle (self);
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
  mcp_downstream_unbind (self);
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

  mcp_downstream_clear_bundle (self);
  if (self->request == NULL)
    {
      g_clear_error (&self->late_error);
      self->late_error = g_error_copy (error);
      if (mcp_session_is_closed (self->session))
        mcp_downstream_forget_input (self);
      return;
    }

  request = g_object_ref (self->request);
  mcp_downstream_unbind (self);
  mcp_request_respond_gerror (request, error, server);
}

static void
follow (McpDownstream *self, gpointer operation)
{
  g_signal_connect_object (operation, "progress", G_CALLBACK (progress_cb), self, 0);
  g_signal_connect_object (operation, "log", G_CALLBACK (log_cb), self, 0);
  g_signal_connect_object (operation, "ask", G_CALLBACK (mcp_downstream_take_ask), self, 0);
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

  mcp_downstream_forget_input (self);
  mcp_downstream_unbind (self);

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
  self->inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_rounds_to_client_free_request);
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
  if (!mcp_downstream_read_request (self, request, error))
    return NULL;

  if (mcp_revision_is_stateless (self->revision))
    self->digest = mcp_rounds_to_client_build_digest (mcp_request_get_method (request),
                                                      mcp_request_get_params (request));
  mcp_downstream_bind (self, request);
  g_signal_connect_object (mcp_session_get_cancellable (self->session), "cancelled",
                           G_CALLBACK (session_closed_cb), self, 0);
  return g_steal_pointer (&self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server asks of the client for the sake of its request; and a client of 2026-07-28, which
 * is sent away to come back with it.
 */
#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-roots-ask.h"
#include "gateway/methods/mcp-rounds-to-client.h"
#include "mcp-downstream-private.h"
#include "protocol/mcp-roots.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* What a server asks at once comes as several requests; a client is asked all of it together. */
#define BUNDLE_MS 50

static void park (McpDownstream *self);

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

void
mcp_downstream_clear_bundle (McpDownstream *self)
{
  if (self->bundle != NULL)
    g_source_destroy (self->bundle);
  g_clear_pointer (&self->bundle, g_source_unref);
}

/* What the server asks */

static void
ask_closed_cb (McpAsk *ask, McpDownstream *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      McpInputRequest *input = g_ptr_array_index (self->inputs, i);

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

  mcp_downstream_clear_bundle (self);
  if (self->request != NULL && self->inputs->len > 0)
    park (self);
  return G_SOURCE_REMOVE;
}

static void
start_bundle (McpDownstream *self)
{
  mcp_downstream_clear_bundle (self);
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

  mcp_downstream_unbind (self);
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

  g_ptr_array_add (self->inputs,
                   mcp_rounds_to_client_new_request (ask, ++self->n_inputs, translated));
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
  if (mcp_revision_is_stateless (self->revision))
    collect (self, ask);
  else if (self->request != NULL)
    mcp_attachment_put_ask (mcp_request_get_attachment (self->request), ask, self->request);
  else
    mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "The client has gone",
                          MCP_JSON_SLICE_NONE);
}

void
mcp_downstream_take_ask (gpointer operation, McpAsk *ask, McpDownstream *self)
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
      g_autoptr (McpAsk) wrapper = mcp_roots_ask_wrap (ask, cwd);

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

void
mcp_downstream_forget_input (McpDownstream *self)
{
  mcp_downstream_clear_bundle (self);
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

  mcp_downstream_unbind (self);
  self->handle = mcp_parking_park (parking, G_OBJECT (self), mcp_session_get_id (self->session),
                                   self->digest, &error);
  if (self->handle == NULL)
    {
      mcp_request_respond_gerror (request, error, NULL);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  self->expired_id = g_signal_connect (parking, "expired", G_CALLBACK (expired_cb), self);
  result = mcp_rounds_to_client_build_result (self->inputs, self->handle);
  mcp_request_respond_result (request, slice (result));
}

/* Hands out what the client came back with, and answers, or asks for the rest. */
static void
take_responses (McpDownstream *self, McpJsonSlice responses)
{
  g_autoptr (McpDownstream) guard = g_object_ref (self);
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_copy (self->inputs, mcp_rounds_to_client_copy_request, NULL);

  g_ptr_array_set_free_func (inputs, (GDestroyNotify) mcp_rounds_to_client_free_request);
  for (guint i = 0; i < inputs->len; i++)
    mcp_rounds_to_client_take_response (g_ptr_array_index (inputs, i), responses, self->revision);

  if (self->request != NULL && self->inputs->len > 0)
    start_bundle (self);
}

static gboolean
find_handle (McpRequest *request, McpJsonSlice *state)
{
  McpJsonSlice params = mcp_request_get_params (request);

  return mcp_revision_is_stateless (
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
      !mcp_downstream_read_request (self, request, &error))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 error != NULL ? error->message
                                               : "“inputResponses” must be an object",
                                 MCP_JSON_SLICE_NONE);
      g_cancellable_cancel (self->cancellable);
      return;
    }

  mcp_downstream_bind (self, request);
  if (self->late_answer != NULL || self->late_error != NULL)
    mcp_downstream_give_late_answer (self);
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

  digest = mcp_rounds_to_client_build_digest (mcp_request_get_method (request),
                                              mcp_request_get_params (request));
  parked = mcp_parking_take (services->parking, state,
                             mcp_session_get_id (mcp_attachment_get_session (attachment)), digest,
                             &error);
  if (parked == NULL)
    mcp_request_respond_gerror (request, error, NULL);
  else
    come_back (MCP_DOWNSTREAM (parked), request);
  return TRUE;
}

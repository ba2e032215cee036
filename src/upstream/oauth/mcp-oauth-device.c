/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A login on another device (RFC 8628): a person opens a page anywhere, and enters a code; the
 * daemon asks now and then whether that has happened. No browser comes back.
 */
#include "mcp-oauth-device-private.h"

#include "common/mcp-timer.h"
#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

#define GRANT_TYPE       "urn:ietf:params:oauth:grant-type:device_code"
/* RFC 8628 section 3.2, and section 3.5: how much longer to wait when told to slow down, which is
 * done at each “pending” as well as it costs nobody anything. */
#define DEFAULT_INTERVAL 5
#define MIN_INTERVAL     1
#define MAX_INTERVAL     60

typedef struct
{
  McpOauthWeb *web;   /* (owned) */
  McpOauthFlow *flow; /* (owned) */
  GSource *timer;     /* (owned) (nullable) */
} Device;

static void
device_free (gpointer data)
{
  Device *self = data;

  mcp_timer_clear (&self->timer);
  mcp_oauth_web_unref (self->web);
  mcp_oauth_flow_unref (self->flow);
  g_free (self);
}

static GTask *
new_task (McpOauthWeb *web, McpOauthFlow *flow, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Device *self = g_new0 (Device, 1);

  g_task_set_source_tag (task, new_task);
  self->web = mcp_oauth_web_ref (web);
  self->flow = mcp_oauth_flow_ref (flow);
  g_task_set_task_data (task, self, device_free);
  return task;
}

static gboolean
take_codes (Device *self, const char *text, GError **error)
{
  McpOauthFlow *flow = self->flow;
  McpJsonSlice root;
  g_autofree char *address = NULL;
  g_autofree char *user_code = NULL;
  g_autoptr (GUri) uri = NULL;
  gint64 interval;

  if (text == NULL || !mcp_oauth_text_scan (text, &root, NULL))
    {
      g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                           "The answer of the device endpoint cannot be read");
      return FALSE;
    }
  flow->device_code = mcp_oauth_text_dup (root, "device_code");
  user_code = mcp_oauth_text_dup (root, "user_code");
  address = mcp_oauth_text_dup (root, "verification_uri_complete");
  if (address == NULL)
    address = mcp_oauth_text_dup (root, "verification_uri");
  interval = mcp_oauth_text_get_number (root, "interval");
  flow->interval =
      (guint) CLAMP (interval > 0 ? interval : DEFAULT_INTERVAL, MIN_INTERVAL, MAX_INTERVAL);
  if (flow->device_code == NULL || user_code == NULL || address == NULL)
    {
      g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                           "The device endpoint gave no code, or no page to enter it");
      return FALSE;
    }
  uri = mcp_oauth_web_parse (self->web, address, error);
  if (uri == NULL)
    return FALSE;
  g_free (flow->address);
  flow->address = g_steal_pointer (&address);
  flow->user_code = mcp_oauth_text_quote (user_code);
  return TRUE;
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Device *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, &error);

  if (reply != NULL && reply->status != SOUP_STATUS_OK)
    error = mcp_oauth_token_read_error (reply, "give a code for a device");
  if (error == NULL && take_codes (self, reply->text, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_device_begin_async:
 * @web: that of the server
 * @metadata: of an authorization server with a device endpoint
 * @flow: gets an address and a code for a person, and a code for us
 * @callback: (scope async): when they are there
 * @user_data: for @callback
 */
void
mcp_oauth_device_begin_async (McpOauthWeb *web,
                              McpOauthMetadata *metadata,
                              McpOauthFlow *flow,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = new_task (web, flow, callback, user_data);
  McpOauthEndpoint endpoint = { web, metadata->device_endpoint, metadata->issuer, flow->client };
  g_autoptr (McpSecretString) form = mcp_secret_text_new_string (NULL);
  g_autoptr (McpSecretCopy) authorization = NULL;
  GError *error = NULL;

  mcp_oauth_text_add_field (form, "scope", flow->scope);
  mcp_oauth_text_add_field (form, "resource", flow->resource);
  if (!mcp_oauth_token_add_client (form, &endpoint, &authorization, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  mcp_oauth_web_post_async (web, metadata->device_endpoint, "application/x-www-form-urlencoded",
                            form->str, authorization, begun_cb, task);
}

/**
 * mcp_oauth_device_begin_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError.
 *
 * Returns: whether there are codes
 */
gboolean
mcp_oauth_device_begin_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void wait_longer (GTask *task);

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Device *self = g_task_get_task_data (task);
  GError *error = NULL;
  McpOauthTokens *tokens = mcp_oauth_token_request_finish (result, &error);

  if (tokens != NULL)
    g_task_return_pointer (task, tokens, (GDestroyNotify) mcp_oauth_token_free);
  else if ((g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_PENDING) ||
            g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_LOST)) &&
           mcp_oauth_flow_get_seconds_left (self->flow) > 0)
    {
      g_error_free (error);
      wait_longer (g_steal_pointer (&task));
    }
  else
    g_task_return_error (task, error);
}

static gboolean
ask_cb (gpointer data)
{
  GTask *task = data;
  Device *self = g_task_get_task_data (task);
  const McpOauthFlow *flow = self->flow;
  McpOauthEndpoint endpoint = { self->web, flow->token_endpoint, flow->issuer, flow->client };
  g_autoptr (McpSecretString) form = mcp_secret_text_new_string (NULL);

  mcp_timer_clear (&self->timer);
  mcp_oauth_text_add_field (form, "grant_type", GRANT_TYPE);
  mcp_oauth_text_add_field (form, "device_code", flow->device_code);
  mcp_oauth_text_add_field (form, "resource", flow->resource);
  mcp_oauth_token_request_async (&endpoint, form->str, asked_cb, task);
  return G_SOURCE_REMOVE;
}

/* @task: (transfer full) */
static void
wait_longer (GTask *task)
{
  Device *self = g_task_get_task_data (task);

  self->timer = mcp_timer_new_seconds ("oauth-device", self->flow->interval, ask_cb, task);
}

/**
 * mcp_oauth_device_wait_async:
 * @web: that of the server
 * @flow: a login with a device code
 * @callback: (scope async): when a person has entered the code, or too late;
 *   mcp_oauth_token_request_finish() has the tokens
 * @user_data: for @callback
 *
 * Asks now and then whether a person has entered the code.
 */
void
mcp_oauth_device_wait_async (McpOauthWeb *web,
                             McpOauthFlow *flow,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  wait_longer (new_task (web, flow, callback, user_data));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-caller.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-log-levels.h"
#include "gateway/methods/mcp-progress-token.h"
#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-translate.h"

#include <math.h>
#include <string.h>

/* Of the daemon's own words: progress that does not get in the way of the server's. */
#define OWN_STEP 1e-6

struct _McpCaller
{
  McpAttachment *attachment; /* (owned): where the request came in */
  McpRequest *request;       /* (owned) (nullable): until it is handed out */
  McpClient *client;         /* (owned) */
  char *token_text;          /* (nullable): JSON text of the client's progress token */
  GVariant *token;           /* (owned) (nullable): its value */
  gboolean has_progress;     /* the client was sent a report */
  double progress;           /* of the last one */
};

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

/* What the client wants to hear: a client of 2026-07-28 says so with each request. */
static gboolean
read_log_level (McpCaller *self, GError **error)
{
  McpServices *services = mcp_attachment_get_services (self->attachment);
  McpJsonSlice params = mcp_request_get_params (self->request);
  g_autofree char *level = NULL;
  McpJsonSlice value;
  McpJsonSlice meta;

  if (!mcp_client_is_stateless (mcp_request_get_client (self->request)) || params.data == NULL ||
      !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) ||
      !mcp_json_find (meta, MCP_META_LOG_LEVEL, &value))
    return TRUE;

  if (mcp_json_get_type (value) == MCP_JSON_STRING)
    level = mcp_json_dup_string (value);
  if (!mcp_log_levels_is_known (level))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "“" MCP_META_LOG_LEVEL "” is no log level");
      return FALSE;
    }
  mcp_attachment_set_log_level (self->attachment, level);
  mcp_log_levels_apply_async (services->log_levels, mcp_attachment_get_session (self->attachment),
                              NULL, NULL, NULL);
  return TRUE;
}

static gboolean
read_token (McpCaller *self, GError **error)
{
  McpJsonSlice text;

  if (!mcp_progress_token_find (mcp_request_get_params (self->request), &text, &self->token, error))
    return FALSE;

  if (self->token != NULL)
    self->token_text = g_strndup (text.data, text.length);
  return TRUE;
}

/**
 * mcp_caller_new:
 * @attachment: the attachment that received the request
 * @request: a running request
 * @error: return location
 *
 * Reads what a request says of how it is to be answered.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS for a “_meta” that makes no sense.
 *
 * Returns: (transfer full) (nullable): the client that waits
 */
McpCaller *
mcp_caller_new (McpAttachment *attachment, McpRequest *request, GError **error)
{
  g_autoptr (McpCaller) self = g_new0 (McpCaller, 1);

  self->attachment = g_object_ref (attachment);
  self->request = g_object_ref (request);
  if (!read_token (self, error) || !read_log_level (self, error))
    return NULL;

  self->client = mcp_client_ref (mcp_attachment_get_client (attachment));
  return g_steal_pointer (&self);
}

/**
 * mcp_caller_free:
 * @self: (transfer full): a client that waits no longer
 */
void
mcp_caller_free (McpCaller *self)
{
  g_object_unref (self->attachment);
  g_clear_object (&self->request);
  g_clear_pointer (&self->client, mcp_client_unref);
  g_clear_pointer (&self->token, g_variant_unref);
  g_free (self->token_text);
  g_free (self);
}

/**
 * mcp_caller_free_to_request:
 * @self: (transfer full): a client that is about to be answered
 *
 * Returns: (transfer full): the request that is to be answered
 */
McpRequest *
mcp_caller_free_to_request (McpCaller *self)
{
  McpRequest *request = g_steal_pointer (&self->request);

  mcp_caller_free (self);
  return request;
}

/**
 * mcp_caller_get_request:
 * @self: a client that waits
 *
 * Returns: (transfer none): its request
 */
McpRequest *
mcp_caller_get_request (McpCaller *self)
{
  return self->request;
}

/**
 * mcp_caller_get_client:
 * @self: a client that waits
 *
 * Returns: (transfer none): the facts about it
 */
McpClient *
mcp_caller_get_client (McpCaller *self)
{
  return self->client;
}

/**
 * mcp_caller_get_token:
 * @self: a client that waits
 *
 * Returns: (transfer none) (nullable): its progress token: x, t or s
 */
GVariant *
mcp_caller_get_token (McpCaller *self)
{
  return self->token;
}

/* Clients are promised that progress rises (basic/utilities/progress, "Progress Flow"). */
static gboolean
is_rising (McpCaller *self, double progress)
{
  return !self->has_progress || progress > self->progress;
}

static void
send_report (McpCaller *self, McpJsonSlice params, double progress)
{
  g_autofree char *translated = mcp_translate_progress (params, self->client->revision);
  McpJsonSlice shown = translated != NULL ? slice (translated) : params;
  g_autofree char *own =
      mcp_json_edit_replace_member (shown, "progressToken", slice (self->token_text));
  g_autoptr (GBytes) message =
      mcp_jsonrpc_build_notification ("notifications/progress", slice (own));

  self->has_progress = TRUE;
  self->progress = progress;
  mcp_request_send (self->request, message);
}

/**
 * mcp_caller_send_progress:
 * @self: a client that waits
 * @report: what the server reports
 *
 * Passes the report on under the client's own token, if the client gave one. A report that is not
 * above the last one is left out.
 */
void
mcp_caller_send_progress (McpCaller *self, const McpProgressReport *report)
{
  if (self->token_text != NULL && is_rising (self, report->progress))
    send_report (self, report->params, report->progress);
}

/* The least that rises, so that what the server reports still does. */
static double
get_next_progress (McpCaller *self)
{
  double least = self->has_progress ? nextafter (self->progress, INFINITY) : 0;

  return fmax (least, (self->has_progress ? self->progress : 0) + OWN_STEP);
}

/**
 * mcp_caller_tell:
 * @self: a client that waits
 * @text: a line for people
 *
 * Tells the client what is waited for, as progress that is hardly any, if the client gave a token.
 */
void
mcp_caller_tell (McpCaller *self, const char *text)
{
  double progress = get_next_progress (self);
  g_autoptr (GString) params = NULL;

  if (self->token_text == NULL || !isfinite (progress))
    return;

  params = g_string_new ("{\"progressToken\":0,\"progress\":");
  mcp_json_append_double (params, progress);
  g_string_append (params, ",\"message\":");
  mcp_json_append_string (params, text);
  g_string_append_c (params, '}');
  send_report (self, slice (params->str), progress);
}

/* server/utilities/logging of 2026-07-28: a client that named no level hears nothing. */
static gboolean
wants_log (McpCaller *self, McpJsonSlice params)
{
  if (self->client->log_level == NULL && mcp_client_is_stateless (self->client))
    return FALSE;
  return mcp_log_levels_passes (self->client->log_level, params);
}

/**
 * mcp_caller_send_log:
 * @self: a client that waits
 * @params: of a notifications/message
 * @server: the server that logs
 *
 * Passes a log message on, if it is of a level that the client wants to hear.
 */
void
mcp_caller_send_log (McpCaller *self, McpJsonSlice params, McpServerConfig *server)
{
  g_autofree char *named = NULL;
  g_autoptr (GBytes) message = NULL;

  if (!wants_log (self, params))
    return;

  named = mcp_log_levels_name_logger (params, self->client->server == NULL ? server : NULL);
  message = mcp_jsonrpc_build_notification ("notifications/message", slice (named));
  mcp_request_send (self->request, message);
}

/**
 * mcp_caller_put_ask:
 * @self: a client that waits, and speaks a revision with requests of servers
 * @ask: what the server asks
 *
 * Asks the client on the stream of its own request.
 */
void
mcp_caller_put_ask (McpCaller *self, McpAsk *ask)
{
  mcp_attachment_put_ask (self->attachment, ask, self->request);
}

/**
 * mcp_caller_follow_login:
 * @self: a client that waits, and speaks a revision with requests of servers
 * @login: the login to a server
 * @params: of the elicitation by which the client is to bring a person to the login
 *
 * Tells the client once the login is there, on the stream that belongs to no request.
 */
void
mcp_caller_follow_login (McpCaller *self, McpOauthServer *login, McpJsonSlice params)
{
  mcp_attachment_follow_login (self->attachment, login, params);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From a server that refused a request to the endpoints of its authorization server (MCP
 * 2025-11-25, basic/authorization, “Authorization Server Discovery”):
 *
 *   RESOURCE  the address that the server named, else two well-known ones
 *     |  '--- there is none: the issuer is the server's origin (MCP 2025-03-26)
 *     v
 *   ISSUER    two or three well-known addresses; the first document that is the issuer's own
 *     |  '--- there is none: ABSENT, or the endpoints of MCP 2025-03-26 where a person wants to log
 * in
 *     v
 *   everything is known
 */
#include "mcp-oauth-discovery-private.h"

#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

typedef enum
{
  STAGE_RESOURCE,
  STAGE_ISSUER,
} Stage;

typedef struct
{
  McpOauthWeb *web; /* (owned) */
  char *issuer;     /* (nullable): that of the wish */
  char *resource;   /* (nullable): likewise */
  gboolean may_guess;
  Stage stage;
  char **addresses; /* of the stage */
  gsize n_asked;
  gboolean is_named;   /* the server named the address of its metadata */
  gboolean is_derived; /* nobody has named the issuer */
  GError *error; /* (owned) (nullable): the first in this stage that says more than “not there” */
  McpOauthMetadata *metadata; /* (owned) */
} Discovery;

static void ask (GTask *task);

static void
discovery_free (gpointer data)
{
  Discovery *self = data;

  mcp_oauth_web_unref (self->web);
  g_free (self->issuer);
  g_free (self->resource);
  g_strfreev (self->addresses);
  g_clear_error (&self->error);
  g_clear_pointer (&self->metadata, mcp_oauth_metadata_unref);
  g_free (self);
}

/* @addresses: (transfer full) */
static void
begin_stage (Discovery *self, Stage stage, char **addresses)
{
  self->stage = stage;
  g_strfreev (self->addresses);
  self->addresses = addresses;
  self->n_asked = 0;
  g_clear_error (&self->error);
}

/* @task: (transfer full) */
static void
finish (GTask *task)
{
  g_autoptr (GTask) guard = task;
  Discovery *self = g_task_get_task_data (task);

  if (self->resource != NULL)
    {
      g_free (self->metadata->resource);
      self->metadata->resource = g_strdup (self->resource);
    }
  g_task_return_pointer (task, g_steal_pointer (&self->metadata),
                         (GDestroyNotify) mcp_oauth_metadata_unref);
}

/* @task: (transfer full) */
static void
begin_issuer (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GUri) issuer = mcp_oauth_web_parse (self->web, self->metadata->issuer, &error);

  if (issuer == NULL)
    {
      g_prefix_error_literal (&error, "The authorization server that the server names: ");
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  begin_stage (self, STAGE_ISSUER, mcp_oauth_metadata_build_issuer_addresses (issuer));
  ask (task);
}

/* No metadata of the resource: the server is its own authorization server, or has none.
 * @task: (transfer full) */
static void
derive_issuer (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);
  GUri *server = mcp_oauth_web_get_server (self->web);

  self->metadata->resource = mcp_oauth_metadata_build_resource (server);
  self->is_derived = self->issuer == NULL;
  self->metadata->issuer =
      self->is_derived ? mcp_oauth_metadata_build_origin (server) : g_strdup (self->issuer);
  begin_issuer (task);
}

/* All addresses of a stage were asked. @task: (transfer full) */
static void
end_stage (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);

  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else if (self->stage == STAGE_RESOURCE && self->is_named)
    g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                             "The server's metadata is not where the server says");
  else if (self->stage == STAGE_RESOURCE)
    {
      derive_issuer (task);
      return;
    }
  else if (!self->is_derived)
    g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                             "The authorization server %s has no metadata", self->metadata->issuer);
  else if (!self->may_guess)
    g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_ABSENT,
                             "The server has no authorization server");
  else
    {
      mcp_oauth_metadata_guess (self->metadata, mcp_oauth_web_get_server (self->web));
      finish (task);
      return;
    }
  g_object_unref (task);
}

static gboolean
take_document (Discovery *self, const char *text, GError **error)
{
  if (self->stage == STAGE_RESOURCE)
    return mcp_oauth_metadata_take_resource (self->metadata, self->web, text, self->issuer, error);
  return mcp_oauth_metadata_take_issuer (self->metadata, self->web, text, self->is_derived, error);
}

/* Servers of web pages answer any address with a page. */
static gboolean
is_there (Discovery *self, const McpOauthReply *reply)
{
  const char *text = reply != NULL && reply->text != NULL ? reply->text : "";

  if (reply == NULL || reply->status != SOUP_STATUS_OK)
    return FALSE;
  return self->is_named || text[strspn (text, " \t\r\n")] == '{';
}

static void
got_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Discovery *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, &error);
  gboolean has_document = is_there (self, reply);

  if (has_document && take_document (self, reply->text, &error))
    {
      if (self->stage == STAGE_RESOURCE)
        begin_issuer (task);
      else
        finish (task);
      return;
    }
  /* Nothing is there: the next address may have it. A document that is wrong settles the matter
   * of the resource; of the issuer's there may be another one. */
  if (reply != NULL && reply->status >= 500)
    error = g_error_new (MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_LOST,
                         "The metadata cannot be had: the server answered HTTP %u", reply->status);
  if (error != NULL && self->error == NULL)
    self->error = g_steal_pointer (&error);
  if (has_document && self->stage == STAGE_RESOURCE)
    end_stage (task);
  else
    ask (task);
}

/* @task: (transfer full) */
static void
ask (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);
  const char *address = self->addresses[self->n_asked];

  if (address == NULL)
    {
      end_stage (task);
      return;
    }
  self->n_asked++;
  mcp_oauth_web_get_async (self->web, address, got_cb, task);
}

static char **
list_resource_addresses (McpOauthWeb *web, const McpOauthChallenge *challenge)
{
  const char *named[] = { challenge != NULL ? challenge->metadata : NULL, NULL };

  if (named[0] != NULL)
    return g_strdupv ((char **) named);
  return mcp_oauth_metadata_build_resource_addresses (mcp_oauth_web_get_server (web));
}

/**
 * mcp_oauth_discovery_run_async:
 * @web: that of the server
 * @challenge: (nullable): what the server said when it refused a request
 * @wish: what a person has configured; copied
 * @callback: (scope async): when it has ended
 * @user_data: for @callback
 *
 * Finds the authorization server of a server.
 */
void
mcp_oauth_discovery_run_async (McpOauthWeb *web,
                               const McpOauthChallenge *challenge,
                               const McpOauthWish *wish,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Discovery *self = g_new0 (Discovery, 1);

  g_task_set_source_tag (task, mcp_oauth_discovery_run_async);
  g_task_set_task_data (task, self, discovery_free);
  self->web = mcp_oauth_web_ref (web);
  self->issuer = g_strdup (wish->issuer);
  self->resource = g_strdup (wish->resource);
  self->may_guess = wish->may_guess;
  self->metadata = mcp_oauth_metadata_new ();
  self->is_named = challenge != NULL && challenge->metadata != NULL;
  begin_stage (self, STAGE_RESOURCE, list_resource_addresses (web, challenge));
  ask (task);
}

/**
 * mcp_oauth_discovery_run_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_ABSENT, %MCP_OAUTH_ERROR_FAILED, %MCP_OAUTH_ERROR_LOST.
 *
 * Returns: (transfer full) (nullable): what was found
 */
McpOauthMetadata *
mcp_oauth_discovery_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

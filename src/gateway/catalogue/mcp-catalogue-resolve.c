/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finds the server that a request goes to. A name that is not known is looked for at the servers
 * that could have it and were never listed: they are asked, and then the name is looked for once
 * more. This is the only place where that happens.
 */
#include "gateway/catalogue/mcp-catalogue-resolve.h"

#include "common/mcp-error.h"
#include "protocol/mcp-error-codes.h"
#include "protocol/mcp-param-headers.h"
#include "protocol/mcp-schema-check.h"

#include <string.h>

/* Of an exposed name. What is longer is no tool's name, and is not compared with
 * anything. */
#define MAX_NAME_BYTES 64

/* A request while its server is looked for. What is borrowed is the caller's, or the task's. */
typedef struct
{
  McpClient *client;
  McpItemKind kind;
  const char *name;
  McpParams *params;    /* (nullable) */
  McpStartWords *words; /* (owned) (nullable): while the server starts */
} Resolving;

/* Returns: (transfer full): the same, which owns all that it has */
static Resolving *
resolving_copy (const Resolving *self)
{
  Resolving *copy = g_memdup2 (self, sizeof *self);

  mcp_client_ref (copy->client);
  copy->name = g_strdup (self->name);
  if (copy->params != NULL)
    mcp_params_ref (copy->params);
  return copy;
}

static void
resolving_free (Resolving *self)
{
  mcp_client_unref (self->client);
  g_clear_pointer (&self->params, mcp_params_unref);
  g_clear_pointer (&self->words, mcp_start_words_free);
  g_free ((char *) self->name);
  g_free (self);
}

/* 2026-07-28, basic/transports/streamable-http: headers that repeat arguments must say the same. */
static gboolean
check_headers (Resolving *self, McpJsonSlice tool, McpJsonSlice params, GError **error)
{
  g_autoptr (GError) mismatch = NULL;

  if (!mcp_client_is_stateless (self->client) ||
      mcp_param_headers_check (tool, params, self->client->param_headers, &mismatch))
    return TRUE;

  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_ERROR_CODE_HEADER_MISMATCH, mismatch->message);
  return FALSE;
}

/* An app on the bus may count on arguments that fit what it has listed; other servers look for
   themselves. */
static gboolean
check_arguments (const McpCatalogueItem *found, McpJsonSlice params, GError **error)
{
  McpJsonSlice schema;
  McpJsonSlice arguments = mcp_json_slice ("{}");
  McpJsonSlice value;
  g_autoptr (GError) problem = NULL;

  if (found->config->bus == NULL || params.data == NULL ||
      !mcp_json_find_typed (found->json, "inputSchema", MCP_JSON_OBJECT, &schema))
    return TRUE;
  if (mcp_json_find_typed (params, "arguments", MCP_JSON_OBJECT, &value))
    arguments = value;
  if (mcp_schema_check (schema, arguments, &problem))
    return TRUE;
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_PARAMS,
               "The arguments do not fit the tool “%s”: %s", found->name, problem->message);
  return FALSE;
}

static McpTarget *
build_target (Resolving *self, const McpCatalogueItem *found, GError **error)
{
  McpJsonSlice params = MCP_JSON_SLICE_NONE;

  if (self->kind != MCP_ITEM_TOOL)
    return mcp_target_new (found->config, found->name);

  if (self->params != NULL)
    params = mcp_params_get_text (self->params);
  if (!check_headers (self, found->json, params, error) || !check_arguments (found, params, error))
    return NULL;
  return mcp_target_new_tool (found->config, found->name, found->exposed, found->json, params);
}

/* Looks the name up, as far as is known now. @error is set where the request cannot be made. */
static McpTarget *
look_up (McpCatalogue *self, Resolving *resolving, GError **error)
{
  McpCatalogueItem found = { .name = resolving->name };

  if (resolving->kind == MCP_ITEM_TOOL || resolving->kind == MCP_ITEM_PROMPT)
    {
      if (!mcp_catalogue_find (self, resolving->kind, resolving->client, resolving->name, &found))
        return NULL;
    }
  else if (!mcp_catalogue_find_resource (self, resolving->client, resolving->name, &found))
    return NULL;

  return build_target (resolving, &found, error);
}

/* Whether the task has been returned. */
static gboolean
try_return (McpCatalogue *self, GTask *task)
{
  GError *error = NULL;
  McpTarget *target = look_up (self, g_task_get_task_data (task), &error);

  if (target != NULL)
    g_task_return_pointer (task, target, (GDestroyNotify) mcp_target_unref);
  else if (error != NULL)
    g_task_return_error (task, error);
  return target != NULL || error != NULL;
}

/* A server that has not told its tools may have the one that is asked for. */
static GError *
explain_unlisted (McpCatalogue *self, McpServerConfig *config)
{
  McpServerStatus status;

  mcp_provider_pool_get_status (mcp_catalogue_get_pool (self), config->name, &status);
  if (status.last_error != NULL)
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, status.last_error);
  if (status.n_starting > 0 && status.last_line != NULL)
    return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                        "Server “%s” has not told its tools yet; so far it said: %s", config->name,
                        status.last_line);
  return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                      "Server “%s” has not told its tools yet", config->name);
}

/* A server may call its own tools as it likes. */
static gboolean
is_tool_name (McpClient *client, const char *name)
{
  return client->server != NULL || strlen (name) <= MAX_NAME_BYTES;
}

static GError *
explain_unknown_tool (McpCatalogue *self, Resolving *resolving)
{
  McpServerConfig *config;

  if (!is_tool_name (resolving->client, resolving->name))
    return g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND,
                        "Unknown tool: a name has at most %d characters", MAX_NAME_BYTES);
  config = mcp_catalogue_find_unlisted (self, resolving->client, resolving->name);
  if (config != NULL)
    return explain_unlisted (self, config);
  config = mcp_catalogue_find_held (self, resolving->client, resolving->name);
  if (config != NULL)
    return g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND,
                        "Tool “%s” is new or has changed since its owner agreed to it; "
                        "“mcp-session server accept %s” shows the tool and accepts it",
                        resolving->name, config->name);
  return g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND, "Unknown tool: %s", resolving->name);
}

static GError *
explain_unknown (McpCatalogue *self, Resolving *resolving)
{
  switch (resolving->kind)
    {
    case MCP_ITEM_TOOL:
      return explain_unknown_tool (self, resolving);
    case MCP_ITEM_PROMPT:
      return g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND, "Unknown prompt: %s", resolving->name);
    case MCP_ITEM_RESOURCE:
    case MCP_ITEM_TEMPLATE:
      break;
    }
  return g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND, "Resource not found: %s", resolving->name);
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpCatalogue *self = MCP_CATALOGUE (source);
  Resolving *resolving = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&resolving->words, mcp_start_words_free);
  if (!mcp_catalogue_prepare_finish (self, result, &error))
    g_task_return_error (task, error);
  else if (!try_return (self, task))
    g_task_return_error (task, explain_unknown (self, resolving));
}

static void
follow_start (McpCatalogue *self, Resolving *resolving, McpStartWordsFunc tell, gpointer user_data)
{
  McpSession *session = resolving->client->session;
  McpServerConfig *config = mcp_catalogue_find_unlisted (self, resolving->client, resolving->name);

  if (config != NULL)
    resolving->words =
        mcp_start_words_new (mcp_catalogue_get_pool (self), config->name, session, tell, user_data);
}

/**
 * mcp_catalogue_resolve_now:
 * @self: the catalogue
 * @client: the client that asks
 * @kind: tool, prompt or resource
 * @name: what the client asks for: an exposed name, or a URI
 * @params: (nullable): of a tools/call
 * @error: return location
 *
 * Finds the server that a request goes to, as mcp_catalogue_resolve_async(), where no server has to
 * be asked for that.
 *
 * Errors: as mcp_catalogue_resolve_finish(). None is set where mcp_catalogue_resolve_async() has to
 * be called.
 *
 * Returns: (transfer full) (nullable): the target
 */
McpTarget *
mcp_catalogue_resolve_now (McpCatalogue *self,
                           McpClient *client,
                           McpItemKind kind,
                           const char *name,
                           McpParams *params,
                           GError **error)
{
  Resolving resolving = { client, kind, name, params, NULL };
  gboolean is_name = kind != MCP_ITEM_TOOL || is_tool_name (client, name);
  GError *problem = NULL;
  McpTarget *target = is_name ? look_up (self, &resolving, &problem) : NULL;

  if (target != NULL)
    return target;
  if (problem == NULL && kind == MCP_ITEM_TOOL &&
      (!is_name || !mcp_catalogue_may_have (self, client, name)))
    problem = explain_unknown (self, &resolving);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return NULL;
}

/**
 * mcp_catalogue_resolve_async:
 * @self: the catalogue
 * @client: the client that asks
 * @kind: tool, prompt or resource
 * @name: what the client asks for: an exposed name, or a URI
 * @params: (nullable): of a tools/call
 * @cancellable: (nullable): ends the search
 * @tell: (nullable): told while the server is started to be listed; with @user_data
 * @callback: (scope async): when the server is known, or there is none
 * @user_data: for @callback
 *
 * Finds the server that a request goes to, and what the server calls what is asked for. What the
 * client's session may not use does not exist.
 */
void
mcp_catalogue_resolve_async (McpCatalogue *self,
                             McpClient *client,
                             McpItemKind kind,
                             const char *name,
                             McpParams *params,
                             GCancellable *cancellable,
                             McpStartWordsFunc tell,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  const Resolving wanted = { client, kind, name, params, NULL };
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Resolving *resolving = resolving_copy (&wanted);
  GError *error = NULL;
  McpTarget *target;

  g_task_set_source_tag (task, mcp_catalogue_resolve_async);
  g_task_set_task_data (task, resolving, (GDestroyNotify) resolving_free);
  g_task_set_check_cancellable (task, FALSE); /* the search says better why it ended */

  target = mcp_catalogue_resolve_now (self, client, kind, name, params, &error);
  if (target != NULL)
    {
      g_task_return_pointer (task, target, (GDestroyNotify) mcp_target_unref);
      return;
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (kind == MCP_ITEM_TOOL && tell != NULL)
    follow_start (self, resolving, tell, user_data);
  mcp_catalogue_prepare_async (self, client, kind == MCP_ITEM_TOOL ? name : NULL, cancellable,
                               prepared_cb, g_object_ref (task));
}

/**
 * mcp_catalogue_resolve_finish:
 * @self: the catalogue
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_PROVIDER_FAILED where the server that may have a tool
 * could not be asked; %MCP_ERROR_CODE_HEADER_MISMATCH and %MCP_JSONRPC_ERROR_INVALID_PARAMS of
 * %MCP_JSONRPC_ERROR; %MCP_ERROR_CANCELLED;
 * %MCP_ERROR_CLOSED when the session ended.
 *
 * Returns: (transfer full) (nullable): the target
 */
McpTarget *
mcp_catalogue_resolve_finish (McpCatalogue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_catalogue_resolve_server:
 * @self: the catalogue
 * @server: name of a server
 * @own_name: what the server calls what is asked for
 *
 * Returns: (transfer full) (nullable): the target; %NULL: there is no enabled server of that name
 */
McpTarget *
mcp_catalogue_resolve_server (McpCatalogue *self, const char *server, const char *own_name)
{
  McpServerConfig *config = mcp_catalogue_find_server (self, server);

  return config != NULL ? mcp_target_new (config, own_name) : NULL;
}

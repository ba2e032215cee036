/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-flows-private.h"

#include "mcp-oauth-file-private.h"
#include "mcp-oauth-text-private.h"

/* Below the state directory. */
#define FILE_NAME "logins.json"
/* One for each server; nobody logs in to more within ten minutes. */
#define MAX_FLOWS 64

struct _McpOauthFlows
{
  McpOauthFile *file; /* (owned) */
  GHashTable *flows;  /* (owned): state (unowned) -> McpOauthFlow (owned) */
};

static gboolean
is_late (gpointer key, gpointer value, gpointer user_data)
{
  return mcp_oauth_flow_get_seconds_left (value) == 0;
}

static void
load (McpOauthFlows *self)
{
  g_autofree char *text = mcp_oauth_file_read (self->file);
  McpJsonSlice root;
  McpJsonSlice array;
  McpJsonSlice element;
  McpJsonIter iter;

  if (text == NULL || !mcp_oauth_text_scan (text, &root, NULL) ||
      !mcp_json_find_typed (root, "logins", MCP_JSON_ARRAY, &array))
    return;
  mcp_json_iter_init (&iter, array);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      McpOauthFlow *flow = mcp_json_get_type (element) == MCP_JSON_OBJECT
                               ? mcp_oauth_flow_from_json (element)
                               : NULL;

      if (flow != NULL)
        g_hash_table_replace (self->flows, flow->state, flow);
    }
  g_hash_table_foreach_remove (self->flows, is_late, NULL);
}

/**
 * mcp_oauth_flows_new:
 * @directory: where they are kept
 *
 * Blocks on the file: before the main loop only.
 *
 * Returns: (transfer full): the logins that were on their way
 */
McpOauthFlows *
mcp_oauth_flows_new (const char *directory)
{
  McpOauthFlows *self = g_new0 (McpOauthFlows, 1);

  self->file = mcp_oauth_file_new (directory, FILE_NAME);
  self->flows =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) mcp_oauth_flow_unref);
  load (self);
  return self;
}

/**
 * mcp_oauth_flows_free:
 * @self: (transfer full): logins
 */
void
mcp_oauth_flows_free (McpOauthFlows *self)
{
  g_hash_table_unref (self->flows);
  mcp_oauth_file_unref (self->file);
  g_free (self);
}

static char *
build_text (McpOauthFlows *self)
{
  GString *json = g_string_new ("{\"logins\":[");
  GHashTableIter iter;
  gpointer flow;
  gboolean is_first = TRUE;

  g_hash_table_iter_init (&iter, self->flows);
  while (g_hash_table_iter_next (&iter, NULL, &flow))
    {
      g_autofree char *one = mcp_oauth_flow_to_json (flow);

      g_string_append_printf (json, "%s%s", is_first ? "" : ",", one);
      is_first = FALSE;
    }
  g_string_append (json, "]}\n");
  return g_string_free (json, FALSE);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mcp_oauth_file_write_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_flows_add_async:
 * @self: logins
 * @flow: another one; takes the place of those of the same server
 * @callback: (scope async): when it is on disk
 * @user_data: for @callback
 */
void
mcp_oauth_flows_add_async (McpOauthFlows *self,
                           McpOauthFlow *flow,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_flows_add_async);
  mcp_oauth_flows_drop_server (self, flow->server);
  g_hash_table_foreach_remove (self->flows, is_late, NULL);
  if (g_hash_table_size (self->flows) >= MAX_FLOWS)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY,
                               "%d logins are on their way already", MAX_FLOWS);
      g_object_unref (task);
      return;
    }
  g_hash_table_replace (self->flows, flow->state, mcp_oauth_flow_ref (flow));
  mcp_oauth_file_write_async (self->file, build_text (self), added_cb, task);
}

/**
 * mcp_oauth_flows_add_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #GIOErrorEnum.
 *
 * Returns: whether a restart does it no harm
 */
gboolean
mcp_oauth_flows_add_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_oauth_flows_find:
 * @self: logins
 * @state: what a browser brings
 *
 * Returns: (transfer none) (nullable): the login that it belongs to, if it is not late
 */
McpOauthFlow *
mcp_oauth_flows_find (McpOauthFlows *self, const char *state)
{
  McpOauthFlow *flow = g_hash_table_lookup (self->flows, state);

  return flow != NULL && mcp_oauth_flow_get_seconds_left (flow) > 0 ? flow : NULL;
}

/**
 * mcp_oauth_flows_find_of_server:
 * @self: logins
 * @server: name of a server
 *
 * Returns: (transfer none) (nullable): the login to it that is on its way
 */
McpOauthFlow *
mcp_oauth_flows_find_of_server (McpOauthFlows *self, const char *server)
{
  GHashTableIter iter;
  gpointer flow;

  g_hash_table_iter_init (&iter, self->flows);
  while (g_hash_table_iter_next (&iter, NULL, &flow))
    if (g_str_equal (((McpOauthFlow *) flow)->server, server) &&
        mcp_oauth_flow_get_seconds_left (flow) > 0)
      return flow;
  return NULL;
}

/**
 * mcp_oauth_flows_take:
 * @self: logins
 * @state: of one
 *
 * Returns: (transfer full) (nullable): the login, which is not among them any more
 */
McpOauthFlow *
mcp_oauth_flows_take (McpOauthFlows *self, const char *state)
{
  McpOauthFlow *found = mcp_oauth_flows_find (self, state);
  McpOauthFlow *flow = found != NULL ? mcp_oauth_flow_ref (found) : NULL;

  if (g_hash_table_remove (self->flows, state))
    mcp_oauth_file_write_async (self->file, build_text (self), NULL, NULL);
  return flow;
}

/**
 * mcp_oauth_flows_drop_server:
 * @self: logins
 * @server: name of a server
 *
 * Forgets the logins to a server.
 */
void
mcp_oauth_flows_drop_server (McpOauthFlows *self, const char *server)
{
  GHashTableIter iter;
  gpointer flow;
  gboolean has_changed = FALSE;

  g_hash_table_iter_init (&iter, self->flows);
  while (g_hash_table_iter_next (&iter, NULL, &flow))
    if (g_str_equal (((McpOauthFlow *) flow)->server, server))
      {
        g_hash_table_iter_remove (&iter);
        has_changed = TRUE;
      }
  if (has_changed)
    mcp_oauth_file_write_async (self->file, build_text (self), NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-list-calls.h"

#include "common/mcp-error.h"
#include "dbus/mcp-dbus-args.h"
#include "dbus/mcp-dbus-reply.h"

static gboolean
read_text (const char *key, GVariant *value, gpointer target, GError **error)
{
  const char *text;

  return mcp_dbus_args_read_string (key, value, &text, error) &&
         mcp_call_filter_set (target, key, text, error);
}

static gboolean
read_limit (const char *key, GVariant *value, gpointer target, GError **error)
{
  g_autofree char *text = NULL;

  if (!mcp_dbus_args_check_type (key, value, G_VARIANT_TYPE_UINT32, error))
    return FALSE;

  text = g_strdup_printf ("%u", g_variant_get_uint32 (value));
  return mcp_call_filter_set (target, key, text, error);
}

static const McpDbusKey filter_keys[] = {
  { "limit", read_limit },
  { "before", read_text },
  { "tool", read_text },
  { "state", read_text },
};

static void
queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json =
      mcp_call_history_query_finish (MCP_CALL_HISTORY (source), result, &error);

  if (json != NULL)
    mcp_dbus_reply_json (invocation, json);
  else
    mcp_dbus_reply_error (invocation, error);
}

/**
 * mcp_dbus_list_calls_start:
 * @gateway: the gateway, which has the history
 * @session: the session that made the calls
 * @invocation: (transfer full): the ListCalls to answer
 * @filter: its argument, an a{sv}
 *
 * Shows a session's calls to a program on the bus.
 */
void
mcp_dbus_list_calls_start (McpGateway *gateway,
                           McpSession *session,
                           GDBusMethodInvocation *invocation,
                           GVariant *filter)
{
  McpCallHistory *history = mcp_gateway_get_history (gateway);
  g_autoptr (McpCallFilter) calls = mcp_call_filter_new ();
  g_autoptr (GError) error = NULL;

  if (!mcp_dbus_args_parse (filter, filter_keys, G_N_ELEMENTS (filter_keys), calls, &error))
    mcp_dbus_reply_error (invocation, error);
  else if (history == NULL)
    g_dbus_method_invocation_return_error_literal (
        invocation, G_DBUS_ERROR, G_DBUS_ERROR_NOT_SUPPORTED, "This daemon keeps no history");
  else
    mcp_call_history_query_async (history, mcp_session_get_id (session), calls, queried_cb,
                                  invocation);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-settle.h"

typedef struct
{
  GDBusMethodInvocation *invocation; /* (owned): until it is answered */
  GVariant *value;                   /* (owned) */
} Answer;

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  g_dbus_method_invocation_return_value (answer->invocation, answer->value);
  g_variant_unref (answer->value);
  g_free (answer);
}

/**
 * mcp_dbus_settle_and_return:
 * @store: the store
 * @invocation: (transfer full): a method that has changed a session
 * @value: (transfer floating): a tuple
 *
 * Answers once what was done survives the daemon.
 */
void
mcp_dbus_settle_and_return (McpSessionStore *store,
                            GDBusMethodInvocation *invocation,
                            GVariant *value)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->invocation = invocation;
  answer->value = g_variant_ref_sink (value);
  mcp_session_store_settle_async (store, settled_cb, answer);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A message of a hundred megabytes, or of half a million values, is read by GDBus in a thread of
 * its own, but copied, looked at and freed in the main context. This filter refuses such messages
 * where they were read. Answers to calls of the daemon may be longer: whoever called has a limit of
 * his own for a long text. One of too many values becomes an error. What passes goes on through a
 * gate, a few messages a turn.
 */
#include "dbus/mcp-dbus-guard.h"

#include "common/mcp-error.h"
#include "dbus/mcp-dbus-gate.h"

/* Subtracts the values in @value; stops when there are too many. */
static gboolean
count_values (GVariant *value, gsize *n_left)
{
  gsize n_children;

  if (!g_variant_is_container (value))
    return TRUE;
  n_children = g_variant_n_children (value);
  if (n_children > *n_left)
    return FALSE;
  *n_left -= n_children;
  /* The elements of an array of basic types have no children. */
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) &&
      g_variant_type_is_basic (g_variant_type_element (g_variant_get_type (value))))
    return TRUE;
  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (!count_values (child, n_left))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_small (GDBusMessage *message, gsize max_bytes, gsize max_values)
{
  GVariant *body = g_dbus_message_get_body (message);
  gsize n_left = max_values;

  return body == NULL || (g_variant_get_size (body) <= max_bytes && count_values (body, &n_left));
}

static gboolean
is_answer (GDBusMessage *message)
{
  GDBusMessageType type = g_dbus_message_get_message_type (message);

  return type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR;
}

/* Whoever called gets an answer in any case. */
static GDBusMessage *
replace_answer (GDBusMessage *answer)
{
  g_autoptr (GError) error =
      g_error_new (MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "The answer has more than the %d values that are taken over the bus",
                   MCP_DBUS_GUARD_MAX_ANSWER_VALUES);
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  GDBusMessage *replacement = g_dbus_message_new ();

  g_dbus_message_set_message_type (replacement, G_DBUS_MESSAGE_TYPE_ERROR);
  g_dbus_message_set_reply_serial (replacement, g_dbus_message_get_reply_serial (answer));
  g_dbus_message_set_sender (replacement, g_dbus_message_get_sender (answer));
  g_dbus_message_set_error_name (replacement, name);
  g_dbus_message_set_body (replacement, g_variant_new ("(s)", error->message));
  g_object_unref (answer);
  return replacement;
}

static void
refuse (GDBusConnection *connection, GDBusMessage *message)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusMessage) reply = NULL;

  if (g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) != 0)
    return;
  error = g_error_new (MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "A message has at most %d bytes and %d values; large values go over HTTP",
                       MCP_DBUS_GUARD_MAX_BYTES, MCP_DBUS_GUARD_MAX_VALUES);
  name = g_dbus_error_encode_gerror (error);
  reply = g_dbus_message_new_method_error_literal (message, name, error->message);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* Returns: (transfer full) (nullable): what the main context gets */
static GDBusMessage *
inspect (GDBusConnection *connection, GDBusMessage *message)
{
  if (is_answer (message))
    return is_small (message, G_MAXSIZE, MCP_DBUS_GUARD_MAX_ANSWER_VALUES)
               ? message
               : replace_answer (message);
  if (is_small (message, MCP_DBUS_GUARD_MAX_BYTES, MCP_DBUS_GUARD_MAX_VALUES))
    return message;

  refuse (connection, message);
  g_object_unref (message);
  return NULL;
}

/* In the thread of GDBus. */
static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  GVariant *body;

  if (!incoming)
    return message;
  message = inspect (connection, message);
  if (message == NULL)
    return NULL;
  body = g_dbus_message_get_body (message);
  mcp_dbus_gate_pass (user_data, body != NULL ? g_variant_get_size (body) : 0);
  return message;
}

/**
 * mcp_dbus_guard_add:
 * @connection: a connection on which there are objects
 *
 * Refuses messages that are too large, and lets the others into the calling thread's default main
 * context a few at a time, until g_dbus_connection_remove_filter().
 *
 * Returns: the filter's number
 */
guint
mcp_dbus_guard_add (GDBusConnection *connection)
{
  return g_dbus_connection_add_filter (connection, filter, mcp_dbus_gate_new (),
                                       (GDestroyNotify) mcp_dbus_gate_unref);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-reply.h"

#include "common/mcp-error.h"

/*
 * The bus ends the connection of who sends more than 128 MiB (D-Bus specification, "Message
 * Protocol"), which would take the daemon off the bus for everybody.
 */
#define MAX_JSON_BYTES (64 * 1024 * 1024)

/* Which of the contract's errors an I/O error is; FALSE where it is none of them. */
static gboolean
map_io_error (int code, McpError *mapped)
{
  switch (code)
    {
    case G_IO_ERROR_INVALID_ARGUMENT:
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_INVALID_FILENAME:
      *mapped = MCP_ERROR_INVALID_ARGUMENTS;
      return TRUE;
    case G_IO_ERROR_NOT_FOUND:
      *mapped = MCP_ERROR_NOT_FOUND;
      return TRUE;
    case G_IO_ERROR_CANCELLED:
      *mapped = MCP_ERROR_CANCELLED;
      return TRUE;
    case G_IO_ERROR_CLOSED:
      *mapped = MCP_ERROR_CLOSED;
      return TRUE;
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_BROKEN_PIPE:
      *mapped = MCP_ERROR_PROVIDER_FAILED;
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * mcp_dbus_reply_error:
 * @invocation: (transfer full): the call to answer
 * @error: why it failed, of any domain
 *
 * Answers a call with an error whose name is in the contract: those of #McpError
 * and #GDBusError go out as they are, I/O errors as the #McpError they come
 * nearest to, anything else as org.freedesktop.DBus.Error.Failed. Main context only.
 */
void
mcp_dbus_reply_error (GDBusMethodInvocation *invocation, const GError *error)
{
  /* a text that is not UTF-8 cannot go over the bus */
  g_autofree char *message = g_utf8_make_valid (error->message, -1);
  GQuark domain = error->domain;
  int code = error->code;
  McpError mapped;

  if (domain == G_IO_ERROR && map_io_error (code, &mapped))
    {
      domain = MCP_ERROR;
      code = (int) mapped;
    }
  else if (domain != MCP_ERROR && domain != G_DBUS_ERROR)
    {
      domain = G_DBUS_ERROR;
      code = G_DBUS_ERROR_FAILED;
    }

  g_dbus_method_invocation_return_error_literal (invocation, domain, code, message);
}

/**
 * mcp_dbus_reply_json:
 * @invocation: (transfer full): the call to answer
 * @json: the answer's text
 *
 * Answers a call that returns one string of JSON. What cannot go over the bus
 * is an error. Main context only.
 */
void
mcp_dbus_reply_json (GDBusMethodInvocation *invocation, GBytes *json)
{
  gsize length;
  const char *text = g_bytes_get_data (json, &length);

  if (length > MAX_JSON_BYTES)
    g_dbus_method_invocation_return_error_literal (
        invocation, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
        "The answer is longer than 64 MiB; ask for it over HTTP");
  else if (length == 0 || !g_utf8_validate (text, (gssize) length, NULL))
    g_dbus_method_invocation_return_error_literal (invocation, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                                                   "The answer is not UTF-8 text");
  else
    {
      GVariant *string = g_variant_new_take_string (g_strndup (text, length));

      g_dbus_method_invocation_return_value (invocation, g_variant_new_tuple (&string, 1));
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-reply.h"

#include "common/mcp-error.h"

#include <string.h>

/*
 * The bus ends the connection of who sends more than 128 MiB (D-Bus specification, "Message
 * Protocol"), which would take the daemon off the bus for everybody.
 */
#define MAX_JSON_BYTES (64 * 1024 * 1024)

/* Of an error's text. A name that a peer has chosen may be in the text, and as long as a string. */
#define MAX_ERROR_BYTES 4096

/* What is written in less than a millisecond is written by the main context. */
#define MAX_INLINE_BYTES (256 * 1024)

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
  g_autofree char *message =
      g_utf8_make_valid (error->message, (gssize) strnlen (error->message, MAX_ERROR_BYTES));
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

/* A text and the call that it answers, for the thread that checks, copies and writes it. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GDBusMessage *call;          /* (owned) */
  GBytes *json;                /* (owned) */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->connection);
  g_object_unref (answer->call);
  g_bytes_unref (answer->json);
  g_free (answer);
}

static GDBusMessage *
build_error (GDBusMessage *call, McpError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, (int) code, text);
  g_autofree char *name = g_dbus_error_encode_gerror (error);

  return g_dbus_message_new_method_error_literal (call, name, text);
}

static GDBusMessage *
build_reply (GDBusMessage *call, GBytes *json)
{
  gsize length;
  const char *text = g_bytes_get_data (json, &length);
  GDBusMessage *reply;
  GVariant *string;

  if (length > MAX_JSON_BYTES)
    return build_error (call, MCP_ERROR_LIMIT_EXCEEDED,
                        "The answer is longer than 64 MiB; ask for it over HTTP");
  if (length == 0 || !g_utf8_validate (text, (gssize) length, NULL))
    return build_error (call, MCP_ERROR_PROVIDER_FAILED, "The answer is not UTF-8 text");

  reply = g_dbus_message_new_method_reply (call);
  string = g_variant_new_take_string (g_strndup (text, length));
  g_dbus_message_set_body (reply, g_variant_new_tuple (&string, 1));
  return reply;
}

static void
send_answer (const Answer *answer)
{
  g_autoptr (GDBusMessage) reply = NULL;

  if ((g_dbus_message_get_flags (answer->call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) != 0)
    return;
  reply = build_reply (answer->call, answer->json);
  g_dbus_connection_send_message (answer->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

static void
send_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  send_answer (task_data);
  g_task_return_boolean (task, TRUE);
}

/* The invocation must go in the main context: its sender is charged for it until then. */
static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_object_unref (source);
}

/**
 * mcp_dbus_reply_json:
 * @invocation: (transfer full): the call to answer
 * @json: the answer's text
 *
 * Answers a call that returns one string of JSON; a long one from a thread. What cannot go over the
 * bus is an error. Main context only.
 */
void
mcp_dbus_reply_json (GDBusMethodInvocation *invocation, GBytes *json)
{
  g_autoptr (GTask) task = g_task_new (invocation, NULL, sent_cb, NULL);
  Answer *answer = g_new0 (Answer, 1);

  answer->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  answer->call = g_object_ref (g_dbus_method_invocation_get_message (invocation));
  answer->json = g_bytes_ref (json);
  g_task_set_source_tag (task, mcp_dbus_reply_json);
  g_task_set_task_data (task, answer, answer_free);
  if (g_bytes_get_size (json) > MAX_INLINE_BYTES)
    {
      g_task_run_in_thread (task, send_in_thread);
      return;
    }
  send_answer (answer);
  g_task_return_boolean (task, TRUE);
}

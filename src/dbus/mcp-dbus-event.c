/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Progress events as dictionaries on the bus, both ways.
 */
#include "dbus/mcp-dbus-event.h"

#include "common/mcp-error.h"
#include "dbus/mcp-dbus-args.h"

typedef struct
{
  McpProgressFields *fields;
  gboolean has_progress;
} Target;

static gboolean
read_token (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  return mcp_dbus_args_read_token (key, value, &target->fields->token, error);
}

static gboolean
read_progress (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  target->has_progress = TRUE;
  return mcp_dbus_args_read_number (key, value, &target->fields->progress, error);
}

static gboolean
read_total (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  target->fields->has_total = TRUE;
  return mcp_dbus_args_read_number (key, value, &target->fields->total, error);
}

static gboolean
read_message (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  return mcp_dbus_args_read_string (key, value, &target->fields->message, error);
}

static gboolean
read_tool (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  return mcp_dbus_args_read_string (key, value, &target->fields->tool, error);
}

static gboolean
read_call_id (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;

  return mcp_dbus_args_read_string (key, value, &target->fields->call_id, error);
}

static gboolean
read_state (const char *key, GVariant *value, gpointer data, GError **error)
{
  Target *target = data;
  const char *text;

  if (!mcp_dbus_args_read_string (key, value, &text, error))
    return FALSE;
  if (mcp_progress_state_from_string (text, &target->fields->state))
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "“%s” must be “running”, “ok”, “error” or “cancelled”", key);
  return FALSE;
}

/* Events that were received may be published as they are; the time is the daemon's. */
static gboolean
read_timestamp (const char *key, GVariant *value, gpointer data, GError **error)
{
  const char *ignored;

  return mcp_dbus_args_read_string (key, value, &ignored, error);
}

static const McpDbusKey event_keys[] = {
  { "token", read_token },     { "progress", read_progress },   { "total", read_total },
  { "message", read_message }, { "tool", read_tool },           { "call_id", read_call_id },
  { "state", read_state },     { "timestamp", read_timestamp },
};

/**
 * mcp_dbus_event_parse:
 * @dict: an a{sv} from a caller
 * @fields: (out caller-allocates): what it says; strings are @dict's, the token
 *   is freed by mcp_dbus_event_clear()
 * @error: return location
 *
 * Reads an event dictionary. `progress` must be there; unknown keys, wrong types,
 * numbers that are not finite and strings above %MCP_DBUS_MAX_STRING_BYTES are
 * refused. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the key.
 *
 * Returns: whether @dict is an event; otherwise there is nothing to clear
 */
gboolean
mcp_dbus_event_parse (GVariant *dict, McpProgressFields *fields, GError **error)
{
  Target target = { .fields = fields };

  *fields = (McpProgressFields){ .state = MCP_PROGRESS_STATE_UNKNOWN };
  if (mcp_dbus_args_parse (dict, event_keys, G_N_ELEMENTS (event_keys), &target, error))
    {
      if (target.has_progress)
        return TRUE;
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“progress” is missing");
    }

  mcp_dbus_event_clear (fields);
  return FALSE;
}

/**
 * mcp_dbus_event_clear:
 * @fields: as mcp_dbus_event_parse() filled it
 *
 * Frees what @fields own. Any thread.
 */
void
mcp_dbus_event_clear (McpProgressFields *fields)
{
  g_clear_pointer (&fields->token, g_variant_unref);
}

static void
add_string (GVariantBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (text));
}

/**
 * mcp_dbus_event_build:
 * @event: an event
 *
 * Writes an event as a dictionary: `token` as x, t or s, `progress` and `total`
 * as d, the rest as s; what is unknown is left out. Any thread.
 *
 * Returns: (transfer none): a floating a{sv}
 */
GVariant *
mcp_dbus_event_build (McpProgressEvent *event)
{
  McpProgressState state = mcp_progress_event_get_state (event);
  GVariantBuilder builder;
  double total;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "token", mcp_progress_event_get_token (event));
  g_variant_builder_add (&builder, "{sv}", "progress",
                         g_variant_new_double (mcp_progress_event_get_progress (event)));
  if (mcp_progress_event_get_total (event, &total))
    g_variant_builder_add (&builder, "{sv}", "total", g_variant_new_double (total));
  add_string (&builder, "message", mcp_progress_event_get_message (event));
  add_string (&builder, "tool", mcp_progress_event_get_tool (event));
  add_string (&builder, "timestamp", mcp_progress_event_get_timestamp (event));
  add_string (&builder, "call_id", mcp_progress_event_get_call_id (event));
  if (state != MCP_PROGRESS_STATE_UNKNOWN)
    add_string (&builder, "state", mcp_progress_state_to_string (state));
  return g_variant_builder_end (&builder);
}

/**
 * mcp_dbus_event_publish:
 * @session: the session it happened in
 * @dict: an a{sv} from a caller
 * @error: return location
 *
 * Publishes what a program on the bus says. Main context only.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, %MCP_ERROR_CLOSED.
 *
 * Returns: whether it was published
 */
gboolean
mcp_dbus_event_publish (McpSession *session, GVariant *dict, GError **error)
{
  McpProgressFields fields;
  gboolean published;

  if (!mcp_dbus_event_parse (dict, &fields, error))
    return FALSE;

  published = mcp_session_publish (session, &fields);
  mcp_dbus_event_clear (&fields);
  if (!published)
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session %s has ended",
                 mcp_session_get_id (session));
  return published;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/history/mcp-call-record.h"

#include "common/mcp-decimal.h"
#include "common/mcp-json.h"
#include "common/mcp-time.h"

#include <string.h>

#define PREFIX     "c-"
#define MIN_DIGITS 6
/* The first number that has so many. */
#define MIN_NUMBER 100000

/**
 * mcp_call_record_new:
 *
 * Returns: (transfer full): a record of a call that runs, without anything else
 */
McpCallRecord *
mcp_call_record_new (void)
{
  McpCallRecord *self = g_new0 (McpCallRecord, 1);

  self->duration_ms = -1;
  self->state = MCP_PROGRESS_STATE_RUNNING;
  g_ref_count_init (&self->ref_count);
  return self;
}

/**
 * mcp_call_record_copy:
 * @self: a record
 *
 * Returns: (transfer full): one like it
 */
McpCallRecord *
mcp_call_record_copy (const McpCallRecord *self)
{
  McpCallRecord *copy = g_memdup2 (self, sizeof *self);

  g_ref_count_init (&copy->ref_count);
  copy->session_id = g_strdup (self->session_id);
  copy->session_label = g_strdup (self->session_label);
  copy->tool = g_strdup (self->tool);
  copy->provider = g_strdup (self->provider);
  copy->client = g_strdup (self->client);
  copy->error = g_strdup (self->error);
  copy->consent = g_strdup (self->consent);
  copy->consent_by = g_strdup (self->consent_by);
  return copy;
}

/**
 * mcp_call_record_ref:
 * @self: a record
 *
 * The thread that holds the only reference may hand the record to another one.
 *
 * Returns: (transfer full): @self
 */
McpCallRecord *
mcp_call_record_ref (McpCallRecord *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_call_record_unref:
 * @self: (transfer full): a record
 */
void
mcp_call_record_unref (McpCallRecord *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_free (self->session_id);
  g_free (self->session_label);
  g_free (self->tool);
  g_free (self->provider);
  g_free (self->client);
  g_free (self->error);
  g_free (self->consent);
  g_free (self->consent_by);
  g_free (self);
}

static void
append_member (GString *json, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (json, ",\"%s\":", key);
  mcp_json_append_string (json, text);
}

/**
 * mcp_call_record_append_json:
 * @self: a record
 * @with_session: whether to name the session
 * @json: gets an object appended
 *
 * The shape of an element of GET /session/{id}/calls, or with @with_session of GET /calls.
 */
void
mcp_call_record_append_json (const McpCallRecord *self, gboolean with_session, GString *json)
{
  g_autofree char *call_id = mcp_call_record_format_id (self->number);
  g_autofree char *started_at = mcp_time_format (self->started_at);

  g_string_append (json, "{\"call_id\":");
  mcp_json_append_string (json, call_id);
  if (with_session)
    {
      append_member (json, "session_id", self->session_id);
      append_member (json, "label", self->session_label);
    }
  append_member (json, "tool", self->tool);
  append_member (json, "provider", self->provider);
  append_member (json, "client", self->client);
  append_member (json, "started_at", started_at);
  if (self->duration_ms >= 0)
    g_string_append_printf (json, ",\"duration_ms\":%" G_GINT64_FORMAT, self->duration_ms);
  append_member (json, "state", mcp_progress_state_to_string (self->state));
  append_member (json, "error", self->error);
  append_member (json, "consent", self->consent);
  append_member (json, "consent_by", self->consent_by);
  g_string_append_c (json, '}');
}

/**
 * mcp_call_record_format_id:
 * @number: of a call, from 1
 *
 * Returns: (transfer full): its id
 */
char *
mcp_call_record_format_id (gint64 number)
{
  GString *id = g_string_new (PREFIX);

  for (gint64 least = MIN_NUMBER; least > MAX (number, 1); least /= 10)
    g_string_append_c (id, '0');
  mcp_decimal_append_int (id, number);
  return g_string_free (id, FALSE);
}

/**
 * mcp_call_record_parse_id:
 * @call_id: any text
 * @number: (out): the number
 *
 * Returns: whether it is an id as mcp_call_record_format_id() makes them
 */
gboolean
mcp_call_record_parse_id (const char *call_id, gint64 *number)
{
  const char *digits = call_id + strlen (PREFIX);
  guint64 value;

  if (!g_str_has_prefix (call_id, PREFIX) ||
      !g_ascii_string_to_unsigned (digits, 10, 1, G_MAXINT64, &value, NULL))
    return FALSE;

  *number = (gint64) value;
  return strlen (digits) == MIN_DIGITS || (strlen (digits) > MIN_DIGITS && *digits != '0');
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One event, made once and shared by all who watch: immutable, so that any
 * thread may read it.
 */
#include "session/events/mcp-progress-event.h"

#include "common/mcp-decimal.h"
#include "common/mcp-json.h"
#include "common/mcp-time.h"

#include <math.h>
#include <string.h>

struct _McpProgressEvent
{
  char *session_id;
  guint64 sequence;
  GVariant *token;
  double progress;
  gboolean has_total;
  double total;
  char *message; /* (nullable) */
  char *tool;    /* (nullable) */
  char *call_id; /* (nullable) */
  McpProgressState state;
  char *timestamp;
  GBytes *json;
  gsize size; /* every queue asks for it */
};

G_DEFINE_BOXED_TYPE (McpProgressEvent,
                     mcp_progress_event,
                     mcp_progress_event_ref,
                     mcp_progress_event_unref)

static void
append_text (GString *out, const char *name, const char *text)
{
  if (text == NULL)
    return;
  g_string_append (out, name);
  mcp_json_append_string (out, text);
}

static void
append_token (GString *out, GVariant *token)
{
  if (g_variant_is_of_type (token, G_VARIANT_TYPE_STRING))
    mcp_json_append_string (out, g_variant_get_string (token, NULL));
  else if (g_variant_is_of_type (token, G_VARIANT_TYPE_UINT64))
    mcp_decimal_append_uint (out, g_variant_get_uint64 (token));
  else
    mcp_decimal_append_int (out, g_variant_get_int64 (token));
}

static GBytes *
make_json (McpProgressEvent *self)
{
  GString *out = g_string_sized_new (256);

  g_string_append (out, "{\"token\":");
  append_token (out, self->token);
  g_string_append (out, ",\"progress\":");
  mcp_json_append_double (out, self->progress);
  if (self->has_total)
    {
      g_string_append (out, ",\"total\":");
      mcp_json_append_double (out, self->total);
    }
  append_text (out, ",\"message\":", self->message);
  append_text (out, ",\"tool\":", self->tool);
  append_text (out, ",\"timestamp\":", self->timestamp);
  append_text (out, ",\"call_id\":", self->call_id);
  append_text (out, ",\"state\":", mcp_progress_state_to_string (self->state));
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

static GVariant *
take_token (GVariant *token)
{
  if (token == NULL)
    return g_variant_ref_sink (g_variant_new_int64 (0));
  return g_variant_ref_sink (token);
}

static char *
dup_text (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

static gsize
get_text_size (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gsize
compute_size (McpProgressEvent *self)
{
  return sizeof *self + get_text_size (self->session_id) + get_text_size (self->message) +
         get_text_size (self->tool) + get_text_size (self->call_id) +
         g_variant_get_size (self->token) + g_bytes_get_size (self->json);
}

static void
clear (gpointer data)
{
  McpProgressEvent *self = data;

  g_free (self->session_id);
  g_variant_unref (self->token);
  g_free (self->message);
  g_free (self->tool);
  g_free (self->call_id);
  g_free (self->timestamp);
  g_bytes_unref (self->json);
}

/**
 * mcp_progress_event_new:
 * @fields: what the publisher says; a floating token is sunk
 * @session_id: the session it belongs to
 * @sequence: its number there, from 1
 * @real_us: when it was published, in microseconds since 1970 UTC
 *
 * Any thread.
 *
 * Returns: (transfer full): an event with its JSON made
 */
McpProgressEvent *
mcp_progress_event_new (const McpProgressFields *fields,
                        const char *session_id,
                        guint64 sequence,
                        gint64 real_us)
{
  McpProgressEvent *self;

  g_return_val_if_fail (fields != NULL && session_id != NULL, NULL);
  g_return_val_if_fail (isfinite (fields->progress), NULL);
  g_return_val_if_fail (!fields->has_total || isfinite (fields->total), NULL);
  g_return_val_if_fail (fields->token == NULL ||
                            g_variant_is_of_type (fields->token, G_VARIANT_TYPE_INT64) ||
                            g_variant_is_of_type (fields->token, G_VARIANT_TYPE_UINT64) ||
                            g_variant_is_of_type (fields->token, G_VARIANT_TYPE_STRING),
                        NULL);

  self = g_atomic_rc_box_new0 (McpProgressEvent);
  self->session_id = g_strdup (session_id);
  self->sequence = sequence;
  self->token = take_token (fields->token);
  self->progress = fields->progress;
  self->has_total = fields->has_total;
  self->total = fields->total;
  self->message = dup_text (fields->message);
  self->tool = dup_text (fields->tool);
  self->call_id = dup_text (fields->call_id);
  self->state = fields->state;
  self->timestamp = mcp_time_format (real_us);
  self->json = make_json (self);
  self->size = compute_size (self);
  return self;
}

/**
 * mcp_progress_event_ref:
 * @self: an event
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpProgressEvent *
mcp_progress_event_ref (McpProgressEvent *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * mcp_progress_event_unref:
 * @self: (transfer full): an event
 *
 * Any thread.
 */
void
mcp_progress_event_unref (McpProgressEvent *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/**
 * mcp_progress_event_get_session_id:
 * @self: an event
 *
 * Returns: (transfer none): the id of its session
 */
const char *
mcp_progress_event_get_session_id (McpProgressEvent *self)
{
  return self->session_id;
}

/**
 * mcp_progress_event_get_sequence:
 * @self: an event
 *
 * Returns: its number in its session, from 1
 */
guint64
mcp_progress_event_get_sequence (McpProgressEvent *self)
{
  return self->sequence;
}

/**
 * mcp_progress_event_get_token:
 * @self: an event
 *
 * Returns: (transfer none): of type x, t or s
 */
GVariant *
mcp_progress_event_get_token (McpProgressEvent *self)
{
  return self->token;
}

/**
 * mcp_progress_event_get_progress:
 * @self: an event
 *
 * Returns: how far, finite
 */
double
mcp_progress_event_get_progress (McpProgressEvent *self)
{
  return self->progress;
}

/**
 * mcp_progress_event_get_total:
 * @self: an event
 * @total: (out) (optional): of how much, finite; untouched when unknown
 *
 * Returns: whether it is known
 */
gboolean
mcp_progress_event_get_total (McpProgressEvent *self, double *total)
{
  if (self->has_total && total != NULL)
    *total = self->total;
  return self->has_total;
}

/**
 * mcp_progress_event_get_message:
 * @self: an event
 *
 * Returns: (transfer none) (nullable): valid UTF-8
 */
const char *
mcp_progress_event_get_message (McpProgressEvent *self)
{
  return self->message;
}

/**
 * mcp_progress_event_get_tool:
 * @self: an event
 *
 * Returns: (transfer none) (nullable): the tool's exposed name
 */
const char *
mcp_progress_event_get_tool (McpProgressEvent *self)
{
  return self->tool;
}

/**
 * mcp_progress_event_get_call_id:
 * @self: an event
 *
 * Returns: (transfer none) (nullable): which call it belongs to
 */
const char *
mcp_progress_event_get_call_id (McpProgressEvent *self)
{
  return self->call_id;
}

/**
 * mcp_progress_event_get_state:
 * @self: an event
 *
 * Returns: where the call stands
 */
McpProgressState
mcp_progress_event_get_state (McpProgressEvent *self)
{
  return self->state;
}

/**
 * mcp_progress_event_get_timestamp:
 * @self: an event
 *
 * Returns: (transfer none): when it was published: RFC 3339, UTC
 */
const char *
mcp_progress_event_get_timestamp (McpProgressEvent *self)
{
  return self->timestamp;
}

/**
 * mcp_progress_event_get_json:
 * @self: an event
 *
 * Returns: (transfer none): its JSON object, compact, on one line
 */
GBytes *
mcp_progress_event_get_json (McpProgressEvent *self)
{
  return self->json;
}

/**
 * mcp_progress_event_get_size:
 * @self: an event
 *
 * Returns: the memory that the event takes, in bytes: its texts, and its JSON, which has them again
 */
gsize
mcp_progress_event_get_size (McpProgressEvent *self)
{
  return self->size;
}

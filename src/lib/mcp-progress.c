/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-progress.h"

#include <math.h>
#include <string.h>

struct _McpProgress
{
  double progress;
  double total; /* negative: unknown */
  char *message;
  char *tool;
  char *call_id;
  char *state;
  char *timestamp;
  GVariant *token; /* (nullable) */
};

G_DEFINE_BOXED_TYPE (McpProgress, mcp_progress, mcp_progress_ref, mcp_progress_unref)

static void
progress_clear (gpointer data)
{
  McpProgress *self = data;

  g_free (self->message);
  g_free (self->tool);
  g_free (self->call_id);
  g_free (self->state);
  g_free (self->timestamp);
  g_clear_pointer (&self->token, g_variant_unref);
}

/**
 * mcp_progress_new:
 * @progress: how far it is; finite
 * @total: where it ends; negative: unknown
 * @message: (nullable): for people
 *
 * An event to be published.
 *
 * Returns: (transfer full): a new event
 */
McpProgress *
mcp_progress_new (double progress, double total, const char *message)
{
  McpProgress *self;

  g_return_val_if_fail (isfinite (progress), NULL);
  g_return_val_if_fail (isfinite (total), NULL);

  self = g_atomic_rc_box_new0 (McpProgress);
  self->progress = progress;
  self->total = total;
  self->message = g_strdup (message);
  return self;
}

static char *
look_up_text (GVariant *dictionary, const char *key)
{
  char *text = NULL;

  g_variant_lookup (dictionary, key, "s", &text);
  return text;
}

/**
 * mcp_progress_new_from_variant:
 * @dictionary: an event dictionary, of type a{sv}, as the daemon's signals have it
 *
 * Reads an event that came over the bus. Keys that are not known are ignored.
 *
 * Returns: (transfer full): a new event
 */
McpProgress *
mcp_progress_new_from_variant (GVariant *dictionary)
{
  McpProgress *self;

  g_return_val_if_fail (g_variant_is_of_type (dictionary, G_VARIANT_TYPE_VARDICT), NULL);

  self = g_atomic_rc_box_new0 (McpProgress);
  g_variant_lookup (dictionary, "progress", "d", &self->progress);
  if (!g_variant_lookup (dictionary, "total", "d", &self->total))
    self->total = -1;
  self->message = look_up_text (dictionary, "message");
  self->tool = look_up_text (dictionary, "tool");
  self->call_id = look_up_text (dictionary, "call_id");
  self->state = look_up_text (dictionary, "state");
  self->timestamp = look_up_text (dictionary, "timestamp");
  self->token = g_variant_lookup_value (dictionary, "token", NULL);
  return self;
}

/**
 * mcp_progress_ref:
 * @self: an event
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
McpProgress *
mcp_progress_ref (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_atomic_rc_box_acquire (self);
}

/**
 * mcp_progress_unref:
 * @self: (transfer full): an event
 *
 * Gives a reference back. The last one frees the event.
 */
void
mcp_progress_unref (McpProgress *self)
{
  g_return_if_fail (self != NULL);
  g_atomic_rc_box_release_full (self, progress_clear);
}

/**
 * mcp_progress_get_progress:
 * @self: an event
 *
 * Tells how far the work is, in whatever unit the tool counts. The number rises from event to
 * event of a call.
 *
 * Returns: how far it is
 */
double
mcp_progress_get_progress (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->progress;
}

/**
 * mcp_progress_get_total:
 * @self: an event
 *
 * Tells the number at which the work is done, in the unit of
 * [method@McpSession.Progress.get_progress].
 *
 * Returns: where it ends; negative: unknown
 */
double
mcp_progress_get_total (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, -1);
  return self->total;
}

/**
 * mcp_progress_get_fraction:
 * @self: an event
 *
 * What a progress bar shows.
 *
 * Returns: from 0 to 1; negative: unknown
 */
double
mcp_progress_get_fraction (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, -1);
  if (self->total <= 0)
    return -1;
  return CLAMP (self->progress / self->total, 0, 1);
}

/**
 * mcp_progress_get_message:
 * @self: an event
 *
 * Tells what the tool is doing.
 *
 * Returns: (nullable): text for people
 */
const char *
mcp_progress_get_message (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->message;
}

/**
 * mcp_progress_get_tool:
 * @self: an event
 *
 * Tells which tool it is about.
 *
 * Returns: (nullable): the exposed name of the tool
 */
const char *
mcp_progress_get_tool (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->tool;
}

/**
 * mcp_progress_get_call_id:
 * @self: an event
 *
 * Tells apart calls that run at the same time.
 *
 * Returns: (nullable): the same for all events of one call
 */
const char *
mcp_progress_get_call_id (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->call_id;
}

/**
 * mcp_progress_get_state:
 * @self: an event
 *
 * Tells whether the call runs, and how it ended.
 *
 * Returns: (nullable): `running`, `ok`, `error` or `cancelled`
 */
const char *
mcp_progress_get_state (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->state;
}

/**
 * mcp_progress_get_timestamp:
 * @self: an event
 *
 * Tells when it happened.
 *
 * Returns: (nullable): when the daemon took the event, RFC 3339, UTC
 */
const char *
mcp_progress_get_timestamp (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->timestamp;
}

/**
 * mcp_progress_dup_token:
 * @self: an event
 *
 * Tells which of its requests the caller reports, where the caller said so.
 *
 * Returns: (transfer full) (nullable): the progress token of the caller, an integer in decimal
 */
char *
mcp_progress_dup_token (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (self->token == NULL)
    return NULL;
  if (g_variant_is_of_type (self->token, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (self->token, NULL);
  return g_variant_print (self->token, FALSE);
}

/**
 * mcp_progress_is_end:
 * @self: an event
 *
 * A call has one last event. After that one, a bar can go.
 *
 * Returns: whether the event is the last one of its call
 */
gboolean
mcp_progress_is_end (McpProgress *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->state != NULL && strcmp (self->state, "running") != 0;
}

static void
add_text (GVariantDict *dictionary, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dictionary, key, "s", text);
}

/**
 * mcp_progress_to_variant:
 * @self: an event
 *
 * Writes the event as the bus has it.
 *
 * Returns: (transfer none): a floating dictionary of type a{sv}, as the daemon's methods take it
 */
GVariant *
mcp_progress_to_variant (McpProgress *self)
{
  GVariantDict dictionary;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dictionary, NULL);
  g_variant_dict_insert (&dictionary, "progress", "d", self->progress);
  if (self->total >= 0)
    g_variant_dict_insert (&dictionary, "total", "d", self->total);
  add_text (&dictionary, "message", self->message);
  add_text (&dictionary, "tool", self->tool);
  add_text (&dictionary, "call_id", self->call_id);
  add_text (&dictionary, "state", self->state);
  if (self->token != NULL)
    g_variant_dict_insert_value (&dictionary, "token", self->token);
  return g_variant_dict_end (&dictionary);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-server-log.h"

#include "common/mcp-json.h"
#include "common/mcp-time.h"

#include <string.h>

/* What a line takes beside its text, about: so that empty lines are not free. */
#define LINE_BYTES 64

typedef struct
{
  gint64 said_at; /* µs since 1970 UTC */
  char text[];
} Line;

struct _McpServerLog
{
  GQueue lines; /* (element-type Line) (owned): the oldest first */
  gsize n_bytes;
};

static gsize
measure (const Line *line)
{
  return LINE_BYTES + strlen (line->text);
}

/**
 * mcp_server_log_new:
 *
 * Returns: (transfer full): an empty log
 */
McpServerLog *
mcp_server_log_new (void)
{
  McpServerLog *self = g_new0 (McpServerLog, 1);

  g_queue_init (&self->lines);
  return self;
}

/**
 * mcp_server_log_free:
 * @self: (transfer full): a log
 */
void
mcp_server_log_free (McpServerLog *self)
{
  g_queue_clear_full (&self->lines, g_free);
  g_free (self);
}

static void
drop_oldest (McpServerLog *self)
{
  Line *line = g_queue_pop_head (&self->lines);

  self->n_bytes -= measure (line);
  g_free (line);
}

/**
 * mcp_server_log_add:
 * @self: a log
 * @text: a line
 * @max_bytes: how much the log may hold; older lines make room
 *
 * Notes a line that was said now.
 */
void
mcp_server_log_add (McpServerLog *self, const char *text, gsize max_bytes)
{
  gsize length = strlen (text);
  Line *line = g_malloc (sizeof *line + length + 1);

  line->said_at = g_get_real_time ();
  memcpy (line->text, text, length + 1);
  g_queue_push_tail (&self->lines, line);
  self->n_bytes += measure (line);
  while (self->n_bytes > max_bytes && self->lines.length > 1)
    drop_oldest (self);
}

/**
 * mcp_server_log_get_last:
 * @self: a log
 *
 * Returns: (transfer none) (nullable): what was said last
 */
const char *
mcp_server_log_get_last (McpServerLog *self)
{
  const Line *line = g_queue_peek_tail (&self->lines);

  return line != NULL ? line->text : NULL;
}

/**
 * mcp_server_log_append_json:
 * @self: a log
 * @max_lines: so many of the newest
 * @json: gets an array of `{"time","text"}`, the newest last
 *
 * Writes the log for its reader.
 */
void
mcp_server_log_append_json (McpServerLog *self, guint max_lines, GString *json)
{
  guint n_left_out = self->lines.length > max_lines ? self->lines.length - max_lines : 0;
  gboolean is_first = TRUE;

  g_string_append_c (json, '[');
  for (GList *l = g_queue_peek_nth_link (&self->lines, n_left_out); l != NULL; l = l->next)
    {
      const Line *line = l->data;
      g_autofree char *time = mcp_time_format (line->said_at);

      g_string_append_printf (json, "%s{\"time\":\"%s\",\"text\":", is_first ? "" : ",", time);
      mcp_json_append_string (json, line->text);
      g_string_append_c (json, '}');
      is_first = FALSE;
    }
  g_string_append_c (json, ']');
}

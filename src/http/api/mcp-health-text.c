/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What GET /health says. Supervisors ask often, and of all that is said only the uptime changes, so
 * the text is kept until another second has passed.
 */
#include "http/api/mcp-health-text.h"

#include "common/mcp-decimal.h"
#include "common/mcp-json.h"
#include "common/mcp-time.h"
#include "protocol/mcp-revision.h"

#include "config.h"

#include <unistd.h>

struct _McpHealthText
{
  gint64 started_real_us;
  gint64 started_us; /* monotonic */
  GBytes *text;      /* (owned) (nullable): until it is asked for */
  gint64 uptime_s;   /* that @text says */
};

/**
 * mcp_health_text_new:
 * @started_real_us: when the daemon started, in µs since 1970 UTC
 * @started_us: the same in monotonic time, in µs
 *
 * Returns: (transfer full): the text of this process
 */
McpHealthText *
mcp_health_text_new (gint64 started_real_us, gint64 started_us)
{
  McpHealthText *self = g_new0 (McpHealthText, 1);

  self->started_real_us = started_real_us;
  self->started_us = started_us;
  return self;
}

/**
 * mcp_health_text_free:
 * @self: (transfer full): the text
 */
void
mcp_health_text_free (McpHealthText *self)
{
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

static void
append_revisions (GString *json)
{
  const char *const *revisions = mcp_revision_list ();

  for (gsize i = 0; revisions[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, revisions[i]);
    }
}

static GBytes *
build (McpHealthText *self)
{
  g_autofree char *started_at = mcp_time_format (self->started_real_us);
  GString *json = g_string_new ("{\"status\":\"ok\",\"pid\":");

  mcp_decimal_append_uint (json, (guint64) getpid ());
  g_string_append (json, ",\"uptime_seconds\":");
  mcp_decimal_append_uint (json, (guint64) self->uptime_s);
  g_string_append (json, ",\"started_at\":");
  mcp_json_append_string (json, started_at);
  g_string_append (json, ",\"version\":");
  mcp_json_append_string (json, MCP_VERSION);
  g_string_append (json, ",\"protocol_version\":");
  mcp_json_append_string (json, mcp_revision_to_string (MCP_REVISION_NEWEST));
  g_string_append (json, ",\"protocol_versions\":[");
  append_revisions (json);
  g_string_append (json, "]}");

  return g_string_free_to_bytes (json);
}

/**
 * mcp_health_text_get:
 * @self: the text
 * @now_us: monotonic time, in µs, not before the start
 *
 * Returns: (transfer none): the JSON text that is true at @now_us; valid until the next call
 */
GBytes *
mcp_health_text_get (McpHealthText *self, gint64 now_us)
{
  gint64 uptime_s = (now_us - self->started_us) / G_TIME_SPAN_SECOND;

  if (self->text != NULL && uptime_s == self->uptime_s)
    return self->text;

  g_clear_pointer (&self->text, g_bytes_unref);
  self->uptime_s = uptime_s;
  self->text = build (self);
  return self->text;
}

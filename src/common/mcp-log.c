/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-log.h"

#include "common/mcp-text-clean.h"

/* syslog(3), as GLib maps its levels to them */
static const char *
get_priority (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    return "4";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "5";
  if (level & G_LOG_LEVEL_INFO)
    return "6";
  return "7";
}

/* Set once, before there are threads. */
static gboolean drops_info;

/**
 * mcp_log_drop_info:
 *
 * From now on mcp_log() does not even put together lines of %G_LOG_LEVEL_INFO. For a program that
 * shows none of them, before its first thread.
 */
void
mcp_log_drop_info (void)
{
  drops_info = TRUE;
}

static void
add_field (GLogField *fields, gsize *n_fields, const char *key, const char *value)
{
  if (value != NULL)
    fields[(*n_fields)++] = (GLogField){ key, value, -1 };
}

/**
 * mcp_log:
 * @level: one level
 * @subject: what the line is about
 * @format: as for printf()
 * @...: for @format
 *
 * Writes a line to the log, with what it is about in fields of its own; text from elsewhere that
 * is in it is cleaned. Any thread.
 */
void
mcp_log (GLogLevelFlags level, const McpLogSubject *subject, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *clean = NULL;
  GLogField fields[7];
  gsize n_fields = 0;
  va_list args;

  if (drops_info && level == G_LOG_LEVEL_INFO)
    return;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  clean = mcp_text_clean (message);

  add_field (fields, &n_fields, "PRIORITY", get_priority (level));
  add_field (fields, &n_fields, "GLIB_DOMAIN", G_LOG_DOMAIN);
  add_field (fields, &n_fields, MCP_LOG_FIELD_SESSION, subject->session);
  add_field (fields, &n_fields, MCP_LOG_FIELD_CALL, subject->call);
  add_field (fields, &n_fields, MCP_LOG_FIELD_PROVIDER, subject->provider);
  add_field (fields, &n_fields, MCP_LOG_FIELD_TRACE, subject->trace);
  add_field (fields, &n_fields, "MESSAGE", clean);
  g_log_structured_array (level, fields, n_fields);
}

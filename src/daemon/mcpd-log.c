/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-log.h"

#include <stdio.h>
#include <string.h>

static gboolean
is_our_info (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  if ((level & G_LOG_LEVEL_INFO) == 0)
    return FALSE;
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      return g_strcmp0 (fields[i].value, G_LOG_DOMAIN) == 0;

  return FALSE;
}

/* As GLib's own writer, which drops g_info() unless the environment asks for it. */
static GLogWriterOutput
write_verbose (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (!is_our_info (level, fields, n_fields))
    return g_log_writer_default (level, fields, n_fields, NULL);

  if (g_log_writer_is_journald (fileno (stderr)) &&
      g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, NULL);
}

/**
 * mcpd_log_init:
 * @verbose: whether g_info() of ours is written, too
 *
 * Sends the log to standard error or, where that is the journal, there. Once,
 * before the first message.
 */
void
mcpd_log_init (gboolean verbose)
{
  g_log_writer_default_set_use_stderr (TRUE);
  if (verbose)
    g_log_set_writer_func (write_verbose, NULL, NULL);
}

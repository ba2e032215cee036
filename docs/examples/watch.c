/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Prints what the tools of all clients are doing.
 *
 *   cc watch.c $(pkg-config --cflags --libs libmcpsession-1) -o watch
 */
#include <mcpsession.h>
#include <stdio.h>

static void
progress (McpDaemon *daemon, McpDaemonSession *session, McpProgress *event, gpointer user_data)
{
  g_autofree char *label = mcp_daemon_session_dup_label (session);
  const char *message = mcp_progress_get_message (event);

  printf ("%s: %s %g %s\n", label, mcp_progress_get_tool (event), mcp_progress_get_progress (event),
          message != NULL ? message : "");
  fflush (stdout);
}

static void
found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpDaemon **daemon = user_data;
  g_autoptr (GError) error = NULL;

  *daemon = mcp_daemon_new_finish (result, &error);
  if (*daemon == NULL)
    g_error ("%s", error->message);
  g_signal_connect (*daemon, "progress", G_CALLBACK (progress), NULL);
  puts ("watching");
  fflush (stdout);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (McpDaemon) daemon = NULL;

  mcp_daemon_new_async (NULL, NULL, found, &daemon);
  g_main_loop_run (loop);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-child.h"
#include "load-connection.h"
#include "load-options.h"
#include "load-poll.h"
#include "load-script.h"

#include <time.h>
#include <unistd.h>

/* How long a server takes from its start to its first answer. */

#define TRY_NS      100000
#define PATIENCE_NS G_GUINT64_CONSTANT (20000000000)

static void
await_listener (const LoadOptions *options, guint64 start_ns)
{
  const struct timespec pause = { .tv_nsec = TRY_NS };
  int fd;

  while ((fd = load_connection_try ((guint16) options->port)) < 0)
    {
      if (load_poll_now () - start_ns > PATIENCE_NS)
        g_error ("%s does not listen on port %d", options->command[0], options->port);
      nanosleep (&pause, NULL);
    }
  close (fd);
}

static void
read_answer (gpointer source, gpointer user_data)
{
  gboolean *is_answered = user_data;

  *is_answered = load_connection_read (source);
}

static void
ask (const LoadOptions *options)
{
  g_autoptr (LoadScript) script = load_script_new (options->requests);
  g_autoptr (LoadConnection) connection = load_connection_new ((guint16) options->port, NULL, NULL);
  gboolean is_answered = FALSE;
  const char *request;
  LoadPoll poll;
  gsize length;

  load_poll_init (&poll);
  load_poll_add (&poll, connection->fd, connection);
  request = load_script_get (script, 0, &length);
  load_connection_send (connection, request, length);
  while (!is_answered)
    load_poll_turn (&poll, read_answer, &is_answered);
  load_poll_clear (&poll);
}

/**
 * load_start_run:
 *
 * Starts the command, asks as soon as it listens, and ends it. Prints a JSON object.
 */
void
load_start_run (const LoadOptions *options)
{
  guint64 start_ns = load_poll_now ();
  LoadChild child;

  load_child_start (&child, options->command, FALSE);
  await_listener (options, start_ns);
  ask (options);
  g_print ("{\"seconds\":%.6f}\n", (double) (load_poll_now () - start_ns) / 1e9);
  load_child_end (&child);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-options.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

/*
 * bench-load MODE: a load generator for servers on 127.0.0.1. It knows HTTP, and nothing of what a
 * request means: requests come from files. One thread, so that it leaves a processor to the server.
 * Each mode prints a JSON object, and fails when something is lost.
 *
 *   requests   requests over some connections, in a closed loop
 *   fan-out    events from some publishers to watchers
 *   hold       watchers that stay until the standard input ends
 *   start      a command, from its start to its first answer
 *   pipe       lines to a command over pipes, in a closed loop
 */

static const struct
{
  const char *name;
  LoadModeFunc run;
} modes[] = {
  { "requests", load_requests_run }, { "fan-out", load_fan_out_run }, { "hold", load_hold_run },
  { "start", load_start_run },       { "pipe", load_pipe_run },
};

static LoadModeFunc
find_mode (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (modes); i++)
    {
      if (strcmp (modes[i].name, name) == 0)
        return modes[i].run;
    }
  return NULL;
}

/* Thousands of watchers are as many descriptors. */
static void
raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

int
main (int argc, char **argv)
{
  LoadOptions options = { .connections = 1, .seconds = 1, .ahead = 24 };
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options.port, "The server's", "N" },
    { "requests", 0, 0, G_OPTION_ARG_FILENAME, &options.requests, "What is sent", "FILE" },
    { "watch", 0, 0, G_OPTION_ARG_FILENAME, &options.watch, "What opens a stream", "FILE" },
    { "pids", 0, 0, G_OPTION_ARG_STRING, &options.pids, "Whose processor time", "A,B" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &options.connections, "That send", "N" },
    { "watchers", 0, 0, G_OPTION_ARG_INT, &options.watchers, "Event streams", "N" },
    { "least", 0, 0, G_OPTION_ARG_INT, &options.least, "Requests or events", "N" },
    { "ahead", 0, 0, G_OPTION_ARG_INT, &options.ahead, "Events before their watchers", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options.seconds, "How long to send", "S" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &options.rate, "Events a second", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("MODE [COMMAND…]");
  g_autoptr (GError) error = NULL;
  LoadModeFunc run;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  run = find_mode (argv[1]);
  if (run == NULL)
    g_error ("There is no such mode");
  options.command = argv + 2;
  raise_limit ();
  run (&options);
  return 0;
}

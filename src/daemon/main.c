/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "common/mcp-dispatch-meter.h"
#include "common/mcp-gettext.h"
#include "common/mcp-names.h"
#include "common/mcp-runtime-directory.h"
#include "daemon/mcpd-application.h"
#include "daemon/mcpd-cgroup.h"
#include "daemon/mcpd-directories.h"
#include "daemon/mcpd-lock.h"
#include "daemon/mcpd-log.h"
#include "upstream/stdio/mcp-orphans.h"

#include <glib/gi18n.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* No --port on the command line. */
#define PORT_UNSET G_MININT

#define KEEPER_NAME "mcp-sessiond-keeper"

/* A holder stops within 5 s; twice that before it counts as stuck. */
#define REPLACE_TIMEOUT_MS 10000

typedef struct
{
  int port;
  gboolean verbose;
  gboolean version;
  gboolean replace;
  char *keeper_path;
} CommandLine;

static gboolean
parse_command_line (CommandLine *line, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &line->port, N_ ("TCP port to listen on, 0 for any free one"),
      N_ ("N") },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &line->replace,
      N_ ("Ask a running daemon to quit, and take its place"), NULL },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &line->verbose, N_ ("Say more in the log"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &line->version, N_ ("Show the version and exit"), NULL },
    { "keeper", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &line->keeper_path, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                _ ("Keeps MCP sessions and tools for this user’s programs."));
  g_option_context_add_main_entries (context, entries, MCP_GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("“%s” is not expected"),
                   argv[1]);
      return FALSE;
    }
  if (line->port != PORT_UNSET && (line->port < 0 || line->port > G_MAXUINT16))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("--port=%d: expected 0 to %d"), line->port, G_MAXUINT16);
      return FALSE;
    }

  return TRUE;
}

/* Whoever started the daemon may have closed them. Without this the lock file or a socket would
 * take such a number, and what is meant for standard error would be written into it. */
static void
open_standard_streams (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

static void
ignore_signal_cb (int signal_number)
{
}

/* With a limit on the size of files, a write beyond it fails as on a full disk, instead of ending
 * the daemon. A handler, since children would inherit a signal that is ignored. */
static void
survive_file_size_limit (void)
{
  struct sigaction action = { .sa_handler = ignore_signal_cb, .sa_flags = SA_RESTART };

  sigemptyset (&action.sa_mask);
  sigaction (SIGXFSZ, &action, NULL);
}

/* The daemon holds many connections; children get the old limit back. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) < 0)
    g_message (_ ("The limit of open files cannot be raised"));
}

/* Left to itself, glibc keeps what the largest crowd so far needed: large blocks stay on the heap
 * once some were freed, and each thread may have an arena of its own. With fixed bounds they go
 * back to the kernel (mallopt(3); the sizes are those that it begins with). */
static void
bound_kept_memory (void)
{
#ifdef __GLIBC__
  mallopt (M_ARENA_MAX, 2);
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  mallopt (M_TRIM_THRESHOLD, 128 * 1024);
  /* Small blocks that are freed one by one are merged one by one. Otherwise glibc merges them all
   * at once, at a later malloc() of whichever thread comes first: after a D-Bus message of 200,000
   * keys that was refused, the main thread did so for 20 ms. */
  mallopt (M_MXFAST, 0);
#endif
}

/* The keeper lies beside this program, wherever that was installed to. */
static char *
find_keeper (void)
{
  g_autofree char *self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self_path != NULL ? g_path_get_dirname (self_path) : NULL;
  g_autofree char *path =
      directory != NULL ? g_build_filename (directory, KEEPER_NAME, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&path);
  return g_build_filename (MCP_LIBEXECDIR, KEEPER_NAME, NULL);
}

/* NULL without an error: another daemon runs, and is left alone. */
static McpdLock *
take_lock (const char *runtime_dir, gboolean replace, GError **error)
{
  g_autofree char *path = g_build_filename (runtime_dir, MCPD_LOCK_FILE, NULL);
  g_autoptr (GError) local_error = NULL;
  pid_t holder;
  McpdLock *lock;

  if (replace)
    return mcpd_lock_replace (path, REPLACE_TIMEOUT_MS, error);

  lock = mcpd_lock_try (path, &holder, &local_error);
  if (lock == NULL && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BUSY))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (lock == NULL)
    g_print (_ ("mcp-sessiond is already running as process %d (lock: %s)\n"), (int) holder, path);
  return lock;
}

/* A daemon that was killed holds its locks until the kernel has taken it apart. */
#define LOCK_TRIES    20
#define LOCK_RETRY_MS 25

static McpdLock *
try_state_lock (const char *path, pid_t *holder, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      McpdLock *lock = mcpd_lock_try (path, holder, &local_error);

      if (lock != NULL)
        return lock;
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BUSY) || i == LOCK_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_usleep (LOCK_RETRY_MS * 1000);
    }
}

static void
tell_holder (pid_t holder, const char *path)
{
  g_autofree char *directory = mcp_runtime_directory_dup_of_daemon (g_get_user_state_dir (), NULL);

  g_print (_ ("mcp-sessiond is already running as process %d (lock: %s)\n"), (int) holder, path);
  if (directory != NULL)
    g_print (_ ("Its socket and discovery file are in %s\n"), directory);
}

/* A second daemon on the same sessions, which something that lacks XDG_RUNTIME_DIR would start,
 * would have neither the sessions nor the port. FALSE without an error: another daemon runs, and is
 * left alone. Where there can be no lock, the daemon goes on without one. */
static gboolean
take_state_lock (const char *runtime_dir, gboolean replace, McpdLock **lock, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *directory =
      mcpd_directories_prepare_state (g_get_user_state_dir (), &local_error);
  g_autofree char *path =
      directory != NULL ? g_build_filename (directory, MCP_LOCK_FILE, NULL) : NULL;
  g_autofree char *socket_path = g_build_filename (runtime_dir, MCP_SOCKET_FILE, NULL);
  pid_t holder = 0;

  *lock = NULL;
  if (path != NULL && replace)
    *lock = mcpd_lock_replace (path, REPLACE_TIMEOUT_MS, &local_error);
  else if (path != NULL)
    *lock = try_state_lock (path, &holder, &local_error);

  if (*lock != NULL)
    {
      g_autofree char *log_path = g_build_filename (directory, MCPD_LOG_FILE, NULL);

      mcpd_log_use_file (log_path);
    }
  if (*lock != NULL)
    return mcpd_lock_set_socket (*lock, socket_path, error);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      tell_holder (holder, path);
      return FALSE;
    }
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_debug ("No lock in the state directory: %s", local_error->message);
  return TRUE;
}

/* The end is part of it: GET /metrics is gone by then. */
static void
log_longest_turn (McpDispatchMeter *meter)
{
  g_info ("The longest turn of the main context took %.1f ms",
          1000 * mcp_dispatch_meter_get_longest (meter));
}

static int
run (const CommandLine *line, const char *runtime_dir, GError **error)
{
  g_auto (McpdActivation) activation = { 0 };
  g_autofree char *cgroup = mcpd_cgroup_enter ();
  g_autofree char *config_dir = g_build_filename (g_get_user_config_dir (), MCP_DIRECTORY, NULL);
  g_autofree char *keeper_path =
      line->keeper_path != NULL ? g_strdup (line->keeper_path) : find_keeper ();
  McpdOptions options = {
    .port = line->port != PORT_UNSET ? line->port : -1,
    .runtime_dir = runtime_dir,
    .state_home = g_get_user_state_dir (),
    .cache_home = g_get_user_cache_dir (),
    .config_dir = config_dir,
    .activation = &activation,
    .keeper_path = keeper_path,
    .cgroup = cgroup,
  };
  g_autoptr (McpDispatchMeter) meter = mcp_dispatch_meter_new (g_main_context_default ());
  g_autoptr (McpdApplication) application = NULL;

  mcpd_activation_take (&activation, MCPD_ACTIVATION_FIRST_FD);
  application = mcpd_application_new (&options);
  if (!mcpd_application_start (application, error) ||
      !mcpd_application_join_bus (application, error))
    return EXIT_FAILURE;
  mcpd_application_run (application);
  log_longest_turn (meter);
  return EXIT_SUCCESS;
}

static int
lock_and_run (const CommandLine *line, GError **error)
{
  g_autofree char *base = mcp_runtime_directory_dup_base ();
  g_autofree char *runtime_dir = NULL;
  g_autoptr (McpdLock) lock = NULL;
  g_autoptr (McpdLock) state_lock = NULL;
  g_autoptr (GError) local_error = NULL;
  int status;

  if (g_getenv ("XDG_RUNTIME_DIR") == NULL)
    g_message (_ ("XDG_RUNTIME_DIR is not set; %s is used instead"), base);
  runtime_dir = mcpd_directories_prepare_runtime (base, error);
  if (runtime_dir == NULL)
    return EXIT_FAILURE;

  lock = take_lock (runtime_dir, line->replace, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return EXIT_FAILURE;
    }
  if (lock == NULL)
    return EXIT_SUCCESS;
  if (!take_state_lock (runtime_dir, line->replace, &state_lock, &local_error))
    {
      if (local_error == NULL)
        return EXIT_SUCCESS;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return EXIT_FAILURE;
    }

  raise_file_limit ();
  status = run (line, runtime_dir, error);
  mcp_orphans_end_now ();
  return status;
}

int
main (int argc, char **argv)
{
  CommandLine line = { .port = PORT_UNSET };
  g_autoptr (GError) error = NULL;
  int status;

  open_standard_streams ();
  mcp_gettext_init ();
  survive_file_size_limit ();
  if (!mcp_orphans_adopt ())
    g_message (_ ("Processes that outlive their keeper cannot be adopted"));
  bound_kept_memory ();

  if (!parse_command_line (&line, argc, argv, &error))
    {
      g_printerr ("%s\n", error->message);
      g_free (line.keeper_path);
      return EXIT_FAILURE;
    }
  if (line.version)
    {
      g_print ("mcp-sessiond %s\n", MCP_VERSION);
      g_free (line.keeper_path);
      return EXIT_SUCCESS;
    }

  mcpd_log_init (line.verbose);
  status = lock_and_run (&line, &error);
  if (error != NULL)
    g_printerr ("mcp-sessiond: %s\n", error->message);

  g_free (line.keeper_path);
  return status;
}

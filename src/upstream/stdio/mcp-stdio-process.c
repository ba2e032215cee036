/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One run of a stdio server below its keeper: the pipes, and its end. Dropping
 * the object ends the process as well: the keeper sees the control pipe end.
 */
#include "upstream/stdio/mcp-stdio-process.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "upstream/stdio/mcp-cgroup.h"
#include "upstream/stdio/mcp-message-reader.h"
#include "upstream/stdio/mcp-message-writer.h"
#include "upstream/stdio/mcp-orphans.h"
#include "upstream/stdio/mcp-stderr-log.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_QUEUED_BYTES   ((gsize) MCP_STDIO_PROCESS_MAX_QUEUED_MIB * 1024 * 1024)
/* What a keeper takes to kill a tree, beside its grace. */
#define KEEPER_EXTRA_MS    3000
/* Where the keeper finds its pipe. */
#define KEEPER_CONTROL_FD  3
/* The daemon raises its own soft limit; programs that use select() need the usual one: select(2).
 */
#define USUAL_SOFT_NOFILE  1024
/* What a shell and the keeper add to a signal's number. */
#define STATUS_SIGNAL_BASE 128

struct _McpStdioProcess
{
  GObject parent_instance;

  char *server;
  guint stop_grace_ms;
  McpStdioProcessFuncs funcs;
  gpointer user_data;

  McpCgroup *cgroup;        /* (owned) (nullable) */
  GSubprocess *keeper;      /* (owned) */
  int pid;                  /* the keeper's */
  int control_fd;           /* -1: closed; its end makes the keeper kill */
  McpMessageWriter *writer; /* (owned) (nullable): none when stopping */
  McpMessageReader *reader; /* (owned) */
  McpStderrLog *stderr_log; /* (owned) */
  GCancellable *wait_cancellable;
  guint kill_grace_ms;
  GSource *stop_timer; /* (owned) (nullable): to the next step of the end */
  char *how;           /* (nullable): it ended so; set when the keeper has */
  char *broken;        /* (nullable): why we killed it */
  gboolean has_ended_output;
  gboolean has_spoken;
};

G_DEFINE_FINAL_TYPE (McpStdioProcess, mcp_stdio_process, G_TYPE_OBJECT)

static void
report_end (McpStdioProcess *self)
{
  g_autoptr (McpStdioProcess) held = g_object_ref (self);

  if (self->how == NULL || !self->has_ended_output)
    return;
  mcp_timer_clear (&self->stop_timer);
  self->funcs.exited (self->broken != NULL ? self->broken : self->how, self->user_data);
}

static void
spoke_cb (gpointer user_data)
{
  McpStdioProcess *self = user_data;

  if (self->has_spoken)
    return;
  self->has_spoken = TRUE;
  self->funcs.spoke (self->user_data);
}

static void
line_cb (const char *text, gpointer user_data)
{
  McpStdioProcess *self = user_data;

  self->funcs.line (text, self->user_data);
}

static const McpStderrLogFuncs stderr_funcs = { spoke_cb, line_cb };

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  McpStdioProcess *self = user_data;

  spoke_cb (self);
  self->funcs.message (message, self->user_data);
}

static void
malformed_cb (const char *id, const GError *error, gpointer user_data)
{
  McpStdioProcess *self = user_data;

  spoke_cb (self);
  self->funcs.malformed (id, error, self->user_data);
}

static void
output_ended_cb (const GError *error, gpointer user_data)
{
  McpStdioProcess *self = user_data;

  self->has_ended_output = TRUE;
  if (error != NULL && self->broken == NULL)
    {
      self->broken = g_strdup_printf ("was ended: %s", error->message);
      mcp_stdio_process_kill (self);
    }
  else
    /* Nothing can be heard of it any more; mostly it has just exited. */
    mcp_stdio_process_stop (self);
  report_end (self);
}

static char *
describe_status (int status)
{
  if (status > STATUS_SIGNAL_BASE)
    return g_strdup_printf ("was ended by signal %d (%s)", status - STATUS_SIGNAL_BASE,
                            g_strsignal (status - STATUS_SIGNAL_BASE));
  return g_strdup_printf ("exited with status %d", status);
}

static void
keeper_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GSubprocess *keeper = G_SUBPROCESS (source);
  McpStdioProcess *self = user_data;

  /* Cancelled: the object has gone. */
  if (!g_subprocess_wait_finish (keeper, result, NULL))
    return;

  mcp_orphans_forget (self->pid);
  if (g_subprocess_get_if_exited (keeper))
    self->how = describe_status (g_subprocess_get_exit_status (keeper));
  else
    {
      self->how = g_strdup ("lost its keeper");
      if (self->cgroup != NULL)
        mcp_cgroup_kill (self->cgroup);
      mcp_orphans_end_soon ();
    }

  mcp_stderr_log_drain (self->stderr_log);
  if (self->has_ended_output)
    report_end (self);
  else
    mcp_message_reader_finish (self->reader);
}

static gboolean
stop_timer_cb (gpointer data)
{
  mcp_stdio_process_kill (data);
  return G_SOURCE_REMOVE;
}

static void
keeper_left_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GSubprocess *keeper = G_SUBPROCESS (source);

  if (!g_subprocess_wait_finish (keeper, result, NULL))
    return;
  mcp_orphans_forget (GPOINTER_TO_INT (user_data));
  if (!g_subprocess_get_if_exited (keeper))
    mcp_orphans_end_soon ();
}

/* The keeper ends the server by itself; it is waited for, so that it does not stay as a zombie. */
static void
leave_to_keeper (McpStdioProcess *self)
{
  g_subprocess_send_signal (self->keeper, SIGCONT);
  g_subprocess_wait_async (self->keeper, NULL, keeper_left_cb, GINT_TO_POINTER (self->pid));
}

static void
mcp_stdio_process_dispose (GObject *object)
{
  McpStdioProcess *self = MCP_STDIO_PROCESS (object);

  mcp_timer_clear (&self->stop_timer);
  g_cancellable_cancel (self->wait_cancellable);
  if (self->reader != NULL)
    mcp_message_reader_close (self->reader);
  g_clear_object (&self->reader);
  g_clear_pointer (&self->writer, mcp_message_writer_free);
  g_clear_pointer (&self->stderr_log, mcp_stderr_log_free);
  if (self->control_fd >= 0)
    close (self->control_fd);
  self->control_fd = -1;
  if (self->keeper != NULL && self->how == NULL)
    leave_to_keeper (self);
  g_clear_pointer (&self->cgroup, mcp_cgroup_free);
  g_clear_object (&self->keeper);

  G_OBJECT_CLASS (mcp_stdio_process_parent_class)->dispose (object);
}

static void
mcp_stdio_process_finalize (GObject *object)
{
  McpStdioProcess *self = MCP_STDIO_PROCESS (object);

  g_free (self->server);
  g_free (self->how);
  g_free (self->broken);
  g_object_unref (self->wait_cancellable);

  G_OBJECT_CLASS (mcp_stdio_process_parent_class)->finalize (object);
}

static void
mcp_stdio_process_class_init (McpStdioProcessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_stdio_process_dispose;
  object_class->finalize = mcp_stdio_process_finalize;
}

static void
mcp_stdio_process_init (McpStdioProcess *self)
{
  self->control_fd = -1;
  self->wait_cancellable = g_cancellable_new ();
}

static char *
build_nofile_option (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return NULL;
  return g_strdup_printf ("--nofile=%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                          MIN ((guint64) limit.rlim_cur, USUAL_SOFT_NOFILE),
                          (guint64) limit.rlim_max);
}

static GPtrArray *
build_keeper_argv (const McpStdioProcessOptions *options, McpCgroup *cgroup)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  char *nofile = build_nofile_option ();

  g_ptr_array_add (argv, g_strdup (options->keeper_path));
  g_ptr_array_add (argv, g_strdup_printf ("--control-fd=%d", KEEPER_CONTROL_FD));
  g_ptr_array_add (argv, g_strdup_printf ("--grace-ms=%u", options->kill_grace_ms));
  if (nofile != NULL)
    g_ptr_array_add (argv, nofile);
  if (cgroup != NULL)
    g_ptr_array_add (argv, g_strconcat ("--cgroup=", mcp_cgroup_get_path (cgroup), NULL));
  g_ptr_array_add (argv, g_strdup ("--"));
  for (gsize i = 0; options->argv[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (options->argv[i]));
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* The four pipes, as our ends and the keeper's. */
typedef struct
{
  int control[2];
  int input[2];
  int output[2];
  int errors[2];
} Pipes;

static void
close_our_ends (const Pipes *pipes)
{
  close (pipes->control[1]);
  close (pipes->input[1]);
  close (pipes->output[0]);
  close (pipes->errors[0]);
}

static void
close_opened (const Pipes *pipes)
{
  const int *fds = (const int *) pipes;

  for (gsize i = 0; i < sizeof *pipes / sizeof (int); i++)
    {
      if (fds[i] >= 0)
        close (fds[i]);
    }
}

static gboolean
open_pipes (Pipes *pipes, GError **error)
{
  memset (pipes, -1, sizeof *pipes);
  if (g_unix_open_pipe (pipes->control, FD_CLOEXEC, error) &&
      g_unix_open_pipe (pipes->input, FD_CLOEXEC, error) &&
      g_unix_open_pipe (pipes->output, FD_CLOEXEC, error) &&
      g_unix_open_pipe (pipes->errors, FD_CLOEXEC, error))
    return TRUE;

  close_opened (pipes);
  return FALSE;
}

/* Takes the keeper's ends of the pipes, whether it succeeds or not. */
static GSubprocess *
spawn (const McpStdioProcessOptions *options, McpCgroup *cgroup, const Pipes *pipes, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GPtrArray) argv = build_keeper_argv (options, cgroup);

  g_subprocess_launcher_take_fd (launcher, pipes->control[0], KEEPER_CONTROL_FD);
  g_subprocess_launcher_take_stdin_fd (launcher, pipes->input[0]);
  g_subprocess_launcher_take_stdout_fd (launcher, pipes->output[1]);
  g_subprocess_launcher_take_stderr_fd (launcher, pipes->errors[1]);
  g_subprocess_launcher_set_cwd (launcher, options->cwd);
  g_subprocess_launcher_set_environ (launcher, (char **) options->environment);

  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);
}

static int
get_pid_of (GSubprocess *keeper)
{
  const char *identifier = keeper != NULL ? g_subprocess_get_identifier (keeper) : NULL;

  return identifier != NULL ? (int) g_ascii_strtoll (identifier, NULL, 10) : 0;
}

/**
 * mcp_stdio_process_new:
 * @options: what to run; borrowed
 * @funcs: called from the thread-default main context of now, never before this returns
 * @user_data: for @funcs
 * @error: return location
 *
 * Starts a server below its keeper. That the command itself could not be run is
 * known only when @funcs' `exited` is called.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: (transfer full) (nullable): the running process
 */
McpStdioProcess *
mcp_stdio_process_new (const McpStdioProcessOptions *options,
                       const McpStdioProcessFuncs *funcs,
                       gpointer user_data,
                       GError **error)
{
  static const McpMessageReaderFuncs reader_funcs = { message_cb, malformed_cb, output_ended_cb };
  g_autoptr (McpStdioProcess) self = NULL;
  g_autoptr (GSubprocess) keeper = NULL;
  g_autoptr (GError) local_error = NULL;
  McpCgroup *cgroup = options->cgroup != NULL ? mcp_cgroup_new (options->cgroup) : NULL;
  Pipes pipes;

  if (open_pipes (&pipes, &local_error))
    {
      mcp_orphans_begin_spawn ();
      keeper = spawn (options, cgroup, &pipes, &local_error);
      mcp_orphans_end_spawn (get_pid_of (keeper));
      if (keeper == NULL)
        close_our_ends (&pipes);
    }
  if (keeper == NULL)
    {
      g_clear_pointer (&cgroup, mcp_cgroup_free);
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "Server “%s” could not be started: %s", options->server, local_error->message);
      return NULL;
    }

  self = g_object_new (MCP_TYPE_STDIO_PROCESS, NULL);
  self->cgroup = cgroup;
  self->server = g_strdup (options->server);
  self->stop_grace_ms = options->stop_grace_ms;
  self->kill_grace_ms = options->kill_grace_ms;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->keeper = g_steal_pointer (&keeper);
  self->pid = get_pid_of (self->keeper);
  self->control_fd = pipes.control[1];
  self->writer = mcp_message_writer_new (pipes.input[1], MAX_QUEUED_BYTES);
  self->reader =
      mcp_message_reader_new (pipes.output[0], options->max_message_bytes, &reader_funcs, self);
  self->stderr_log = mcp_stderr_log_new (options->server, pipes.errors[0],
                                         options->max_log_lines_per_second, &stderr_funcs, self);
  g_subprocess_wait_async (self->keeper, self->wait_cancellable, keeper_ended_cb, self);
  return g_steal_pointer (&self);
}

/**
 * mcp_stdio_process_get_pid:
 * @self: a process
 *
 * Returns: the keeper's process number: the root of the server's process tree
 */
int
mcp_stdio_process_get_pid (McpStdioProcess *self)
{
  return self->pid;
}

/**
 * mcp_stdio_process_send:
 * @self: a process
 * @message: a JSON text without a line end in it
 *
 * Queues a message. It is dropped where the process is being ended or has closed its input:
 * the function for its end is called soon.
 *
 * Returns: %FALSE when %MCP_STDIO_PROCESS_MAX_QUEUED_MIB wait for a server that does not read
 */
gboolean
mcp_stdio_process_send (McpStdioProcess *self, GBytes *message)
{
  return self->writer == NULL || mcp_message_writer_send (self->writer, message);
}

/**
 * mcp_stdio_process_stop:
 * @self: a process
 *
 * Ends it as MCP asks for (basic/lifecycle, Shutdown, stdio): first its input, after
 * the grace mcp_stdio_process_kill().
 */
void
mcp_stdio_process_stop (McpStdioProcess *self)
{
  g_clear_pointer (&self->writer, mcp_message_writer_free);
  if (self->stop_timer != NULL || self->control_fd < 0)
    return;

  self->stop_timer =
      mcp_timer_new_ms ("server-stop-grace", self->stop_grace_ms, stop_timer_cb, self);
}

static gboolean
force_timer_cb (gpointer data)
{
  McpStdioProcess *self = data;

  g_info ("server %s: its keeper does not end it, and is ended", self->server);
  g_subprocess_force_exit (self->keeper);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_stdio_process_kill:
 * @self: a process
 *
 * Has the keeper end all of it: SIGTERM, after its grace SIGKILL. A keeper that was stopped goes
 * on; one that does not end it is killed, and what it leaves comes to the daemon.
 */
void
mcp_stdio_process_kill (McpStdioProcess *self)
{
  mcp_timer_clear (&self->stop_timer);
  g_clear_pointer (&self->writer, mcp_message_writer_free);
  if (self->control_fd >= 0)
    close (self->control_fd);
  self->control_fd = -1;
  if (self->how != NULL)
    return;
  g_subprocess_send_signal (self->keeper, SIGCONT);
  self->stop_timer = mcp_timer_new_ms ("server-kill-grace", self->kill_grace_ms + KEEPER_EXTRA_MS,
                                       force_timer_cb, self);
}

/**
 * mcp_stdio_process_dup_reason:
 * @self: a process
 *
 * See mcp_stderr_log_dup_reason().
 *
 * Returns: (transfer full) (nullable): what it said on standard error that may explain its end
 */
char *
mcp_stdio_process_dup_reason (McpStdioProcess *self)
{
  mcp_stderr_log_drain (self->stderr_log);
  return mcp_stderr_log_dup_reason (self->stderr_log);
}

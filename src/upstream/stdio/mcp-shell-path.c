/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-shell-path.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "upstream/stdio/mcp-orphans.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS     5000
/* What start-up files print counts, too. */
#define MAX_BYTES      65536
#define OUTPUT_PREFIX  "__mcp_sessiond_path__"
#define COMMAND        "printf '\n" OUTPUT_PREFIX "%s\n' \"$PATH\""
#define FALLBACK_SHELL "/bin/sh"

typedef struct
{
  GSubprocess *shell; /* (owned) */
  int pid;
  GSource *timer;            /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned): of the reading */
  GString *output;
} Question;

static void read_more (GTask *task);

static void
question_free (gpointer data)
{
  Question *question = data;

  mcp_timer_clear (&question->timer);
  g_clear_object (&question->shell);
  g_object_unref (question->cancellable);
  g_string_free (question->output, TRUE);
  g_free (question);
}

/* Absolute entries only: the others mean whatever directory a server starts in. */
static char *
find_path (const char *output)
{
  const char *at = strstr (output, OUTPUT_PREFIX);
  g_autofree char *line = NULL;
  g_auto (GStrv) entries = NULL;
  g_autoptr (GString) path = g_string_new (NULL);

  if (at == NULL || strchr (at, '\n') == NULL)
    return NULL;
  at += strlen (OUTPUT_PREFIX);
  line = g_strndup (at, strcspn (at, "\r\n"));
  entries = g_strsplit (line, ":", -1);
  for (gsize i = 0; entries[i] != NULL; i++)
    if (g_path_is_absolute (entries[i]))
      g_string_append_printf (path, "%s%s", path->len > 0 ? ":" : "", entries[i]);
  return path->len > 0 ? g_string_free (g_steal_pointer (&path), FALSE) : NULL;
}

static void
shell_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  mcp_orphans_forget (GPOINTER_TO_INT (user_data));
  mcp_orphans_end_soon ();
}

/* The shell, and what its start-up files began in its group, is not needed any more. */
static void
end_shell (Question *question)
{
  if (question->shell == NULL)
    return;
  if (question->pid > 1)
    kill (-question->pid, SIGKILL);
  g_subprocess_force_exit (question->shell);
  g_subprocess_wait_async (question->shell, NULL, shell_ended_cb, GINT_TO_POINTER (question->pid));
  g_clear_object (&question->shell);
}

static void
finish (GTask *task)
{
  Question *question = g_task_get_task_data (task);
  char *path = find_path (question->output->str);

  mcp_timer_clear (&question->timer);
  end_shell (question);
  if (path != NULL)
    g_task_return_pointer (task, path, g_free);
  else
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                             "The login shell does not say what its PATH is");
}

static gboolean
timer_cb (gpointer data)
{
  GTask *task = data;
  Question *question = g_task_get_task_data (task);

  /* The reading ends then, and with it the task. */
  g_cancellable_cancel (question->cancellable);
  return G_SOURCE_REMOVE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  g_autofree char *path = NULL;

  if (length > 0)
    g_string_append_len (question->output, g_bytes_get_data (bytes, NULL), (gssize) length);
  path = find_path (question->output->str);
  if (length == 0 || path != NULL || question->output->len > MAX_BYTES)
    finish (task);
  else
    read_more (g_steal_pointer (&task));
}

/* @task: (transfer full) */
static void
read_more (GTask *task)
{
  Question *question = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (question->shell), 4096,
                                   G_PRIORITY_DEFAULT, question->cancellable, read_cb, task);
}

static void
child_setup (gpointer user_data)
{
  setpgid (0, 0);
}

static GSubprocess *
spawn_shell (int *pid, GError **error)
{
  const char *shell = g_getenv ("SHELL");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  const char *argv[] = { shell != NULL && g_path_is_absolute (shell) ? shell : FALLBACK_SHELL,
                         "-ilc", COMMAND, NULL };
  GSubprocess *process;
  const char *identifier;

  g_subprocess_launcher_set_child_setup (launcher, child_setup, NULL, NULL);
  g_subprocess_launcher_set_cwd (launcher, g_get_home_dir ());
  g_subprocess_launcher_setenv (launcher, MCP_SHELL_PATH_MARKER, "1", TRUE);
  mcp_orphans_begin_spawn ();
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  /* There is none when it has ended already. */
  identifier = process != NULL ? g_subprocess_get_identifier (process) : NULL;
  *pid = identifier != NULL ? (int) g_ascii_strtoll (identifier, NULL, 10) : 0;
  mcp_orphans_end_spawn (*pid);
  return process;
}

/**
 * mcp_shell_path_ask_async:
 * @cancellable: (nullable): gives up; the shell is ended. Is cancelled after 5 seconds
 * @callback: called when the shell has said its PATH, or not within 5 seconds
 * @user_data: for @callback
 *
 * Starts `$SHELL -ilc` without input, and ends it with its process group. Main context only.
 */
void
mcp_shell_path_ask_async (GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, mcp_shell_path_ask_async);
  question->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  question->output = g_string_new (NULL);
  question->shell = spawn_shell (&question->pid, &error);
  g_task_set_task_data (task, question, question_free);
  if (question->shell == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  question->timer = mcp_timer_new_ms ("shell-path", TIMEOUT_MS, timer_cb, task);
  read_more (g_steal_pointer (&task));
}

/**
 * mcp_shell_path_ask_finish:
 * @result: as given to the callback
 * @error: return location
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED, %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): absolute directories, with colons in between
 */
char *
mcp_shell_path_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

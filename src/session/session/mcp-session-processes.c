/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session-processes.h"

#include "common/mcp-json.h"
#include "common/mcp-timer.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Nobody needs more; a session that so many processes used ends by its idle time. */
#define MAX_PROCESSES 32

/* Of fields of /proc/PID/stat after the name, which ends in “)”: proc(5), starttime is the 22nd. */
#define START_TIME_FIELD (22 - 3)

typedef struct
{
  McpSessionProcesses *owner; /* (unowned) */
  pid_t pid;
  guint64 start_time; /* clock ticks since the boot */
  guint n_requests;
  int pidfd;       /* -1: has ended */
  GSource *source; /* (owned) (nullable): the process's end */
} Process;

struct _McpSessionProcesses
{
  GPtrArray *processes; /* (owned) (element-type Process) */
  gboolean is_bound;    /* one of them has come back, or holds a stream */
  gboolean is_unsure;   /* somebody used the session whose process is not known */
  gint64 last_end_at;   /* us since 1970 UTC */
};

static void
process_free (gpointer data)
{
  Process *process = data;

  mcp_timer_clear (&process->source);
  if (process->pidfd >= 0)
    close (process->pidfd);
  g_free (process);
}

/**
 * mcp_session_processes_new:
 *
 * Returns: (transfer full): no process
 */
McpSessionProcesses *
mcp_session_processes_new (void)
{
  McpSessionProcesses *self = g_new0 (McpSessionProcesses, 1);

  self->processes = g_ptr_array_new_with_free_func (process_free);
  return self;
}

/**
 * mcp_session_processes_free:
 * @self: (transfer full): the processes of a session
 */
void
mcp_session_processes_free (McpSessionProcesses *self)
{
  g_ptr_array_unref (self->processes);
  g_free (self);
}

/* Returns: 0 where there is no such process */
static guint64
read_start_time (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  rest = strrchr (text, ')');
  fields = g_strsplit (rest != NULL ? rest + 1 : "", " ", -1);
  /* the field before the first space is empty */
  return g_strv_length (fields) > START_TIME_FIELD + 1
             ? g_ascii_strtoull (fields[START_TIME_FIELD + 1], NULL, 10)
             : 0;
}

static gboolean
ended_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Process *process = user_data;

  process->owner->last_end_at = g_get_real_time ();
  mcp_timer_clear (&process->source);
  close (process->pidfd);
  process->pidfd = -1;
  return G_SOURCE_REMOVE;
}

static Process *
find (McpSessionProcesses *self, pid_t pid)
{
  for (guint i = 0; i < self->processes->len; i++)
    {
      Process *process = self->processes->pdata[i];

      if (process->pid == pid && process->pidfd >= 0)
        return process;
    }
  return NULL;
}

/* @start_time: 0: whatever it is. Returns: (nullable): %NULL where there is no such process */
static Process *
watch (McpSessionProcesses *self, pid_t pid, guint64 start_time)
{
  int pidfd = pidfd_open (pid, 0);
  guint64 now_start_time;
  Process *process;

  if (pidfd < 0)
    return NULL;
  /* Read while the descriptor is held: it is the time of that very process. */
  now_start_time = read_start_time (pid);
  if (now_start_time == 0 || (start_time != 0 && now_start_time != start_time))
    {
      close (pidfd);
      return NULL;
    }

  process = g_new0 (Process, 1);
  process->owner = self;
  process->pid = pid;
  process->start_time = now_start_time;
  process->pidfd = pidfd;
  process->source = g_unix_fd_source_new (pidfd, G_IO_IN);
  mcp_timer_attach (process->source, "client-process", G_SOURCE_FUNC (ended_cb), process);
  g_ptr_array_add (self->processes, process);
  return process;
}

/* Those that have ended make room for others. */
static gboolean
has_room (McpSessionProcesses *self)
{
  for (guint i = 0; i < self->processes->len && self->processes->len >= MAX_PROCESSES; i++)
    if (((Process *) self->processes->pdata[i])->pidfd < 0)
      g_ptr_array_remove_index (self->processes, i--);
  return self->processes->len < MAX_PROCESSES;
}

/**
 * mcp_session_processes_note:
 * @self: the processes of a session
 * @pid: the process that uses the session now; 0: not known
 * @has_stream: whether it holds a stream open
 *
 * A process that makes one request and ends, as curl does in a script, says nothing about how long
 * the session is needed; one that comes back, or stays, does.
 */
void
mcp_session_processes_note (McpSessionProcesses *self, pid_t pid, gboolean has_stream)
{
  Process *process = pid > 0 ? find (self, pid) : NULL;

  if (process == NULL && pid > 0 && has_room (self))
    process = watch (self, pid, 0);
  if (process == NULL)
    {
      self->is_unsure = TRUE;
      return;
    }
  process->n_requests++;
  if (has_stream || process->n_requests > 1)
    self->is_bound = TRUE;
}

/**
 * mcp_session_processes_has:
 * @self: the processes of a session
 * @pid: a process that runs
 *
 * Returns: whether that process has used the session
 */
gboolean
mcp_session_processes_has (McpSessionProcesses *self, pid_t pid)
{
  return find (self, pid) != NULL;
}

/**
 * mcp_session_processes_have_ended:
 * @self: the processes of a session
 * @ended_at: (out): when the last one ended, in microseconds since 1970 UTC
 *
 * Returns: whether all who used the session are known, and have ended
 */
gboolean
mcp_session_processes_have_ended (McpSessionProcesses *self, gint64 *ended_at)
{
  *ended_at = self->last_end_at;
  if (!self->is_bound || self->is_unsure)
    return FALSE;
  for (guint i = 0; i < self->processes->len; i++)
    if (((Process *) self->processes->pdata[i])->pidfd >= 0)
      return FALSE;
  return TRUE;
}

/**
 * mcp_session_processes_to_json:
 * @self: the processes of a session
 *
 * Returns: (transfer full) (nullable): those that run, for mcp_session_processes_restore(); %NULL
 *   where the session does not depend on them
 */
char *
mcp_session_processes_to_json (McpSessionProcesses *self)
{
  GString *json;

  if (!self->is_bound || self->is_unsure)
    return NULL;
  json = g_string_new ("[");
  for (guint i = 0; i < self->processes->len; i++)
    {
      const Process *process = self->processes->pdata[i];

      if (process->pidfd >= 0)
        g_string_append_printf (json, "%s[%d,%" G_GUINT64_FORMAT "]", json->len > 1 ? "," : "",
                                (int) process->pid, process->start_time);
    }
  g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

static gboolean
restore_one (McpSessionProcesses *self, McpJsonSlice pair)
{
  McpJsonIter iter;
  McpJsonSlice value;
  gint64 pid, start_time;

  if (mcp_json_get_type (pair) != MCP_JSON_ARRAY)
    return FALSE;
  mcp_json_iter_init (&iter, pair);
  if (!mcp_json_iter_next_element (&iter, &value) || !mcp_json_get_int64 (value, &pid) ||
      !mcp_json_iter_next_element (&iter, &value) || !mcp_json_get_int64 (value, &start_time) ||
      pid <= 0 || pid > G_MAXINT || start_time <= 0)
    return FALSE;
  watch (self, (pid_t) pid, (guint64) start_time);
  return TRUE;
}

/**
 * mcp_session_processes_restore:
 * @self: no process
 * @json: what mcp_session_processes_to_json() gave in the same boot of the machine
 *
 * Goes on with the processes that are still there; the others end now.
 *
 * Returns: %FALSE where @json makes no sense; then nothing depends on processes
 */
gboolean
mcp_session_processes_restore (McpSessionProcesses *self, const char *json)
{
  McpJsonSlice root, pair;
  McpJsonIter iter;

  if (!mcp_json_scan (json, strlen (json), 2, 3 * MAX_PROCESSES + 1, MCP_JSON_SCAN_DEFAULT, &root,
                      NULL) ||
      mcp_json_get_type (root) != MCP_JSON_ARRAY)
    return FALSE;
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &pair))
    if (!restore_one (self, pair))
      return FALSE;
  self->is_bound = TRUE;
  self->last_end_at = g_get_real_time ();
  return TRUE;
}

/**
 * mcp_session_processes_dup_boot_id:
 *
 * Returns: (transfer full): names this boot of the machine: numbers and start times of processes
 *   mean nothing in another; "" where the kernel does not tell
 */
char *
mcp_session_processes_dup_boot_id (void)
{
  char *text = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return g_strdup ("");
  return g_strstrip (text);
}

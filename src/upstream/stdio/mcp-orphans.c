/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-orphans.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each round ends all that was there; what forks faster is stopped first. */
#define MAX_ROUNDS   400
#define ROUND_US     (10 * 1000)
/* Without an orphan in so many rounds, none is on its way. */
#define QUIET_ROUNDS 10

/* At the daemon's end, when all keepers that were killed have gone: half a second at most. */
#define MAX_LAST_ROUNDS   50
#define QUIET_LAST_ROUNDS 2

static GMutex lock; /* held while a keeper is forked, and while orphans are looked for */
static GHashTable *keepers;
static gboolean is_adopting;
static gboolean is_ending;
static gboolean is_wanted_again; /* a keeper was killed while the orphans of another were ended */

typedef struct
{
  int pid;
  int parent;
} Entry;

/**
 * mcp_orphans_adopt:
 *
 * Makes this process the parent of what its keepers leave behind. To be called once, by the daemon,
 * before it starts a keeper; nothing is ended in a process that did not call it.
 *
 * Returns: whether the kernel agrees
 */
gboolean
mcp_orphans_adopt (void)
{
  is_adopting = prctl (PR_SET_CHILD_SUBREAPER, 1) == 0;
  return is_adopting;
}

/**
 * mcp_orphans_begin_spawn:
 *
 * A keeper is about to be forked; mcp_orphans_end_spawn() must follow.
 */
void
mcp_orphans_begin_spawn (void)
{
  g_mutex_lock (&lock);
  if (keepers == NULL)
    keepers = g_hash_table_new (NULL, NULL);
}

/**
 * mcp_orphans_end_spawn:
 * @pid: of the keeper; 0: it could not be started
 */
void
mcp_orphans_end_spawn (int pid)
{
  if (pid > 0)
    g_hash_table_add (keepers, GINT_TO_POINTER (pid));
  g_mutex_unlock (&lock);
}

/**
 * mcp_orphans_forget:
 * @pid: of a keeper that has ended and was waited for
 */
void
mcp_orphans_forget (int pid)
{
  g_mutex_lock (&lock);
  if (keepers != NULL)
    g_hash_table_remove (keepers, GINT_TO_POINTER (pid));
  g_mutex_unlock (&lock);
}

static gboolean
read_parent (int pid, int *parent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  const char *fields;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  /* The name may hold any byte: what counts follows the last parenthesis. */
  fields = strrchr (text, ')');
  return fields != NULL && sscanf (fields, ") %*c %d", parent) == 1;
}

static GArray *
read_processes (void)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL)
    {
      Entry entry = { (int) g_ascii_strtoll (name, NULL, 10), 0 };

      if (entry.pid > 0 && read_parent (entry.pid, &entry.parent))
        g_array_append_val (entries, entry);
    }
  return entries;
}

static void
add_children (GArray *entries, int parent, GArray *found)
{
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      if (entry->parent == parent && entry->pid != parent)
        g_array_append_val (found, entry->pid);
    }
}

/* Children of this process that are no keepers, and all below them. Lock held. */
static GArray *
find_orphans (guint *n_children)
{
  g_autoptr (GArray) entries = read_processes ();
  g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (int));
  GArray *orphans = g_array_new (FALSE, FALSE, sizeof (int));

  add_children (entries, getpid (), children);
  for (guint i = 0; i < children->len; i++)
    {
      int pid = g_array_index (children, int, i);

      if (!g_hash_table_contains (keepers, GINT_TO_POINTER (pid)))
        g_array_append_val (orphans, pid);
    }
  *n_children = orphans->len;
  for (guint i = 0; i < orphans->len && orphans->len < entries->len; i++)
    add_children (entries, g_array_index (orphans, int, i), orphans);
  return orphans;
}

static void
signal_all (GArray *pids, int signal_number)
{
  for (guint i = 0; i < pids->len; i++)
    kill (g_array_index (pids, int, i), signal_number);
}

/* Lock held: no keeper is born meanwhile, so that none can be taken for an orphan. Returns: whether
   there was one */
static gboolean
end_orphans (void)
{
  guint n_children;
  g_autoptr (GArray) orphans = find_orphans (&n_children);

  /* What is stopped does not fork; its number is not given away before it was waited for. */
  signal_all (orphans, SIGSTOP);
  signal_all (orphans, SIGKILL);
  for (guint i = 0; i < n_children; i++)
    waitpid (g_array_index (orphans, int, i), NULL, WNOHANG);
  return n_children > 0;
}

static void
end_in_rounds (guint max_rounds, guint quiet_rounds)
{
  guint n_quiet = 0;

  for (guint i = 0; i < max_rounds && n_quiet < quiet_rounds; i++)
    {
      g_mutex_lock (&lock);
      n_quiet = end_orphans () ? 0 : n_quiet + 1;
      g_mutex_unlock (&lock);
      g_usleep (ROUND_US);
    }
}

static void
end_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  end_in_rounds (MAX_ROUNDS, QUIET_ROUNDS);
  g_task_return_boolean (task, TRUE);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  is_ending = FALSE;
  if (is_wanted_again)
    mcp_orphans_end_soon ();
}

/**
 * mcp_orphans_end_soon:
 *
 * A keeper was killed: ends what has come to this process, in a worker thread. Main context only.
 */
void
mcp_orphans_end_soon (void)
{
  g_autoptr (GTask) task = NULL;

  is_wanted_again = is_ending;
  if (!is_adopting || is_ending || keepers == NULL)
    return;
  is_ending = TRUE;
  task = g_task_new (NULL, NULL, ended_cb, NULL);
  g_task_set_source_tag (task, mcp_orphans_end_soon);
  g_task_run_in_thread (task, end_in_thread);
}

/* Whether a keeper has ended, and mcp_orphans_forget() was not told: it may have been killed. */
static gboolean
has_lost_keeper (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GHashTableIter iter;
  gpointer pid;

  if (keepers == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, keepers);
  while (g_hash_table_iter_next (&iter, &pid, NULL))
    {
      siginfo_t info = { 0 };
      int result = waitid (P_PID, (id_t) GPOINTER_TO_INT (pid), &info, WEXITED | WNOHANG | WNOWAIT);

      if (result < 0 || (info.si_pid != 0 && info.si_code != CLD_EXITED))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_orphans_end_now:
 *
 * Ends what killed keepers have left to this process: nobody would do that after its end. Blocks,
 * for half a second at most; to be called when the main loop has ended.
 */
void
mcp_orphans_end_now (void)
{
  if (is_adopting && (is_ending || has_lost_keeper ()))
    end_in_rounds (MAX_LAST_ROUNDS, QUIET_LAST_ROUNDS);
}

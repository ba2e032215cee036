/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-task-owners.h"

#include <string.h>

/* Of one session. Servers forget tasks, and say so to nobody. */
#define MAX_TASKS      1024
/* Of the id of a task: no server needs more. */
#define MAX_TASK_BYTES 1024

struct _McpTaskOwners
{
  GHashTable *sessions; /* (owned): session id (owned) -> GQueue of ids (owned), the oldest first */
};

static void
free_tasks (gpointer tasks)
{
  g_queue_free_full (tasks, g_free);
}

/**
 * mcp_task_owners_new:
 *
 * Returns: (transfer full): nobody has a task
 */
McpTaskOwners *
mcp_task_owners_new (void)
{
  McpTaskOwners *self = g_new0 (McpTaskOwners, 1);

  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_tasks);
  return self;
}

/**
 * mcp_task_owners_free:
 * @self: (transfer full): the owners
 */
void
mcp_task_owners_free (McpTaskOwners *self)
{
  g_hash_table_unref (self->sessions);
  g_free (self);
}

static GList *
find_task (GQueue *tasks, const char *task)
{
  for (GList *link = tasks->head; link != NULL; link = link->next)
    if (strcmp (link->data, task) == 0)
      return link;
  return NULL;
}

/**
 * mcp_task_owners_add:
 * @self: the owners
 * @session_id: of the session that a server's answer goes to
 * @task: id of the task that the answer names, as clients see it
 *
 * The session may ask for the task from now on. Of a session with very many tasks the oldest is
 * forgotten, and an id of more than a kibibyte is not kept.
 */
void
mcp_task_owners_add (McpTaskOwners *self, const char *session_id, const char *task)
{
  GQueue *tasks = g_hash_table_lookup (self->sessions, session_id);
  GList *known;

  if (strlen (task) > MAX_TASK_BYTES)
    return;
  if (tasks == NULL)
    {
      tasks = g_queue_new ();
      g_hash_table_insert (self->sessions, g_strdup (session_id), tasks);
    }

  known = find_task (tasks, task);
  if (known != NULL)
    {
      g_queue_unlink (tasks, known);
      g_queue_push_tail_link (tasks, known);
      return;
    }
  g_queue_push_tail (tasks, g_strdup (task));
  if (tasks->length > MAX_TASKS)
    g_free (g_queue_pop_head (tasks));
}

/**
 * mcp_task_owners_has:
 * @self: the owners
 * @session_id: of a session
 * @task: id of a task, as clients see it
 *
 * Returns: whether the task is one of the session
 */
gboolean
mcp_task_owners_has (McpTaskOwners *self, const char *session_id, const char *task)
{
  GQueue *tasks = g_hash_table_lookup (self->sessions, session_id);

  return tasks != NULL && find_task (tasks, task) != NULL;
}

/**
 * mcp_task_owners_drop_session:
 * @self: the owners
 * @session_id: of a session that has ended
 */
void
mcp_task_owners_drop_session (McpTaskOwners *self, const char *session_id)
{
  g_hash_table_remove (self->sessions, session_id);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/history/mcp-query-turns.h"

struct _McpQueryTurns
{
  McpSessionDb *db;   /* (owned) */
  GHashTable *queues; /* (owned): session's id, "" for all sessions (owned) -> Queue (owned) */
};

/* Exists while a query of its session is in the database's hands. */
typedef struct
{
  GQueue waiting; /* (element-type Turn) (owned) */
} Queue;

typedef struct
{
  McpQueryTurns *turns; /* (owned) */
  McpCallQuery *query;  /* (owned) (nullable): until the database has it */
  char *session_id;     /* (owned) */
  GTask *task;          /* (owned): is answered */
} Turn;

static void
clear (gpointer data)
{
  g_clear_object (&((McpQueryTurns *) data)->db);
}

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_clear_pointer (&turn->query, mcp_call_sql_query_free);
  g_free (turn->session_id);
  g_clear_object (&turn->task);
  g_rc_box_release_full (turn->turns, clear);
  g_free (turn);
}

static void
queue_free (gpointer data)
{
  Queue *queue = data;

  g_queue_clear_full (&queue->waiting, turn_free);
  g_free (queue);
}

static void start (Turn *turn);

static void
start_next (McpQueryTurns *self, const char *session_id)
{
  Queue *queue = self->queues != NULL ? g_hash_table_lookup (self->queues, session_id) : NULL;
  Turn *turn = queue != NULL ? g_queue_pop_head (&queue->waiting) : NULL;

  if (turn != NULL)
    start (turn);
  else if (queue != NULL)
    g_hash_table_remove (self->queues, session_id);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Turn *turn = user_data;
  GError *error = NULL;
  GBytes *json = g_task_propagate_pointer (G_TASK (result), &error);

  /* First the next one, since whoever is answered may ask again. */
  start_next (turn->turns, turn->session_id);
  if (json != NULL)
    g_task_return_pointer (turn->task, json, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (turn->task, error);
  turn_free (turn);
}

static void
start (Turn *turn)
{
  mcp_session_db_query_async (turn->turns->db, mcp_call_sql_query, g_steal_pointer (&turn->query),
                              mcp_call_sql_query_free, g_task_new (NULL, NULL, answered_cb, turn),
                              (GDestroyNotify) g_bytes_unref);
}

/**
 * mcp_query_turns_new:
 * @db: the database that is asked
 *
 * Returns: (transfer full): nobody waits
 */
McpQueryTurns *
mcp_query_turns_new (McpSessionDb *db)
{
  McpQueryTurns *self = g_rc_box_new0 (McpQueryTurns);

  self->db = g_object_ref (db);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  return self;
}

static void
fail_waiting (gpointer key, gpointer value, gpointer user_data)
{
  Queue *queue = value;

  for (GList *l = queue->waiting.head; l != NULL; l = l->next)
    g_task_return_new_error (((Turn *) l->data)->task, G_IO_ERROR, G_IO_ERROR_CLOSED,
                             "The history is closed");
}

/**
 * mcp_query_turns_close:
 * @self: (transfer full): the turns
 *
 * Fails those that wait; those that the database has are answered.
 */
void
mcp_query_turns_close (McpQueryTurns *self)
{
  g_autoptr (GHashTable) queues = g_steal_pointer (&self->queues);

  g_hash_table_foreach (queues, fail_waiting, NULL);
  g_rc_box_release_full (self, clear);
}

/**
 * mcp_query_turns_add:
 * @self: the turns
 * @query: (transfer full): what is asked
 * @task: (transfer full): answered with a #GBytes, or an error
 *
 * Asks when it is the session's turn.
 */
void
mcp_query_turns_add (McpQueryTurns *self, McpCallQuery *query, GTask *task)
{
  Turn *turn = g_new0 (Turn, 1);
  Queue *queue;

  turn->turns = g_rc_box_acquire (self);
  turn->session_id = g_strdup (query->session_id != NULL ? query->session_id : "");
  turn->query = query;
  turn->task = task;

  queue = g_hash_table_lookup (self->queues, turn->session_id);
  if (queue != NULL)
    {
      g_queue_push_tail (&queue->waiting, turn);
      return;
    }
  g_hash_table_insert (self->queues, g_strdup (turn->session_id), g_new0 (Queue, 1));
  start (turn);
}

/**
 * mcp_query_turns_get_n_asking:
 * @self: the turns
 *
 * Returns: how many queries the database has to answer now
 */
guint
mcp_query_turns_get_n_asking (McpQueryTurns *self)
{
  return g_hash_table_size (self->queues);
}

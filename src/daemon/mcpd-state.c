/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-state.h"

#include "common/mcp-json.h"
#include "common/mcp-names.h"
#include "daemon/mcpd-directories.h"
#include "daemon/mcpd-lock.h"
#include "session/store/mcp-session-persist.h"

#include <glib/gi18n.h>

/* A disk that takes longer than that is left to itself; all of a stop takes less than 5 s. */
#define CLOSE_TIMEOUT_MS 500

/* A daemon that was killed holds its locks until the kernel has taken it apart. */
#define LOCK_TRIES    20
#define LOCK_RETRY_MS 25

struct _McpdState
{
  GObject parent_instance;

  char *directory;                /* (owned) (nullable): private to the user */
  McpdLock *lock;                 /* (owned) (nullable): of the file */
  char *path;                     /* (owned) (nullable): of the file; %NULL: in memory */
  char *problem;                  /* (owned) (nullable): why not all is well with it */
  McpSessionDb *db;               /* (owned) */
  McpCallHistory *history;        /* (owned) */
  McpSessionPersist *persist;     /* (owned) */
  McpAttachmentKeep *attachments; /* (owned) */
  McpGrantKeep *grants;           /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpdState, mcpd_state, G_TYPE_OBJECT)

static void
take_problem (McpdState *self, const char *message)
{
  g_warning ("%s", message);
  g_free (self->problem);
  self->problem = g_strdup (message);
}

static void
trouble_cb (McpSessionDb *db, const char *message, McpdState *self)
{
  take_problem (self, message);
}

static void
recovered_cb (McpSessionDb *db, const char *message, McpdState *self)
{
  g_message ("%s", message);
  g_clear_pointer (&self->problem, g_free);
}

static void
drop (McpdState *self)
{
  g_clear_object (&self->grants);
  g_clear_object (&self->attachments);
  g_clear_object (&self->persist);
  g_clear_object (&self->history);
  if (self->db == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->db, self);
  if (!mcp_session_db_close (self->db, CLOSE_TIMEOUT_MS))
    g_warning (_ ("The disk takes too long; what happened last may not be remembered"));
  g_clear_object (&self->db);
}

static void
mcpd_state_dispose (GObject *object)
{
  McpdState *self = MCPD_STATE (object);

  drop (self);
  g_clear_pointer (&self->lock, mcpd_lock_free);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (mcpd_state_parent_class)->dispose (object);
}

static void
mcpd_state_class_init (McpdStateClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcpd_state_dispose;
}

static void
mcpd_state_init (McpdState *self)
{
}

/* Daemons with different runtime directories may share this one; one of them has the file. */
static McpdLock *
take_lock (const char *path, GError **error)
{
  g_autofree char *lock_path = g_strconcat (path, ".lock", NULL);

  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      g_autoptr (GError) local_error = NULL;
      McpdLock *lock = mcpd_lock_try (lock_path, NULL, &local_error);

      if (lock != NULL)
        return lock;
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BUSY) || i == LOCK_TRIES - 1)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_usleep (LOCK_RETRY_MS * 1000);
    }
  return NULL;
}

/* NULL: in memory, and the user was told why. */
static char *
choose_path (McpdState *self, const char *state_home)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = mcpd_directories_prepare_state (state_home, &error);
  g_autofree char *path = NULL;
  g_autofree char *problem = NULL;

  if (directory != NULL)
    {
      path = g_build_filename (directory, MCP_DATABASE_FILE, NULL);
      self->lock = take_lock (path, &error);
      if (self->lock != NULL)
        {
          self->directory = g_steal_pointer (&directory);
          return g_steal_pointer (&path);
        }
    }

  problem = g_strdup_printf (
      _ ("%s. Sessions and history are kept in memory only, and end with this daemon"),
      error->message);
  take_problem (self, problem);
  return NULL;
}

static gboolean
try_open (McpdState *self, McpSessionStore *store, const char *path, GError **error)
{
  g_autofree char *problem = NULL;

  self->db = mcp_session_db_open (path, &problem);
  if (problem != NULL)
    take_problem (self, problem);

  self->history = mcp_call_history_new (self->db, error);
  if (self->history == NULL)
    return FALSE;
  self->persist = mcp_session_persist_new (store, self->db, self->history, error);
  if (self->persist == NULL)
    return FALSE;
  self->attachments = mcp_attachment_keep_new (store, self->db, error);
  if (self->attachments == NULL)
    return FALSE;
  self->grants = mcp_grant_keep_new (store, self->db, error);
  return self->grants != NULL;
}

/**
 * mcpd_state_open:
 * @store: an empty store
 * @state_home: the user's directory for such things, as g_get_user_state_dir() gives it
 *
 * Puts the sessions of earlier daemons into the store, and writes their changes to the disk. Where
 * that is not possible, a warning says so, and sessions end with the daemon. Blocks.
 *
 * Returns: (transfer full): what is remembered
 */
McpdState *
mcpd_state_open (McpSessionStore *store, const char *state_home)
{
  g_autofree char *problem = NULL;
  g_autoptr (GError) error = NULL;
  McpdState *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (state_home != NULL, NULL);

  self = g_object_new (MCPD_TYPE_STATE, NULL);
  self->path = choose_path (self, state_home);
  if (!try_open (self, store, self->path, &error))
    {
      problem =
          g_strdup_printf (_ ("%s cannot be read: %s. Sessions and history are kept in memory "
                              "only, and end with this daemon"),
                           self->path, error->message);
      take_problem (self, problem);
      g_clear_pointer (&self->path, g_free);
      drop (self);
      if (!try_open (self, store, NULL, NULL))
        g_error ("A database in memory fails");
    }

  g_signal_connect (self->db, "trouble", G_CALLBACK (trouble_cb), self);
  g_signal_connect (self->db, "recovered", G_CALLBACK (recovered_cb), self);
  mcp_session_db_start (self->db);
  return self;
}

/**
 * mcpd_state_build_path:
 * @self: what is remembered
 * @name: of a file
 *
 * Returns: (transfer full) (nullable): where it belongs; %NULL: there is no directory that is ours
 *   alone
 */
char *
mcpd_state_build_path (McpdState *self, const char *name)
{
  g_return_val_if_fail (MCPD_IS_STATE (self), NULL);

  return self->directory != NULL ? g_build_filename (self->directory, name, NULL) : NULL;
}

/**
 * mcpd_state_append_json:
 * @self: what is remembered
 * @json: gets `{"path"?,"kept","problem"?}`: `kept` is false where all is in memory
 */
void
mcpd_state_append_json (McpdState *self, GString *json)
{
  g_return_if_fail (MCPD_IS_STATE (self));

  g_string_append_printf (json, "{\"kept\":%s",
                          mcp_session_db_is_in_memory (self->db) ? "false" : "true");
  if (self->path != NULL)
    {
      g_string_append (json, ",\"path\":");
      mcp_json_append_string (json, self->path);
    }
  if (self->problem != NULL)
    {
      g_string_append (json, ",\"problem\":");
      mcp_json_append_string (json, self->problem);
    }
  g_string_append_c (json, '}');
}

/**
 * mcpd_state_get_history:
 * @self: what is remembered
 *
 * Returns: (transfer none): the calls
 */
McpCallHistory *
mcpd_state_get_history (McpdState *self)
{
  g_return_val_if_fail (MCPD_IS_STATE (self), NULL);

  return self->history;
}

/**
 * mcpd_state_get_attachments:
 * @self: what is remembered
 *
 * Returns: (transfer none): the MCP clients of sessions
 */
McpAttachmentKeep *
mcpd_state_get_attachments (McpdState *self)
{
  g_return_val_if_fail (MCPD_IS_STATE (self), NULL);

  return self->attachments;
}

/**
 * mcpd_state_get_grants:
 * @self: what is remembered
 *
 * Returns: (transfer none): what the owner has allowed for sessions
 */
McpGrantKeep *
mcpd_state_get_grants (McpdState *self)
{
  g_return_val_if_fail (MCPD_IS_STATE (self), NULL);

  return self->grants;
}

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);

  mcp_session_persist_flush_finish (MCP_SESSION_PERSIST (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

/**
 * mcpd_state_flush_async:
 * @self: what is remembered
 * @callback: (scope async): when it is on the disk
 * @user_data: for @callback
 *
 * For a clean end: once sessions and calls have ended.
 */
void
mcpd_state_flush_async (McpdState *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MCPD_IS_STATE (self));

  mcp_session_persist_flush_async (self->persist, flushed_cb,
                                   g_task_new (self, NULL, callback, user_data));
}

/**
 * mcpd_state_flush_finish:
 * @self: what is remembered
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcpd_state_flush_finish (McpdState *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

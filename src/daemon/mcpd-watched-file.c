/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-watched-file.h"

#include "common/mcp-timer.h"
#include "daemon/mcpd-link-chain.h"
#include "daemon/mcpd-trusted-file.h"

/*
 * Editors make, truncate, write and rename in several steps; the file is read
 * when it has been left alone for so long.
 */
#define SETTLE_MS 100

struct _McpdWatchedFile
{
  GObject parent_instance;

  char *path;
  McpdInotify *inotify; /* (owned) */
  GPtrArray *chain;     /* (owned) (nullable) (element-type utf8): until it is watched */
  GPtrArray *watches;   /* (owned) (element-type McpdWatch): one for each path of the chain */
  GCancellable *cancellable;
  GSource *settle; /* (nullable) (owned): runs before the next read */
  gboolean reading;
  gboolean again; /* changed while it was being read */
};

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpdWatchedFile, mcpd_watched_file, G_TYPE_OBJECT)

static void start_reading (McpdWatchedFile *self);

/* What a read found out. */
typedef struct
{
  GBytes *contents; /* (owned) (nullable) */
  GError *error;    /* (owned) (nullable): else */
  GPtrArray *chain; /* (owned): as it was before the file was opened */
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->contents, g_bytes_unref);
  g_clear_error (&found->error);
  g_ptr_array_unref (found->chain);
  g_free (found);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Found, found_free)

static void
read_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Found *found = g_new0 (Found, 1);

  found->chain = mcpd_link_chain_resolve (task_data);
  found->contents = mcpd_trusted_file_read (task_data, &found->error);
  g_task_return_pointer (task, found, found_free);
}

static void changed_cb (gpointer user_data);

static void
watch_free (gpointer watch)
{
  mcpd_inotify_watch_free (watch);
}

static gboolean
watch_chain (McpdWatchedFile *self, GPtrArray *chain, GError **error)
{
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func (watch_free);

  for (guint i = 0; i < chain->len; i++)
    {
      McpdWatch *watch =
          mcpd_inotify_watch_file (self->inotify, chain->pdata[i], changed_cb, self, error);

      if (watch == NULL)
        return FALSE;
      g_ptr_array_add (watches, watch);
    }
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  self->chain = g_ptr_array_ref (chain);
  self->watches = g_steal_pointer (&watches);
  return TRUE;
}

/* Follows links that lead elsewhere now. Returns: whether they do, so that the file is to be read
 * again: it may have changed before it was watched. */
static gboolean
follow_chain (McpdWatchedFile *self, GPtrArray *chain)
{
  g_autoptr (GError) error = NULL;

  if (self->chain == NULL || mcpd_link_chain_equal (self->chain, chain))
    return FALSE;
  if (watch_chain (self, chain, &error))
    return TRUE;
  g_message ("Changes behind %s are not seen: %s", self->path, error->message);
  return FALSE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpdWatchedFile *self = user_data;
  g_autoptr (Found) found = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Cancelled by dispose: there is no @self any more. */
  if (found == NULL)
    return;
  self->reading = FALSE;
  if (follow_chain (self, found->chain) || self->again)
    {
      start_reading (self);
      return;
    }

  if (g_error_matches (found->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&found->error);
  g_signal_emit (self, signals[CHANGED], 0, found->contents, found->error);
}

static void
start_reading (McpdWatchedFile *self)
{
  /* Without a source object: the thread must not keep the file alive. */
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, read_cb, self);

  self->again = FALSE;
  self->reading = TRUE;
  g_task_set_source_tag (task, start_reading);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, read_thread);
}

static gboolean
settled_cb (gpointer user_data)
{
  McpdWatchedFile *self = MCPD_WATCHED_FILE (user_data);

  mcp_timer_clear (&self->settle);
  if (self->reading)
    self->again = TRUE;
  else
    start_reading (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (gpointer user_data)
{
  McpdWatchedFile *self = MCPD_WATCHED_FILE (user_data);

  mcp_timer_clear (&self->settle);
  self->settle = mcp_timer_new_ms ("settings-settle", SETTLE_MS, settled_cb, self);
}

static void
mcpd_watched_file_dispose (GObject *object)
{
  McpdWatchedFile *self = MCPD_WATCHED_FILE (object);

  g_cancellable_cancel (self->cancellable);
  mcp_timer_clear (&self->settle);
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  g_clear_pointer (&self->chain, g_ptr_array_unref);

  G_OBJECT_CLASS (mcpd_watched_file_parent_class)->dispose (object);
}

static void
mcpd_watched_file_finalize (GObject *object)
{
  McpdWatchedFile *self = MCPD_WATCHED_FILE (object);

  g_object_unref (self->cancellable);
  mcpd_inotify_unref (self->inotify);
  g_free (self->path);

  G_OBJECT_CLASS (mcpd_watched_file_parent_class)->finalize (object);
}

static void
mcpd_watched_file_class_init (McpdWatchedFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcpd_watched_file_dispose;
  object_class->finalize = mcpd_watched_file_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_ERROR);
}

static void
mcpd_watched_file_init (McpdWatchedFile *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * mcpd_watched_file_new:
 * @inotify: tells of its changes
 * @path: of the file, which need not exist
 *
 * Returns: (transfer full): a file that is not watched yet
 */
McpdWatchedFile *
mcpd_watched_file_new (McpdInotify *inotify, const char *path)
{
  McpdWatchedFile *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MCPD_TYPE_WATCHED_FILE, NULL);
  self->inotify = mcpd_inotify_ref (inotify);
  self->path = g_strdup (path);
  return self;
}

const char *
mcpd_watched_file_get_path (McpdWatchedFile *self)
{
  g_return_val_if_fail (MCPD_IS_WATCHED_FILE (self), NULL);

  return self->path;
}

/**
 * mcpd_watched_file_watch:
 * @self: the file
 * @error: return location
 *
 * Begins to watch; #McpdWatchedFile::changed follows each change from now on. Whoever reads the
 * file after this misses none. Where the path leads over symbolic links, changes of each link and
 * of the file at the end are seen. Blocks on files: before the main loop only.
 *
 * Errors: of %G_IO_ERROR, for instance when the user has no inotify watch left.
 *
 * Returns: whether it is watched
 */
gboolean
mcpd_watched_file_watch (McpdWatchedFile *self, GError **error)
{
  g_autoptr (GPtrArray) chain = NULL;

  g_return_val_if_fail (MCPD_IS_WATCHED_FILE (self), FALSE);
  g_return_val_if_fail (self->watches == NULL, FALSE);

  chain = mcpd_link_chain_resolve (self->path);
  return watch_chain (self, chain, error);
}

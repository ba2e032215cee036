/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-watched-file.h"

#include "common/mcp-timer.h"
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
  GFileMonitor *monitor; /* (nullable) (owned) */
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

static void
read_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *contents = mcpd_trusted_file_read (task_data, &error);

  if (contents != NULL)
    g_task_return_pointer (task, contents, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpdWatchedFile *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = g_task_propagate_pointer (G_TASK (result), &error);

  /* Cancelled by dispose: there is no @self any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->reading = FALSE;
  if (self->again)
    {
      start_reading (self);
      return;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&error);
  g_signal_emit (self, signals[CHANGED], 0, contents, error);
}

static void
start_reading (McpdWatchedFile *self)
{
  /* Without a source object: the thread shall not keep the file alive. */
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
monitor_changed_cb (GFileMonitor *monitor,
                    GFile *file,
                    GFile *other,
                    GFileMonitorEvent event,
                    gpointer user_data)
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
  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
    }
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (mcpd_watched_file_parent_class)->dispose (object);
}

static void
mcpd_watched_file_finalize (GObject *object)
{
  McpdWatchedFile *self = MCPD_WATCHED_FILE (object);

  g_object_unref (self->cancellable);
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
 * @path: of the file, which need not exist
 *
 * Returns: (transfer full): a file that is not watched yet
 */
McpdWatchedFile *
mcpd_watched_file_new (const char *path)
{
  McpdWatchedFile *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MCPD_TYPE_WATCHED_FILE, NULL);
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
 * Begins to watch; #McpdWatchedFile::changed follows each change from now on.
 * Who reads the file after this misses none. Of a symbolic link, changes of the
 * link itself are seen, not of what it leads to.
 *
 * Errors: of %G_IO_ERROR, for instance when the user has no inotify watch left.
 *
 * Returns: whether it is watched
 */
gboolean
mcpd_watched_file_watch (McpdWatchedFile *self, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (MCPD_IS_WATCHED_FILE (self), FALSE);
  g_return_val_if_fail (self->monitor == NULL, FALSE);

  file = g_file_new_for_path (self->path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, self->cancellable, error);
  if (self->monitor == NULL)
    return FALSE;
  g_signal_connect (self->monitor, "changed", G_CALLBACK (monitor_changed_cb), self);
  return TRUE;
}

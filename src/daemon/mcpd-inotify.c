/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel watches directories that are there. For a directory that is not, the nearest one above
 * it that is there is watched, until the next one on the way appears.
 */
#include "daemon/mcpd-inotify.h"

#include "common/mcp-timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* What happens to files of a directory that somebody reads. */
#define FILES_MASK \
  (IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO)
/* What may bring a directory that is missing. */
#define WAY_MASK  (IN_CREATE | IN_MOVED_TO)
#define SELF_MASK (IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD)

/* Of finding out what is there, while somebody makes and removes directories. */
#define MAX_TRIES 100

/* One read: many events, each with a name of 256 bytes at most. */
#define READ_BYTES (16 * 1024)

struct _McpdInotify
{
  grefcount ref_count;
  int fd;             /* -1: the user has no instance left */
  GSource *source;    /* (owned) (nullable) */
  GPtrArray *watches; /* (unowned) McpdWatch */
};

struct _McpdWatch
{
  McpdInotify *inotify; /* (owned) */
  char *directory;      /* (owned): that is to be watched */
  char *name;           /* (owned) (nullable): of the file in it; %NULL: all files */
  char *missing;        /* (owned) (nullable): the first part of the way that is not there */
  int descriptor;       /* of what is watched now: of a directory on the way, or @directory */
  McpdWatchFunc func;
  gpointer user_data;
  gboolean is_stirred; /* an event came */
  gboolean is_moved;   /* what is to be watched now is another directory, perhaps */
};

/* The last component of a path that is not there, whose parent is. Returns: (nullable) */
static char *
dup_missing (const char *directory)
{
  g_autofree char *path = g_strdup (directory);
  g_autofree char *missing = NULL;

  while (!g_file_test (path, G_FILE_TEST_IS_DIR) && strcmp (path, "/") != 0 &&
         strcmp (path, ".") != 0)
    {
      char *parent = g_path_get_dirname (path);

      g_free (missing);
      missing = g_steal_pointer (&path);
      path = parent;
    }
  return g_steal_pointer (&missing);
}

static gboolean
is_descriptor_used (McpdInotify *self, int descriptor)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (((McpdWatch *) self->watches->pdata[i])->descriptor == descriptor)
      return TRUE;
  return FALSE;
}

/* Two watches of one directory share what the kernel has. */
static void
drop_descriptor (McpdWatch *watch)
{
  int descriptor = watch->descriptor;

  watch->descriptor = -1;
  if (descriptor >= 0 && !is_descriptor_used (watch->inotify, descriptor))
    inotify_rm_watch (watch->inotify->fd, descriptor);
}

/* Watches the directory, or the nearest one on the way. */
static gboolean
settle_once (McpdWatch *watch)
{
  g_autofree char *parent = NULL;
  const char *at = watch->directory;
  int descriptor;

  if (watch->inotify->fd < 0)
    {
      errno = EMFILE;
      return FALSE;
    }
  g_free (watch->missing);
  watch->missing = dup_missing (watch->directory);
  if (watch->missing != NULL)
    at = parent = g_path_get_dirname (watch->missing);
  descriptor = inotify_add_watch (watch->inotify->fd, at,
                                  SELF_MASK | (parent == NULL ? FILES_MASK : WAY_MASK));
  if (descriptor != watch->descriptor)
    drop_descriptor (watch);
  watch->descriptor = descriptor;
  return descriptor >= 0;
}

/* What appeared or went before it was watched was not told. */
static gboolean
settle (McpdWatch *watch)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autofree char *missing = NULL;
      gboolean is_watched = settle_once (watch);
      int saved_errno = errno;

      missing = dup_missing (watch->directory);
      errno = saved_errno;
      if (g_strcmp0 (missing, watch->missing) == 0)
        return is_watched;
    }
  return FALSE;
}

static gboolean
concerns (const McpdWatch *watch, const struct inotify_event *event)
{
  const char *name = event->len > 0 ? event->name : NULL;

  if (name == NULL)
    return TRUE;
  if (watch->missing != NULL)
    return strcmp (strrchr (watch->missing, '/') + 1, name) == 0;
  return watch->name == NULL || strcmp (watch->name, name) == 0;
}

static void
note_event (McpdInotify *self, const struct inotify_event *event)
{
  gboolean is_lost = (event->mask & IN_Q_OVERFLOW) != 0;

  for (guint i = 0; i < self->watches->len; i++)
    {
      McpdWatch *watch = self->watches->pdata[i];

      if (!is_lost && (watch->descriptor != event->wd || !concerns (watch, event)))
        continue;
      watch->is_stirred = TRUE;
      watch->is_moved |= watch->missing != NULL || event->len == 0;
      if (event->mask & IN_IGNORED)
        watch->descriptor = -1;
    }
}

static void
read_events (McpdInotify *self)
{
  char buffer[READ_BYTES] __attribute__ ((aligned (__alignof__(struct inotify_event))));
  gssize n_read;

  while ((n_read = read (self->fd, buffer, sizeof buffer)) > 0)
    for (gssize at = 0; at < n_read;)
      {
        const struct inotify_event *event = (const struct inotify_event *) (buffer + at);

        note_event (self, event);
        at += (gssize) (sizeof *event + event->len);
      }
}

static McpdWatch *
take_stirred (McpdInotify *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      McpdWatch *watch = self->watches->pdata[i];

      if (!watch->is_stirred)
        continue;
      watch->is_stirred = FALSE;
      return watch;
    }
  return NULL;
}

static gboolean
events_cb (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (McpdInotify) self = mcpd_inotify_ref (user_data);
  McpdWatch *watch;

  read_events (self);
  while ((watch = take_stirred (self)) != NULL)
    {
      if (watch->is_moved && !settle (watch))
        g_message ("Changes of %s are not seen any more: %s", watch->directory, g_strerror (errno));
      watch->is_moved = FALSE;
      watch->func (watch->user_data);
    }
  return G_SOURCE_CONTINUE;
}

/**
 * mcpd_inotify_new:
 *
 * Returns: (transfer full): watches nothing yet
 */
McpdInotify *
mcpd_inotify_new (void)
{
  McpdInotify *self = g_new0 (McpdInotify, 1);

  g_ref_count_init (&self->ref_count);
  self->watches = g_ptr_array_new ();
  self->fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (self->fd < 0)
    return self;
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  mcp_timer_attach (self->source, "inotify", G_SOURCE_FUNC (events_cb), self);
  return self;
}

/**
 * mcpd_inotify_ref:
 * @self: the object
 *
 * Returns: (transfer full): @self
 */
McpdInotify *
mcpd_inotify_ref (McpdInotify *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcpd_inotify_unref:
 * @self: (transfer full): the object
 */
void
mcpd_inotify_unref (McpdInotify *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  mcp_timer_clear (&self->source);
  if (self->fd >= 0)
    close (self->fd);
  g_ptr_array_unref (self->watches);
  g_free (self);
}

static McpdWatch *
watch_new (McpdInotify *self,
           char *directory,
           char *name,
           McpdWatchFunc func,
           gpointer user_data,
           GError **error)
{
  McpdWatch *watch = g_new0 (McpdWatch, 1);

  watch->inotify = mcpd_inotify_ref (self);
  watch->directory = directory;
  watch->name = name;
  watch->descriptor = -1;
  watch->func = func;
  watch->user_data = user_data;
  g_ptr_array_add (self->watches, watch);
  if (settle (watch))
    return watch;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s cannot be watched: %s",
               directory, g_strerror (errno));
  mcpd_inotify_watch_free (watch);
  return NULL;
}

/**
 * mcpd_inotify_watch_file:
 * @self: the object
 * @path: of a file, absolute; neither it nor its directory need be there
 * @func: (scope notified): called from the main loop when the file may have changed, appeared or
 *   gone
 * @user_data: for @func
 * @error: return location
 *
 * Begins to watch a file. Where @path is a symbolic link, this watches the link. Looks at the file
 * system.
 *
 * Errors: of %G_IO_ERROR, for instance when the user has no inotify watch left.
 *
 * Returns: (transfer full) (nullable): the watch
 */
McpdWatch *
mcpd_inotify_watch_file (McpdInotify *self,
                         const char *path,
                         McpdWatchFunc func,
                         gpointer user_data,
                         GError **error)
{
  return watch_new (self, g_path_get_dirname (path), g_path_get_basename (path), func, user_data,
                    error);
}

/**
 * mcpd_inotify_watch_directory:
 * @self: the object
 * @path: of a directory, absolute; need not be there
 * @func: (scope notified): called from the main loop when a file in it may have changed, appeared
 *   or gone, or the directory itself
 * @user_data: for @func
 * @error: return location
 *
 * Begins to watch a directory, as mcpd_inotify_watch_file().
 *
 * Returns: (transfer full) (nullable): the watch
 */
McpdWatch *
mcpd_inotify_watch_directory (McpdInotify *self,
                              const char *path,
                              McpdWatchFunc func,
                              gpointer user_data,
                              GError **error)
{
  return watch_new (self, g_strdup (path), NULL, func, user_data, error);
}

/**
 * mcpd_inotify_watch_free:
 * @watch: (transfer full): a watch
 *
 * Ends the watching.
 */
void
mcpd_inotify_watch_free (McpdWatch *watch)
{
  drop_descriptor (watch);
  g_ptr_array_remove (watch->inotify->watches, watch);
  mcpd_inotify_unref (watch->inotify);
  g_free (watch->directory);
  g_free (watch->name);
  g_free (watch->missing);
  g_free (watch);
}

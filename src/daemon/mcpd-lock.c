/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* How often the lock is tried again where the holder cannot be waited for. */
#define RETRY_MS 50

struct _McpdLock
{
  int fd;
};

static pid_t
read_holder (int fd)
{
  char text[24] = { 0 };
  gint64 pid;

  if (pread (fd, text, sizeof text - 1, 0) <= 0)
    return 0;
  pid = g_ascii_strtoll (text, NULL, 10);
  return pid > 1 && pid <= G_MAXINT ? (pid_t) pid : 0;
}

static gboolean
write_holder (int fd)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());
  gssize length = (gssize) strlen (text);

  return ftruncate (fd, 0) == 0 && pwrite (fd, text, length, 0) == length;
}

static McpdLock *
fail_from_errno (const char *path, int fd, GError **error)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  if (fd >= 0)
    close (fd);
  return NULL;
}

/**
 * mcpd_lock_try:
 * @path: the lock file; made when missing, never removed
 * @holder: (out) (optional): the process that has it, 0 where that is not known
 * @error: return location
 *
 * Takes the lock if nobody has it. The file is not removed at the end, since
 * two starters could then hold locks on two files of the same name.
 *
 * Errors: %G_IO_ERROR_BUSY when another process has it, with @holder set;
 * others of %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): the lock
 */
McpdLock *
mcpd_lock_try (const char *path, pid_t *holder, GError **error)
{
  McpdLock *self;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  if (holder != NULL)
    *holder = 0;

  /* Close-on-exec: a child that kept the lock would outlive the daemon with it. */
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail_from_errno (path, fd, error);

  if (flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno != EWOULDBLOCK)
        return fail_from_errno (path, fd, error);
      if (holder != NULL)
        *holder = read_holder (fd);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("%s is held by another process"), path);
      close (fd);
      return NULL;
    }
  if (!write_holder (fd))
    return fail_from_errno (path, fd, error);

  self = g_new0 (McpdLock, 1);
  self->fd = fd;
  return self;
}

/**
 * mcpd_lock_set_socket:
 * @self: the lock
 * @socket_path: absolute
 * @error: return location
 *
 * Writes behind the process's number where it can be reached, for
 * mcp_runtime_directory_dup_of_daemon().
 *
 * Errors: %G_IO_ERROR.
 *
 * Returns: whether it was written
 */
gboolean
mcpd_lock_set_socket (McpdLock *self, const char *socket_path, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d\n%s\n", (int) getpid (), socket_path);
  gssize length = (gssize) strlen (text);
  int saved;

  if (pwrite (self->fd, text, (gsize) length, 0) == length && ftruncate (self->fd, length) == 0)
    return TRUE;
  saved = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s", g_strerror (saved));
  return FALSE;
}

/*
 * Asks the holder to end. The process is named by a descriptor and the lock
 * looked at again before it is signalled, so that no other process is hit which got the
 * number meanwhile. Returns the descriptor, or -1 where the kernel
 * has none to give.
 */
static int
ask_to_quit (const char *path, pid_t holder)
{
  int fd = pidfd_open (holder, 0);
  pid_t still = 0;
  g_autoptr (McpdLock) lock = NULL;

  if (fd < 0 && errno != ENOSYS && errno != EPERM)
    return -1;

  lock = mcpd_lock_try (path, &still, NULL);
  if (lock != NULL || still != holder)
    return fd;

  if (fd >= 0)
    pidfd_send_signal (fd, SIGTERM, NULL, 0);
  else
    kill (holder, SIGTERM);
  return fd;
}

static void
wait_for_holder (int pidfd, gint64 deadline_us)
{
  gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;
  struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

  if (pidfd < 0)
    left_ms = MIN (left_ms, RETRY_MS);
  /* poll() ignores an entry whose descriptor is negative, and just waits. */
  poll (&poll_fd, 1, (int) CLAMP (left_ms, 0, G_MAXINT));
}

/**
 * mcpd_lock_replace:
 * @path: the lock file
 * @timeout_ms: how long to wait for it
 * @error: return location
 *
 * Takes the lock; a process that has it is sent SIGTERM, once, and waited for.
 * Blocks: only for use before a main loop runs.
 *
 * Errors: %G_IO_ERROR_TIMED_OUT when the holder does not end in time; others of
 * %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): the lock
 */
McpdLock *
mcpd_lock_replace (const char *path, guint timeout_ms, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  pid_t asked = 0;
  int pidfd = -1;
  McpdLock *self;

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      pid_t holder;

      self = mcpd_lock_try (path, &holder, &local_error);
      if (self != NULL)
        break;
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          break;
        }
      if (g_get_monotonic_time () >= deadline_us)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       _ ("Process %d still runs, %u s after it was asked to quit"), (int) holder,
                       timeout_ms / 1000);
          break;
        }
      if (holder != 0 && holder != asked)
        {
          if (pidfd >= 0)
            close (pidfd);
          pidfd = ask_to_quit (path, holder);
          asked = holder;
        }
      wait_for_holder (pidfd, deadline_us);
    }

  if (pidfd >= 0)
    close (pidfd);
  return self;
}

/**
 * mcpd_lock_free:
 * @self: (transfer full): the lock
 *
 * Gives the lock up.
 */
void
mcpd_lock_free (McpdLock *self)
{
  close (self->fd);
  g_free (self);
}

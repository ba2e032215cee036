/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Socket activation, as sd_listen_fds(3) describes it: a few environment
 * variables and descriptors from 3 on. It takes no library to read them.
 */
#include "daemon/mcpd-activation.h"

#include <fcntl.h>
#include <unistd.h>

/* A number of this process's environment; 0: there is none, or it is no number above 0. */
static guint64
read_number (const char *name)
{
  const char *text = g_getenv (name);
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    return 0;
  return number;
}

static gboolean
take_fd (int fd)
{
  int flags = fcntl (fd, F_GETFD);

  return flags >= 0 && fcntl (fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

/**
 * mcpd_activation_take:
 * @self: (out caller-allocates): what was handed over; cleared by mcpd_activation_clear()
 * @first_fd: %MCPD_ACTIVATION_FIRST_FD, but in tests
 *
 * Takes the sockets that were handed to this very process, keeps them from children, and removes
 * the variables that tell of them. Before there are threads; the second time there is nothing left.
 */
void
mcpd_activation_take (McpdActivation *self, int first_fd)
{
  gboolean is_ours = read_number ("LISTEN_PID") == (guint64) getpid ();
  guint64 n_fds = is_ours ? read_number ("LISTEN_FDS") : 0;
  const char *text = g_getenv ("LISTEN_FDNAMES");
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ":", -1);
  guint n_names = g_strv_length (names);

  *self = (McpdActivation){ 0 };
  for (guint64 i = 0; i < n_fds; i++)
    {
      int fd = first_fd + (int) i;

      if (self->n_fds == MCPD_ACTIVATION_MAX_FDS || !take_fd (fd))
        {
          self->n_missing = (guint) (n_fds - i);
          break;
        }
      self->fds[self->n_fds] = fd;
      self->names[self->n_fds] = g_strdup (i < n_names ? names[i] : "unknown");
      self->n_fds++;
    }

  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
}

/**
 * mcpd_activation_clear:
 * @self: what was taken
 *
 * Closes the sockets that nobody has taken out of it; those have -1 in their place.
 */
void
mcpd_activation_clear (McpdActivation *self)
{
  for (guint i = 0; i < self->n_fds; i++)
    {
      if (self->fds[i] >= 0)
        close (self->fds[i]);
      g_clear_pointer (&self->names[i], g_free);
    }
  self->n_fds = 0;
}

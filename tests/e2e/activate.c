/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Starts a program as systemd does for a service with sockets: descriptors from
 * 3 on are its listeners, and three variables say so (sd_listen_fds(3)).
 *
 *   activate N-SOCKETS NAMES PROGRAM [ARGUMENT…]
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  char pid[32];

  if (argc < 4)
    return 2;

  snprintf (pid, sizeof pid, "%d", (int) getpid ());
  if (setenv ("LISTEN_PID", pid, 1) < 0 || setenv ("LISTEN_FDS", argv[1], 1) < 0 ||
      setenv ("LISTEN_FDNAMES", argv[2], 1) < 0)
    return 1;

  execv (argv[3], argv + 3);
  perror (argv[3]);
  return 1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon, this makes a mount whose server is gone of the directory
 * MCP_TEST_MOUNT: who looks for a name below it opens the pipe PIPE beside it, which waits for a
 * writer, and then waits until the writer closes that.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_SUFFIX ".pipe"

static void
wait_for_server (const char *mount)
{
  char path[4096];
  char byte;
  int fd;

  snprintf (path, sizeof path, "%s" PIPE_SUFFIX, mount);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    abort ();
  while (read (fd, &byte, 1) > 0)
    ;
  close (fd);
}

char *
realpath (const char *restrict path, char *restrict resolved)
{
  char *(*real) (const char *, char *) =
      (char *(*) (const char *, char *) ) dlsym (RTLD_NEXT, "realpath");
  const char *mount = getenv ("MCP_TEST_MOUNT");

  if (mount != NULL && strncmp (path, mount, strlen (mount)) == 0)
    wait_for_server (mount);
  return real (path, resolved);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon: who reads from the FIFO named by MCP_SOAK_HEAP is told how many bytes
 * are allocated. What malloc() keeps for later goes back to the kernel first, so that resident
 * memory, read after that, is what is in use, and not the mark of the largest crowd so far.
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *
answer (void *path)
{
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, NULL);
  for (;;)
    {
      int fd = open (path, O_WRONLY | O_CLOEXEC);
      struct mallinfo2 info;

      if (fd < 0)
        return NULL;
      malloc_trim (0);
      info = mallinfo2 ();
      dprintf (fd, "%zu\n", info.uordblks + info.hblkhd);
      close (fd);
      /* The reader leaves meanwhile. */
      usleep (20000);
    }
}

__attribute__ ((constructor)) static void
start (void)
{
  char *path = getenv ("MCP_SOAK_HEAP");
  pthread_t thread;

  if (path != NULL && pthread_create (&thread, NULL, answer, path) == 0)
    pthread_detach (thread);
}

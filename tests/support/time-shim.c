/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon, this puts its clocks on: by as many seconds as the file
 * MCP_TEST_CLOCK says, 8 bytes of the machine's order. 8 bytes more put on the wall clock alone, as
 * somebody does who sets the clock, or a machine that slept. Waits that have begun already stay as
 * long as they were; what is due by then is seen at the next turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset; /* two: of all clocks, and of the wall clock beside */

__attribute__ ((constructor)) static void
start (void)
{
  const char *path = getenv ("MCP_TEST_CLOCK");
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  void *page;

  if (fd < 0)
    return;
  page = mmap (NULL, 2 * sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  close (fd);
  if (page != MAP_FAILED)
    offset = page;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  if (syscall (SYS_clock_gettime, clock, now) < 0)
    return -1;
  if (offset != NULL &&
      (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME))
    now->tv_sec += (time_t) offset[0];
  if (offset != NULL && clock == CLOCK_REALTIME)
    now->tv_sec += (time_t) offset[1];
  return 0;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec exact;

  if (clock_gettime (CLOCK_REALTIME, &exact) < 0)
    return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *now)
{
  struct timespec exact;

  clock_gettime (CLOCK_REALTIME, &exact);
  if (now != NULL)
    *now = exact.tv_sec;
  return exact.tv_sec;
}

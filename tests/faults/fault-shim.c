/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon, this lets system calls fail: MCP_FAULT=CALL:N:ERRNO:TIMES, from the
 * N-th CALL on and TIMES times. Each that failed adds a byte to the file MCP_FAULT_HITS.
 *
 * "create" is open() that may make a file, "spawn" whatever begins a process.
 */
/* open() and open64() are two here. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char fault_name[32];
static int fault_errno;
static int first, times;
static const char *hits;
static atomic_int n_calls;

__attribute__ ((constructor)) static void
start (void)
{
  const char *text = getenv ("MCP_FAULT");

  hits = getenv ("MCP_FAULT_HITS");
  if (text == NULL || hits == NULL ||
      sscanf (text, "%31[^:]:%d:%d:%d", fault_name, &first, &fault_errno, &times) != 4)
    fault_name[0] = '\0';
}

static void
note_hit (void)
{
  long fd = syscall (SYS_openat, AT_FDCWD, hits, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  syscall (SYS_write, fd, "x", 1);
  syscall (SYS_close, fd);
}

static int
fails (const char *name)
{
  int n;

  if (strcmp (name, fault_name) != 0)
    return 0;
  n = atomic_fetch_add (&n_calls, 1) + 1;
  if (n < first || n >= first + times)
    return 0;
  note_hit ();
  errno = fault_errno;
  return 1;
}

#define REAL(function) ((__typeof__ (&function)) dlsym (RTLD_NEXT, #function))

int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  return fails ("accept4") ? -1 : REAL (accept4) (fd, address, length, flags);
}

int
socket (int domain, int type, int protocol)
{
  return fails ("socket") ? -1 : REAL (socket) (domain, type, protocol);
}

int
pipe2 (int fds[2], int flags)
{
  return fails ("pipe2") ? -1 : REAL (pipe2) (fds, flags);
}

static int
may_open (int flags)
{
  return !fails (flags & O_CREAT ? "create" : "open");
}

static mode_t
take_mode (int flags, va_list arguments)
{
  return flags & (O_CREAT | O_TMPFILE) ? va_arg (arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                     \
  int name (const char *path, int flags, ...) \
  {                                           \
    va_list arguments;                        \
    mode_t mode;                              \
                                              \
    va_start (arguments, flags);              \
    mode = take_mode (flags, arguments);      \
    va_end (arguments);                       \
    if (!may_open (flags))                    \
      return -1;                              \
    return REAL (name) (path, flags, mode);   \
  }

#define DEFINE_OPENAT(name)                            \
  int name (int dir, const char *path, int flags, ...) \
  {                                                    \
    va_list arguments;                                 \
    mode_t mode;                                       \
                                                       \
    va_start (arguments, flags);                       \
    mode = take_mode (flags, arguments);               \
    va_end (arguments);                                \
    if (!may_open (flags))                             \
      return -1;                                       \
    return REAL (name) (dir, path, flags, mode);       \
  }

DEFINE_OPEN (open)
DEFINE_OPEN (open64)
DEFINE_OPENAT (openat)
DEFINE_OPENAT (openat64)

/* A disk is full, or broken, for files; pipes and eventfds never say so. */
static int
may_fail_to_write (int fd)
{
  struct stat info;

  return fault_errno == EINTR || (fstat (fd, &info) == 0 && S_ISREG (info.st_mode));
}

ssize_t
write (int fd, const void *data, size_t length)
{
  return may_fail_to_write (fd) && fails ("write") ? -1 : REAL (write) (fd, data, length);
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  return fails ("pwrite") ? -1 : REAL (pwrite64) (fd, data, length, offset);
}

int
fsync (int fd)
{
  return fails ("fsync") ? -1 : REAL (fsync) (fd);
}

int
fdatasync (int fd)
{
  return fails ("fsync") ? -1 : REAL (fdatasync) (fd);
}

int
rename (const char *from, const char *to)
{
  return fails ("rename") ? -1 : REAL (rename) (from, to);
}

pid_t
fork (void)
{
  return fails ("spawn") ? -1 : REAL (fork) ();
}

int
posix_spawn (pid_t *pid,
             const char *path,
             const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attributes,
             char *const argv[],
             char *const environment[])
{
  if (fails ("spawn"))
    return errno;
  return REAL (posix_spawn) (pid, path, actions, attributes, argv, environment);
}

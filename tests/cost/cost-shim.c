/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon, this counts what the daemon's own code (not its libraries) makes:
 * tasks, cancellables, signal connections, and memory of at least MCP_COST_BYTES in one piece. The
 * counters are in the file MCP_COST_FILE, in the order of the enum, 64 bits each.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum
{
  COUNT_TASKS,
  COUNT_CANCELLABLES,
  COUNT_SIGNALS,
  COUNT_LARGE,
  N_COUNTS
} Count;

static atomic_ullong *counts;
static uintptr_t program_start, program_end;
static size_t large_bytes = SIZE_MAX;

static int
take_program (struct dl_phdr_info *info, size_t size, void *data)
{
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0)
      {
        program_start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        program_end = program_start + info->dlpi_phdr[i].p_memsz;
      }
  return 1; /* the first one is the program */
}

__attribute__ ((constructor)) static void
start (void)
{
  const char *path = getenv ("MCP_COST_FILE");
  const char *bytes = getenv ("MCP_COST_BYTES");
  int fd = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *map;

  if (fd < 0)
    return;
  map = mmap (NULL, N_COUNTS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (map == MAP_FAILED)
    return;
  dl_iterate_phdr (take_program, NULL);
  if (bytes != NULL)
    large_bytes = strtoull (bytes, NULL, 10);
  counts = map;
}

static void
count (Count which, void *caller)
{
  uintptr_t address = (uintptr_t) caller;

  if (counts != NULL && address >= program_start && address < program_end)
    atomic_fetch_add (&counts[which], 1);
}

static void
count_large (size_t size)
{
  if (counts != NULL && size >= large_bytes)
    atomic_fetch_add (&counts[COUNT_LARGE], 1);
}

#define CALLER __builtin_return_address (0)

void *
g_task_new (void *source, void *cancellable, void *callback, void *user_data)
{
  static void *(*next) (void *, void *, void *, void *);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "g_task_new");
  count (COUNT_TASKS, CALLER);
  return next (source, cancellable, callback, user_data);
}

void *
g_cancellable_new (void)
{
  static void *(*next) (void);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "g_cancellable_new");
  count (COUNT_CANCELLABLES, CALLER);
  return next ();
}

unsigned long
g_signal_connect_data (void *instance,
                       const char *signal,
                       void *handler,
                       void *user_data,
                       void *destroy,
                       int flags)
{
  static unsigned long (*next) (void *, const char *, void *, void *, void *, int);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "g_signal_connect_data");
  count (COUNT_SIGNALS, CALLER);
  return next (instance, signal, handler, user_data, destroy, flags);
}

unsigned long
g_signal_connect_object (void *instance, const char *signal, void *handler, void *object, int flags)
{
  static unsigned long (*next) (void *, const char *, void *, void *, int);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "g_signal_connect_object");
  count (COUNT_SIGNALS, CALLER);
  return next (instance, signal, handler, object, flags);
}

extern void *__libc_malloc (size_t size);
extern void *__libc_realloc (void *memory, size_t size);

void *
malloc (size_t size)
{
  count_large (size);
  return __libc_malloc (size);
}

void *
realloc (void *memory, size_t size)
{
  count_large (size);
  return __libc_realloc (memory, size);
}

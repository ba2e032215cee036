/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's own process, by the names that Prometheus' client libraries have for it.
 */
#include "http/api/mcp-metrics-process.h"

#include "http/api/mcp-metrics-text.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* proc(5), /proc/self/statm: pages, total and resident */
static gboolean
read_memory (double *virtual_bytes, double *resident_bytes)
{
  g_autofree char *text = NULL;
  guint64 total, resident;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%" G_GINT64_MODIFIER "u %" G_GINT64_MODIFIER "u", &total, &resident) != 2)
    return FALSE;

  *virtual_bytes = (double) total * (double) sysconf (_SC_PAGESIZE);
  *resident_bytes = (double) resident * (double) sysconf (_SC_PAGESIZE);
  return TRUE;
}

static gboolean
count_descriptors (guint *n_descriptors)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);

  if (dir == NULL)
    return FALSE;

  *n_descriptors = 0;
  while (g_dir_read_name (dir) != NULL)
    (*n_descriptors)++;
  g_dir_close (dir);
  /* Without the descriptor that was just used to count. */
  (*n_descriptors)--;
  return TRUE;
}

static double
get_cpu_seconds (void)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

/**
 * mcp_metrics_process_append:
 * @out: where to
 * @started_real_us: when the daemon started, in µs since 1970 UTC
 *
 * Adds what this process takes. What cannot be measured is left out.
 */
void
mcp_metrics_process_append (GString *out, gint64 started_real_us)
{
  struct rlimit limit;
  double virtual_bytes, resident_bytes;
  guint n_descriptors;

  mcp_metrics_text_add_one (out, "process_start_time_seconds", MCP_METRIC_GAUGE,
                            "When the daemon started, in seconds since 1970 UTC.",
                            (double) started_real_us / G_USEC_PER_SEC);
  mcp_metrics_text_add_one (out, "process_cpu_seconds_total", MCP_METRIC_COUNTER,
                            "Time that the daemon itself has used on a processor.",
                            get_cpu_seconds ());
  if (read_memory (&virtual_bytes, &resident_bytes))
    {
      mcp_metrics_text_add_one (out, "process_resident_memory_bytes", MCP_METRIC_GAUGE,
                                "Memory that the daemon itself holds.", resident_bytes);
      mcp_metrics_text_add_one (out, "process_virtual_memory_bytes", MCP_METRIC_GAUGE,
                                "Address space that the daemon itself uses.", virtual_bytes);
    }
  if (count_descriptors (&n_descriptors))
    mcp_metrics_text_add_one (out, "process_open_fds", MCP_METRIC_GAUGE,
                              "Descriptors that are open.", n_descriptors);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    mcp_metrics_text_add_one (out, "process_max_fds", MCP_METRIC_GAUGE,
                              "Descriptors that may be open.", (double) limit.rlim_cur);
}

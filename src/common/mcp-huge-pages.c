/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Memory for large texts. The kernel gives memory page by page, at the first touch of each: for a
 * text of 10 MB that takes longer than writing the text. With pages of 2 MiB it gives the same
 * memory in five steps.
 */
#include "common/mcp-huge-pages.h"

#include <sys/mman.h>
#include <unistd.h>

/**
 * mcp_huge_pages_advise:
 * @buffer: from g_malloc(), nothing written to it yet
 * @length: of @buffer, in bytes
 *
 * Asks for huge pages within the buffer, where it is of %MCP_HUGE_PAGES_MIN_BYTES at least; malloc
 * has a mapping for each buffer of that size, so that what was asked for ends with the buffer. A
 * kernel without huge pages says no, which does not matter. Any thread.
 */
void
mcp_huge_pages_advise (gpointer buffer, gsize length)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize start = ((gsize) buffer + page - 1) / page * page;
  gsize end = ((gsize) buffer + length) / page * page;

  if (length >= MCP_HUGE_PAGES_MIN_BYTES)
    madvise ((gpointer) start, end - start, MADV_HUGEPAGE);
}

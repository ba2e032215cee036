/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Thousands of deadlines that nearly always move before they are due, in a binary heap. A deadline
 * that moves to a later time, or is cleared, stays where it is filed: it is filed again when its
 * old time comes. So the common case costs nothing.
 */
#include "http/connection/mcp-deadline-heap.h"

struct _McpDeadlineHeap
{
  GPtrArray *deadlines; /* (unowned) McpDeadline, a heap ordered by filed_us */
};

/**
 * mcp_deadline_heap_new:
 *
 * Returns: (transfer full): a heap without deadlines
 */
McpDeadlineHeap *
mcp_deadline_heap_new (void)
{
  McpDeadlineHeap *self = g_new0 (McpDeadlineHeap, 1);

  self->deadlines = g_ptr_array_new ();
  return self;
}

/**
 * mcp_deadline_heap_free:
 * @self: (transfer full): the heap
 */
void
mcp_deadline_heap_free (McpDeadlineHeap *self)
{
  g_ptr_array_unref (self->deadlines);
  g_free (self);
}

static McpDeadline *
get (McpDeadlineHeap *self, guint place)
{
  return g_ptr_array_index (self->deadlines, place - 1);
}

static void
put (McpDeadlineHeap *self, guint place, McpDeadline *deadline)
{
  g_ptr_array_index (self->deadlines, place - 1) = deadline;
  deadline->place = place;
}

static void
sift_up (McpDeadlineHeap *self, McpDeadline *deadline)
{
  guint place = deadline->place;

  while (place > 1 && get (self, place / 2)->filed_us > deadline->filed_us)
    {
      put (self, place, get (self, place / 2));
      place /= 2;
    }
  put (self, place, deadline);
}

static void
sift_down (McpDeadlineHeap *self, McpDeadline *deadline)
{
  guint place = deadline->place;

  for (;;)
    {
      guint child = place * 2;

      if (child > self->deadlines->len)
        break;
      if (child < self->deadlines->len &&
          get (self, child + 1)->filed_us < get (self, child)->filed_us)
        child++;
      if (get (self, child)->filed_us >= deadline->filed_us)
        break;
      put (self, place, get (self, child));
      place = child;
    }
  put (self, place, deadline);
}

static void
insert (McpDeadlineHeap *self, McpDeadline *deadline)
{
  g_ptr_array_add (self->deadlines, deadline);
  deadline->filed_us = deadline->due_us;
  deadline->place = self->deadlines->len;
  sift_up (self, deadline);
}

/**
 * mcp_deadline_heap_set:
 * @self: the heap
 * @deadline: a deadline of this heap, or one that is in no heap
 * @due_us: monotonic time; 0: none
 *
 * Sets, moves or clears a deadline.
 */
void
mcp_deadline_heap_set (McpDeadlineHeap *self, McpDeadline *deadline, gint64 due_us)
{
  deadline->due_us = due_us;
  if (due_us == 0)
    return;

  if (deadline->place == 0)
    {
      insert (self, deadline);
    }
  else if (due_us < deadline->filed_us)
    {
      deadline->filed_us = due_us;
      sift_up (self, deadline);
    }
}

/**
 * mcp_deadline_heap_remove:
 * @self: the heap
 * @deadline: a deadline of this heap, or one that is in no heap
 *
 * Forgets the deadline, whose owner may be freed afterwards.
 */
void
mcp_deadline_heap_remove (McpDeadlineHeap *self, McpDeadline *deadline)
{
  guint place = deadline->place;
  McpDeadline *last;

  if (place == 0)
    return;

  last = get (self, self->deadlines->len);
  g_ptr_array_set_size (self->deadlines, (int) self->deadlines->len - 1);
  deadline->place = 0;
  if (last == deadline)
    return;

  put (self, place, last);
  sift_down (self, last);
  sift_up (self, last);
}

/**
 * mcp_deadline_heap_get_next:
 * @self: the heap
 *
 * Returns: the monotonic time in µs when mcp_deadline_heap_pop() should be called again; -1: never
 */
gint64
mcp_deadline_heap_get_next (McpDeadlineHeap *self)
{
  return self->deadlines->len > 0 ? get (self, 1)->filed_us : -1;
}

/**
 * mcp_deadline_heap_pop:
 * @self: the heap
 * @now_us: monotonic time
 *
 * Takes out a deadline that is due.
 *
 * Returns: (transfer none) (nullable): the owner of the deadline; %NULL: none is due
 */
gpointer
mcp_deadline_heap_pop (McpDeadlineHeap *self, gint64 now_us)
{
  while (self->deadlines->len > 0 && get (self, 1)->filed_us <= now_us)
    {
      McpDeadline *deadline = get (self, 1);

      mcp_deadline_heap_remove (self, deadline);
      if (deadline->due_us > now_us)
        {
          insert (self, deadline);
        }
      else if (deadline->due_us != 0)
        {
          deadline->due_us = 0;
          return deadline->owner;
        }
    }
  return NULL;
}

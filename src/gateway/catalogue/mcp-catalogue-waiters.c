/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-waiters.h"

/* How long a list waits for servers never seen before, which may have to be downloaded, and for
 * those that are being listed again. */
#define FIRST_MS   8000
#define REFRESH_MS 1000

struct _McpCatalogueWaiters
{
  GPtrArray *waiting; /* (owned): McpCatalogueWaiter (unowned): returning one frees it */
  guint first_ms;
  guint refresh_ms;
  McpCatalogueWaitersDoneFunc is_done;
  gpointer owner; /* (unowned) */
};

/**
 * mcp_catalogue_waiters_new:
 * @is_done: says who has waited long enough
 * @owner: for @is_done; the tasks of the waiters hold a reference
 *
 * Returns: (transfer full): nobody waits
 */
McpCatalogueWaiters *
mcp_catalogue_waiters_new (McpCatalogueWaitersDoneFunc is_done, gpointer owner)
{
  McpCatalogueWaiters *self = g_new0 (McpCatalogueWaiters, 1);

  self->waiting = g_ptr_array_new ();
  self->first_ms = FIRST_MS;
  self->refresh_ms = REFRESH_MS;
  self->is_done = is_done;
  self->owner = owner;
  return self;
}

/**
 * mcp_catalogue_waiters_free:
 * @self: (transfer full): nobody waits
 */
void
mcp_catalogue_waiters_free (McpCatalogueWaiters *self)
{
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

/**
 * mcp_catalogue_waiters_set_first_wait:
 * @self: the waiters
 * @first_ms: how long to wait for servers that are not known yet; for those who come later
 */
void
mcp_catalogue_waiters_set_first_wait (McpCatalogueWaiters *self, guint first_ms)
{
  self->first_ms = first_ms;
}

/**
 * mcp_catalogue_waiters_set_refresh_wait:
 * @self: the waiters
 * @refresh_ms: how long to wait for servers that are being listed again; likewise
 */
void
mcp_catalogue_waiters_set_refresh_wait (McpCatalogueWaiters *self, guint refresh_ms)
{
  self->refresh_ms = refresh_ms;
}

static void
wake_cb (McpCatalogueWaiter *waiter, gpointer user_data)
{
  McpCatalogueWaiters *self = user_data;

  /* not there: mcp_catalogue_waiters_wake() will return it in a moment */
  if (self->is_done (waiter, self->owner) && g_ptr_array_remove (self->waiting, waiter))
    mcp_catalogue_waiter_return (waiter);
}

/**
 * mcp_catalogue_waiters_add:
 * @self: the waiters
 * @waiter: (transfer full): somebody who waits from now on; returned at once where there is nothing
 *   to wait for
 * @max_first_ms: waits no longer for servers that are not known yet; %G_MAXUINT: as long as others
 */
void
mcp_catalogue_waiters_add (McpCatalogueWaiters *self,
                           McpCatalogueWaiter *waiter,
                           guint max_first_ms)
{
  if (self->is_done (waiter, self->owner))
    {
      mcp_catalogue_waiter_return (waiter);
      return;
    }
  g_ptr_array_add (self->waiting, waiter);
  mcp_catalogue_waiter_arm (waiter, MIN (self->first_ms, max_first_ms), self->refresh_ms, wake_cb,
                            self);
}

/**
 * mcp_catalogue_waiters_wake:
 * @self: the waiters; the caller holds a reference to the owner
 *
 * Something has changed: returns all who have waited long enough.
 */
void
mcp_catalogue_waiters_wake (McpCatalogueWaiters *self)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();

  for (guint i = 0; i < self->waiting->len; i++)
    if (self->is_done (g_ptr_array_index (self->waiting, i), self->owner))
      g_ptr_array_add (done, g_ptr_array_index (self->waiting, i));

  for (guint i = 0; i < done->len; i++)
    g_ptr_array_remove (self->waiting, g_ptr_array_index (done, i));

  /* callbacks of the tasks run in here */
  for (guint i = 0; i < done->len; i++)
    mcp_catalogue_waiter_return (g_ptr_array_index (done, i));
}

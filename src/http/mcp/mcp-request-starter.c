/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-request-starter.h"

#include "common/mcp-timer.h"

/* How long requests are started without a break for others. */
#define SLICE_US (4 * G_TIME_SPAN_MILLISECOND)

struct _McpRequestStarter
{
  GPtrArray *requests; /* (owned): McpRequest (owned), in order */
  guint n_started;
  GSource *next_slice; /* (owned) (nullable) */
  const McpRequestStarterFuncs *funcs;
  gpointer owner; /* (unowned): for @funcs */
};

/**
 * mcp_request_starter_new:
 * @requests: (element-type McpRequest): not started; kept
 * @funcs: called with @owner
 * @owner: owns the starter
 *
 * Returns: (transfer full): a starter that has started nothing
 */
McpRequestStarter *
mcp_request_starter_new (GPtrArray *requests, const McpRequestStarterFuncs *funcs, gpointer owner)
{
  McpRequestStarter *self = g_new0 (McpRequestStarter, 1);

  self->requests = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_add (self->requests, g_object_ref (g_ptr_array_index (requests, i)));
  self->funcs = funcs;
  self->owner = owner;
  return self;
}

/**
 * mcp_request_starter_free:
 * @self: (transfer full): the starter; what it has not started is not started
 */
void
mcp_request_starter_free (McpRequestStarter *self)
{
  mcp_timer_clear (&self->next_slice);
  g_ptr_array_unref (self->requests);
  g_free (self);
}

/* Does nothing for a request that was cancelled in the meantime. */
static void
start_next (McpRequestStarter *self)
{
  mcp_request_start (g_ptr_array_index (self->requests, self->n_started++));
}

/**
 * mcp_request_starter_run:
 * @self: the starter, whose owner the caller holds
 *
 * Starts requests until all are started, the owner says that the next one must wait, or others
 * want their turn; then the rest follows from the main loop.
 */
void
mcp_request_starter_run (McpRequestStarter *self)
{
  gint64 until_us = g_get_monotonic_time () + SLICE_US;

  while (self->n_started < self->requests->len && !self->funcs->must_wait (self->owner))
    {
      if (self->n_started > 0 && g_get_monotonic_time () >= until_us)
        {
          mcp_request_starter_resume (self);
          return;
        }
      start_next (self);
    }
}

static gboolean
slice_cb (gpointer user_data)
{
  McpRequestStarter *self = user_data;
  gpointer owner = self->funcs->ref (self->owner);

  mcp_timer_clear (&self->next_slice);
  mcp_request_starter_run (self);
  self->funcs->unref (owner);
  return G_SOURCE_REMOVE;
}

static void
release_owner (gpointer user_data)
{
  McpRequestStarter *self = user_data;

  self->funcs->unref (self->owner);
}

/**
 * mcp_request_starter_resume:
 * @self: the starter
 *
 * Goes on from the main loop.
 */
void
mcp_request_starter_resume (McpRequestStarter *self)
{
  if (self->next_slice != NULL)
    return;

  self->funcs->ref (self->owner);
  self->next_slice = g_idle_source_new ();
  g_source_set_priority (self->next_slice, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->next_slice, "[mcp] batch");
  g_source_set_callback (self->next_slice, slice_cb, self, release_owner);
  g_source_attach (self->next_slice, g_main_context_get_thread_default ());
}

/**
 * mcp_request_starter_run_all:
 * @self: the starter
 *
 * Starts whatever is left, at once.
 */
void
mcp_request_starter_run_all (McpRequestStarter *self)
{
  while (self->n_started < self->requests->len)
    start_next (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-services.h"

/**
 * mcp_services_new:
 * @store: the sessions
 * @pool: where the providers are
 * @methods: (transfer none): static
 * @limits: copied
 *
 * Returns: (transfer full): all that requests need
 */
McpServices *
mcp_services_new (McpSessionStore *store,
                  McpProviderPool *pool,
                  const McpMethodTable *methods,
                  const McpLimits *limits)
{
  McpServices *self = g_new0 (McpServices, 1);

  g_ref_count_init (&self->ref_count);
  self->methods = methods;
  self->store = g_object_ref (store);
  self->pool = g_object_ref (pool);
  self->catalogue = mcp_catalogue_new (pool, limits);
  self->consent_desk = mcp_consent_desk_new (limits);
  self->running_calls = mcp_running_calls_new (pool);
  mcp_running_calls_set_desk (self->running_calls, self->consent_desk);
  self->change_notifier = mcp_change_notifier_new (pool, self->catalogue);
  self->log_levels = mcp_log_levels_new (pool);
  self->parking = mcp_parking_new ();
  self->task_owners = mcp_task_owners_new ();
  self->meter = mcp_provider_meter_new (pool);
  self->written = mcp_turn_queue_new ("response-written");
  mcp_services_set_limits (self, limits);
  return self;
}

/**
 * mcp_services_set_limits:
 * @self: the services
 * @limits: copied
 *
 * Takes new limits; what is beyond them already stays.
 */
void
mcp_services_set_limits (McpServices *self, const McpLimits *limits)
{
  self->limits = *limits;
  mcp_provider_pool_set_limits (self->pool, limits);
  mcp_catalogue_set_limits (self->catalogue, limits);
  mcp_running_calls_set_max_seconds (self->running_calls, limits->call_seconds);
  mcp_consent_desk_set_limits (self->consent_desk, limits);
  mcp_parking_set_max (self->parking, limits->parked_per_session);
}

/**
 * mcp_services_ref:
 * @self: the services
 *
 * Returns: (transfer full): @self
 */
McpServices *
mcp_services_ref (McpServices *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_services_unref:
 * @self: (transfer full): the services
 */
void
mcp_services_unref (McpServices *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->attachment_keep);
  mcp_turn_queue_free (self->written);
  g_object_unref (self->meter);
  g_object_unref (self->parking);
  mcp_task_owners_free (self->task_owners);
  g_object_unref (self->log_levels);
  g_object_unref (self->change_notifier);
  g_object_unref (self->running_calls);
  g_object_unref (self->consent_desk);
  g_object_unref (self->catalogue);
  g_object_unref (self->pool);
  g_object_unref (self->store);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-expiry-timer.h"

#include "common/mcp-timer.h"
#include "session/session/mcp-session-lifetime.h"

/* That end in one turn of the main context: each takes some signals on the bus. */
#define MAX_AT_ONCE 50

struct _McpdExpiryTimer
{
  GObject parent_instance;

  McpSessionStore *store; /* (owned) */
  guint interval_seconds; /* of the timer */
  gint64 due_us;          /* when it fires, monotonic */
  GSource *timer;         /* (nullable) (owned): while a session may end by itself */
  GSource *rest;          /* (nullable) (owned): there are more than could end at once */
};

G_DEFINE_FINAL_TYPE (McpdExpiryTimer, mcpd_expiry_timer, G_TYPE_OBJECT)

static void look_after (McpdExpiryTimer *self, McpSession *session);

static void
look_after_all (McpdExpiryTimer *self)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (self->store);

  for (guint i = 0; i < sessions->len; i++)
    look_after (self, sessions->pdata[i]);
}

static gboolean
expire_cb (gpointer user_data)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (user_data);

  if (mcp_session_store_expire_some (self->store, g_get_real_time (), MAX_AT_ONCE) == MAX_AT_ONCE)
    return G_SOURCE_CONTINUE;
  mcp_timer_clear (&self->rest);
  look_after_all (self);
  return G_SOURCE_REMOVE;
}

static void
stop (McpdExpiryTimer *self)
{
  mcp_timer_clear (&self->timer);
  self->interval_seconds = 0;
}

static gboolean
timer_cb (gpointer user_data)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (user_data);

  stop (self);
  if (self->rest == NULL)
    self->rest = mcp_timer_new_idle ("session-expiry", G_PRIORITY_DEFAULT, expire_cb, self);
  return G_SOURCE_REMOVE;
}

/* The next look comes in time for this session as well. */
static void
look_after (McpdExpiryTimer *self, McpSession *session)
{
  guint seconds = mcp_session_get_wait (session, g_get_real_time ());
  gint64 due_us = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;

  if (seconds == 0 || (self->timer != NULL && self->due_us <= due_us))
    return;
  mcp_timer_clear (&self->timer);
  self->interval_seconds = seconds;
  self->due_us = due_us;
  self->timer = mcp_timer_new_seconds ("session-expiry", seconds, timer_cb, self);
}

static void
session_added_cb (McpSessionStore *store, McpSession *session, gpointer user_data)
{
  look_after (MCPD_EXPIRY_TIMER (user_data), session);
}

static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    gpointer user_data)
{
  if (mcp_session_store_get_n_sessions (store) == 0)
    stop (MCPD_EXPIRY_TIMER (user_data));
}

static void
mcpd_expiry_timer_dispose (GObject *object)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (object);

  mcp_timer_clear (&self->timer);
  mcp_timer_clear (&self->rest);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (mcpd_expiry_timer_parent_class)->dispose (object);
}

static void
mcpd_expiry_timer_class_init (McpdExpiryTimerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcpd_expiry_timer_dispose;
}

static void
mcpd_expiry_timer_init (McpdExpiryTimer *self)
{
}

/**
 * mcpd_expiry_timer_new:
 * @store: whose sessions are looked after
 *
 * Returns: (transfer full): looks after them as long as it lives
 */
McpdExpiryTimer *
mcpd_expiry_timer_new (McpSessionStore *store)
{
  McpdExpiryTimer *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);

  self = g_object_new (MCPD_TYPE_EXPIRY_TIMER, NULL);
  self->store = g_object_ref (store);
  g_signal_connect (store, "session-added", G_CALLBACK (session_added_cb), self);
  g_signal_connect (store, "session-removed", G_CALLBACK (session_removed_cb), self);
  look_after_all (self);
  return self;
}

/**
 * mcpd_expiry_timer_get_interval:
 * @self: the expiry
 *
 * Returns: seconds from when the next look was decided on to that look; 0: none is needed
 */
guint
mcpd_expiry_timer_get_interval (McpdExpiryTimer *self)
{
  g_return_val_if_fail (MCPD_IS_EXPIRY_TIMER (self), 0);

  return self->interval_seconds;
}

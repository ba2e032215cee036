/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-expiry-timer.h"

#include "common/mcp-timer.h"

/*
 * Nobody waits for a session to end, so it may end up to a quarter of its idle
 * time late; the daemon wakes up no more often than that asks for.
 */
#define MAX_INTERVAL_SECONDS 30
#define IDLE_SHARE           4
/* Where sessions end a minute after the processes that use them. */
#define PROCESS_SECONDS      15

/* That end in one turn of the main context: each takes some signals on the bus. */
#define MAX_AT_ONCE 50

struct _McpdExpiryTimer
{
  GObject parent_instance;

  McpSessionStore *store; /* (owned) */
  guint interval_seconds;
  GSource *timer; /* (nullable) (owned) */
  GSource *rest;  /* (nullable) (owned): there are more than could end at once */
};

G_DEFINE_FINAL_TYPE (McpdExpiryTimer, mcpd_expiry_timer, G_TYPE_OBJECT)

static void set_interval (McpdExpiryTimer *self, guint seconds);

static guint
interval_for (McpSession *session)
{
  guint idle_seconds = mcp_session_get_idle_seconds (session);
  guint max_seconds =
      mcp_session_ends_with_processes (session) ? PROCESS_SECONDS : MAX_INTERVAL_SECONDS;

  if (idle_seconds == 0)
    return max_seconds;
  return CLAMP (idle_seconds / IDLE_SHARE, 1, max_seconds);
}

static gboolean
expire_cb (gpointer user_data)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (user_data);

  if (mcp_session_store_expire_some (self->store, g_get_real_time (), MAX_AT_ONCE) == MAX_AT_ONCE)
    return G_SOURCE_CONTINUE;
  mcp_timer_clear (&self->rest);
  return G_SOURCE_REMOVE;
}

static gboolean
timer_cb (gpointer user_data)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (user_data);
  g_autoptr (GPtrArray) sessions = NULL;
  guint seconds = MAX_INTERVAL_SECONDS;

  if (self->rest == NULL)
    self->rest = mcp_timer_new_idle ("session-expiry", G_PRIORITY_DEFAULT, expire_cb, self);

  sessions = mcp_session_store_list (self->store);
  for (guint i = 0; i < sessions->len; i++)
    seconds = MIN (seconds, interval_for (g_ptr_array_index (sessions, i)));
  if (seconds == self->interval_seconds)
    return G_SOURCE_CONTINUE;

  set_interval (self, seconds);
  return G_SOURCE_REMOVE;
}

static void
set_interval (McpdExpiryTimer *self, guint seconds)
{
  mcp_timer_clear (&self->timer);

  self->interval_seconds = seconds;
  self->timer = mcp_timer_new_seconds ("session-expiry", seconds, timer_cb, self);
}

static void
session_added_cb (McpSessionStore *store, McpSession *session, gpointer user_data)
{
  McpdExpiryTimer *self = MCPD_EXPIRY_TIMER (user_data);
  guint seconds = interval_for (session);

  if (seconds < self->interval_seconds)
    set_interval (self, seconds);
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
  set_interval (self, MAX_INTERVAL_SECONDS);
  return self;
}

/**
 * mcpd_expiry_timer_get_interval:
 * @self: the expiry
 *
 * Returns: seconds between two looks at the sessions
 */
guint
mcpd_expiry_timer_get_interval (McpdExpiryTimer *self)
{
  g_return_val_if_fail (MCPD_IS_EXPIRY_TIMER (self), 0);

  return self->interval_seconds;
}

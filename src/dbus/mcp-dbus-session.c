/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-session.h"

#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-time.h"
#include "dbus/mcp-dbus-call-tool.h"
#include "dbus/mcp-dbus-event.h"
#include "dbus/mcp-dbus-list-calls.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-senders.h"
#include "dbus/mcp-dbus-settle.h"

struct _McpDbusSession
{
  McpGenSession1Skeleton parent_instance;

  McpSessionStore *store;  /* (owned) */
  McpGateway *gateway;     /* (owned) */
  McpSession *session;     /* (owned) */
  McpDbusWatcher *watcher; /* (owned) */
};

/* Those that change are read from the session; McpDbusWatcher signals their changes. */
typedef enum
{
  PROP_LAST_ACTIVE_AT = 1,
  PROP_SUBSCRIBERS,
  PROP_CALLS_IN_FLIGHT,
} McpDbusSessionProp;

static void mcp_dbus_session_iface_init (McpGenSession1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDbusSession,
                               mcp_dbus_session,
                               MCP_GEN_TYPE_SESSION1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MCP_GEN_TYPE_SESSION1,
                                                      mcp_dbus_session_iface_init))

static void
label_cb (McpSession *session, GParamSpec *pspec, McpDbusSession *self)
{
  const char *label = mcp_session_get_label (session);

  mcp_gen_session1_set_label (MCP_GEN_SESSION1 (self), label != NULL ? label : "");
}

static void
allowed_tools_cb (McpSession *session, GParamSpec *pspec, McpDbusSession *self)
{
  static const char *const everything[] = { "*", NULL };
  const char *const *allowed_tools = mcp_session_get_allowed_tools (session);

  mcp_gen_session1_set_allowed_tools (MCP_GEN_SESSION1 (self),
                                      allowed_tools != NULL ? allowed_tools : everything);
}

static gboolean
handle_close (McpGenSession1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusSession *self = MCP_DBUS_SESSION (skeleton);
  g_autoptr (GError) error = NULL;

  if (mcp_session_store_close (self->store, mcp_session_get_id (self->session), MCP_REASON_CLOSED,
                               &error))
    mcp_dbus_settle_and_return (self->store, invocation, g_variant_new ("()"));
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_publish_progress (McpGenSession1 *skeleton,
                         GDBusMethodInvocation *invocation,
                         GVariant *event)
{
  McpDbusSession *self = MCP_DBUS_SESSION (skeleton);
  g_autoptr (GError) error = NULL;

  if (mcp_dbus_event_publish (self->session, event, &error))
    mcp_gen_session1_complete_publish_progress (skeleton, invocation);
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
listed_tools_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = NULL;

  json = mcp_gateway_list_tools_finish (MCP_GATEWAY (source), result, &error);
  if (json != NULL)
    mcp_dbus_reply_json (invocation, json);
  else
    mcp_dbus_reply_error (invocation, error);
}

static gboolean
handle_list_tools (McpGenSession1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusSession *self = MCP_DBUS_SESSION (skeleton);

  if (mcp_dbus_senders_admit (invocation))
    mcp_gateway_list_tools_async (self->gateway, self->session,
                                  mcp_session_get_cancellable (self->session), listed_tools_cb,
                                  invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_call_tool (McpGenSession1 *skeleton,
                  GDBusMethodInvocation *invocation,
                  const char *name,
                  const char *arguments_json,
                  GVariant *options)
{
  McpDbusSession *self = MCP_DBUS_SESSION (skeleton);

  if (mcp_dbus_senders_admit (invocation))
    mcp_dbus_call_tool_start (self->gateway, self->session, self->watcher, invocation, name,
                              arguments_json, options);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_list_calls (McpGenSession1 *skeleton, GDBusMethodInvocation *invocation, GVariant *filter)
{
  McpDbusSession *self = MCP_DBUS_SESSION (skeleton);

  if (mcp_dbus_senders_admit (invocation))
    mcp_dbus_list_calls_start (self->gateway, self->session, invocation, filter);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
mcp_dbus_session_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  McpDbusSession *self = MCP_DBUS_SESSION (object);

  switch ((McpDbusSessionProp) prop_id)
    {
    case PROP_LAST_ACTIVE_AT:
      g_value_take_string (value, mcp_time_format (mcp_session_get_last_active_at (self->session)));
      break;
    case PROP_SUBSCRIBERS:
      g_value_set_uint (value, mcp_session_get_n_subscribers (self->session));
      break;
    case PROP_CALLS_IN_FLIGHT:
      g_value_set_uint (value, mcp_session_get_calls_in_flight (self->session));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* The generated interface declares them writable; nobody writes what the session counts. */
static void
mcp_dbus_session_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
mcp_dbus_session_dispose (GObject *object)
{
  McpDbusSession *self = MCP_DBUS_SESSION (object);

  g_clear_object (&self->store);
  g_clear_object (&self->gateway);
  g_clear_object (&self->watcher);
  G_OBJECT_CLASS (mcp_dbus_session_parent_class)->dispose (object);
}

static void
mcp_dbus_session_finalize (GObject *object)
{
  McpDbusSession *self = MCP_DBUS_SESSION (object);

  g_object_unref (self->session);
  G_OBJECT_CLASS (mcp_dbus_session_parent_class)->finalize (object);
}

static void
mcp_dbus_session_class_init (McpDbusSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_dbus_session_get_property;
  object_class->set_property = mcp_dbus_session_set_property;
  object_class->dispose = mcp_dbus_session_dispose;
  object_class->finalize = mcp_dbus_session_finalize;

  g_object_class_override_property (object_class, PROP_LAST_ACTIVE_AT, "last-active-at");
  g_object_class_override_property (object_class, PROP_SUBSCRIBERS, "subscribers");
  g_object_class_override_property (object_class, PROP_CALLS_IN_FLIGHT, "calls-in-flight");
}

static void
mcp_dbus_session_iface_init (McpGenSession1Iface *iface)
{
  iface->handle_close = handle_close;
  iface->handle_publish_progress = handle_publish_progress;
  iface->handle_list_tools = handle_list_tools;
  iface->handle_call_tool = handle_call_tool;
  iface->handle_list_calls = handle_list_calls;
}

static void
mcp_dbus_session_init (McpDbusSession *self)
{
}

/**
 * mcp_dbus_session_new:
 * @store: the store, which ends the session
 * @gateway: the gateway, which calls its tools
 * @session: the session
 * @watcher: who signals its events
 *
 * Returns: (transfer full): an interface to export
 */
McpDbusSession *
mcp_dbus_session_new (McpSessionStore *store,
                      McpGateway *gateway,
                      McpSession *session,
                      McpDbusWatcher *watcher)
{
  McpDbusSession *self = g_object_new (MCP_TYPE_DBUS_SESSION, NULL);
  McpGenSession1 *skeleton = MCP_GEN_SESSION1 (self);
  const char *label = mcp_session_get_label (session);
  g_autofree char *created_at = mcp_time_format (mcp_session_get_created_at (session));

  self->store = g_object_ref (store);
  self->gateway = g_object_ref (gateway);
  self->session = g_object_ref (session);
  self->watcher = g_object_ref (watcher);

  mcp_gen_session1_set_id (skeleton, mcp_session_get_id (session));
  mcp_gen_session1_set_cwd (skeleton, mcp_session_get_cwd (session));
  mcp_gen_session1_set_label (skeleton, label != NULL ? label : "");
  g_signal_connect_object (session, "notify::label", G_CALLBACK (label_cb), self, 0);
  mcp_gen_session1_set_created_at (skeleton, created_at);
  allowed_tools_cb (session, NULL, self);
  g_signal_connect_object (session, "notify::allowed-tools", G_CALLBACK (allowed_tools_cb), self,
                           0);
  return self;
}

/**
 * mcp_dbus_session_build_path:
 * @session_id: a session's id
 *
 * Where a session's object is. Any thread.
 *
 * Returns: (transfer full): an object path
 */
char *
mcp_dbus_session_build_path (const char *session_id)
{
  char *path = g_strconcat (MCP_SESSION_PATH_PREFIX, session_id, NULL);

  /* not part of an object path: D-Bus specification, "Valid Object Paths" */
  return g_strdelimit (path, "-", '_');
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-store.h"

#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "config.h"
#include "dbus/mcp-dbus-args.h"
#include "dbus/mcp-dbus-create-session.h"
#include "dbus/mcp-dbus-event.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-senders.h"
#include "dbus/mcp-dbus-session.h"
#include "dbus/mcp-dbus-settle.h"
#include "protocol/mcp-revision.h"

#include <string.h>

/* Of an id that names nothing, in an error's text; real ones are 36 characters long. */
#define MAX_SHOWN_ID_BYTES 64

struct _McpDbusStore
{
  McpGenSessionStore1Skeleton parent_instance;

  McpSessionStore *store; /* (owned) */
};

static void mcp_dbus_store_iface_init (McpGenSessionStore1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDbusStore,
                               mcp_dbus_store,
                               MCP_GEN_TYPE_SESSION_STORE1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MCP_GEN_TYPE_SESSION_STORE1,
                                                      mcp_dbus_store_iface_init))

static McpSession *
lookup (McpDbusStore *self, const char *session_id, GError **error)
{
  McpSession *session = mcp_session_store_lookup (self->store, session_id);

  if (session == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no session “%s”",
                 strlen (session_id) <= MAX_SHOWN_ID_BYTES ? session_id : "…");
  return session;
}

static gboolean
handle_create_session (McpGenSessionStore1 *skeleton,
                       GDBusMethodInvocation *invocation,
                       const char *cwd,
                       GVariant *options)
{
  McpDbusStore *self = MCP_DBUS_STORE (skeleton);

  if (mcp_dbus_senders_admit (invocation))
    mcp_dbus_create_session_start (self->store, invocation, cwd, options);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_authenticate (McpGenSessionStore1 *skeleton,
                     GDBusMethodInvocation *invocation,
                     const char *session_id,
                     const char *token)
{
  McpDbusStore *self = MCP_DBUS_STORE (skeleton);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (lookup (self, session_id, &error) != NULL &&
      mcp_dbus_args_check_string ("token", token, &error) &&
      mcp_session_store_authenticate (self->store, session_id, token, &error) != NULL)
    {
      path = mcp_dbus_session_build_path (session_id);
      mcp_gen_session_store1_complete_authenticate (skeleton, invocation, path);
    }
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_session (McpGenSessionStore1 *skeleton,
                    GDBusMethodInvocation *invocation,
                    const char *session_id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (lookup (MCP_DBUS_STORE (skeleton), session_id, &error) != NULL)
    {
      path = mcp_dbus_session_build_path (session_id);
      mcp_gen_session_store1_complete_get_session (skeleton, invocation, path);
    }
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_close_session (McpGenSessionStore1 *skeleton,
                      GDBusMethodInvocation *invocation,
                      const char *session_id)
{
  McpDbusStore *self = MCP_DBUS_STORE (skeleton);
  g_autoptr (GError) error = NULL;

  if (lookup (self, session_id, &error) != NULL &&
      mcp_session_store_close (self->store, session_id, MCP_REASON_CLOSED, &error))
    mcp_dbus_settle_and_return (self->store, invocation, g_variant_new ("()"));
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_publish_progress (McpGenSessionStore1 *skeleton,
                         GDBusMethodInvocation *invocation,
                         const char *session_id,
                         GVariant *event)
{
  g_autoptr (GError) error = NULL;
  McpSession *session = lookup (MCP_DBUS_STORE (skeleton), session_id, &error);

  if (session != NULL && mcp_dbus_event_publish (session, event, &error))
    mcp_gen_session_store1_complete_publish_progress (skeleton, invocation);
  else
    mcp_dbus_reply_error (invocation, error);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
mcp_dbus_store_dispose (GObject *object)
{
  McpDbusStore *self = MCP_DBUS_STORE (object);

  g_clear_object (&self->store);
  G_OBJECT_CLASS (mcp_dbus_store_parent_class)->dispose (object);
}

static void
mcp_dbus_store_class_init (McpDbusStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_dbus_store_dispose;
}

static void
mcp_dbus_store_iface_init (McpGenSessionStore1Iface *iface)
{
  iface->handle_create_session = handle_create_session;
  iface->handle_authenticate = handle_authenticate;
  iface->handle_get_session = handle_get_session;
  iface->handle_close_session = handle_close_session;
  iface->handle_publish_progress = handle_publish_progress;
}

static void
mcp_dbus_store_init (McpDbusStore *self)
{
}

/**
 * mcp_dbus_store_new:
 * @store: the store
 *
 * The addresses are set by who knows them.
 *
 * Returns: (transfer full): an interface to export
 */
McpDbusStore *
mcp_dbus_store_new (McpSessionStore *store)
{
  McpDbusStore *self = g_object_new (MCP_TYPE_DBUS_STORE, NULL);
  McpGenSessionStore1 *skeleton = MCP_GEN_SESSION_STORE1 (self);

  self->store = g_object_ref (store);
  mcp_gen_session_store1_set_http_url (skeleton, "");
  mcp_gen_session_store1_set_socket_path (skeleton, "");
  mcp_gen_session_store1_set_version (skeleton, MCP_VERSION);
  mcp_gen_session_store1_set_protocol_versions (skeleton, mcp_revision_list ());
  mcp_dbus_store_update_count (self);
  return self;
}

/**
 * mcp_dbus_store_update_count:
 * @self: the interface
 *
 * Makes `Count` what it is now: to be called when it has changed, while somebody can see it.
 */
void
mcp_dbus_store_update_count (McpDbusStore *self)
{
  mcp_gen_session_store1_set_count (MCP_GEN_SESSION_STORE1 (self),
                                    mcp_session_store_get_n_sessions (self->store));
}

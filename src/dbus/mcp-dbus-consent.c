/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-consent.h"

#include "dbus/mcp-dbus-caller.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-senders.h"
#include "gateway/api/mcp-gateway-consent.h"

/* How the history calls answers that came this way. */
#define ANSWERED_BY "bus"

struct _McpDbusConsent
{
  McpGenConsent1Skeleton parent_instance;

  McpGateway *gateway; /* (owned) */
};

static void mcp_dbus_consent_iface_init (McpGenConsent1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDbusConsent,
                               mcp_dbus_consent,
                               MCP_GEN_TYPE_CONSENT1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MCP_GEN_TYPE_CONSENT1,
                                                      mcp_dbus_consent_iface_init))

static gboolean
handle_list_questions (McpGenConsent1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusConsent *self = MCP_DBUS_CONSENT (skeleton);

  mcp_gen_consent1_complete_list_questions (skeleton, invocation,
                                            mcp_gateway_consent_list (self->gateway));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* An Answer while the bus is asked who its caller is. */
typedef struct
{
  McpGateway *gateway;               /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned): until it is answered */
  char *id;
  char *answer;
} Answer;

static void
answer_free (Answer *self)
{
  g_object_unref (self->gateway);
  g_clear_object (&self->invocation);
  g_free (self->id);
  g_free (self->answer);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

static void
got_caller_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) self = user_data;
  g_autoptr (GError) error = NULL;
  pid_t pid = mcp_dbus_caller_lookup_finish (self->invocation, result);

  if (mcp_gateway_consent_answer (self->gateway, self->id, self->answer, ANSWERED_BY, pid, &error))
    mcp_gen_consent1_complete_answer (NULL, g_steal_pointer (&self->invocation));
  else
    mcp_dbus_reply_error (g_steal_pointer (&self->invocation), error);
}

static gboolean
handle_answer (McpGenConsent1 *skeleton,
               GDBusMethodInvocation *invocation,
               const char *id,
               const char *answer)
{
  McpDbusConsent *self = MCP_DBUS_CONSENT (skeleton);
  Answer *pending;

  if (!mcp_dbus_senders_admit (invocation))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  pending = g_new0 (Answer, 1);
  pending->gateway = g_object_ref (self->gateway);
  pending->invocation = invocation;
  pending->id = g_strdup (id);
  pending->answer = g_strdup (answer);
  mcp_dbus_caller_lookup_async (invocation, got_caller_cb, pending);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
question_added_cb (McpGateway *gateway, GVariant *question, McpDbusConsent *self)
{
  mcp_gen_consent1_emit_question_added (MCP_GEN_CONSENT1 (self), question);
}

static void
question_removed_cb (McpGateway *gateway, const char *id, const char *answer, McpDbusConsent *self)
{
  mcp_gen_consent1_emit_question_removed (MCP_GEN_CONSENT1 (self), id, answer);
}

static void
mcp_dbus_consent_dispose (GObject *object)
{
  McpDbusConsent *self = MCP_DBUS_CONSENT (object);

  g_clear_object (&self->gateway);
  G_OBJECT_CLASS (mcp_dbus_consent_parent_class)->dispose (object);
}

static void
mcp_dbus_consent_class_init (McpDbusConsentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_dbus_consent_dispose;
}

static void
mcp_dbus_consent_iface_init (McpGenConsent1Iface *iface)
{
  iface->handle_list_questions = handle_list_questions;
  iface->handle_answer = handle_answer;
}

static void
mcp_dbus_consent_init (McpDbusConsent *self)
{
}

/**
 * mcp_dbus_consent_new:
 * @gateway: the gateway
 *
 * Returns: (transfer full): an interface to export
 */
McpDbusConsent *
mcp_dbus_consent_new (McpGateway *gateway)
{
  McpDbusConsent *self = g_object_new (MCP_TYPE_DBUS_CONSENT, NULL);

  self->gateway = g_object_ref (gateway);
  g_signal_connect_object (gateway, "question-added", G_CALLBACK (question_added_cb), self, 0);
  g_signal_connect_object (gateway, "question-removed", G_CALLBACK (question_removed_cb), self, 0);
  return self;
}

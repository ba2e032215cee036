/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A button of a notification is an action of the application, and actions can be activated by
 * everybody on the bus. So the target of a button is a secret: whoever knows it was shown the
 * notification. A secret is good as long as its question waits.
 */
#include "daemon/mcpd-notifier.h"

#include "common/mcp-text-clean.h"
#include "common/mcp-timer.h"
#include "daemon/mcpd-notice.h"
#include "daemon/mcpd-notification-server.h"
#include "gateway/api/mcp-gateway-consent.h"

#include <glib/gi18n.h>
#include <string.h>

/* How the history calls answers that came this way. */
#define ANSWERED_BY "notification"

/* GLib forgets a notification that is withdrawn before the desktop has confirmed that it is shown,
 * and leaves it there. */
#define WITHDRAW_AGAIN_MS 1000

#define LONG_CALL_US (60 * G_TIME_SPAN_SECOND)

struct _McpdNotifier
{
  GObject parent_instance;

  McpGateway *gateway; /* (owned) */
  McpdBus *bus;        /* (owned) */
  McpdNotifications settings;
  GHashTable *buttons;            /* (owned): secret (owned) -> Button (owned) */
  GHashTable *sent;               /* (owned): set of ids (owned): notifications that may be shown */
  GHashTable *withdrawn;          /* (owned): set of ids (owned): to be withdrawn once more */
  GSource *again;                 /* (owned) (nullable): for these */
  McpdNotificationServer *server; /* (owned) (nullable): while there is a bus */
};

/* What a button answers. */
typedef struct
{
  char *id;
  const char *word;
} Button;

G_DEFINE_FINAL_TYPE (McpdNotifier, mcpd_notifier, G_TYPE_OBJECT)

static void
button_free (gpointer data)
{
  Button *button = data;

  g_free (button->id);
  g_free (button);
}

/* Sending */

static void
set_body (McpdNotifier *self, GNotification *notification, const char *text)
{
  g_autofree char *markup = NULL;

  if (self->server == NULL || !mcpd_notification_server_is_plain (self->server))
    markup = g_markup_escape_text (text, -1);
  g_notification_set_body (notification, markup != NULL ? markup : text);
}

static gboolean
can_show (McpdNotifier *self)
{
  return self->server != NULL && mcpd_notification_server_is_there (self->server);
}

static void
send (McpdNotifier *self, const char *id, GNotification *notification)
{
  GApplication *application = mcpd_bus_get_application (self->bus);

  if (!can_show (self))
    return;
  g_notification_set_default_action (notification, MCPD_DESKTOP_ACTION_SHOW);
  g_hash_table_add (self->sent, g_strdup (id));
  g_hash_table_remove (self->withdrawn, id);
  g_application_send_notification (application, id, notification);
}

static void
withdraw_now (gpointer id, gpointer value, gpointer application)
{
  g_application_withdraw_notification (application, id);
}

static gboolean
again_cb (gpointer user_data)
{
  McpdNotifier *self = user_data;
  GApplication *application = mcpd_bus_get_application (self->bus);

  if (application != NULL)
    g_hash_table_foreach (self->withdrawn, withdraw_now, application);
  g_hash_table_remove_all (self->withdrawn);
  mcp_timer_clear (&self->again);
  return G_SOURCE_REMOVE;
}

static void
withdraw (McpdNotifier *self, const char *id)
{
  GApplication *application = mcpd_bus_get_application (self->bus);

  if (application == NULL || !g_hash_table_remove (self->sent, id))
    return;
  withdraw_now ((gpointer) id, NULL, application);
  g_hash_table_add (self->withdrawn, g_strdup (id));
  if (self->again == NULL)
    self->again = mcp_timer_new_ms ("notification-withdrawal", WITHDRAW_AGAIN_MS, again_cb, self);
}

/* A few words about a server; the next of the same kind take their place. */
static void
send_words (McpdNotifier *self,
            const char *kind,
            const char *about,
            const char *title,
            const char *body)
{
  g_autofree char *id = g_strconcat (kind, "-", about, NULL);
  g_autofree char *clean_title = mcp_text_clean (title);
  g_autofree char *clean_body = mcp_text_clean (body);
  g_autoptr (GNotification) notification = g_notification_new (clean_title);

  set_body (self, notification, clean_body);
  send (self, id, notification);
}

/* Questions */

static void
add_answer (McpdNotifier *self,
            GNotification *notification,
            const char *id,
            const char *word,
            const char *label)
{
  Button *button = g_new0 (Button, 1);
  char *secret = g_uuid_string_random ();

  button->id = g_strdup (id);
  button->word = word;
  g_notification_add_button_with_target (notification, label, MCPD_DESKTOP_ACTION_ANSWER, "s",
                                         secret);
  g_hash_table_insert (self->buttons, secret, button);
}

static void
add_buttons (McpdNotifier *self, GNotification *notification, const char *id, gboolean may_allow)
{
  if (may_allow)
    {
      add_answer (self, notification, id, "once", _ ("Once"));
      add_answer (self, notification, id, "session", _ ("For this session"));
    }
  else
    g_notification_add_button (notification, _ ("Show"), MCPD_DESKTOP_ACTION_SHOW);
  add_answer (self, notification, id, "deny", _ ("Deny"));
}

static char *
build_notification_id (const char *question_id)
{
  return g_strconcat ("consent-", question_id, NULL);
}

static void
notify_question (McpdNotifier *self, GVariant *question)
{
  g_auto (McpdNoticeQuestion) notice = { 0 };
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *notification_id = NULL;
  const char *id = "";

  if (!self->settings.consent || !can_show (self))
    return;
  g_variant_lookup (question, "id", "&s", &id);
  mcpd_notice_question_init (&notice, question);
  notification = g_notification_new (notice.title);
  set_body (self, notification, notice.body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  add_buttons (self, notification, id, notice.is_whole);
  notification_id = build_notification_id (id);
  send (self, notification_id, notification);
}

static void
question_added_cb (McpGateway *gateway, GVariant *question, McpdNotifier *self)
{
  notify_question (self, question);
}

static gboolean
is_button_of (gpointer secret, gpointer value, gpointer question_id)
{
  return g_str_equal (((Button *) value)->id, question_id);
}

static void
question_removed_cb (McpGateway *gateway, const char *id, const char *answer, McpdNotifier *self)
{
  g_autofree char *notification_id = build_notification_id (id);

  g_hash_table_foreach_remove (self->buttons, is_button_of, (gpointer) id);
  withdraw (self, notification_id);
}

/**
 * mcpd_notifier_answered:
 * @self: the notifier
 * @secret: the target of an action that somebody has activated; any text
 *
 * Takes the answer, if the secret is that of a button of a question that waits.
 */
void
mcpd_notifier_answered (McpdNotifier *self, const char *secret)
{
  const Button *button = g_hash_table_lookup (self->buttons, secret);
  g_autofree char *id = button != NULL ? g_strdup (button->id) : NULL;
  g_autoptr (GError) error = NULL;

  if (button == NULL)
    g_debug ("Somebody has pressed a button that there is not");
  else if (!mcp_gateway_consent_answer_as_owner (self->gateway, id, button->word, ANSWERED_BY,
                                                 &error))
    g_debug ("%s", error->message);
}

/* What else there is to hear */

static void
notify_long_call (McpdNotifier *self, const char *tool, const char *state, gint64 duration_us)
{
  int seconds = (int) MIN (duration_us / G_TIME_SPAN_SECOND, G_MAXINT);
  g_autofree char *title = g_strdup_printf (_ ("“%s” has ended"), tool);
  g_autofree char *body =
      g_strdup_printf (g_str_equal (state, "ok") ? _ ("It took %d min %02d s.")
                                                 : _ ("It failed after %d min %02d s."),
                       seconds / 60, seconds % 60);

  send_words (self, "call", tool, title, body);
}

static void
call_ended_cb (McpGateway *gateway,
               const char *tool,
               const char *server,
               const char *state,
               gint64 duration_us,
               const char *failure,
               McpdNotifier *self)
{
  g_autofree char *title = NULL;

  if (self->settings.long_calls && duration_us >= LONG_CALL_US)
    notify_long_call (self, tool, state, duration_us);
  if (!self->settings.server_failed || *failure == '\0')
    return;
  title = g_strdup_printf (_ ("Server “%s” has failed"), server);
  send_words (self, "server", server, title, failure);
}

static void
tools_changed_cb (McpGateway *gateway,
                  const char *server,
                  char **added,
                  char **removed,
                  char **changed,
                  McpdNotifier *self)
{
  g_autofree char *held = mcp_gateway_build_held_tools (gateway, server, NULL);
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  if (!self->settings.tools_held || held == NULL || g_str_equal (held, "[]"))
    return;
  title = g_strdup_printf (_ ("Server “%s” has changed its tools"), server);
  body =
      g_strdup_printf (_ ("They wait until you accept them: mcp-session server accept %s"), server);
  send_words (self, "held", server, title, body);
}

/**
 * mcpd_notifier_login_needed:
 * @self: the notifier
 * @server: name of a server
 *
 * A call waits until the owner has logged in at the server.
 */
void
mcpd_notifier_login_needed (McpdNotifier *self, const char *server)
{
  g_autofree char *name = mcp_text_clean (server);
  g_autofree char *title = g_strdup_printf (_ ("Server “%s” wants you to log in"), name);
  g_autofree char *id = g_strconcat ("login-", server, NULL);
  g_autoptr (GNotification) notification = NULL;

  if (!self->settings.login)
    return;
  notification = g_notification_new (title);
  g_notification_add_button_with_target (notification, _ ("Log in"), MCPD_DESKTOP_ACTION_LOGIN, "s",
                                         server);
  send (self, id, notification);
}

static void
provider_changed_cb (McpGateway *gateway, const char *server, GVariant *what, McpdNotifier *self)
{
  g_autoptr (GVariant) auth = g_variant_lookup_value (what, "auth", G_VARIANT_TYPE_VARDICT);
  const char *state = "";

  if (auth != NULL)
    g_variant_lookup (auth, "state", "&s", &state);
  if (g_str_equal (state, "needs-login"))
    mcpd_notifier_login_needed (self, server);
}

/* The bus */

/* Questions that were put before somebody could show them. */
static void
show_all_cb (gpointer user_data)
{
  McpdNotifier *self = user_data;
  g_autoptr (GVariant) questions = g_variant_ref_sink (mcp_gateway_consent_list (self->gateway));
  GVariantIter iter;
  GVariant *question;

  g_variant_iter_init (&iter, questions);
  while ((question = g_variant_iter_next_value (&iter)) != NULL)
    {
      notify_question (self, question);
      g_variant_unref (question);
    }
}

/**
 * mcpd_notifier_joined:
 * @self: the notifier
 *
 * There is a bus: the questions that wait are shown, as soon as somebody there shows notifications.
 */
void
mcpd_notifier_joined (McpdNotifier *self)
{
  GApplication *application = mcpd_bus_get_application (self->bus);

  if (application != NULL)
    self->server = mcpd_notification_server_new (g_application_get_dbus_connection (application),
                                                 show_all_cb, self);
}

/**
 * mcpd_notifier_left:
 * @self: the notifier
 *
 * There is no bus any more: what was shown can no longer be answered there.
 */
void
mcpd_notifier_left (McpdNotifier *self)
{
  GApplication *application = mcpd_bus_get_application (self->bus);

  g_clear_pointer (&self->server, mcpd_notification_server_free);
  /* GLib 2.74 crashes when an application goes that has notifications. */
  if (application != NULL)
    g_hash_table_foreach (self->sent, withdraw_now, application);
  g_hash_table_remove_all (self->sent);
  g_hash_table_remove_all (self->withdrawn);
  mcp_timer_clear (&self->again);
  g_hash_table_remove_all (self->buttons);
}

/**
 * mcpd_notifier_set:
 * @self: the notifier
 * @settings: copied
 *
 * Says what is notified from now on.
 */
void
mcpd_notifier_set (McpdNotifier *self, const McpdNotifications *settings)
{
  self->settings = *settings;
}

static void
mcpd_notifier_dispose (GObject *object)
{
  McpdNotifier *self = MCPD_NOTIFIER (object);

  if (self->bus != NULL)
    mcpd_notifier_left (self);
  g_clear_object (&self->gateway);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (mcpd_notifier_parent_class)->dispose (object);
}

static void
mcpd_notifier_finalize (GObject *object)
{
  McpdNotifier *self = MCPD_NOTIFIER (object);

  g_hash_table_unref (self->buttons);
  g_hash_table_unref (self->sent);
  g_hash_table_unref (self->withdrawn);

  G_OBJECT_CLASS (mcpd_notifier_parent_class)->finalize (object);
}

static void
mcpd_notifier_class_init (McpdNotifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcpd_notifier_dispose;
  object_class->finalize = mcpd_notifier_finalize;
}

static void
mcpd_notifier_init (McpdNotifier *self)
{
  self->buttons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, button_free);
  self->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->withdrawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * mcpd_notifier_new:
 * @gateway: what the notifications are about
 * @bus: where they go
 *
 * Returns: (transfer full): a notifier that is silent until mcpd_notifier_set()
 */
McpdNotifier *
mcpd_notifier_new (McpGateway *gateway, McpdBus *bus)
{
  McpdNotifier *self = g_object_new (MCPD_TYPE_NOTIFIER, NULL);

  self->gateway = g_object_ref (gateway);
  self->bus = g_object_ref (bus);
  g_signal_connect_object (gateway, "question-added", G_CALLBACK (question_added_cb), self, 0);
  g_signal_connect_object (gateway, "question-removed", G_CALLBACK (question_removed_cb), self, 0);
  g_signal_connect_object (gateway, "call-ended", G_CALLBACK (call_ended_cb), self, 0);
  g_signal_connect_object (gateway, "provider-changed", G_CALLBACK (provider_changed_cb), self, 0);
  g_signal_connect_object (gateway, "tools-changed", G_CALLBACK (tools_changed_cb), self, 0);
  return self;
}

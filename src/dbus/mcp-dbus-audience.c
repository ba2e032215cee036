/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-audience.h"

#include "common/mcp-names.h"
#include "mcp-gen.h"

#include <string.h>

#define BUS_NAME        "org.freedesktop.DBus"
#define BUS_PATH        "/org/freedesktop/DBus"
#define STATS_INTERFACE "org.freedesktop.DBus.Debug.Stats"
#define OWN_PATHS       "/org/mcpsessiond"
#define TIMEOUT_MS      5000

struct _McpDbusAudience
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) (nullable): NULL once closed */
  McpDbusAudienceFunc func;
  gpointer user_data;
  GVariant *stats;     /* (owned) (nullable): the first half of an answer */
  guint n_answers_due; /* of the question that is on its way */
  gboolean is_unknown; /* the bus does not tell: it is never asked again */
};

G_DEFINE_FINAL_TYPE (McpDbusAudience, mcp_dbus_audience, G_TYPE_OBJECT)

static void
mcp_dbus_audience_dispose (GObject *object)
{
  mcp_dbus_audience_close (MCP_DBUS_AUDIENCE (object));
  G_OBJECT_CLASS (mcp_dbus_audience_parent_class)->dispose (object);
}

static void
mcp_dbus_audience_class_init (McpDbusAudienceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_dbus_audience_dispose;
}

static void
mcp_dbus_audience_init (McpDbusAudience *self)
{
}

/**
 * mcp_dbus_audience_new:
 * @connection: to the bus
 * @func: told each answer, on the thread's default main context
 * @user_data: for @func; must live until the closing
 *
 * Returns: (transfer full): an audience that was not asked for yet
 */
McpDbusAudience *
mcp_dbus_audience_new (GDBusConnection *connection, McpDbusAudienceFunc func, gpointer user_data)
{
  McpDbusAudience *self = g_object_new (MCP_TYPE_DBUS_AUDIENCE, NULL);

  self->connection = g_object_ref (connection);
  self->func = func;
  self->user_data = user_data;
  return self;
}

/**
 * mcp_dbus_audience_close:
 * @self: an audience
 *
 * Asks nothing more, and tells nothing more.
 */
void
mcp_dbus_audience_close (McpDbusAudience *self)
{
  g_return_if_fail (MCP_IS_DBUS_AUDIENCE (self));

  g_clear_object (&self->connection);
  g_clear_pointer (&self->stats, g_variant_unref);
}

/* The value of one key in “type='signal',member='Progress'”; an apostrophe is never part of the
 * names that are looked for. */
static char *
dup_value (const char *rule, const char *key)
{
  g_autofree char *begin = g_strconcat (key, "='", NULL);

  for (const char *at = rule; (at = strstr (at, begin)) != NULL; at++)
    if (at == rule || at[-1] == ',')
      return g_strndup (at + strlen (begin), strcspn (at + strlen (begin), "'"));
  return NULL;
}

static gboolean
is_one_of (const char *value, const char *first, const char *second)
{
  return value == NULL || g_strcmp0 (value, first) == 0 || g_strcmp0 (value, second) == 0;
}

/* Whether one of two paths contains the other. */
static gboolean
is_near_own_paths (const char *path)
{
  return path == NULL || g_str_has_prefix (path, OWN_PATHS) || g_str_has_prefix (OWN_PATHS, path);
}

/**
 * mcp_dbus_audience_rule_fits:
 * @rule: a match rule, as the bus writes it: D-Bus specification, “Match Rules”
 * @own_name: (nullable): the unique name of the daemon
 *
 * Returns: whether a progress signal of the daemon may match; what the rule says of arguments is
 * not looked at
 */
gboolean
mcp_dbus_audience_rule_fits (const char *rule, const char *own_name)
{
  g_autofree char *type = dup_value (rule, "type");
  g_autofree char *sender = dup_value (rule, "sender");
  g_autofree char *interface_name = dup_value (rule, "interface");
  g_autofree char *member = dup_value (rule, "member");
  g_autofree char *path = dup_value (rule, "path");
  g_autofree char *path_namespace = dup_value (rule, "path_namespace");

  return is_one_of (type, "signal", NULL) && is_one_of (sender, MCP_BUS_NAME, own_name) &&
         is_one_of (interface_name, mcp_gen_session1_interface_info ()->name,
                    mcp_gen_session_store1_interface_info ()->name) &&
         is_one_of (member, "Progress", "Lagged") && is_near_own_paths (path) &&
         is_near_own_paths (path_namespace);
}

/* Returns: whether no rule of another connection fits */
static gboolean
check_rules (McpDbusAudience *self, GVariant *all, guint *n_connections)
{
  const char *own_name = g_dbus_connection_get_unique_name (self->connection);
  g_autoptr (GVariant) connections = g_variant_get_child_value (all, 0);
  GVariantIter iter;
  const char *name;
  GVariant *rules;
  gboolean is_empty = TRUE;

  *n_connections = (guint) g_variant_n_children (connections);
  g_variant_iter_init (&iter, connections);
  while (g_variant_iter_next (&iter, "{&s@as}", &name, &rules))
    {
      g_autofree const char **texts = g_variant_get_strv (rules, NULL);

      for (gsize i = 0; is_empty && texts[i] != NULL && g_strcmp0 (name, own_name) != 0; i++)
        is_empty = !mcp_dbus_audience_rule_fits (texts[i], own_name);
      g_variant_unref (rules);
    }
  return is_empty;
}

/* A monitor is a connection that the list of rules does not have. */
static gboolean
has_monitor (GVariant *stats, guint n_connections)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (stats, 0);
  guint32 n_active;

  return !g_variant_lookup (dict, "ActiveConnections", "u", &n_active) || n_active > n_connections;
}

static GVariant *
take_answer (McpDbusAudience *self, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  self->n_answers_due--;
  if (answer == NULL)
    {
      g_debug ("The bus does not tell who listens: %s", error->message);
      self->is_unknown = TRUE;
    }
  return answer;
}

static void
tell (McpDbusAudience *self, gboolean is_empty)
{
  if (self->connection != NULL)
    self->func (is_empty, self->user_data);
}

static void
stats_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpDbusAudience) self = MCP_DBUS_AUDIENCE (user_data);

  g_clear_pointer (&self->stats, g_variant_unref);
  self->stats = take_answer (self, source, result);
}

/* Answers of the bus come in the order of the questions: this is the second. */
static void
rules_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpDbusAudience) self = MCP_DBUS_AUDIENCE (user_data);
  g_autoptr (GVariant) all = take_answer (self, source, result);
  guint n_connections = 0;
  gboolean is_empty = all != NULL && self->stats != NULL && self->connection != NULL &&
                      check_rules (self, all, &n_connections) &&
                      !has_monitor (self->stats, n_connections);

  tell (self, is_empty);
}

static void
call (McpDbusAudience *self, const char *method, const char *type, GAsyncReadyCallback callback)
{
  self->n_answers_due++;
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, STATS_INTERFACE, method, NULL,
                          G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL, callback,
                          g_object_ref (self));
}

/**
 * mcp_dbus_audience_ask:
 * @self: an audience
 *
 * Asks the bus; the function is told the answer.
 *
 * Returns: whether there will be an answer; not if the bus has refused to tell before
 */
gboolean
mcp_dbus_audience_ask (McpDbusAudience *self)
{
  g_return_val_if_fail (MCP_IS_DBUS_AUDIENCE (self), FALSE);

  if (self->connection == NULL || self->is_unknown || self->n_answers_due > 0)
    return FALSE;
  call (self, "GetStats", "(a{sv})", stats_cb);
  call (self, "GetAllMatchRules", "(a{sas})", rules_cb);
  return TRUE;
}

/**
 * mcp_dbus_audience_is_asking:
 * @self: an audience
 *
 * Returns: whether an answer is on its way
 */
gboolean
mcp_dbus_audience_is_asking (McpDbusAudience *self)
{
  g_return_val_if_fail (MCP_IS_DBUS_AUDIENCE (self), FALSE);

  return self->n_answers_due > 0;
}

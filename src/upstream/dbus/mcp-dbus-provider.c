/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An app that exports org.mcpsessiond.ToolProvider1 (data/org.mcpsessiond.ToolProvider1.xml).
 * Signals count only from the connection that the calls go to, and only for calls that it has.
 */
#include "upstream/dbus/mcp-dbus-provider.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "mcp-bus-link-private.h"
#include "upstream/dialogue/mcp-server-intake-inner.h"

#include <math.h>
#include <string.h>

/* Until an app that the bus starts must have its name. To look for the name costs little: an app
   that its owner has started is found soon. */
#define DEFAULT_START_MS       30000
#define DEFAULT_BACKOFF_MIN_MS 250
#define DEFAULT_BACKOFF_MAX_MS 2000

/* Signals in a row that the tools have changed are one. Nobody notices the delay. */
#define CHANGED_MS 20

#define MCP_TYPE_DBUS_PROVIDER (mcp_dbus_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusProvider, mcp_dbus_provider, MCP, DBUS_PROVIDER, McpBusLink)

struct _McpDbusProvider
{
  McpBusLink parent_instance;

  GHashTable *call_ids; /* (owned): char *call_id -> gint64 *id: of requests that were sent */
  GHashTable *by_id;    /* (owned): gint64 *id -> char *call_id (unowned) */
  GSource *changed;     /* (owned) (nullable): while the tools have changed, and nobody knows */
};

G_DEFINE_FINAL_TYPE (McpDbusProvider, mcp_dbus_provider, MCP_TYPE_BUS_LINK)

/* Signals */

/* Returns: whether @value is a number that JSON can write */
static gboolean
append_number (GString *json, const char *name, GVariant *value)
{
  g_string_append_printf (json, ",\"%s\":", name);
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_DOUBLE:
      if (!isfinite (g_variant_get_double (value)))
        return FALSE;
      mcp_json_append_double (json, g_variant_get_double (value));
      return TRUE;
    case G_VARIANT_CLASS_BYTE:
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
      {
        g_autofree char *text = g_variant_print (value, FALSE);

        /* a byte is printed as 0x1f */
        if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTE))
          g_string_append_printf (json, "%u", g_variant_get_byte (value));
        else
          g_string_append (json, text);
        return TRUE;
      }
    default:
      return FALSE;
    }
}

/* Returns: (transfer full) (nullable): the params of a notifications/progress */
static char *
build_progress (gint64 id, GVariant *event)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GVariant) progress = g_variant_lookup_value (event, "progress", NULL);
  g_autoptr (GVariant) total = g_variant_lookup_value (event, "total", NULL);
  const char *message = NULL;

  g_string_append_printf (json, "{\"progressToken\":%" G_GINT64_FORMAT, id);
  if (progress == NULL || !append_number (json, "progress", progress) ||
      (total != NULL && !append_number (json, "total", total)))
    return NULL;
  if (g_variant_lookup (event, "message", "&s", &message))
    {
      g_string_append (json, ",\"message\":");
      mcp_json_append_string (json, message);
    }
  g_string_append_c (json, '}');
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static void
notify (McpDbusProvider *self, gint64 id, const char *method, const char *params)
{
  g_autoptr (GBytes) text = mcp_jsonrpc_build_notification (method, mcp_json_slice (params));
  g_autoptr (McpJsonrpcMessage) message =
      mcp_jsonrpc_message_parse (text, &(McpJsonrpcLimits){ 8, 100, 0 }, NULL, NULL);

  if (message != NULL)
    mcp_server_intake_take_message (MCP_SERVER_LINK (self), id, message);
}

static void
take_progress (McpDbusProvider *self, GVariant *parameters)
{
  g_autoptr (GVariant) event = NULL;
  g_autofree char *params = NULL;
  const char *call_id;
  const gint64 *id;

  g_variant_get (parameters, "(&s@a{sv})", &call_id, &event);
  id = g_hash_table_lookup (self->call_ids, call_id);
  if (id == NULL)
    {
      mcp_server_link_count_stray (MCP_SERVER_LINK (self), "progress of a call that it has not");
      return;
    }
  params = build_progress (*id, event);
  if (params != NULL)
    notify (self, *id, "notifications/progress", params);
  else
    mcp_server_link_count_stray (MCP_SERVER_LINK (self), "progress that is no number");
}

static gboolean
changed_cb (gpointer user_data)
{
  g_autoptr (McpDbusProvider) self = g_object_ref (user_data);

  mcp_timer_clear (&self->changed);
  notify (self, 0, "notifications/tools/list_changed", NULL);
  return G_SOURCE_REMOVE;
}

/* To take a signal must cost next to nothing: an app may send more of them than the main loop could
 * handle one by one. */
static void
note_changed (McpDbusProvider *self)
{
  if (self->changed == NULL)
    self->changed =
        mcp_timer_new_ms ("[mcp] tools of an app changed", CHANGED_MS, changed_cb, self);
}

static void
signal_cb (const char *signal, GVariant *parameters, gpointer listener)
{
  g_autoptr (McpDbusProvider) self = g_object_ref (listener);

  if (strcmp (signal, "Progress") == 0 &&
      g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv})")))
    take_progress (self, parameters);
  else if (strcmp (signal, "ToolsChanged") == 0)
    note_changed (self);
}

/* Attaching */

static void
mcp_dbus_provider_attached (McpBusLink *link)
{
  mcp_bus_link_listen (link, signal_cb);
  mcp_server_link_take_ready (MCP_SERVER_LINK (link));
}

static void
mcp_dbus_provider_detached (McpBusLink *link)
{
  McpDbusProvider *self = MCP_DBUS_PROVIDER (link);

  mcp_bus_link_leave_signals (link);
  mcp_timer_clear (&self->changed);
  g_hash_table_remove_all (self->by_id);
  g_hash_table_remove_all (self->call_ids);
}

/* Requests */

static const char *
read_text (GVariant *body, gsize *length)
{
  const char *text;
  g_autoptr (GVariant) child = NULL;

  if (!g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    return NULL;
  child = g_variant_get_child_value (body, 0);
  text = g_variant_get_string (child, length);
  /* @body keeps the bytes of its children */
  return text;
}

static void
listed (McpBusLink *link, gint64 id, GVariant *body, const GError *error)
{
  g_autofree char *how = NULL;
  const char *text;
  gsize length;

  if (error != NULL)
    {
      how = g_strdup_printf ("did not list its tools: %s", error->message);
      mcp_server_link_fail_request (MCP_SERVER_LINK (link), id, how);
      return;
    }
  text = read_text (body, &length);
  if (text != NULL)
    mcp_bus_link_answer_tools (link, id, text, length);
  else
    mcp_server_link_fail_request (MCP_SERVER_LINK (link), id,
                                  "answered ListTools with something other than one string");
}

static void
mcp_dbus_provider_list (McpBusLink *link, gint64 id)
{
  mcp_bus_link_send (link, id, MCP_BUS_APP_INTERFACE, "ListTools", NULL, listed);
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL && g_utf8_validate (text, -1, NULL))
    g_variant_dict_insert (dict, key, "s", text);
}

static GVariant *
build_context (McpServerLink *link, const McpProviderRequest *request)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  add_text (&dict, "session_id", request->caller.session_id);
  add_text (&dict, "cwd", request->caller.cwd);
  add_text (&dict, "client", request->caller.client);
  g_variant_dict_insert (&dict, "timeout_seconds", "u",
                         mcp_server_link_get_timeout_ms (link, request) / 1000);
  return g_variant_dict_end (&dict);
}

/* Returns: (transfer none): what the app knows the call by */
static const char *
remember_call (McpDbusProvider *self, gint64 id, const McpProviderRequest *request)
{
  char *call_id = request->caller.call_id != NULL ? g_strdup (request->caller.call_id)
                                                  : g_uuid_string_random ();
  gint64 *key = g_memdup2 (&id, sizeof id);

  g_hash_table_replace (self->call_ids, call_id, key);
  g_hash_table_insert (self->by_id, key, call_id);
  return call_id;
}

static void
forget_call (McpDbusProvider *self, gint64 id)
{
  const char *call_id = g_hash_table_lookup (self->by_id, &id);

  g_hash_table_remove (self->by_id, &id);
  if (call_id != NULL)
    g_hash_table_remove (self->call_ids, call_id);
}

static void
called (McpBusLink *link, gint64 id, GVariant *body, const GError *error)
{
  const char *text;
  gsize length;

  forget_call (MCP_DBUS_PROVIDER (link), id);
  if (error != NULL)
    {
      mcp_bus_link_answer_failure (link, id, error);
      return;
    }
  text = read_text (body, &length);
  if (text != NULL)
    mcp_bus_link_answer_result (link, id, text, length);
  else
    mcp_server_link_fail_request (MCP_SERVER_LINK (link), id,
                                  "answered CallTool with something other than one string");
}

static void
mcp_dbus_provider_call (McpBusLink *link,
                        gint64 id,
                        const char *tool,
                        McpJsonSlice arguments,
                        const McpProviderRequest *request)
{
  g_autofree char *text = g_strndup (arguments.data, arguments.length);
  const char *call_id = remember_call (MCP_DBUS_PROVIDER (link), id, request);

  mcp_bus_link_send (link, id, MCP_BUS_APP_INTERFACE, "CallTool",
                     g_variant_new ("(sss@a{sv})", call_id, tool, text,
                                    build_context (MCP_SERVER_LINK (link), request)),
                     called);
}

static void
mcp_dbus_provider_withdraw (McpBusLink *link, gint64 id)
{
  McpDbusProvider *self = MCP_DBUS_PROVIDER (link);
  const char *call_id = g_hash_table_lookup (self->by_id, &id);

  if (call_id == NULL)
    return;
  mcp_bus_link_tell (link, MCP_BUS_APP_INTERFACE, "CancelCall", g_variant_new ("(s)", call_id));
  forget_call (self, id);
}

static void
mcp_dbus_provider_finalize (GObject *object)
{
  McpDbusProvider *self = MCP_DBUS_PROVIDER (object);

  mcp_timer_clear (&self->changed);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->call_ids);

  G_OBJECT_CLASS (mcp_dbus_provider_parent_class)->finalize (object);
}

static void
mcp_dbus_provider_class_init (McpDbusProviderClass *klass)
{
  McpBusLinkClass *link_class = MCP_BUS_LINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_dbus_provider_finalize;
  link_class->attached = mcp_dbus_provider_attached;
  link_class->detached = mcp_dbus_provider_detached;
  link_class->list = mcp_dbus_provider_list;
  link_class->call = mcp_dbus_provider_call;
  link_class->withdraw = mcp_dbus_provider_withdraw;
}

static void
mcp_dbus_provider_init (McpDbusProvider *self)
{
  self->call_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
}

/**
 * mcp_dbus_provider_new:
 * @config: the server, which is on the bus
 * @bus: the session bus
 * @cwd: absolute; of no meaning for an app, which is told the directory of each call
 * @limits: how large an answer of the app may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 *
 * An app that exports `org.mcpsessiond.ToolProvider1`. The bus starts it at the first request. It
 * may leave the bus whenever it has no call.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_dbus_provider_new (McpServerConfig *config,
                       McpBus *bus,
                       const char *cwd,
                       const McpLimits *limits,
                       guint timeout_ms)
{
  const McpServerTimes times = {
    .start_ms = DEFAULT_START_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };
  McpDbusProvider *self;

  g_return_val_if_fail (config != NULL && config->bus != NULL, NULL);

  self = g_object_new (MCP_TYPE_DBUS_PROVIDER, NULL);
  mcp_server_link_construct (MCP_SERVER_LINK (self), config, cwd, limits, timeout_ms, &times);
  mcp_bus_link_set_bus (MCP_BUS_LINK (self), bus);
  return MCP_PROVIDER (self);
}

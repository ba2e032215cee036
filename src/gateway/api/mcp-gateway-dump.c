/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's state for a bug report. What could be a secret is not in it:
 * tokens, keys, the ids of attachments (who knows an id may use the attachment), paths,
 * arguments, results, and what servers said of their failures.
 */
#include "gateway/api/mcp-gateway-dump.h"

#include "common/mcp-dispatch-meter.h"
#include "common/mcp-json.h"
#include "common/mcp-time.h"
#include "gateway/api/mcp-gateway-stats.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "mcp-gateway-private.h"
#include "protocol/mcp-revision.h"

#include "config.h"

#include <unistd.h>

/* A person is to read the dump, and a log to take it. */
#define MAX_SESSIONS 100
#define MAX_CALLS    200

static void
begin_member (GString *json, const char *key)
{
  if (json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  mcp_json_append_string (json, key);
  g_string_append_c (json, ':');
}

static void
begin_element (GString *json)
{
  g_string_append (json, json->str[json->len - 1] != '[' ? ",{" : "{");
}

static void
add_string (GString *json, const char *key, const char *value)
{
  if (value == NULL)
    return;
  begin_member (json, key);
  mcp_json_append_string (json, value);
}

static void
add_number (GString *json, const char *key, double value)
{
  begin_member (json, key);
  mcp_json_append_double (json, value);
}

static void
add_time (GString *json, const char *key, gint64 real_us)
{
  g_autofree char *text = mcp_time_format (real_us);

  add_string (json, key, text);
}

static void
add_versions (GString *json)
{
  const char *const *revisions = mcp_revision_list ();
  g_autofree char *glib =
      g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);

  begin_member (json, "versions");
  g_string_append_c (json, '{');
  add_string (json, "mcp-sessiond", MCP_VERSION);
  add_string (json, "glib", glib);
  begin_member (json, "mcp");
  g_string_append_c (json, '[');
  for (gsize i = 0; revisions[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, revisions[i]);
    }
  g_string_append (json, "]}");
}

static void
add_limits (GString *json, const McpLimits *limits)
{
  gsize n_entries;
  const McpLimitEntry *table = mcp_limits_get_table (&n_entries);

  begin_member (json, "limits");
  g_string_append_c (json, '{');
  for (gsize i = 0; i < n_entries; i++)
    add_number (json, table[i].key, G_STRUCT_MEMBER (guint, limits, table[i].offset));
  g_string_append_c (json, '}');
}

static void
add_totals (GString *json, McpGateway *self)
{
  McpSessionStore *store = mcp_gateway_get_store (self);
  const McpCallStats *stats = mcp_gateway_stats_get_calls (self);

  begin_member (json, "totals");
  g_string_append_c (json, '{');
  add_number (json, "sessions", mcp_session_store_get_n_sessions (store));
  add_number (json, "attachments", mcp_gateway_stats_get_n_attachments (self, NULL));
  add_number (json, "calls_in_flight", mcp_gateway_stats_get_n_running (self));
  add_number (json, "requests_parked", mcp_gateway_stats_get_n_parked (self));
  add_number (json, "calls_ok", (double) mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_OK));
  add_number (json, "calls_error", (double) mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_ERROR));
  add_number (json, "calls_cancelled",
              (double) mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_CANCELLED));
  add_number (json, "calls_over_limit", (double) stats->n_over_limit);
  add_number (json, "events", (double) mcp_session_store_get_n_events (store));
  g_string_append_c (json, '}');
}

static void
add_turn (const char *source, double seconds, gpointer user_data)
{
  add_number (user_data, source, seconds);
}

static void
add_turns (GString *json)
{
  McpDispatchMeter *meter = mcp_dispatch_meter_get_current ();

  begin_member (json, "longest_dispatch_seconds");
  g_string_append_c (json, '{');
  if (meter != NULL)
    mcp_dispatch_meter_foreach (meter, add_turn, json);
  g_string_append_c (json, '}');
}

static void
add_attachment (gpointer data, gpointer user_data)
{
  McpAttachment *attachment = data;
  GString *json = user_data;
  gint64 idle_us = g_get_monotonic_time () - mcp_attachment_get_last_used (attachment);
  gint64 idle_seconds = idle_us / G_USEC_PER_SEC;

  begin_element (json);
  add_string (json, "client", mcp_attachment_get_client (attachment)->name);
  add_string (json, "revision", mcp_revision_to_string (mcp_attachment_get_revision (attachment)));
  add_number (json, "idle_seconds", (double) idle_seconds);
  g_string_append_c (json, '}');
}

static void
add_session (GString *json, McpGateway *self, McpSession *session)
{
  const char *session_id = mcp_session_get_id (session);

  begin_element (json);
  add_string (json, "session_id", session_id);
  add_string (json, "label", mcp_session_get_label (session));
  add_time (json, "created_at", mcp_session_get_created_at (session));
  add_time (json, "last_active_at", mcp_session_get_last_active_at (session));
  add_number (json, "subscribers", mcp_session_get_n_subscribers (session));
  add_number (json, "events_pending", mcp_session_get_n_pending (session, MCP_SUBSCRIBER_STREAM));
  add_number (json, "bus_events_pending",
              mcp_session_get_n_pending (session, MCP_SUBSCRIBER_INTERNAL));
  add_number (json, "calls_in_flight", mcp_session_get_calls_in_flight (session));
  begin_member (json, "attachments");
  g_string_append_c (json, '[');
  mcp_attachment_table_foreach (mcp_gateway_get_attachments (self), session_id, add_attachment,
                                json);
  g_string_append (json, "]}");
}

static int
compare_last_active (gconstpointer a, gconstpointer b)
{
  gint64 first = mcp_session_get_last_active_at (*(McpSession *const *) a);
  gint64 second = mcp_session_get_last_active_at (*(McpSession *const *) b);

  return first < second ? 1 : first > second ? -1 : 0;
}

static void
add_sessions (GString *json, McpGateway *self)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (mcp_gateway_get_store (self));

  g_ptr_array_sort (sessions, compare_last_active);
  begin_member (json, "sessions");
  g_string_append_c (json, '[');
  for (guint i = 0; i < MIN (sessions->len, MAX_SESSIONS); i++)
    add_session (json, self, g_ptr_array_index (sessions, i));
  g_string_append_c (json, ']');
}

typedef struct
{
  GString *json;
  guint n_calls;
} Calls;

static void
add_call (McpCall *call, gpointer user_data)
{
  Calls *calls = user_data;
  McpClient *client = mcp_call_get_client (call);
  gint64 running_ms =
      (g_get_monotonic_time () - mcp_call_get_started_at (call)) / G_TIME_SPAN_MILLISECOND;

  if (calls->n_calls++ >= MAX_CALLS)
    return;
  begin_element (calls->json);
  add_string (calls->json, "call_id", mcp_call_get_id (call));
  add_string (calls->json, "session_id", mcp_session_get_id (client->session));
  add_string (calls->json, "tool", mcp_call_get_name (call));
  add_string (calls->json, "provider", mcp_call_get_server (call));
  add_string (calls->json, "client", client->name);
  add_number (calls->json, "seconds", (double) running_ms / 1000);
  g_string_append_c (calls->json, '}');
}

static void
add_calls (GString *json, McpGateway *self)
{
  Calls calls = { .json = json };

  begin_member (json, "calls");
  g_string_append_c (json, '[');
  mcp_running_calls_foreach (mcp_gateway_get_services (self)->running_calls, add_call, &calls);
  g_string_append_c (json, ']');
}

/* The keys of mcp_gateway_measure_providers_finish(), but for what a server said itself. */
static void
add_provider (GString *json, GVariant *provider)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  begin_element (json);
  g_variant_iter_init (&iter, provider);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (g_str_equal (key, "last-error"))
        add_string (json, key, "(not shown)");
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        add_string (json, key, g_variant_get_string (value, NULL));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
        add_number (json, key, g_variant_get_uint32 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
        add_number (json, key, (double) g_variant_get_uint64 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        add_number (json, key, g_variant_get_double (value));
    }
  g_string_append_c (json, '}');
}

static void
add_providers (GString *json, GVariant *providers)
{
  GVariantIter iter;
  GVariant *provider;

  begin_member (json, "providers");
  g_string_append_c (json, '[');
  g_variant_iter_init (&iter, providers);
  while ((provider = g_variant_iter_next_value (&iter)) != NULL)
    {
      add_provider (json, provider);
      g_variant_unref (provider);
    }
  g_string_append_c (json, ']');
}

static GBytes *
build (McpGateway *self, GVariant *providers)
{
  GString *json = g_string_new ("{");

  add_time (json, "time", g_get_real_time ());
  add_number (json, "pid", getpid ());
  add_versions (json);
  add_limits (json, mcp_gateway_get_limits (self));
  add_totals (json, self);
  add_turns (json);
  add_providers (json, providers);
  add_calls (json, self);
  add_sessions (json, self);
  g_string_append_c (json, '}');
  return g_string_free_to_bytes (json);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpGateway *self = MCP_GATEWAY (source);
  GError *error = NULL;
  g_autoptr (GVariant) providers = mcp_gateway_measure_providers_finish (self, result, &error);

  if (providers == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, build (self, providers), (GDestroyNotify) g_bytes_unref);
}

/**
 * mcp_gateway_dump_async:
 * @self: the gateway
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 *
 * Describes what the daemon is doing: versions, limits, totals, servers, calls in flight (200 at
 * most) and sessions with their attachments and queues (the 100 used last).
 */
void
mcp_gateway_dump_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_dump_async);
  mcp_gateway_measure_providers_async (self, measured_cb, task);
}

/**
 * mcp_gateway_dump_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full): a JSON object, on one line
 */
GBytes *
mcp_gateway_dump_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

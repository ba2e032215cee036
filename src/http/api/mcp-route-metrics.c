/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /metrics: what the rooms have counted, for Prometheus and its like. Nothing is counted here.
 */
#include "common/mcp-dispatch-meter.h"
#include "gateway/api/mcp-gateway-stats.h"
#include "http/api/mcp-api-routes.h"
#include "http/api/mcp-metrics-process.h"
#include "http/api/mcp-metrics-text.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "http/sse/mcp-event-hub.h"
#include "http/wire/mcp-http-error.h"

#include "config.h"

#include <math.h>

#define PREFIX "mcp_sessiond_"

static void
append_daemon (GString *out, McpHttpContext *context)
{
  mcp_metrics_text_begin (out, PREFIX "info", MCP_METRIC_GAUGE, "Which daemon this is; always 1.");
  mcp_metrics_text_add (out, PREFIX "info", 1, "version", MCP_VERSION, NULL);
  mcp_metrics_text_add_one (
      out, PREFIX "uptime_seconds", MCP_METRIC_GAUGE, "For how long the daemon has run.",
      (double) (g_get_monotonic_time () - context->started_us) / G_USEC_PER_SEC);
  mcp_metrics_process_append (out, context->started_real_us);
}

/* Who watches: a session's own streams, those of all sessions, and the bus. */
typedef struct
{
  const char *name;
  guint n_subscribers;
  guint n_pending;
  McpEventCounts *counts; /* (unowned) */
} Watchers;

#define N_WATCHERS 3

static void
gather_watchers (McpHttpContext *context, Watchers watchers[N_WATCHERS])
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (context->store);

  watchers[0] = (Watchers){
    .name = "session_stream",
    .counts = mcp_session_store_get_counts (context->store, MCP_SUBSCRIBER_STREAM),
  };
  for (guint i = 0; i < sessions->len; i++)
    {
      McpSession *session = g_ptr_array_index (sessions, i);

      watchers[0].n_subscribers += mcp_session_get_n_subscribers (session);
      watchers[0].n_pending += mcp_session_get_n_pending (session, MCP_SUBSCRIBER_STREAM);
      watchers[2].n_pending += mcp_session_get_n_pending (session, MCP_SUBSCRIBER_INTERNAL);
    }

  watchers[1] = (Watchers){
    .name = "owner_stream",
    .n_subscribers = mcp_event_hub_get_n_subscribers (context->hub),
    .n_pending = mcp_event_hub_get_n_pending (context->hub),
    .counts = mcp_event_hub_get_counts (context->hub),
  };
  watchers[2].name = "bus";
  watchers[2].counts = mcp_session_store_get_counts (context->store, MCP_SUBSCRIBER_INTERNAL);
}

static void
append_watchers (GString *out, McpHttpContext *context)
{
  Watchers watchers[N_WATCHERS] = { 0 };

  gather_watchers (context, watchers);
  mcp_metrics_text_begin (out, PREFIX "subscribers", MCP_METRIC_GAUGE,
                          "Event streams that are open.");
  for (guint i = 0; i < 2; i++)
    mcp_metrics_text_add (out, PREFIX "subscribers", watchers[i].n_subscribers, "to",
                          watchers[i].name, NULL);
  mcp_metrics_text_begin (out, PREFIX "events_sent_total", MCP_METRIC_COUNTER,
                          "Events that watchers have taken.");
  for (guint i = 0; i < N_WATCHERS; i++)
    mcp_metrics_text_add (out, PREFIX "events_sent_total",
                          (double) mcp_event_counts_get_taken (watchers[i].counts), "to",
                          watchers[i].name, NULL);
  mcp_metrics_text_begin (out, PREFIX "events_missed_total", MCP_METRIC_COUNTER,
                          "Events that watchers were too slow for.");
  for (guint i = 0; i < N_WATCHERS; i++)
    mcp_metrics_text_add (out, PREFIX "events_missed_total",
                          (double) mcp_event_counts_get_missed (watchers[i].counts), "to",
                          watchers[i].name, NULL);
  mcp_metrics_text_begin (out, PREFIX "events_pending", MCP_METRIC_GAUGE,
                          "Events in the queues of watchers.");
  for (guint i = 0; i < N_WATCHERS; i++)
    mcp_metrics_text_add (out, PREFIX "events_pending", watchers[i].n_pending, "to",
                          watchers[i].name, NULL);
}

static void
append_sessions (GString *out, McpHttpContext *context)
{
  mcp_metrics_text_add_one (out, PREFIX "sessions", MCP_METRIC_GAUGE, "Sessions that there are.",
                            mcp_session_store_get_n_sessions (context->store));
  mcp_metrics_text_add_one (out, PREFIX "attachments", MCP_METRIC_GAUGE,
                            "MCP clients attached to sessions.",
                            mcp_gateway_stats_get_n_attachments (context->gateway, NULL));
  mcp_metrics_text_add_one (out, PREFIX "events_total", MCP_METRIC_COUNTER,
                            "Progress events that sessions have published.",
                            (double) mcp_session_store_get_n_events (context->store));
}

static void
append_durations (GString *out, const McpCallStats *stats, McpCallOutcome outcome, const char *name)
{
  guint64 n_calls = 0;

  for (guint i = 0; i < MCP_CALL_STATS_N_BOUNDS; i++)
    {
      char bound[G_ASCII_DTOSTR_BUF_SIZE];

      n_calls += stats->n_in_bucket[outcome][i];
      g_ascii_formatd (bound, sizeof bound, "%g", mcp_call_stats_get_bound_seconds (i));
      mcp_metrics_text_add (out, PREFIX "call_duration_seconds_bucket", (double) n_calls, "outcome",
                            name, "le", bound, NULL);
    }
  n_calls += stats->n_in_bucket[outcome][MCP_CALL_STATS_N_BOUNDS];
  mcp_metrics_text_add (out, PREFIX "call_duration_seconds_bucket", (double) n_calls, "outcome",
                        name, "le", "+Inf", NULL);
  mcp_metrics_text_add (out, PREFIX "call_duration_seconds_sum",
                        (double) stats->duration_us[outcome] / G_USEC_PER_SEC, "outcome", name,
                        NULL);
  mcp_metrics_text_add (out, PREFIX "call_duration_seconds_count", (double) n_calls, "outcome",
                        name, NULL);
}

static void
append_calls (GString *out, McpHttpContext *context)
{
  static const char *const outcomes[MCP_N_CALL_OUTCOMES] = { "ok", "error", "cancelled" };
  const McpCallStats *stats = mcp_gateway_stats_get_calls (context->gateway);

  mcp_metrics_text_add_one (out, PREFIX "calls_in_flight", MCP_METRIC_GAUGE,
                            "Tool calls that are running.",
                            mcp_gateway_stats_get_n_running (context->gateway));
  mcp_metrics_text_add_one (out, PREFIX "requests_parked", MCP_METRIC_GAUGE,
                            "Requests whose client is to come back with input.",
                            mcp_gateway_stats_get_n_parked (context->gateway));
  mcp_metrics_text_begin (out, PREFIX "calls_total", MCP_METRIC_COUNTER,
                          "Tool calls that have ended.");
  for (guint i = 0; i < MCP_N_CALL_OUTCOMES; i++)
    mcp_metrics_text_add (out, PREFIX "calls_total", (double) mcp_call_stats_get_n (stats, i),
                          "outcome", outcomes[i], NULL);
  mcp_metrics_text_begin (out, PREFIX "call_duration_seconds", MCP_METRIC_HISTOGRAM,
                          "How long tool calls took.");
  for (guint i = 0; i < MCP_N_CALL_OUTCOMES; i++)
    append_durations (out, stats, i, outcomes[i]);
}

static void
append_connections (GString *out, McpHttpContext *context)
{
  const McpHttpCounters *counters = context->counters;

  mcp_metrics_text_add_one (out, PREFIX "http_connections", MCP_METRIC_GAUGE,
                            "Connections that are open, event streams included.",
                            mcp_http_listener_get_n_connections (context->listener));
  mcp_metrics_text_add_one (out, PREFIX "http_idle_connections", MCP_METRIC_GAUGE,
                            "Connections that wait for another request.",
                            mcp_http_listener_get_n_idle (context->listener));
  mcp_metrics_text_add_one (out, PREFIX "http_streams", MCP_METRIC_GAUGE,
                            "Answers that are streams of events.",
                            mcp_sse_flusher_get_n_streams (context->flusher));
  mcp_metrics_text_add_one (out, PREFIX "http_connections_total", MCP_METRIC_COUNTER,
                            "Connections that came in.", (double) counters->n_accepted);
  mcp_metrics_text_add_one (out, PREFIX "http_accept_errors_total", MCP_METRIC_COUNTER,
                            "Clients that were lost or turned away before they came in.",
                            (double) counters->n_accept_errors);
  mcp_metrics_text_add_one (out, PREFIX "http_received_bytes_total", MCP_METRIC_COUNTER,
                            "Bytes read from clients.", (double) counters->bytes_in);
  mcp_metrics_text_add_one (out, PREFIX "http_sent_bytes_total", MCP_METRIC_COUNTER,
                            "Bytes sent to clients.", (double) counters->bytes_out);
  mcp_metrics_text_begin (out, PREFIX "http_answers_total", MCP_METRIC_COUNTER,
                          "Answers by their status.");
  for (guint i = 0; i < MCP_HTTP_N_STATUSES; i++)
    if (counters->n_answers[i] > 0)
      {
        g_autofree char *status = g_strdup_printf ("%u", MCP_HTTP_FIRST_STATUS + i);

        mcp_metrics_text_add (out, PREFIX "http_answers_total", (double) counters->n_answers[i],
                              "status", status, NULL);
      }
}

/* Why clients were refused: another user's process, a full table, a missing credential; and all
 * other errors by their code. */
static void
append_rejections (GString *out, McpHttpContext *context)
{
  const McpHttpCounters *counters = context->counters;
  const struct
  {
    const char *reason;
    guint64 n;
  } own[] = {
    { "foreign_peer", counters->n_foreign },
    { "connections", counters->n_full },
    { "calls_in_flight", mcp_gateway_stats_get_calls (context->gateway)->n_over_limit },
    { "questions", mcp_gateway_stats_get_consent (context->gateway)->n_over_limit },
    { "consent_answerer", mcp_gateway_stats_get_consent (context->gateway)->n_refused },
    { "credential", mcp_http_auth_get_n_failures (context->auth) },
  };

  mcp_metrics_text_begin (out, PREFIX "rejections_total", MCP_METRIC_COUNTER,
                          "Clients, requests and calls that were refused.");
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    mcp_metrics_text_add (out, PREFIX "rejections_total", (double) own[i].n, "reason",
                          own[i].reason, NULL);
  for (guint status = 400; status < 600; status++)
    {
      guint64 n = counters->n_answers[status - MCP_HTTP_FIRST_STATUS];

      /* These are counted above, by their reasons. */
      if (status == 403)
        n -= MIN (n, counters->n_foreign);
      if (status == 503)
        n -= MIN (n, counters->n_full);
      if (n > 0 && status != 401)
        mcp_metrics_text_add (out, PREFIX "rejections_total", (double) n, "reason",
                              mcp_http_error_get_code (status), NULL);
    }
}

static void
append_consent (GString *out, McpHttpContext *context)
{
  const McpConsentStats *stats = mcp_gateway_stats_get_consent (context->gateway);

  mcp_metrics_text_add_one (out, PREFIX "consent_questions", MCP_METRIC_GAUGE,
                            "Tool calls that wait for their owner's word.",
                            mcp_gateway_stats_get_n_questions (context->gateway));
  mcp_metrics_text_begin (out, PREFIX "consent_answers_total", MCP_METRIC_COUNTER,
                          "Questions to the owner that have ended, by what became of them.");
  for (guint i = MCP_CONSENT_ANSWER_ONCE; i < MCP_N_CONSENT_ANSWERS; i++)
    mcp_metrics_text_add (out, PREFIX "consent_answers_total", (double) stats->n_ended[i], "answer",
                          mcp_consent_answer_to_string ((McpConsentAnswer) i), NULL);
}

typedef double (*ProviderValue) (GVariant *provider);

static double
get_processes (GVariant *provider)
{
  guint32 value = 0;

  g_variant_lookup (provider, "processes", "u", &value);
  return value;
}

static double
get_restarts (GVariant *provider)
{
  guint32 value = 0;

  g_variant_lookup (provider, "restarts", "u", &value);
  return value;
}

static double
get_memory (GVariant *provider)
{
  guint64 value;

  return g_variant_lookup (provider, "memory", "t", &value) ? (double) value : NAN;
}

static double
get_cpu_seconds (GVariant *provider)
{
  double value;

  return g_variant_lookup (provider, "cpu-seconds", "d", &value) ? value : NAN;
}

/* Only a person can go on. */
static double
get_needs_login (GVariant *provider)
{
  static const char *const states[] = { "needs-login", "refused", "keyring-locked", NULL };
  g_autoptr (GVariant) auth = g_variant_lookup_value (provider, "auth", G_VARIANT_TYPE_VARDICT);
  const char *state = NULL;

  if (auth == NULL || !g_variant_lookup (auth, "state", "&s", &state))
    return NAN;
  return g_strv_contains (states, state) ? 1 : 0;
}

static const struct
{
  const char *name;
  McpMetricType type;
  const char *help;
  ProviderValue get; /* NAN: unknown, and left out */
} provider_metrics[] = {
  { PREFIX "provider_processes", MCP_METRIC_GAUGE,
    "Processes of a server that run or are starting.", get_processes },
  { PREFIX "provider_restarts_total", MCP_METRIC_COUNTER, "How often a server was started again.",
    get_restarts },
  { PREFIX "provider_memory_bytes", MCP_METRIC_GAUGE,
    "Resident memory of a server's processes and all that they started.", get_memory },
  { PREFIX "provider_cpu_seconds", MCP_METRIC_GAUGE,
    "Processor time of a server's processes that run now and all that they started.",
    get_cpu_seconds },
  { PREFIX "provider_needs_login", MCP_METRIC_GAUGE,
    "Whether a server cannot be used before its owner has logged in.", get_needs_login },
};

static void
append_providers (GString *out, GVariant *providers)
{
  for (gsize i = 0; i < G_N_ELEMENTS (provider_metrics); i++)
    {
      GVariantIter iter;
      GVariant *provider;

      mcp_metrics_text_begin (out, provider_metrics[i].name, provider_metrics[i].type,
                              provider_metrics[i].help);
      g_variant_iter_init (&iter, providers);
      while ((provider = g_variant_iter_next_value (&iter)) != NULL)
        {
          double value = provider_metrics[i].get (provider);
          const char *name = "";

          g_variant_lookup (provider, "name", "&s", &name);
          if (!isnan (value))
            mcp_metrics_text_add (out, provider_metrics[i].name, value, "provider", name, NULL);
          g_variant_unref (provider);
        }
    }
}

static void
append_turn (const char *source, double seconds, gpointer user_data)
{
  mcp_metrics_text_add (user_data, PREFIX "longest_dispatch_seconds", seconds, "source", source,
                        NULL);
}

static void
append_turns (GString *out)
{
  McpDispatchMeter *meter = mcp_dispatch_meter_get_current ();

  if (meter == NULL)
    return;
  mcp_metrics_text_begin (out, PREFIX "longest_dispatch_seconds", MCP_METRIC_GAUGE,
                          "Processor time of the longest turn of the main loop since the start.");
  mcp_dispatch_meter_foreach (meter, append_turn, out);
}

static void
reply (McpHttpRequest *request, GVariant *providers)
{
  McpHttpContext *context = request->context;
  GString *out = g_string_sized_new (16 * 1024);

  append_daemon (out, context);
  append_turns (out);
  append_sessions (out, context);
  append_watchers (out, context);
  append_calls (out, context);
  append_consent (out, context);
  append_providers (out, providers);
  append_connections (out, context);
  append_rejections (out, context);
  mcp_http_reply_text (request, 200, MCP_METRICS_CONTENT_TYPE, out);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) providers =
      mcp_gateway_measure_providers_finish (MCP_GATEWAY (source), result, &error);

  /* The context is good only while somebody waits for the answer. */
  if (!mcp_http_request_is_open (request))
    return;
  if (providers != NULL)
    reply (request, providers);
  else
    mcp_http_reply_gerror (request, error);
}

/**
 * mcp_route_metrics:
 * @request: GET /metrics
 *
 * Says how the daemon is doing, in Prometheus' text format.
 */
void
mcp_route_metrics (McpHttpRequest *request)
{
  mcp_gateway_measure_providers_async (request->context->gateway, measured_cb,
                                       mcp_http_request_ref (request));
}

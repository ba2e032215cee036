/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-http.h"

#include <string.h>
#include <sys/socket.h>

typedef struct
{
  McpTestHttp *http;
  McpSession *session;
  char *token;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->http = mcp_test_http_new ();
  f->session = mcp_test_http_create_session (f->http, &f->token);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcp_test_http_free (f->http);
  g_free (f->token);
}

static McpTestReply *
scrape (Fixture *f)
{
  McpTestReply *reply = mcp_test_http_owner (f->http, "GET", "/metrics");

  g_assert_cmpuint (reply->status, ==, 200);
  return reply;
}

/* The value of a sample: its name with its labels, as it is written. */
static double
get_value (McpTestReply *reply, const char *sample)
{
  g_autofree char *start = g_strdup_printf ("\n%s ", sample);
  const char *found = strstr (reply->body, start);

  if (found == NULL)
    g_error ("there is no %s in\n%s", sample, reply->body);
  return g_ascii_strtod (found + strlen (start), NULL);
}

/* Of a family, by the name of one of its samples; NULL: it was not announced. */
static const char *
find_family (GHashTable *types, const char *sample, char **name)
{
  static const char *const suffixes[] = { "_bucket", "_sum", "_count" };
  const char *type = g_hash_table_lookup (types, sample);

  *name = g_strdup (sample);
  for (gsize i = 0; type == NULL && i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (sample, suffixes[i]))
      {
        g_free (*name);
        *name = g_strndup (sample, strlen (sample) - strlen (suffixes[i]));
        type = g_hash_table_lookup (types, *name);
      }
  return type;
}

static void
check_sample (const char *line, GHashTable *types, const char *current)
{
  g_autoptr (GRegex) form =
      g_regex_new ("^([a-zA-Z_:][a-zA-Z0-9_:]*)"
                   "(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\n\"])*\""
                   "(,[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\n\"])*\")*\\})? "
                   "(-?[0-9]+(\\.[0-9]+)?(e[+-][0-9]+)?|NaN|[+-]Inf)$",
                   0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *sample = NULL;
  g_autofree char *family = NULL;
  const char *type;

  if (!g_regex_match (form, line, 0, &match))
    g_error ("no sample: %s", line);
  sample = g_match_info_fetch (match, 1);
  type = find_family (types, sample, &family);
  g_assert_nonnull (type);
  g_assert_cmpstr (family, ==, current);
  if (strcmp (type, "histogram") != 0)
    g_assert_cmpstr (family, ==, sample);
  g_assert_cmpint (strcmp (type, "counter") == 0, ==, g_str_has_suffix (sample, "_total"));
}

/* What promtool would look at, too. */
static void
check_format (McpTestReply *reply)
{
  g_autoptr (GHashTable) types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) samples = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = g_strsplit (reply->body, "\n", -1);
  g_autofree char *current = NULL;
  guint n_lines = g_strv_length (lines);

  g_assert_cmpstr (lines[n_lines - 1], ==, "");
  g_assert_true (g_utf8_validate (reply->body, -1, NULL));
  for (guint i = 0; i + 1 < n_lines; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);

      if (strcmp (words[0], "#") != 0)
        {
          check_sample (lines[i], types, current);
          *strrchr (lines[i], ' ') = '\0';
          g_assert_true (g_hash_table_add (samples, lines[i]));
          continue;
        }
      g_assert_cmpuint (g_strv_length (words), ==, 4);
      if (strcmp (words[1], "HELP") == 0)
        {
          g_assert_false (g_hash_table_contains (types, words[2]));
          g_free (current);
          current = g_strdup (words[2]);
          continue;
        }
      g_assert_cmpstr (words[1], ==, "TYPE");
      g_assert_cmpstr (words[2], ==, current);
      g_assert_true (g_strv_contains (
          (const char *const[]){ "counter", "gauge", "histogram", NULL }, words[3]));
      g_assert_true (g_hash_table_insert (types, g_strdup (current), g_strdup (words[3])));
    }
}

static void
test_format (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestReply) reply = scrape (f);
  g_autofree char *type = mcp_test_reply_dup_field (reply, "Content-Type");

  g_test_summary ("The answer is in Prometheus' text format, each family whole and told once");
  g_assert_cmpstr (type, ==, "text/plain; version=0.0.4; charset=utf-8");
  check_format (reply);
}

static void
test_access (Fixture *f, gconstpointer data)
{
  g_autofree char *fields = mcp_test_bearer (f->token);
  g_autoptr (McpTestReply) none =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", "/metrics", NULL, NULL);
  g_autoptr (McpTestReply) session =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", "/metrics", fields, NULL);
  g_autoptr (McpTestReply) socket =
      mcp_test_http_request (f->http, MCP_TEST_UNIX, "GET", "/metrics", NULL, NULL);
  g_autoptr (McpTestReply) head = mcp_test_http_owner (f->http, "HEAD", "/metrics");
  g_autoptr (McpTestReply) post = mcp_test_http_owner (f->http, "POST", "/metrics");
  g_autoptr (McpTestReply) owner = scrape (f);

  g_test_summary ("Only the owner is told; who was refused is counted by the reason");
  mcp_test_assert_error (none, 401, "unauthorized");
  mcp_test_assert_error (session, 401, "unauthorized");
  g_assert_cmpuint (socket->status, ==, 200);
  g_assert_cmpuint (head->status, ==, 200);
  mcp_test_assert_error (post, 405, "method_not_allowed");
  g_assert_cmpfloat (get_value (owner, "mcp_sessiond_rejections_total{reason=\"credential\"}"), ==,
                     2);
  g_assert_cmpfloat (
      get_value (owner, "mcp_sessiond_rejections_total{reason=\"method_not_allowed\"}"), ==, 1);
  g_assert_cmpfloat (get_value (owner, "mcp_sessiond_http_answers_total{status=\"401\"}"), ==, 2);
  g_assert_cmpfloat (get_value (owner, "mcp_sessiond_http_answers_total{status=\"200\"}"), ==, 2);
}

static void
test_bytes (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestReply) before = scrape (f);
  g_autoptr (McpTestReply) health =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", "/health", NULL, NULL);
  g_autoptr (McpTestStream) bad = mcp_test_stream_connect (f->http, MCP_TEST_TCP);
  g_autoptr (McpTestReply) after = NULL;
  double sent, received;

  g_test_summary ("Bytes and connections are counted, those of refused requests too");
  mcp_test_stream_send (bad, "NONSENSE\r\n\r\n", 12);
  g_free (mcp_test_stream_read_until (bad, "\r\n\r\n"));
  after = scrape (f);

  sent = get_value (after, "mcp_sessiond_http_sent_bytes_total") -
         get_value (before, "mcp_sessiond_http_sent_bytes_total");
  received = get_value (after, "mcp_sessiond_http_received_bytes_total") -
             get_value (before, "mcp_sessiond_http_received_bytes_total");
  g_assert_cmpfloat (sent, >, before->n_body + health->n_body);
  g_assert_cmpfloat (sent, <, before->n_body + health->n_body + 4096);
  g_assert_cmpfloat (received, >, 12);
  g_assert_cmpfloat (received, <, 4096);
  g_assert_cmpfloat (get_value (after, "mcp_sessiond_http_connections_total") -
                         get_value (before, "mcp_sessiond_http_connections_total"),
                     >=, 2);
  g_assert_cmpfloat (get_value (after, "mcp_sessiond_rejections_total{reason=\"bad_request\"}"), ==,
                     1);
  g_assert_cmpfloat (get_value (after, "mcp_sessiond_http_connections"), >=, 1);
}

static void
test_events (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestStream) stream = mcp_test_stream_open_events (f->http, f->session, f->token);
  McpProgressFields fields = { .progress = 1 };
  g_autoptr (GVariant) token = g_variant_ref_sink (g_variant_new_int64 (7));
  g_autoptr (McpEventQueue) stalled = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  guint64 missed;

  g_test_summary ("Events are counted as published, taken, missed and pending");
  fields.token = token;
  stalled = mcp_session_subscribe (f->session, MCP_SUBSCRIBER_INTERNAL, NULL, NULL);
  for (guint i = 0; i < MCP_EVENT_QUEUE_LENGTH + 3; i++)
    {
      mcp_session_publish (f->session, &fields);
      g_free (mcp_test_stream_read_frame (stream));
    }
  mcp_progress_event_unref (mcp_event_queue_pop (stalled, &missed));

  reply = scrape (f);
  check_format (reply);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_total"), ==, 67);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_sent_total{to=\"session_stream\"}"), ==,
                     67);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_sent_total{to=\"bus\"}"), ==, 1);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_missed_total{to=\"bus\"}"), ==, 3);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_pending{to=\"bus\"}"), ==, 63);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_events_pending{to=\"session_stream\"}"), ==,
                     0);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_subscribers{to=\"session_stream\"}"), ==, 1);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_sessions"), ==, 1);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_http_streams"), ==, 1);
  mcp_session_unsubscribe (f->session, stalled);
}

static void
test_leaves (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestStream) stream = mcp_test_stream_connect (f->http, MCP_TEST_UNIX);
  static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (McpTestReply) reply = NULL;

  g_test_summary ("A client that leaves before it is told costs nothing");
  mcp_test_stream_send (stream, request, strlen (request));
  shutdown (stream->fd, SHUT_RDWR);
  mcp_test_http_wait_connections (f->http, 0);

  reply = mcp_test_http_owner (f->http, "GET", "/metrics");
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpfloat (get_value (reply, "mcp_sessiond_http_connections"), ==, 1);
}

#define add(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/http/route-metrics/format", test_format);
  add ("/http/route-metrics/access", test_access);
  add ("/http/route-metrics/bytes", test_bytes);
  add ("/http/route-metrics/events", test_events);
  add ("/http/route-metrics/leaves", test_leaves);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One more than the settings allow, for the whole daemon.
 */
#include "hostile.h"

#include <string.h>
#include <unistd.h>

#define SETTINGS                                                                              \
  "[Limits]\nHeadBytes=4096\nHeaderFields=16\nBodyBytes=8192\nJsonDepth=8\nJsonValues=1000\n" \
  "Sessions=3\nSubscribersPerSession=1\nCallsPerSession=1\nAttachmentsPerSession=1\n"         \
  "UpstreamProcesses=1\n"
#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define HANG(id)                                                                       \
  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/call\",\"params\":{\"name\":" \
  "\"test__hang\",\"arguments\":{}}}"

static char *
build (JsonObject *session,
       const char *method,
       const char *path,
       const char *more,
       const char *body)
{
  return g_strdup_printf ("%s %s HTTP/1.1\r\n" HOSTILE_HOST "Authorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\n"
                          "Accept: application/json, text/event-stream\r\n"
                          "Content-Length: %zu\r\n%s\r\n%s",
                          method, path, hostile_token (session), strlen (body), more, body);
}

static char *
ask (Hostile *h, const char *method, const char *path, const char *more, const char *body)
{
  g_autofree char *text = build (h->mine, method, path, more, body);

  return hostile_ask (h, HOSTILE_TCP4, text, strlen (text));
}

static char *
repeat (const char *begin, const char *part, guint n, const char *end)
{
  g_autoptr (GString) text = g_string_new (begin);

  for (guint i = 0; i < n; i++)
    g_string_append (text, part);
  g_string_append (text, end);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
check (Hostile *h, const char *more, const char *body, guint within, guint beyond)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", hostile_id (h->mine));
  g_autofree char *answer = ask (h, "POST", path, more, body);

  g_test_message ("%zu and %zu bytes: %.200s", strlen (more), strlen (body), answer);
  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, beyond != 0 ? beyond : within);
}

static void
test_requests (void)
{
  g_autoptr (Hostile) h = hostile_new (SETTINGS);
  g_autofree char *few_fields = repeat ("", "X: y\r\n", 8, "");
  g_autofree char *many_fields = repeat ("", "X: y\r\n", 16, "");
  g_autofree char *long_field = repeat ("X: ", "y", 4096, "\r\n");
  g_autofree char *long_body = repeat ("{\"progress\":1,\"message\":\"", "x", 8192, "\"}");
  g_autofree char *wide = repeat ("[", "0,", 1000, "0]");
  g_autofree char *deep = repeat ("{\"progress\":", "[", 9, "");

  g_test_summary ("A request that is larger than the settings allow is refused by its own status");
  check (h, few_fields, "{\"progress\":1}", 202, 0);
  check (h, many_fields, "{\"progress\":1}", 0, 431);
  check (h, long_field, "{\"progress\":1}", 0, 431);
  check (h, "", long_body, 0, 413);
  check (h, "", wide, 0, 400);
  check (h, "", deep, 0, 400);
  hostile_assert_unharmed (h);
}

static void
test_sessions (void)
{
  g_autoptr (Hostile) h = hostile_new (SETTINGS);
  g_autofree char *third = ask (h, "POST", "/session", "", "{}");
  g_autofree char *fourth = NULL;

  g_test_summary ("One session more than there may be is refused, with the limit's name");
  /* a token is no use there, but no harm */
  g_assert_cmpuint (mcp_test_socket_get_status (third), ==, 200);
  fourth = ask (h, "POST", "/session", "", "{}");
  g_assert_cmpuint (mcp_test_socket_get_status (fourth), ==, 429);
  g_assert_nonnull (strstr (fourth, "Sessions"));
}

static void
test_rate (void)
{
  g_autoptr (Hostile) h = hostile_new ("[Limits]\nSessionsPerMinute=2\n");
  g_autofree char *third = ask (h, "POST", "/session", "", "{}");

  g_test_summary ("Sessions that are made too fast are refused, with the limit's name");
  g_assert_cmpuint (mcp_test_socket_get_status (third), ==, 429);
  g_assert_nonnull (strstr (third, "SessionsPerMinute"));
  hostile_assert_unharmed (h);
}

static int
open_stream (Hostile *h,
             JsonObject *session,
             const char *method,
             const char *path,
             const char *body)
{
  g_autofree char *text = build (session, method, path, "", body);
  int fd = hostile_connect (h, HOSTILE_UNIX);

  mcp_test_socket_send_text (fd, text);
  return fd;
}

static void
test_subscribers (void)
{
  g_autoptr (Hostile) h = hostile_new (SETTINGS);
  g_autofree char *path = g_strdup_printf ("/session/%s/events", hostile_id (h->mine));
  int fd = open_stream (h, h->mine, "GET", path, "");
  g_autofree char *head = mcp_test_socket_read_until (fd, "\r\n\r\n");
  g_autofree char *second = ask (h, "GET", path, "", "");

  g_test_summary ("One event stream more than a session may have is refused");
  g_assert_cmpuint (mcp_test_socket_get_status (head), ==, 200);
  g_assert_cmpuint (mcp_test_socket_get_status (second), ==, 429);
  close (fd);
  hostile_assert_unharmed (h);
}

static void
test_attachments (void)
{
  g_autoptr (Hostile) h = hostile_new (SETTINGS);
  g_autofree char *first = ask (h, "POST", "/mcp", "", INITIALIZE);
  g_autofree char *second = ask (h, "POST", "/mcp", "", INITIALIZE);

  g_test_summary ("One attachment more than a session may have is refused");
  g_assert_cmpuint (mcp_test_socket_get_status (first), ==, 200);
  g_assert_cmpuint (mcp_test_socket_get_status (second), ==, 429);
}

/* Until the daemon says that @session has so many calls under way. */
static void
await_calls (Hostile *h, JsonObject *session, guint n_calls)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  g_autofree char *path = g_strconcat ("/session/", hostile_id (session), NULL);

  for (;;)
    {
      g_autoptr (JsonObject) answer =
          e2e_http_json (h->e2e, "GET", path, hostile_token (session), NULL);

      if (json_object_get_int_member (answer, "calls_in_flight") == n_calls)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, until);
    }
}

static void
test_calls (void)
{
  g_autoptr (Hostile) h = hostile_new (SETTINGS);
  int fd = open_stream (h, h->mine, "POST", "/mcp", HANG ("7"));
  g_autofree char *second = NULL;
  g_autofree char *other_text = NULL;
  g_autofree char *other = NULL;

  g_test_summary (
      "One call more than a session may have fails, and so does a server's process more "
      "than there may be");
  await_calls (h, h->mine, 1);
  second = ask (h, "POST", "/mcp", "", HANG ("8"));
  g_assert_nonnull (strstr (second, "CallsPerSession"));

  other_text = build (h->other, "POST", "/mcp", "", HANG ("8"));
  other = hostile_ask (h, HOSTILE_TCP4, other_text, strlen (other_text));
  g_assert_nonnull (strstr (other, "UpstreamProcesses"));
  close (fd);
}

static void
test_requests_in_flight (void)
{
  static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
  g_autoptr (Hostile) h = hostile_new ("[Limits]\nRequestsPerSession=1\n");
  int fd = open_stream (h, h->mine, "POST", "/mcp", HANG ("7"));
  g_autofree char *second = NULL;
  g_autofree char *other_text = build (h->other, "POST", "/mcp", "", ping);
  g_autofree char *other = NULL;
  g_autofree char *later = NULL;

  g_test_summary ("One request more than a session may have fails, whatever it asks");
  await_calls (h, h->mine, 1);
  second = ask (h, "POST", "/mcp", "", ping);
  g_assert_nonnull (strstr (second, "RequestsPerSession"));
  other = hostile_ask (h, HOSTILE_TCP4, other_text, strlen (other_text));
  g_assert_nonnull (strstr (other, "\"result\""));

  close (fd);
  await_calls (h, h->mine, 0);
  later = ask (h, "POST", "/mcp", "", ping);
  g_assert_nonnull (strstr (later, "\"result\""));
}

static void
test_request_bytes (void)
{
  g_autoptr (Hostile) h = hostile_new ("[Limits]\nRequestBytesPerSession=4096\n");
  g_autofree char *filler = g_strnfill (5000, 'x');
  g_autofree char *large = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"%s\"}}", filler);
  g_autofree char *alone = ask (h, "POST", "/mcp", "", large);
  int fd = open_stream (h, h->mine, "POST", "/mcp", HANG ("7"));
  g_autofree char *beside = NULL;
  g_autofree char *small = NULL;

  g_test_summary ("Requests without an answer are bounded by bytes; one alone is taken");
  g_assert_nonnull (strstr (alone, "\"result\""));
  await_calls (h, h->mine, 1);
  beside = ask (h, "POST", "/mcp", "", large);
  g_assert_nonnull (strstr (beside, "RequestBytesPerSession"));
  small = ask (h, "POST", "/mcp", "", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  g_assert_nonnull (strstr (small, "\"result\""));
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/limits/requests", test_requests);
  g_test_add_func ("/hostile/limits/sessions", test_sessions);
  g_test_add_func ("/hostile/limits/rate", test_rate);
  g_test_add_func ("/hostile/limits/subscribers", test_subscribers);
  g_test_add_func ("/hostile/limits/attachments", test_attachments);
  g_test_add_func ("/hostile/limits/calls", test_calls);
  g_test_add_func ("/hostile/limits/requests-in-flight", test_requests_in_flight);
  g_test_add_func ("/hostile/limits/request-bytes", test_request_bytes);
  return g_test_run ();
}

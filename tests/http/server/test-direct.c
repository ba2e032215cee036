/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Routes that the connection answers itself.
 */
#include "mcp-test-http.h"
#include "mcp-test-socket.h"

#include <string.h>
#include <unistd.h>

#define N_AT_ONCE 500
#define GET       "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define LAST      "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

static void
test_at_once (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (GString) requests = g_string_new (NULL);
  g_autofree char *answers = NULL;
  int fd = mcp_test_socket_connect_tcp (f->port);

  g_test_summary ("Requests that are sent all at once are answered, each, and in order");
  for (guint i = 0; i < N_AT_ONCE; i++)
    g_string_append (requests, GET);
  g_string_append (requests, LAST);
  mcp_test_socket_send (fd, requests->str, requests->len);
  answers = mcp_test_socket_read_all (fd);
  g_assert_cmpuint (count (answers, "HTTP/1.1 200 OK\r\n"), ==, N_AT_ONCE + 1);
  g_assert_cmpuint (count (answers, "Connection: close\r\n"), ==, 1);
  close (fd);
}

static void
test_mixed (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *answers = NULL;
  int fd = mcp_test_socket_connect_tcp (f->port);

  g_test_summary ("Requests of both kinds share a connection");
  mcp_test_socket_send_text (fd, GET "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" GET LAST);
  answers = mcp_test_socket_read_all (fd);
  g_assert_cmpuint (count (answers, "HTTP/1.1 200 OK\r\n"), ==, 3);
  g_assert_cmpuint (count (answers, "HTTP/1.1 404 "), ==, 1);
  close (fd);
}

static void
test_old (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *answer = NULL;
  int fd = mcp_test_socket_connect_tcp (f->port);

  g_test_summary ("A client of HTTP/1.0 gets its answer, and the end of the connection");
  mcp_test_socket_send_text (fd, "GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n");
  answer = mcp_test_socket_read_all (fd);
  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
  g_assert_nonnull (strstr (answer, "Connection: close\r\n"));
  close (fd);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The fields without the date, sorted. */
static char *
describe_head (const McpTestReply *reply)
{
  g_auto (GStrv) lines = g_strsplit (reply->head, "\r\n", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (gsize i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "Date: ") && *lines[i] != '\0')
      g_ptr_array_add (kept, lines[i]);
  g_ptr_array_sort (kept, compare_lines);
  g_ptr_array_add (kept, NULL);
  return g_strjoinv ("\n", (char **) kept->pdata);
}

static char *
ask (McpTestHttp *f, gboolean is_direct, const char *method, const char *target, const char *body)
{
  g_autoptr (McpTestReply) reply = NULL;

  mcp_http_server_set_direct (f->server, is_direct);
  reply = mcp_test_http_request (f, MCP_TEST_TCP, method, target,
                                 body != NULL ? "Content-Type: application/json\r\n" : NULL, body);
  return describe_head (reply);
}

static void
test_same_heads (void)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *body;
  } cases[] = {
    { "GET", "/health", NULL },
    { "POST", "/session", "{\"cwd\": 1}" },
    { "POST", "/session/x/progress", "{}" },
    { "POST", "/mcp", "{" },
    { "POST", "/mcp", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}" },
  };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("With libsoup and without it, answers have the same status and fields");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *direct = ask (f, TRUE, cases[i].method, cases[i].target, cases[i].body);
      g_autofree char *by_soup = ask (f, FALSE, cases[i].method, cases[i].target, cases[i].body);

      g_assert_cmpstr (direct, ==, by_soup);
    }
}

static void
test_closed_unread (void)
{
  McpTestHttp *f = mcp_test_http_new ();
  int fd = mcp_test_socket_connect_tcp (f->port);
  g_autofree char *first = NULL;

  g_test_summary ("A server that ends while a client does not read leaves nothing behind");
  for (guint i = 0; i < N_AT_ONCE; i++)
    mcp_test_socket_send_text (fd, GET);
  first = mcp_test_socket_read_until (fd, "\r\n\r\n");
  g_assert_cmpuint (mcp_test_socket_get_status (first), ==, 200);
  mcp_test_http_free (f);
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/direct/at-once", test_at_once);
  g_test_add_func ("/http/direct/mixed", test_mixed);
  g_test_add_func ("/http/direct/old", test_old);
  g_test_add_func ("/http/direct/same-heads", test_same_heads);
  g_test_add_func ("/http/direct/closed-unread", test_closed_unread);

  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* %s: a session's id. */
static const struct
{
  const char *method;
  const char *path;
  const char *allow; /* of the path; NULL: it is none */
} routes[] = {
  { "GET", "/health", "GET, HEAD" },
  { "POST", "/session", "POST, GET, HEAD" },
  { "GET", "/session", "POST, GET, HEAD" },
  { "GET", "/session/%s", "GET, HEAD, DELETE, PATCH" },
  { "DELETE", "/session/%s", "GET, HEAD, DELETE, PATCH" },
  { "POST", "/session/%s/token", "POST" },
  { "GET", "/session/%s/events", "GET" },
  { "POST", "/session/%s/progress", "POST" },
  { "GET", "/session/%s/calls", "GET, HEAD" },
  { "GET", "/events", "GET" },
  { "GET", "/metrics", "GET, HEAD" },
  { "POST", "/mcp", "GET, POST, DELETE" },
  { "GET", "/mcp", "GET, POST, DELETE" },
  { "DELETE", "/mcp", "GET, POST, DELETE" },
  { "GET", "/sse", "GET" },
  { "POST", "/messages", "POST" },
  { "GET", "/", "GET, HEAD" },
  { "GET", "/no/such/route", NULL },
};

/* A request as @session's client would send it, but for @fields. */
static char *
build_request (JsonObject *session,
               const char *method,
               const char *path,
               const char *fields,
               const char *body)
{
  g_auto (GStrv) parts = g_strsplit (path, "%s", 2);
  g_autofree char *full = g_strjoinv (hostile_id (session), parts);

  return g_strdup_printf ("%s %s HTTP/1.1\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\n"
                          "Accept: application/json, text/event-stream\r\n"
                          "Content-Length: %zu\r\n%s\r\n%s",
                          method, full, hostile_token (session), strlen (body), fields, body);
}

static void
test_foreign (void)
{
  static const char *const fields[] = {
    "Host: evil.example\r\n",
    "Host: 0.0.0.0\r\n",
    "Host: localhost.evil.example\r\n",
    HOSTILE_HOST "Origin: http://evil.example\r\n",
    HOSTILE_HOST "Origin: null\r\n",
    HOSTILE_HOST "Sec-Fetch-Site: cross-site\r\n",
    HOSTILE_HOST "Sec-Fetch-Site: same-site\r\n",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("No route, nor what is none, is there for a foreign page");
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (fields); k++)
      {
        g_autofree char *text =
            build_request (h->mine, routes[i].method, routes[i].path, fields[k], "{}");
        g_autofree char *answer = hostile_ask (h, k % HOSTILE_N_WAYS, text, strlen (text));

        g_test_message ("%s %s with %s: %u", routes[i].method, routes[i].path, fields[k],
                        mcp_test_socket_get_status (answer));
        g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 403);
        g_assert_null (strstr (answer, "Access-Control-"));
      }
  hostile_assert_unharmed (h);
}

static void
test_absolute (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A request for another authority is none for us, whatever its Host says");
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *path = g_strconcat ("http://evil.example", routes[i].path, NULL);
      g_autofree char *text = build_request (h->mine, routes[i].method, path, HOSTILE_HOST, "{}");
      g_autofree char *answer = hostile_ask (h, HOSTILE_TCP4, text, strlen (text));

      g_assert_cmpuint (mcp_test_socket_get_status (answer), >=, 400);
      g_assert_cmpuint (mcp_test_socket_get_status (answer), <=, 403);
    }
  hostile_assert_unharmed (h);
}

#define HIDDEN "POST /session HTTP/1.1\r\n" HOSTILE_HOST "Content-Length: 2\r\n\r\n{}"
#define FIRST  "POST /session/x/progress HTTP/1.1\r\n" HOSTILE_HOST

/* Each would make a session if it were read in the other way. */
static const char *const smuggled[] = {
  FIRST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" HIDDEN,
  FIRST "Content-Length: 5\r\nContent-Length: 0\r\n\r\n" HIDDEN,
  FIRST "Content-Length: 0, 5\r\n\r\n" HIDDEN,
  FIRST "Content-Length: +0\r\n\r\n" HIDDEN,
  FIRST "Content-Length: 18446744073709551616\r\n\r\n" HIDDEN,
  FIRST "Content-Length : 0\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding: identity\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked\r\n\r\n-1\r\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked\r\n\r\n0\n\n" HIDDEN,
  FIRST "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n" HIDDEN,
  FIRST "X: y\r\n Content-Length: 5\r\n\r\n" HIDDEN,
  FIRST "X: y\nContent-Length: 0\r\n\r\n" HIDDEN,
  "GET /health HTTP/1.1\n" HOSTILE_HOST "\n" HIDDEN,
  "GET /health HTTP/1.1 HTTP/1.1\r\n" HOSTILE_HOST "\r\n" HIDDEN,
  "GET /health\r\n" HIDDEN,
};

static void
test_smuggled (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("After a request that two could read in two ways nothing is read");
  for (gsize i = 0; i < G_N_ELEMENTS (smuggled); i++)
    {
      g_autofree char *answer =
          hostile_ask (h, i % HOSTILE_N_WAYS, smuggled[i], strlen (smuggled[i]));
      g_autofree char *shown = g_strescape (smuggled[i], NULL);

      g_test_message ("%s", shown);
      g_assert_cmpuint (mcp_test_socket_get_status (answer), >=, 400);
      g_assert_cmpuint (hostile_count (answer, "\r\nContent-Length: "), ==, 1);
      g_assert_null (strstr (answer, "session_id"));
    }
  hostile_assert_unharmed (h);
}

/* The methods that no route has, and those that are none of HTTP's that the parser knows. */
static void
check_method (Hostile *h, const char *method, gsize route, guint expected)
{
  g_autofree char *text = build_request (h->mine, method, routes[route].path, HOSTILE_HOST, "");
  g_autofree char *answer = hostile_ask (h, HOSTILE_TCP4, text, strlen (text));
  g_autofree char *allow = g_strdup_printf ("\r\nAllow: %s\r\n", routes[route].allow);

  g_test_message ("%s %s: %.100s", method, routes[route].path, answer);
  if (routes[route].allow == NULL && expected == 405)
    expected = 404;
  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, expected);
  if (expected == 405)
    g_assert_nonnull (strstr (answer, allow));
}

static void
test_methods (void)
{
  static const char *const unused[] = { "OPTIONS", "PUT", "PATCH" };
  static const char *const refused[] = { "TRACE", "get", "CONNECT" };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A method that a route has not is refused, and says what there is");
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      for (gsize k = 0; k < G_N_ELEMENTS (unused); k++)
        if (routes[i].allow == NULL || strstr (routes[i].allow, unused[k]) == NULL)
          check_method (h, unused[k], i, 405);
      for (gsize k = 0; k < G_N_ELEMENTS (refused); k++)
        check_method (h, refused[k], i, 501);
      if (routes[i].allow == NULL || strstr (routes[i].allow, "HEAD") == NULL)
        check_method (h, "HEAD", i, 405);
    }
  hostile_assert_unharmed (h);
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
test_bombs (void)
{
  static const char *const body_routes[] = { "/session", "/session/%s/progress", "/mcp" };
  char *bombs[] = {
    repeat ("", "[", 100000, ""),
    repeat ("", "{\"a\":", 100000, ""),
    repeat ("{\"progress\":1,\"message\":", "[", 100000, ""),
    repeat ("[", "0,", 200000, "0]"),
    repeat ("{\"a\":\"", "x", 5 * 1024 * 1024, "\"}"),
    repeat ("{\"a\":1", "0", 100000, ".5e99999}"),
    g_strdup ("{\"a\":1,\"a\":2}"),
    g_strdup ("{\"cwd\":\"/\"} {\"cwd\":\"/\"}"),
    g_strdup ("{\"label\":\"\\ud800\"}"),
    g_strdup ("{\"label\":\"\xff\xfe\"}"),
    g_strdup ("{\"cwd\":\"/tmp\\u0000/x\"}"),
    g_strdup ("{\"cwd\":0123}"),
    g_strdup ("\xef\xbb\xbf{}"),
    g_strdup ("'x'"),
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("JSON that is deep, wide, long, or none is a client's error on every route");
  for (gsize i = 0; i < G_N_ELEMENTS (bombs); i++)
    {
      for (gsize k = 0; k < G_N_ELEMENTS (body_routes); k++)
        {
          g_autofree char *text =
              build_request (h->mine, "POST", body_routes[k], HOSTILE_HOST, bombs[i]);
          g_autofree char *answer = hostile_ask (h, HOSTILE_TCP4, text, strlen (text));

          g_test_message ("%zu on %s: %u", i, body_routes[k], mcp_test_socket_get_status (answer));
          g_assert_cmpuint (mcp_test_socket_get_status (answer), >=, 400);
          g_assert_cmpuint (mcp_test_socket_get_status (answer), <, 500);
        }
      g_free (bombs[i]);
    }
  hostile_assert_unharmed (h);
}

/* What a stream carries is what was published, and one event for each. */
static void
test_injected (void)
{
  static const char *const texts[] = {
    "\\r\\n\\r\\nevent: closed\\r\\ndata: {}\\r\\n\\r\\n",
    "\\ndata: {\\\"progress\\\":99}\\n\\n",
    "\\rid: 0\\r\\r",
    "\\u2028event: closed\\u2029",
    "\\u0085event: closed",
    "\\u001b]0;x\\u0007",
    "x\\u0001y\\u007f",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);
  int fd = hostile_connect (h, HOSTILE_TCP4);
  g_autofree char *events = build_request (h->mine, "GET", "/session/%s/events", HOSTILE_HOST, "");
  g_autofree char *stream = NULL;

  g_test_summary ("Text in an event cannot make another event, nor a header");
  mcp_test_socket_send_text (fd, events);
  for (gsize i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : "the last";
      g_autofree char *body =
          g_strdup_printf ("{\"progress\":1,\"message\":\"%s\",\"tool\":\"%s\"}", text, text);
      g_autofree char *request =
          build_request (h->mine, "POST", "/session/%s/progress", HOSTILE_HOST, body);
      g_autofree char *answer = hostile_ask (h, HOSTILE_UNIX, request, strlen (request));

      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 202);
    }
  stream = mcp_test_socket_read_until (fd, "the last");
  g_assert_cmpuint (hostile_count (stream, "\ndata: {"), ==, G_N_ELEMENTS (texts) + 1);
  g_assert_cmpuint (hostile_count (stream, "\nid: "), ==, G_N_ELEMENTS (texts) + 1);
  g_assert_cmpuint (hostile_count (stream, "\nevent:"), ==, 0);
  g_assert_null (strchr (stream, '\x1b'));
  close (fd);
  hostile_assert_unharmed (h);
}

static void
test_tokens (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autoptr (JsonObject) unknown = json_object_new ();

  g_test_summary ("Another session's token opens nothing, and tells nothing about what there is");
  json_object_set_string_member (unknown, "session_id", "00000000-0000-4000-8000-000000000000");
  json_object_set_string_member (unknown, "token", hostile_token (h->other));
  json_object_set_string_member (h->mine, "token", hostile_token (h->other));
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *foreign = NULL;
      g_autofree char *of_none = NULL;
      g_autofree char *foreign_answer = NULL;
      g_autofree char *none_answer = NULL;

      if (strstr (routes[i].path, "%s") == NULL)
        continue;
      foreign = build_request (h->mine, routes[i].method, routes[i].path, HOSTILE_HOST, "{}");
      of_none = build_request (unknown, routes[i].method, routes[i].path, HOSTILE_HOST, "{}");
      foreign_answer = hostile_ask (h, HOSTILE_TCP4, foreign, strlen (foreign));
      none_answer = hostile_ask (h, HOSTILE_TCP4, of_none, strlen (of_none));
      g_assert_cmpuint (mcp_test_socket_get_status (foreign_answer), ==, 401);
      g_assert_nonnull (strstr (foreign_answer, "\r\nWWW-Authenticate: Bearer"));
      g_assert_cmpstr (strstr (foreign_answer, "\r\n\r\n"), ==, strstr (none_answer, "\r\n\r\n"));
    }
  hostile_assert_unharmed (h);
}

static void
test_token_in_url (void)
{
  static const char *const paths[] = {
    "GET /session/%s?token=%s",        "GET /session/%s/events?token=%s",
    "GET /session/%s/calls?token=%s",  "GET /mcp?session=%s&token=%s",
    "GET /events?session=%s&token=%s", "GET /session?session=%s&token=%s",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A token in a URL is none, and is not repeated");
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto (GStrv) parts = g_strsplit (paths[i], "%s", 3);
      g_autofree char *text =
          g_strconcat (parts[0], hostile_id (h->mine), parts[1], hostile_token (h->mine), parts[2],
                       " HTTP/1.1\r\nAccept: text/event-stream\r\n" HOSTILE_HOST "\r\n", NULL);
      g_autofree char *answer = hostile_ask (h, HOSTILE_TCP4, text, strlen (text));

      g_test_message ("%s: %.100s", paths[i], answer);
      g_assert_true (mcp_test_socket_get_status (answer) == 401 ||
                     mcp_test_socket_get_status (answer) == 404 ||
                     mcp_test_socket_get_status (answer) == 400);
      g_assert_null (strstr (answer, hostile_token (h->mine)));
    }
  hostile_assert_unharmed (h);
}

/* The session that is named is not the token's. */
static void
test_named_session (void)
{
  static const char *const requests[] = { "POST /mcp", "GET /mcp", "DELETE /mcp", "GET /sse",
                                          "POST /messages?sessionId=x" };
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *field =
      g_strdup_printf (HOSTILE_HOST "X-Mcp-Session: %s\r\n", hostile_id (h->other));

  g_test_summary ("A token opens no session but its own to MCP clients either");
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_auto (GStrv) parts = g_strsplit (requests[i], " ", 2);
      g_autofree char *text = build_request (h->mine, parts[0], parts[1], field,
                                             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
      g_autofree char *answer = hostile_ask (h, HOSTILE_TCP4, text, strlen (text));

      g_test_message ("%s: %.100s", requests[i], answer);
      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 401);
    }
  hostile_assert_unharmed (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/requests/foreign", test_foreign);
  g_test_add_func ("/hostile/requests/absolute", test_absolute);
  g_test_add_func ("/hostile/requests/smuggled", test_smuggled);
  g_test_add_func ("/hostile/requests/methods", test_methods);
  g_test_add_func ("/hostile/requests/bombs", test_bombs);
  g_test_add_func ("/hostile/requests/injected", test_injected);
  g_test_add_func ("/hostile/requests/tokens", test_tokens);
  g_test_add_func ("/hostile/requests/token-in-url", test_token_in_url);
  g_test_add_func ("/hostile/requests/named-session", test_named_session);
  return g_test_run ();
}

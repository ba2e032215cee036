/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST      "Host: localhost\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"

static void
test_one_request (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;

  g_test_summary ("A request is answered, and the connection stays open for another");
  http_send_text (fd, GET_HELLO);
  text = http_read_answer (fd);

  g_assert_cmpuint (http_get_status (text), ==, 200);
  g_assert_cmpstr (http_get_body (text), ==, "hello");
  g_assert_null (strstr (text, "Connection:"));
  http_settle ();
  g_assert_false (http_is_closed (fd));
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 1);
  close (fd);
  HTTP_AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
}

#define ADD(path, func) \
  g_test_add (path, HttpFixture, NULL, http_fixture_set_up, func, http_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/http/connection/one-request", test_one_request);

  return g_test_run ();
}

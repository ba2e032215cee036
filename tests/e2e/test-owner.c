/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the owner sees of the files and changes in them over HTTP. */
#include "e2e.h"

#include <glib/gstdio.h>
#include <string.h>

#define SERVERS  "config/mcp-sessiond/mcp.json"
#define SETTINGS "config/mcp-sessiond/mcp-sessiond.conf"

static char *
read_file (E2e *e2e, const char *name)
{
  g_autofree char *path = e2e_build (e2e, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
expect (E2e *e2e, const char *method, const char *path, guint expected, const char *part)
{
  guint status;
  g_autofree char *answer = e2e_http (e2e, method, path, NULL, NULL, &status);

  g_test_message ("%s", answer);
  g_assert_cmpuint (status, ==, expected);
  if (part != NULL)
    g_assert_nonnull (strstr (answer, part));
}

static void
test_switch (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *off = NULL;
  g_autofree char *on = NULL;

  g_test_summary ("A server is switched off and on in the file, whose comments stay; the change is "
                  "in force with the answer");
  g_free (test_dir_write (
      e2e->dir, SERVERS,
      "{\n  // mine\n  \"servers\": {\n    \"a\": {\"command\": \"x\"}, // why\n  }\n}\n", 0600));
  e2e_start (e2e);
  expect (e2e, "POST", "unix:/servers/a/disable", 204, NULL);
  expect (e2e, "GET", "unix:/servers/a", 200, "\"entry\":\"disabled\"");
  off = read_file (e2e, SERVERS);
  g_assert_cmpstr (off, ==,
                   "{\n  // mine\n  \"servers\": {\n    \"a\": {\"command\": \"x\", \"disabled\": "
                   "true}, // why\n  }\n}\n");
  expect (e2e, "POST", "unix:/servers/a/restart", 409, "enable it first");
  expect (e2e, "POST", "unix:/servers/a/enable", 204, NULL);
  expect (e2e, "GET", "unix:/servers/a", 200, "\"entry\":\"used\"");
  on = read_file (e2e, SERVERS);
  g_assert_nonnull (strstr (on, "\"a\": {\"command\": \"x\"}, // why"));
  expect (e2e, "POST", "unix:/servers/b/disable", 404, "There is no server “b”");
}

static void
test_not_writable (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = e2e_build (e2e, SERVERS);

  g_test_summary ("A file that is not there has no server; one that cannot be understood, or is no "
                  "file, is left alone: 409");
  e2e->warnings_expected = TRUE;
  e2e_start (e2e);
  expect (e2e, "POST", "unix:/servers/a/disable", 404, NULL);
  g_free (test_dir_write (e2e->dir, SERVERS, "{\"mcpServers\": {\"a\": {}", 0600));
  expect (e2e, "POST", "unix:/servers/a/disable", 409, "conflict");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  expect (e2e, "POST", "unix:/servers/a/disable", 409, "no regular file");
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
test_many (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (GString) servers = g_string_new ("{\"mcpServers\": {");
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *after = NULL;
  guint n_disabled = 0;

  g_test_summary ("Changes that are asked for at once are all made");
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (servers, "%s\"s%u\": {\"command\": \"x\"}", i > 0 ? "," : "", i);
  g_string_append (servers, "}}");
  g_free (test_dir_write (e2e->dir, SERVERS, servers->str, 0600));
  e2e_start (e2e);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *path = g_strdup_printf ("/servers/s%u/disable", i);
      g_autoptr (SoupMessage) message = e2e_new_message (
          e2e, "POST", path, json_object_get_string_member (e2e->discovery, "owner_key"), NULL);

      soup_session_send_async (e2e->tcp, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      g_ptr_array_add (streams, g_steal_pointer (&message));
    }
  for (guint i = 0; i < streams->len; i++)
    while (soup_message_get_status (streams->pdata[i]) != 204)
      g_main_context_iteration (NULL, TRUE);
  after = read_file (e2e, SERVERS);
  for (const char *at = after; (at = strstr (at, "\"disabled\": true")) != NULL; at++)
    n_disabled++;
  g_assert_cmpuint (n_disabled, ==, 8);
}

static void
test_settings (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("The owner sees what holds, and what is wrong in both files, with the line");
  e2e->warnings_expected = TRUE;
  g_free (
      test_dir_write (e2e->dir, SETTINGS, "[Limits]\nSessions=0\n[Names]\nMaxLength=64\n", 0600));
  g_free (test_dir_write (e2e->dir, SERVERS, "{\"mcpServers\": {\n\"a\": {\"url\": 1}}}", 0600));
  e2e_start (e2e);
  expect (e2e, "GET", "unix:/settings", 200, "{\"stopped\":false,\"settings\":{\"Http\":{");
  expect (e2e, "GET", "unix:/settings", 200, "\"Names\":{\"MaxLength\":64}");
  expect (e2e, "GET", "unix:/settings", 200, "10000 is used\",\"line\":2}");
  expect (e2e, "GET", "unix:/settings", 200, "the server is left out\",\"line\":2}");
  expect (e2e, "GET", "unix:/settings", 200, "\"database\":{\"kept\":true,");
  expect (e2e, "PUT", "unix:/stop", 204, NULL);
  expect (e2e, "GET", "unix:/settings", 200, "{\"stopped\":true,");
  session = e2e_create_session (e2e, NULL);
  {
    guint status;
    g_autofree char *refused = e2e_http (
        e2e, "GET", "/settings", json_object_get_string_member (session, "token"), NULL, &status);

    g_assert_cmpuint (status, ==, 401);
  }
}

static void
test_unset (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);

  g_test_summary (
      "An entry with a variable that is not set and has no default is left out, with the "
      "reason; one that is off, or has a default, is not");
  e2e->warnings_expected = TRUE;
  g_free (test_dir_write (
      e2e->dir, SERVERS,
      "{\"mcpServers\": {\n\"a\": {\"command\": \"x\", \"env\": {\"K\": \"${MCP_TEST_UNSET}\"}},\n"
      "\"b\": {\"command\": \"x\", \"args\": [\"${MCP_TEST_UNSET:-y}\", \"${HOME}\"]},\n"
      "\"c\": {\"url\": \"http://x/${env:MCP_TEST_UNSET}\", \"disabled\": true}}}",
      0600));
  e2e_start (e2e);
  expect (e2e, "GET", "unix:/servers/a", 200,
          "\"entry\":\"left out\",\"why\":\"“${MCP_TEST_UNSET}”");
  expect (e2e, "GET", "unix:/servers/b", 200, "\"entry\":\"used\"");
  expect (e2e, "GET", "unix:/servers/c", 200, "\"entry\":\"disabled\"");
  expect (e2e, "GET", "unix:/settings", 200, "the server is left out\",\"line\":2}");
}

static void
test_path (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nexec %s\n", g_getenv ("MCP_TEST_SERVER"));
  g_autofree char *program = test_dir_write (e2e->dir, "bin/only-here", script, 0700);
  g_autofree char *directory = g_path_get_dirname (program);
  g_autofree char *settings = g_strdup_printf ("[Servers]\nPath=%s:/usr/bin:/bin\n", directory);
  g_autoptr (JsonObject) session = NULL;
  guint status;
  g_autofree char *listed = NULL;

  g_test_summary ("Programs of servers are looked up in [Servers] Path");
  g_free (test_dir_write (e2e->dir, SETTINGS, settings, 0600));
  g_free (test_dir_write (e2e->dir, SERVERS,
                          "{\"mcpServers\": {\"p\": {\"command\": \"only-here\"}}}", 0600));
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);
  listed = e2e_http (e2e, "POST", "/mcp", json_object_get_string_member (session, "token"),
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}", &status);
  g_assert_nonnull (strstr (listed, "p__count"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/owner/switch", test_switch);
  g_test_add_func ("/e2e/owner/not-writable", test_not_writable);
  g_test_add_func ("/e2e/owner/many", test_many);
  g_test_add_func ("/e2e/owner/settings", test_settings);
  g_test_add_func ("/e2e/owner/unset", test_unset);
  g_test_add_func ("/e2e/owner/path", test_path);
  return g_test_run ();
}

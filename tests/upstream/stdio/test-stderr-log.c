/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-await.h"
#include "upstream/stdio/mcp-stderr-log.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

static GLogWriterOutput
note_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 &&
        strstr (fields[i].value, "server noisy: ") != NULL)
      g_ptr_array_add (user_data, g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

/* What a log has told. */
typedef struct
{
  guint n_spoke;
  GString *lines;
} Told;

static void
spoke_cb (gpointer user_data)
{
  ((Told *) user_data)->n_spoke++;
}

static void
line_cb (const char *text, gpointer user_data)
{
  g_string_append_printf (((Told *) user_data)->lines, "%s|", text);
}

static const McpStderrLogFuncs funcs = { spoke_cb, line_cb };

static void
test_rate (gconstpointer data)
{
  GPtrArray *lines = (GPtrArray *) data;
  const char text[] = "one\ntwo\nthree\nfour\nfive\n";
  g_autoptr (McpStderrLog) log = NULL;
  g_autofree char *reason = NULL;
  g_autoptr (GString) told_lines = g_string_new (NULL);
  Told told = { 0, told_lines };
  int fds[2];

  g_test_summary ("So many lines a second are logged, then how many more there were; those that "
                  "tell why a server ended are kept all the same");
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  log = mcp_stderr_log_new ("noisy", fds[0], 2, &funcs, &told);
  g_assert_cmpint (write (fds[1], text, strlen (text)), ==, (gssize) strlen (text));
  close (fds[1]);
  mcp_stderr_log_drain (log);
  g_assert_cmpuint (told.n_spoke, ==, 1);
  g_assert_cmpstr (told_lines->str, ==, "one|two|three|four|five|");
  reason = mcp_stderr_log_dup_reason (log);
  g_assert_nonnull (strstr (reason, "five"));
  g_clear_pointer (&log, mcp_stderr_log_free);

  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpstr (lines->pdata[0], ==, "server noisy: one");
  g_assert_cmpstr (lines->pdata[1], ==, "server noisy: two");
  g_assert_cmpstr (lines->pdata[2], ==, "server noisy: (3 more lines)");
}

static void
test_pause (gconstpointer data)
{
  GPtrArray *lines = (GPtrArray *) data;
  const char text[] = "one\ntwo\nthree\n";
  g_autoptr (GString) told_lines = g_string_new (NULL);
  Told told = { 0, told_lines };
  McpStderrLog *log;
  int fds[2];

  g_test_summary (
      "How many more lines there were is said when the second is over, and not first when "
      "the server speaks again");
  g_ptr_array_set_size (lines, 0);
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  log = mcp_stderr_log_new ("noisy", fds[0], 2, &funcs, &told);
  g_assert_cmpint (write (fds[1], text, strlen (text)), ==, (gssize) strlen (text));
  AWAIT (lines->len >= 3);

  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpstr (lines->pdata[2], ==, "server noisy: (1 more lines)");
  mcp_stderr_log_free (log);
  g_assert_cmpuint (lines->len, ==, 3);
  close (fds[1]);
}

static void
test_question (gconstpointer data)
{
  const char question[] = "working\nOk to proceed? (y) ";
  g_autoptr (GString) told_lines = g_string_new (NULL);
  Told told = { 0, told_lines };
  g_autoptr (McpStderrLog) log = NULL;
  int fds[2];

  g_test_summary ("A question without the end of its line is told once, when the server waits");
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  log = mcp_stderr_log_new ("noisy", fds[0], 2, &funcs, &told);
  g_assert_cmpint (write (fds[1], question, strlen (question)), ==, (gssize) strlen (question));
  AWAIT (strstr (told_lines->str, "proceed") != NULL);
  g_assert_cmpint (write (fds[1], "\nnext\n", 6), ==, 6);
  close (fds[1]);
  mcp_stderr_log_drain (log);
  g_assert_cmpstr (told_lines->str, ==, "working|Ok to proceed? (y)|next|");
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (note_line, lines, NULL);
  g_test_add_data_func ("/upstream/stderr-log/rate", lines, test_rate);
  g_test_add_data_func ("/upstream/stderr-log/pause", lines, test_pause);
  g_test_add_data_func ("/upstream/stderr-log/question", lines, test_question);
  return g_test_run ();
}

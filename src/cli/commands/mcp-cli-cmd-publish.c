/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-percent.h"
#include "cli/run/mcp-cli-publisher.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-text-clean.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* More than a watcher can show of a line. */
#define MAX_LINE_BYTES 1024
#define READ_BYTES     (64 * 1024)

typedef struct
{
  char *session;
  char *message;
  char *tool;
  char *token;
  char *call_id;
  char *state;
  double total;
  gboolean lines;
  gboolean percent;
  gboolean tee;
} Options;

/* The lines of the standard input. */
typedef struct
{
  McpCliPublisher *publisher; /* (unowned) */
  const Options *options;
  GString *line;
  guint n_lines;
  double percent;
  gboolean failed;
} Lines;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->message);
  g_free (options->tool);
  g_free (options->token);
  g_free (options->call_id);
  g_free (options->state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
lines_clear (Lines *lines)
{
  g_string_free (lines->line, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lines, lines_clear)

/* The program that writes the lines goes on, even if the daemon takes no events any more. */
static void
check (Lines *lines, gboolean success, GError **error)
{
  if (!success && !lines->failed)
    mcp_cli_text_print_error (*error);
  if (!success)
    lines->failed = TRUE;
  g_clear_error (error);
}

static void
add (Lines *lines, const char *message, const char *state)
{
  g_autoptr (GError) error = NULL;
  McpCliEvent event = { lines->n_lines, lines->options->total, message, state };

  if (lines->options->percent)
    {
      event.progress = lines->percent;
      event.total = 100;
    }
  check (lines, lines->failed || mcp_cli_publisher_add (lines->publisher, &event, &error), &error);
}

static void
end_line (Lines *lines)
{
  g_autofree char *message = NULL;

  if (lines->line->len == 0)
    return;
  message = g_strstrip (mcp_text_clean (lines->line->str));
  g_string_truncate (lines->line, 0);
  if (*message == '\0')
    return;
  lines->n_lines++;
  if (lines->options->percent)
    mcp_cli_percent_find (message, &lines->percent);
  add (lines, message, "running");
}

/* A progress bar that is drawn again and again ends its lines with “\r” alone. */
static void
take_bytes (Lines *lines, const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '\n' || data[i] == '\r')
        end_line (lines);
      else if (lines->line->len < MAX_LINE_BYTES)
        g_string_append_c (lines->line, data[i]);
    }
}

static void
write_all (const char *data, gssize length)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, data, (gsize) length);

      if (n < 0 && errno != EINTR)
        return;
      data += MAX (n, 0);
      length -= MAX (n, 0);
    }
}

/* Lines that came while the last events were sent are sent together. */
static int
publish_lines (McpCliPublisher *publisher, const Options *options)
{
  g_auto (Lines) lines = { publisher, options, g_string_new (NULL), 0, 0, FALSE };
  g_autofree char *buffer = g_malloc (READ_BYTES);
  g_autoptr (GError) error = NULL;
  gssize n;

  add (&lines, options->message, "running");
  check (&lines, mcp_cli_publisher_flush (publisher, &error), &error);
  while ((n = read (STDIN_FILENO, buffer, READ_BYTES)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        break;
      if (options->tee)
        write_all (buffer, n);
      take_bytes (&lines, buffer, (gsize) n);
      check (&lines, mcp_cli_publisher_flush (publisher, &error), &error);
    }
  end_line (&lines);
  add (&lines, NULL, options->state != NULL ? options->state : "ok");
  check (&lines, mcp_cli_publisher_flush (publisher, &error), &error);
  return lines.failed ? MCP_CLI_FAILED : MCP_CLI_OK;
}

static int
publish_one (McpCliPublisher *publisher, const Options *options, double progress)
{
  McpCliEvent event = { progress, options->total, options->message, options->state };
  g_autoptr (GError) error = NULL;

  if (mcp_cli_publisher_add (publisher, &event, &error) &&
      mcp_cli_publisher_flush (publisher, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

static int
publish (const Options *options, double progress)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  g_autoptr (McpCliSession) session = NULL;
  g_autoptr (McpCliPublisher) publisher = NULL;
  g_autofree char *call_id = NULL;

  if (connection != NULL)
    session = mcp_cli_session_find (connection, options->session, &error);
  if (session == NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }

  publisher = mcp_cli_publisher_new (connection, g_steal_pointer (&session));
  /* A watcher shows the lines of one program as one bar. */
  call_id = options->call_id != NULL ? g_strdup (options->call_id)
            : options->lines         ? g_uuid_string_random ()
                                     : NULL;
  mcp_cli_publisher_describe (publisher, "call_id", call_id);
  mcp_cli_publisher_describe (publisher, "tool", options->tool);
  mcp_cli_publisher_describe (publisher, "token", options->token);
  return options->lines ? publish_lines (publisher, options)
                        : publish_one (publisher, options, progress);
}

static gboolean
read_progress (const char *text, double *progress)
{
  char *end;

  *progress = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*progress);
}

/**
 * mcp_cli_cmd_publish:
 * @argc: number of words
 * @argv: the words
 *
 * Tells a session's watchers something.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_publish (int argc, char **argv)
{
  g_auto (Options) options = { .total = -1 };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment"), N_ ("SESSION") },
    { "total", 0, 0, G_OPTION_ARG_DOUBLE, &options.total, N_ ("The progress at the end"),
      N_ ("NUMBER") },
    { "message", 'm', 0, G_OPTION_ARG_STRING, &options.message, N_ ("What is done at the moment"),
      N_ ("TEXT") },
    { "tool", 0, 0, G_OPTION_ARG_STRING, &options.tool, N_ ("What does it"), N_ ("NAME") },
    { "state", 0, 0, G_OPTION_ARG_STRING, &options.state,
      N_ ("running, ok, error or cancelled; with --lines, the state at the end"), N_ ("STATE") },
    { "call-id", 0, 0, G_OPTION_ARG_STRING, &options.call_id,
      N_ ("Distinguishes this work from other work"), N_ ("ID") },
    { "token", 0, 0, G_OPTION_ARG_STRING, &options.token, N_ ("The events’ progress token"),
      N_ ("TOKEN") },
    { "lines", 0, 0, G_OPTION_ARG_NONE, &options.lines,
      N_ ("One event for each line of the standard input"), NULL },
    { "percent", 0, 0, G_OPTION_ARG_NONE, &options.percent,
      N_ ("As --lines, with the percentage in each line"), NULL },
    { "tee", 0, 0, G_OPTION_ARG_NONE, &options.tee, N_ ("Copy the lines to the output"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[PROGRESS]"),
    .summary = _ ("Reports progress to the watchers of a session."),
    .description = _ ("Examples:\n"
                      "  mcp-session publish 4 --total 10 --message 'page 4'\n"
                      "  make 2>&1 | mcp-session publish --lines --tool make --tee\n"
                      "  rsync --info=progress2 … | mcp-session publish --percent\n"),
    .max_words = 1,
  };
  double progress = 0;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  options.lines = options.lines || options.percent;
  if (options.lines && argc > 1)
    return mcp_cli_options_report_error (_ ("Either PROGRESS or --lines"));
  if (!options.lines && argc == 1)
    return mcp_cli_options_report_error (_ ("Something is missing: %s"),
                                         _ ("PROGRESS, or --lines"));
  if (argc > 1 && !read_progress (argv[1], &progress))
    return mcp_cli_options_report_error (_ ("“%s” is not a number"), argv[1]);
  return publish (&options, progress);
}

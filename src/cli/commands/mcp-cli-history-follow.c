/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * history --follow: a line for each call that ends. The stream of events says when to look; the
 * history says what has happened, so that nothing is missed when the stream lags.
 */
#include "cli/commands/mcp-cli-history-follow.h"

#include "cli/commands/mcp-cli-call-table.h"
#include "cli/daemon/mcp-cli-event-stream.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-main-loop.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* The history is asked this often at most. */
#define ASK_EVERY_MS 100
/* … and this often at least: the stream may not be there yet. */
#define TICK_SECONDS 1
/* How far back calls that run are remembered. */
#define ASK_LIMIT    1000

typedef struct
{
  McpCliConnection *connection; /* (unowned) */
  const McpCliHistoryFilter *filter;
  McpCliEventStream *stream; /* (owned) */
  McpCliMainLoop *loop;      /* (owned) */
  GHashTable *shown;         /* (owned): ids of calls that were printed */
  gboolean as_json;
  gboolean has_begun; /* what had ended before is not printed */
  guint ask_id;
  guint tick_id;
} Follow;

static void
follow_clear (Follow *self)
{
  if (self->stream != NULL)
    mcp_cli_event_stream_stop (self->stream);
  g_clear_object (&self->stream);
  g_clear_handle_id (&self->ask_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->loop, mcp_cli_main_loop_free);
  g_hash_table_unref (self->shown);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Follow, follow_clear)

static void
print_call (Follow *self, McpJsonSlice call)
{
  g_autofree char *line =
      self->as_json ? g_strndup (call.data, call.length) : mcp_cli_call_table_describe (call);

  g_print ("%s\n", line);
  if (fflush (stdout) != 0)
    mcp_cli_main_loop_quit (self->loop, MCP_CLI_BROKEN_PIPE);
}

static gboolean
has_ended (McpJsonSlice call)
{
  g_autofree char *state = mcp_cli_json_dup_member (call, "state");

  return g_strcmp0 (state, "running") != 0;
}

static void
take_call (Follow *self, McpJsonSlice call)
{
  char *id = mcp_cli_json_dup_member (call, "call_id");

  if (id == NULL || !has_ended (call) || !mcp_cli_history_filter_accepts (self->filter, call))
    {
      g_free (id);
      return;
    }
  if (g_hash_table_add (self->shown, id) && self->has_begun)
    print_call (self, call);
}

static void
ask (Follow *self)
{
  const McpCliHistoryFilter recent = { .limit = ASK_LIMIT };
  g_autoptr (GBytes) answer = mcp_cli_history_fetch (self->connection, &recent, NULL);
  g_autoptr (GArray) calls = g_array_new (FALSE, FALSE, sizeof (McpJsonSlice));
  McpJsonSlice root, list, call;
  McpJsonIter iter;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "calls", MCP_JSON_ARRAY, &list))
    return;
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &call))
    g_array_append_val (calls, call);
  for (guint i = calls->len; i-- > 0;)
    take_call (self, g_array_index (calls, McpJsonSlice, i));
  self->has_begun = TRUE;
}

static gboolean
ask_cb (gpointer user_data)
{
  Follow *self = user_data;

  self->ask_id = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  ask (user_data);
  return G_SOURCE_CONTINUE;
}

static void
event_cb (const char *type, GBytes *data, gpointer user_data)
{
  Follow *self = user_data;
  McpJsonSlice root;

  if (type == NULL && mcp_cli_json_parse_bytes (data, &root, NULL) && !has_ended (root))
    return;
  if (self->ask_id == 0)
    self->ask_id = g_timeout_add (ASK_EVERY_MS, ask_cb, self);
}

static void
interrupted_cb (gpointer user_data)
{
  mcp_cli_text_print (_ ("The daemon has gone; waiting until it is back"));
}

static void
resumed_cb (gpointer user_data)
{
  mcp_cli_text_print (_ ("The daemon is back"));
}

static void
ended_cb (const GError *error, gpointer user_data)
{
  Follow *self = user_data;

  if (error != NULL)
    mcp_cli_text_print_error (error);
  mcp_cli_main_loop_quit (self->loop, MCP_CLI_FAILED);
}

/**
 * mcp_cli_history_follow:
 * @connection: to the daemon
 * @filter: which calls are wanted
 * @as_json: whether each call is printed as the daemon has it
 *
 * Prints each call that ends, until a signal comes or nobody reads the output.
 *
 * Returns: the exit status
 */
int
mcp_cli_history_follow (McpCliConnection *connection,
                        const McpCliHistoryFilter *filter,
                        gboolean as_json)
{
  static const McpCliEventStreamFuncs funcs = { event_cb, interrupted_cb, resumed_cb, ended_cb };
  g_auto (Follow) self = { .connection = connection, .filter = filter, .as_json = as_json };

  self.loop = mcp_cli_main_loop_new ();
  self.shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.stream = mcp_cli_event_stream_new (connection, NULL, &funcs, &self);
  self.tick_id = g_timeout_add_seconds (TICK_SECONDS, tick_cb, &self);
  fflush (stdout);
  mcp_cli_event_stream_start (self.stream);
  ask (&self);
  return mcp_cli_main_loop_run (self.loop);
}

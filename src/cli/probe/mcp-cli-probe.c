/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tests one configured server without the daemon. The entry is read, the server is started and the
 * messages are exchanged by the daemon's own code, so that the result is what the daemon would get.
 */
#include "cli/probe/mcp-cli-probe.h"

#include "mcp-cli-direct-private.h"

#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_PAGES     100
#define MAX_LOG_BYTES (64 * 1024)

/* A test that goes on. */
typedef struct
{
  McpCliProbe *probe;    /* (unowned) */
  McpProvider *provider; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  guint timeout_ms;
  guint n_pages;
  gint64 start_us;
  GError *error; /* (nullable) */
} Run;

static void ask_for_tools (Run *run, const char *cursor);

static void
run_clear (Run *run)
{
  g_clear_object (&run->provider);
  g_clear_pointer (&run->loop, g_main_loop_unref);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/**
 * mcp_cli_probe_free:
 * @self: (transfer full): the result of a test
 */
void
mcp_cli_probe_free (McpCliProbe *self)
{
  g_ptr_array_unref (self->tools);
  g_string_free (self->log, TRUE);
  g_free (self);
}

/**
 * mcp_cli_probe_new:
 *
 * Returns: (transfer full): what a test has shown that did not begin yet
 */
McpCliProbe *
mcp_cli_probe_new (void)
{
  McpCliProbe *self = g_new0 (McpCliProbe, 1);

  self->tools = g_ptr_array_new_with_free_func (g_free);
  self->log = g_string_new (NULL);
  self->ready_ms = -1;
  return self;
}

/* What the parser says of an entry that it left out, or that there is no such entry. */
static void
set_missing (const char *name, GPtrArray *problems, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("“%s”:", name);

  for (guint i = 0; i < problems->len; i++)
    {
      const char *problem = g_ptr_array_index (problems, i);

      if (strstr (problem, mark) == NULL)
        continue;
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, problem);
      return;
    }
  g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
               _ ("There is no server “%s”; “mcp-session server list” shows the servers"), name);
}

static McpServerConfig *
find_config (const char *name, GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  if (!mcp_cli_file_read (path, &text, error))
    return NULL;
  configs = mcp_server_config_parse_file (
      *text != '\0' ? text : "{}", *text != '\0' ? strlen (text) : 2, path, &problems, error);
  if (configs == NULL)
    return NULL;
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, name) == 0)
        return mcp_server_config_ref (config);
    }
  set_missing (name, problems, error);
  return NULL;
}

/* Keeps what the server says on its standard error, which upstream writes to the log. */
static GLogWriterOutput
log_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  McpCliProbe *probe = user_data;
  const char *text = NULL;
  gboolean is_provider = FALSE;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (strcmp (fields[i].key, "MCP_PROVIDER") == 0)
        is_provider = TRUE;
      else if (strcmp (fields[i].key, "MESSAGE") == 0)
        text = fields[i].value;
    }
  if (!is_provider)
    return g_log_writer_default (level, fields, n_fields, NULL);
  if (level == G_LOG_LEVEL_INFO && text != NULL && probe->log->len < MAX_LOG_BYTES)
    g_string_append_printf (probe->log, "%s\n", text);
  return G_LOG_WRITER_HANDLED;
}

static void
state_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Run *run = user_data;

  if (run->probe->ready_ms < 0 && mcp_provider_get_state (run->provider) == MCP_PROVIDER_READY)
    run->probe->ready_ms = (g_get_monotonic_time () - run->start_us) / 1000;
}

/* Returns: (transfer full) (nullable): the cursor of the next page */
static char *
take_page (Run *run, McpJsonSlice result)
{
  McpJsonSlice tools, tool;
  McpJsonIter iter;

  if (!mcp_json_find_typed (result, "tools", MCP_JSON_ARRAY, &tools))
    return NULL;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      char *name = mcp_cli_json_dup_member (tool, "name");

      g_ptr_array_add (run->probe->tools, name != NULL ? name : g_strdup ("?"));
    }
  return mcp_cli_json_dup_member (result, "nextCursor");
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, &run->error);
  g_autofree char *text = NULL;
  g_autofree char *cursor = NULL;

  if (answer != NULL && mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    {
      cursor = take_page (run, mcp_jsonrpc_message_get_result (answer));
    }
  else if (answer != NULL)
    {
      text = mcp_jsonrpc_message_dup_error_excerpt (answer);
      g_set_error (&run->error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   _ ("The server answers tools/list with an error: %s"), text);
    }
  if (cursor != NULL && *cursor != '\0' && ++run->n_pages < MAX_PAGES)
    ask_for_tools (run, cursor);
  else
    g_main_loop_quit (run->loop);
}

static void
ask_for_tools (Run *run, const char *cursor)
{
  g_autoptr (GString) params = g_string_new ("{");
  McpProviderRequest request = { .method = "tools/list", .timeout_ms = run->timeout_ms };

  mcp_cli_json_add_string (params, "cursor", cursor);
  g_string_append_c (params, '}');
  request.params = params->str;
  mcp_provider_request_async (run->provider, &request, NULL, answered_cb, run);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  mcp_provider_close_finish (MCP_PROVIDER (source), result, NULL);
  g_main_loop_quit (run->loop);
}

static void
test_provider (Run *run)
{
  g_signal_connect (run->provider, "notify::state", G_CALLBACK (state_cb), run);
  run->start_us = g_get_monotonic_time ();
  ask_for_tools (run, NULL);
  g_main_loop_run (run->loop);

  if (run->probe->ready_ms >= 0)
    run->probe->revision = mcp_revision_to_string (mcp_provider_get_revision (run->provider));
  mcp_provider_close_async (run->provider, NULL, closed_cb, run);
  g_main_loop_run (run->loop);
}

/**
 * mcp_cli_probe_run:
 * @name: of a server in mcp.json
 * @timeout_seconds: how long the server may take to be ready, and for each answer
 * @error: return location; set if the test failed, beside what it has shown
 *
 * Starts the server in the current directory, asks it for its tools, and stops it. Runs the default
 * main context until then. To be called once in a process, because it takes over the log.
 *
 * Returns: (transfer full): what the test has shown
 */
McpCliProbe *
mcp_cli_probe_run (const char *name, guint timeout_seconds, GError **error)
{
  McpCliProbe *self = mcp_cli_probe_new ();
  g_autofree char *cwd = g_get_current_dir ();
  g_autoptr (McpServerConfig) config = NULL;
  g_auto (Run) run = { .probe = self, .timeout_ms = timeout_seconds * 1000 };

  config = find_config (name, error);
  if (config == NULL)
    return self;

  g_log_set_writer_func (log_cb, self, NULL);
  run.loop = g_main_loop_new (NULL, FALSE);
  run.provider = mcp_cli_direct_new_provider (config, cwd, run.timeout_ms);
  test_provider (&run);
  if (run.error != NULL)
    g_propagate_error (error, g_steal_pointer (&run.error));
  return self;
}

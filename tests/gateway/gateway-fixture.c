/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include <string.h>

static McpProvider *
make_provider (McpServerConfig *config,
               const char *cwd,
               const McpLimits *limits,
               guint timeout_ms,
               gpointer user_data)
{
  Fixture *f = user_data;
  McpFakeProvider *provider = mcp_fake_provider_new (config->name);
  const char *tools = g_hash_table_lookup (f->scripts, config->name);

  mcp_fake_provider_set_tools (provider, tools);
  mcp_fake_provider_set_silent (provider, g_hash_table_contains (f->silent, config->name));
  mcp_fake_provider_set_broken (provider, g_hash_table_contains (f->broken, config->name));
  g_ptr_array_add (f->providers, g_object_ref (provider));
  return MCP_PROVIDER (provider);
}

McpSession *
fixture_create_session (Fixture *f, const char *cwd, const char *const *allowed)
{
  McpSessionParams params = { .cwd = cwd, .allowed_tools = allowed, .idle_seconds = -1 };
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_session_store_create (f->store, &params, &token, &error);

  g_assert_no_error (error);
  return session;
}

void
fixture_setup (Fixture *f, gconstpointer data)
{
  mcp_limits_init_defaults (&f->limits);
  f->store = mcp_session_store_new (&f->limits);
  f->scripts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  f->silent = g_hash_table_new (g_str_hash, g_str_equal);
  f->broken = g_hash_table_new (g_str_hash, g_str_equal);
  f->providers = g_ptr_array_new_with_free_func (g_object_unref);
  f->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  f->gateway = mcp_gateway_new_with_factory (f->store, &f->limits, make_provider, f, NULL);
  f->session = g_object_ref (fixture_create_session (f, "/", NULL));
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *closed = user_data;

  g_assert_true (mcp_gateway_close_finish (MCP_GATEWAY (source), result, NULL));
  *closed = TRUE;
}

void
fixture_teardown (Fixture *f, gconstpointer data)
{
  gboolean closed = FALSE;

  mcp_gateway_close_async (f->gateway, closed_cb, &closed);
  AWAIT (closed);
  mcp_test_settle ();

  mcp_test_await_finalized (f->gateway);
  mcp_session_store_close_all (f->store, "shutdown");
  mcp_test_await_finalized (f->session);
  mcp_test_await_finalized (f->store);
  while (f->providers->len > 0)
    mcp_test_await_finalized (g_ptr_array_steal_index (f->providers, 0));
  g_ptr_array_unref (f->providers);
  g_ptr_array_unref (f->configs);
  g_hash_table_unref (f->scripts);
  g_hash_table_unref (f->silent);
  g_hash_table_unref (f->broken);
}

/* The caller may still change it before fixture_apply(). */
McpServerConfig *
fixture_add_server (Fixture *f, const char *name, const char *tools_json)
{
  McpServerConfig *config = mcp_server_config_new (name, name);

  g_hash_table_replace (f->scripts, g_strdup (name), g_strdup (tools_json));
  g_ptr_array_add (f->configs, config);
  return config;
}

void
fixture_apply (Fixture *f)
{
  mcp_gateway_set_servers (f->gateway, f->configs);
}

/* The newest of that server. */
McpFakeProvider *
fixture_provider (Fixture *f, const char *name)
{
  for (guint i = f->providers->len; i > 0; i--)
    if (strcmp (mcp_provider_get_name (g_ptr_array_index (f->providers, i - 1)), name) == 0)
      return g_ptr_array_index (f->providers, i - 1);

  return NULL;
}

void
fixture_close_session (Fixture *f, McpSession *session)
{
  g_assert_true (mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL));
}

/* Everything that can run now has run. */
McpJsonrpcMessage *
parse_message (const char *text)
{
  const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 10000 };
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *message = mcp_jsonrpc_message_parse (bytes, &limits, NULL, &error);

  g_assert_no_error (error);
  return message;
}

static void
keep (Heard *self, GBytes *json)
{
  gsize length;
  const char *data = g_bytes_get_data (json, &length);

  if (self->responded || self->cancelled)
    self->n_after++;
  g_ptr_array_add (self->messages, g_strndup (data, length));
}

static void
message_cb (McpRequest *request, GBytes *json, gpointer self)
{
  keep (self, json);
}

static void
response_cb (McpRequest *request, GBytes *json, int error_code, gpointer user_data)
{
  Heard *self = user_data;

  keep (self, json);
  self->responded = TRUE;
  self->error_code = error_code;
}

static void
cancelled_cb (McpRequest *request, gpointer user_data)
{
  Heard *self = user_data;

  if (self->responded || self->cancelled)
    self->n_after++;
  self->cancelled = TRUE;
}

static const McpRequestFuncs request_funcs = { message_cb, response_cb, cancelled_cb };

/* Sends a request and starts it. */
Heard *
heard_new (McpAttachment *attachment, const char *message)
{
  g_autoptr (McpJsonrpcMessage) parsed = parse_message (message);
  Heard *self = g_new0 (Heard, 1);

  self->messages = g_ptr_array_new_with_free_func (g_free);
  self->request = mcp_attachment_receive (attachment, parsed);
  g_assert_nonnull (self->request);
  mcp_request_set_carrier (self->request, &request_funcs, self, NULL);
  mcp_request_start (self->request);
  return self;
}

void
heard_free (Heard *self)
{
  mcp_test_settle ();
  g_assert_cmpuint (self->n_after, ==, 0);
  mcp_request_set_carrier (self->request, NULL, NULL, NULL);
  g_object_unref (self->request);
  g_ptr_array_unref (self->messages);
  g_free (self);
}

const char *
heard_get (Heard *self, guint index)
{
  g_assert_cmpuint (index, <, self->messages->len);
  return g_ptr_array_index (self->messages, index);
}

char *
fixture_ask (McpAttachment *attachment, const char *message)
{
  g_autoptr (Heard) heard = heard_new (attachment, message);

  AWAIT (heard->responded);
  return g_strdup (heard_last (heard));
}

void
fixture_tell (McpAttachment *attachment, const char *message)
{
  g_autoptr (McpJsonrpcMessage) parsed = parse_message (message);

  g_assert_null (mcp_attachment_receive (attachment, parsed));
}

char *
list_names (const char *json)
{
  McpJsonSlice root;
  McpJsonSlice result;
  McpJsonSlice tools;
  McpJsonSlice tool;
  McpJsonIter iter;
  GString *names = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  mcp_json_scan (json, strlen (json), 64, 100000, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root,
                 &error);
  g_assert_no_error (error);
  if (mcp_json_find (root, "result", &result))
    root = result;
  g_assert_true (mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools));

  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      g_autofree char *name = NULL;
      McpJsonSlice slice;

      g_assert_true (mcp_json_find_typed (tool, "name", MCP_JSON_STRING, &slice));
      name = mcp_json_dup_string (slice);
      if (names->len > 0)
        g_string_append_c (names, ' ');
      g_string_append (names, name);
    }
  return g_string_free (names, FALSE);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The names that a session is listed. */
char *
fixture_list (Fixture *f, McpSession *session)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  mcp_gateway_list_tools_async (f->gateway, session, NULL, listed_cb, &result);
  AWAIT (result != NULL);
  bytes = mcp_gateway_list_tools_finish (f->gateway, result, &error);
  g_assert_no_error (error);

  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return list_names (text);
}

McpEventQueue *
fixture_watch (McpSession *session)
{
  g_autoptr (GError) error = NULL;
  McpEventQueue *queue = mcp_session_subscribe (session, MCP_SUBSCRIBER_INTERNAL, NULL, &error);

  g_assert_no_error (error);
  return queue;
}

/* The next event in short: "state progress/total message", NULL for none. */
char *
next_event (McpEventQueue *queue, McpProgressEvent **event)
{
  guint64 missed = 0;
  g_autoptr (McpProgressEvent) next = mcp_event_queue_pop (queue, &missed);
  const char *message;
  GString *text;
  double total;

  g_assert_cmpuint (missed, ==, 0);
  if (next == NULL)
    return NULL;

  text = g_string_new (mcp_progress_state_to_string (mcp_progress_event_get_state (next)));
  g_string_append_printf (text, " %g", mcp_progress_event_get_progress (next));
  if (mcp_progress_event_get_total (next, &total))
    g_string_append_printf (text, "/%g", total);
  message = mcp_progress_event_get_message (next);
  if (message != NULL)
    g_string_append_printf (text, " %s", message);
  if (event != NULL)
    *event = g_steal_pointer (&next);
  return g_string_free (text, FALSE);
}

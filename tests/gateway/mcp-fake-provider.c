/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-fake-provider.h"

#include "common/mcp-error.h"

#include <string.h>

typedef struct
{
  GTask *task;  /* (owned) */
  char *method; /* (owned) */
  char *params; /* (owned) */
  guint timeout_ms;
  McpProviderProgressFunc progress;
  McpProviderLogFunc log;
  McpProviderAskFunc ask;
  gpointer progress_data;
  gulong cancelled_id;
  McpFakeProvider *provider; /* (unowned) */
} Waiting;

struct _McpFakeProvider
{
  GObject parent_instance;

  char *name;
  char *tools_json;
  guint page;
  guint cursor_bytes;
  gboolean silent;
  gboolean broken;
  McpProviderState state;
  gboolean is_closed;
  GPtrArray *waiting; /* (owned): Waiting (owned) */
  guint n_lists;
  McpLimits limits; /* as last set */
  guint n_cancelled;
  McpRevision revision;
  char *capabilities;
  char *server_info;
  char *instructions; /* (nullable) */
  char *response;     /* (nullable): what it was last told */
};

enum
{
  PROP_STATE = 1
};

static void iface_init (McpProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpFakeProvider,
                               mcp_fake_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MCP_TYPE_PROVIDER, iface_init))

static void
waiting_free (Waiting *waiting)
{
  GCancellable *cancellable = g_task_get_cancellable (waiting->task);

  if (cancellable != NULL)
    g_clear_signal_handler (&waiting->cancelled_id, cancellable);
  g_object_unref (waiting->task);
  g_free (waiting->method);
  g_free (waiting->params);
  g_free (waiting);
}

static McpJsonrpcMessage *
parse (const char *member, const char *json)
{
  const McpJsonrpcLimits limits = {
    .max_depth = 64,
    .max_values = 1000000,
    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
  };
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"%s\":%s}", member, json);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *message = mcp_jsonrpc_message_parse (bytes, &limits, NULL, &error);

  g_assert_no_error (error);
  return message;
}

static void
set_state (McpFakeProvider *self, McpProviderState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify (G_OBJECT (self), "state");
}

static void
remove_waiting (McpFakeProvider *self, Waiting *waiting)
{
  g_assert_true (g_ptr_array_remove (self->waiting, waiting));
}

static void
cancelled_cb (GCancellable *cancellable, Waiting *waiting)
{
  McpFakeProvider *self = waiting->provider;

  self->n_cancelled++;
  g_task_return_new_error (waiting->task, MCP_ERROR, MCP_ERROR_CANCELLED, "The call was withdrawn");
  remove_waiting (self, waiting);
}

/* One page of the tools: the cursor is the index of its first. */
static char *
build_page (McpFakeProvider *self, const char *params)
{
  g_autoptr (GString) page = g_string_new ("{\"tools\":[");
  McpJsonSlice tools = { self->tools_json, strlen (self->tools_json) };
  McpJsonSlice cursor;
  McpJsonSlice tool;
  McpJsonIter iter;
  guint64 first = 0;
  guint64 index = 0;
  gboolean more = FALSE;

  if (mcp_json_find ((McpJsonSlice){ params, strlen (params) }, "cursor", &cursor))
    {
      g_autofree char *text = mcp_json_dup_string (cursor);

      first = g_ascii_strtoull (text, NULL, 10);
    }
  mcp_json_iter_init (&iter, tools);
  for (; mcp_json_iter_next_element (&iter, &tool); index++)
    {
      more = self->page > 0 && index >= first + self->page;
      if (more)
        break;
      if (index < first)
        continue;
      if (index > first)
        g_string_append_c (page, ',');
      mcp_json_append_slice (page, tool);
    }
  g_string_append_c (page, ']');
  if (more)
    g_string_append_printf (page, ",\"nextCursor\":\"%" G_GUINT64_FORMAT "%*s\"", index,
                            (int) self->cursor_bytes, "");
  g_string_append_c (page, '}');
  return g_string_free (g_steal_pointer (&page), FALSE);
}

static void
answer_list (McpFakeProvider *self, GTask *task, const char *params)
{
  g_autofree char *page = build_page (self, params);

  g_task_return_pointer (task, parse ("result", page), (GDestroyNotify) mcp_jsonrpc_message_unref);
}

static void
keep_waiting (McpFakeProvider *self,
              GTask *task,
              const McpProviderRequest *request,
              GCancellable *cancellable)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->task = g_object_ref (task);
  waiting->method = g_strdup (request->method);
  waiting->params = request->relayed != NULL ? mcp_params_dup_text (request->relayed)
                                             : g_strdup (request->params);
  waiting->timeout_ms = request->timeout_ms;
  waiting->progress = request->progress;
  waiting->log = request->log;
  waiting->ask = request->ask;
  waiting->progress_data = request->user_data;
  waiting->provider = self;
  if (cancellable != NULL)
    waiting->cancelled_id =
        g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), waiting);
  g_ptr_array_add (self->waiting, waiting);
}

static void
request_async (McpProvider *provider,
               const McpProviderRequest *request,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  McpFakeProvider *self = MCP_FAKE_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean is_list = strcmp (request->method, "tools/list") == 0;

  g_task_set_check_cancellable (task, FALSE);
  self->n_lists += is_list;

  if (self->is_closed)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_CLOSED, "closed");
  else if (g_cancellable_is_cancelled (cancellable))
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_CANCELLED, "cancelled");
  else if (self->broken)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                             "Server “%s” could not be started", self->name);
  else if (is_list && !self->silent)
    answer_list (self, task, request->params);
  else
    keep_waiting (self, task, request, cancellable);

  if (!self->is_closed && !self->broken && !self->silent)
    set_state (self, MCP_PROVIDER_READY);
  else if (self->silent)
    set_state (self, MCP_PROVIDER_STARTING);
}

static McpJsonrpcMessage *
request_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
notify (McpProvider *self, const char *method, const char *params)
{
}

static void
respond (McpProvider *self, GBytes *response)
{
  gsize length;
  const char *text = g_bytes_get_data (response, &length);

  g_free (MCP_FAKE_PROVIDER (self)->response);
  MCP_FAKE_PROVIDER (self)->response = g_strndup (text, length);
}

static void
do_nothing (McpProvider *self)
{
}

static void
ignore_uri (McpProvider *self, const char *uri)
{
}

static void
fail_all (McpFakeProvider *self, int code, const char *text)
{
  while (self->waiting->len > 0)
    {
      Waiting *waiting = g_ptr_array_index (self->waiting, 0);

      g_task_return_new_error (waiting->task, MCP_ERROR, code, "%s", text);
      remove_waiting (self, waiting);
    }
}

static void
close_async (McpProvider *provider,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  McpFakeProvider *self = MCP_FAKE_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->is_closed = TRUE;
  fail_all (self, MCP_ERROR_CLOSED, "closed");
  set_state (self, MCP_PROVIDER_STOPPED);
  g_task_return_boolean (task, TRUE);
}

static gboolean
close_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static McpProviderState
get_state (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->state;
}

static const char *
get_name (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->name;
}

static McpRevision
get_revision (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->revision;
}

static const char *
get_capabilities (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->capabilities;
}

/* Each server says of itself who it is. */
static const char *
get_server_info (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->server_info;
}

static const char *
get_instructions (McpProvider *self)
{
  return MCP_FAKE_PROVIDER (self)->instructions;
}

static void
set_limits (McpProvider *self, const McpLimits *limits)
{
  MCP_FAKE_PROVIDER (self)->limits = *limits;
}

static void
iface_init (McpProviderInterface *iface)
{
  iface->request_async = request_async;
  iface->request_finish = request_finish;
  iface->notify = notify;
  iface->respond = respond;
  iface->close_async = close_async;
  iface->close_finish = close_finish;
  iface->get_state = get_state;
  iface->get_name = get_name;
  iface->get_revision = get_revision;
  iface->get_capabilities = get_capabilities;
  iface->get_server_info = get_server_info;
  iface->get_instructions = get_instructions;
  iface->hold = do_nothing;
  iface->release = do_nothing;
  iface->watch = ignore_uri;
  iface->unwatch = ignore_uri;
  iface->set_limits = set_limits;
}

void
mcp_fake_provider_set_tools (McpFakeProvider *self, const char *tools_json)
{
  g_free (self->tools_json);
  self->tools_json = g_strdup (tools_json);
}

void
mcp_fake_provider_set_page (McpFakeProvider *self, guint n_tools, guint cursor_bytes)
{
  self->page = n_tools;
  self->cursor_bytes = cursor_bytes;
}

/* Lists wait as well; what waits already is answered when this ends. */
void
mcp_fake_provider_set_silent (McpFakeProvider *self, gboolean silent)
{
  self->silent = silent;
  for (guint i = 0; !silent && i < self->waiting->len;)
    {
      Waiting *waiting = g_ptr_array_index (self->waiting, i);

      if (strcmp (waiting->method, "tools/list") != 0)
        {
          i++;
          continue;
        }
      answer_list (self, waiting->task, waiting->params);
      remove_waiting (self, waiting);
    }
}

void
mcp_fake_provider_set_broken (McpFakeProvider *self, gboolean broken)
{
  self->broken = broken;
}

guint
mcp_fake_provider_get_n_lists (McpFakeProvider *self)
{
  return self->n_lists;
}

const McpLimits *
mcp_fake_provider_get_limits (McpFakeProvider *self)
{
  return &self->limits;
}

guint
mcp_fake_provider_get_n_waiting (McpFakeProvider *self)
{
  return self->waiting->len;
}

guint
mcp_fake_provider_get_n_cancelled (McpFakeProvider *self)
{
  return self->n_cancelled;
}

gboolean
mcp_fake_provider_is_closed (McpFakeProvider *self)
{
  return self->is_closed;
}

static Waiting *
get_waiting (McpFakeProvider *self, guint index)
{
  g_assert_cmpuint (index, <, self->waiting->len);
  return g_ptr_array_index (self->waiting, index);
}

const char *
mcp_fake_provider_get_params (McpFakeProvider *self, guint index)
{
  return get_waiting (self, index)->params;
}

guint
mcp_fake_provider_get_timeout (McpFakeProvider *self, guint index)
{
  return get_waiting (self, index)->timeout_ms;
}

void
mcp_fake_provider_progress (McpFakeProvider *self, guint index, const char *params_json)
{
  Waiting *waiting = get_waiting (self, index);

  g_assert_nonnull (waiting->progress);
  waiting->progress (MCP_PROVIDER (self), (McpJsonSlice){ params_json, strlen (params_json) },
                     waiting->progress_data);
}

static void
answer (McpFakeProvider *self, guint index, const char *member, const char *json)
{
  Waiting *waiting = get_waiting (self, index);

  g_task_return_pointer (waiting->task, parse (member, json),
                         (GDestroyNotify) mcp_jsonrpc_message_unref);
  remove_waiting (self, waiting);
}

void
mcp_fake_provider_answer (McpFakeProvider *self, guint index, const char *result_json)
{
  answer (self, index, "result", result_json);
}

void
mcp_fake_provider_answer_error (McpFakeProvider *self, guint index, const char *error_json)
{
  answer (self, index, "error", error_json);
}

void
mcp_fake_provider_fail (McpFakeProvider *self, guint index, const char *text)
{
  Waiting *waiting = get_waiting (self, index);

  g_task_return_new_error (waiting->task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s", text);
  remove_waiting (self, waiting);
}

void
mcp_fake_provider_crash (McpFakeProvider *self)
{
  fail_all (self, MCP_ERROR_PROVIDER_FAILED, "it ended by signal 11");
  set_state (self, MCP_PROVIDER_STOPPED);
}

/* What it writes to standard error. */
void
mcp_fake_provider_say (McpFakeProvider *self, const char *text)
{
  g_signal_emit_by_name (self, "said", text);
}

void
mcp_fake_provider_notify_us (McpFakeProvider *self, const char *method, const char *params)
{
  const McpJsonrpcLimits limits = { .max_depth = 8, .max_values = 100 };
  g_autoptr (GBytes) text = mcp_jsonrpc_build_notification (
      method, params != NULL ? (McpJsonSlice){ params, strlen (params) } : MCP_JSON_SLICE_NONE);
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (text, &limits, NULL, NULL);

  g_assert_nonnull (message);
  g_signal_emit_by_name (self, "notification", message);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_uint (value, MCP_FAKE_PROVIDER (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_fake_provider_finalize (GObject *object)
{
  McpFakeProvider *self = MCP_FAKE_PROVIDER (object);

  /* tasks hold a reference: none is waiting */
  g_ptr_array_unref (self->waiting);
  g_free (self->tools_json);
  g_free (self->capabilities);
  g_free (self->server_info);
  g_free (self->instructions);
  g_free (self->response);
  g_free (self->name);

  G_OBJECT_CLASS (mcp_fake_provider_parent_class)->finalize (object);
}

static void
mcp_fake_provider_class_init (McpFakeProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = mcp_fake_provider_finalize;
  object_class->get_property = get_property;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
mcp_fake_provider_init (McpFakeProvider *self)
{
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_free);
  self->tools_json = g_strdup ("[]");
}

McpFakeProvider *
mcp_fake_provider_new (const char *name)
{
  McpFakeProvider *self = g_object_new (MCP_TYPE_FAKE_PROVIDER, NULL);

  self->name = g_strdup (name);
  self->revision = MCP_REVISION_NEWEST_HANDSHAKE;
  self->capabilities = g_strdup ("{\"tools\":{}}");
  self->server_info = g_strdup_printf ("{\"name\":\"%s itself\",\"version\":\"7\"}", name);
  return self;
}

/* What it says to a model. */
void
mcp_fake_provider_set_instructions (McpFakeProvider *self, const char *instructions)
{
  g_free (self->instructions);
  self->instructions = g_strdup (instructions);
}

/* What it speaks, and says that it can. */
void
mcp_fake_provider_set_peer (McpFakeProvider *self, McpRevision revision, const char *capabilities)
{
  self->revision = revision;
  g_free (self->capabilities);
  self->capabilities = g_strdup (capabilities);
}

const char *
mcp_fake_provider_get_method (McpFakeProvider *self, guint index)
{
  return ((Waiting *) g_ptr_array_index (self->waiting, index))->method;
}

/* Asks the client something for the sake of a request that is waiting. */
void
mcp_fake_provider_ask (McpFakeProvider *self, guint index, const char *message_json)
{
  const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 1000 };
  Waiting *waiting = g_ptr_array_index (self->waiting, index);
  g_autoptr (GBytes) bytes = g_bytes_new (message_json, strlen (message_json));
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (bytes, &limits, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (waiting->ask);
  waiting->ask (MCP_PROVIDER (self), message, waiting->progress_data);
}

/* The last response it was sent, which is taken. */
char *
mcp_fake_provider_take_response (McpFakeProvider *self)
{
  return g_steal_pointer (&self->response);
}

/* A log message for the sake of a request that is waiting. */
void
mcp_fake_provider_log (McpFakeProvider *self, guint index, const char *params_json)
{
  Waiting *waiting = g_ptr_array_index (self->waiting, index);

  waiting->log (MCP_PROVIDER (self), (McpJsonSlice){ params_json, strlen (params_json) },
                waiting->progress_data);
}

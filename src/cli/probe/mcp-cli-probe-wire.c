/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The way to a server that is tried: its standard streams, or HTTP. Blocking; a timer ends what
 * takes too long.
 */
#include "cli/probe/mcp-cli-probe-wire.h"

#include "cli/daemon/mcp-cli-stateless.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "protocol/mcp-line-framer.h"
#include "protocol/mcp-revision.h"
#include "protocol/mcp-sse-parser.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_MESSAGE_BYTES (32 * 1024 * 1024)
#define MAX_SAID_BYTES    (16 * 1024)
#define READ_BYTES        (16 * 1024)

struct _McpCliProbeWire
{
  gint64 start_us;
  gint64 first_answer_ms;
  GCancellable *cancellable; /* (owned): cancelled when it takes too long */
  GThread *timer;
  GMutex mutex;
  GCond cond;
  gboolean done;
  guint timeout_seconds;
  char *revision; /* (nullable) */

  GSubprocess *process; /* (owned) (nullable): of a program */
  McpLineFramer *framer;
  int said_fd; /* what its standard error goes to, however much that is */

  SoupSession *soup; /* (owned) (nullable): of an address */
  char *url;
  GPtrArray *headers; /* (element-type utf8): name, value, name… */
  char *session_id;   /* (nullable) */
};

static gpointer
watch_time (gpointer user_data)
{
  McpCliProbeWire *self = user_data;
  gint64 end_us = g_get_monotonic_time () + self->timeout_seconds * G_USEC_PER_SEC;

  g_mutex_lock (&self->mutex);
  while (!self->done)
    if (!g_cond_wait_until (&self->cond, &self->mutex, end_us))
      {
        g_cancellable_cancel (self->cancellable);
        break;
      }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/**
 * mcp_cli_probe_wire_expand:
 * @text: with “${cwd}” and “${env:NAME}” in it
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text as the daemon would use it here
 */
char *
mcp_cli_probe_wire_expand (const char *text, GError **error)
{
  g_autofree char *cwd = g_get_current_dir ();
  g_autoptr (GString) out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = g_str_has_prefix (text, "${") ? strchr (text, '}') : NULL;
      g_autofree char *name = end != NULL ? g_strndup (text + 2, (gsize) (end - text - 2)) : NULL;

      if (name != NULL && strcmp (name, "cwd") == 0)
        {
          g_string_append (out, cwd);
        }
      else if (name != NULL && g_str_has_prefix (name, "env:"))
        {
          if (g_getenv (name + 4) == NULL)
            {
              g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           _ ("The variable %s is not set here"), name + 4);
              return NULL;
            }
          g_string_append (out, g_getenv (name + 4));
        }
      else
        {
          g_string_append_c (out, *text++);
          continue;
        }
      text = end + 1;
    }
  return g_strdup (out->str);
}

static gboolean
append_expanded (GPtrArray *words, McpJsonSlice value, GError **error)
{
  g_autofree char *text = mcp_json_dup_string (value);
  char *expanded = text != NULL ? mcp_cli_probe_wire_expand (text, error) : NULL;

  if (expanded == NULL)
    return FALSE;
  g_ptr_array_add (words, expanded);
  return TRUE;
}

static gboolean
set_variables (GSubprocessLauncher *launcher, McpJsonSlice server, GError **error)
{
  McpJsonSlice env, key, value;
  McpJsonIter iter;

  if (!mcp_json_find_typed (server, "env", MCP_JSON_OBJECT, &env))
    return TRUE;
  mcp_json_iter_init (&iter, env);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *text = mcp_json_dup_string (value);
      g_autofree char *expanded = text != NULL ? mcp_cli_probe_wire_expand (text, error) : NULL;

      if (expanded == NULL)
        return FALSE;
      g_subprocess_launcher_setenv (launcher, name, expanded, TRUE);
    }
  return TRUE;
}

/* A process group of its own: what it starts ends with it. */
static void
new_group_cb (gpointer user_data)
{
  signal (SIGPIPE, SIG_DFL);
  setpgid (0, 0);
}

static gboolean
start_program (McpCliProbeWire *self, McpJsonSlice server, McpJsonSlice command, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice args, value;
  McpJsonIter iter;

  if (!append_expanded (argv, command, error) || !set_variables (launcher, server, error))
    return FALSE;
  if (mcp_json_find_typed (server, "args", MCP_JSON_ARRAY, &args))
    {
      mcp_json_iter_init (&iter, args);
      while (mcp_json_iter_next_element (&iter, &value))
        if (!append_expanded (argv, value, error))
          return FALSE;
    }
  g_ptr_array_add (argv, NULL);

  self->said_fd = memfd_create ("stderr", MFD_CLOEXEC);
  if (self->said_fd >= 0)
    g_subprocess_launcher_take_stderr_fd (launcher, fcntl (self->said_fd, F_DUPFD_CLOEXEC, 0));
  g_subprocess_launcher_set_child_setup (launcher, new_group_cb, NULL, NULL);
  /* One that ends before it has read is an error like others. */
  signal (SIGPIPE, SIG_IGN);
  self->framer = mcp_line_framer_new (MAX_MESSAGE_BYTES);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);
  return self->process != NULL;
}

static gboolean
prepare_address (McpCliProbeWire *self, McpJsonSlice server, McpJsonSlice url, GError **error)
{
  g_autofree char *text = mcp_json_dup_string (url);
  McpJsonSlice headers, key, value;
  McpJsonIter iter;

  self->soup = soup_session_new ();
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->url = mcp_cli_probe_wire_expand (text, error);
  if (self->url == NULL || !mcp_json_find_typed (server, "headers", MCP_JSON_OBJECT, &headers))
    return self->url != NULL;
  mcp_json_iter_init (&iter, headers);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_ptr_array_add (self->headers, mcp_json_dup_string (key));
      if (!append_expanded (self->headers, value, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_cli_probe_wire_open:
 * @server: its entry in the configuration
 * @timeout_seconds: how long all of it may take
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the way to it; a program has been started
 */
McpCliProbeWire *
mcp_cli_probe_wire_open (McpJsonSlice server, guint timeout_seconds, GError **error)
{
  g_autoptr (McpCliProbeWire) self = g_new0 (McpCliProbeWire, 1);
  McpJsonSlice value;
  gboolean opened;

  self->start_us = g_get_monotonic_time ();
  self->first_answer_ms = -1;
  self->said_fd = -1;
  self->cancellable = g_cancellable_new ();
  self->timeout_seconds = timeout_seconds;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);

  if (mcp_json_find_typed (server, "command", MCP_JSON_STRING, &value))
    opened = start_program (self, server, value, error);
  else if (mcp_json_find_typed (server, "url", MCP_JSON_STRING, &value))
    opened = prepare_address (self, server, value, error);
  else
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("The entry has neither “command” nor “url”"));
      opened = FALSE;
    }
  if (!opened)
    return NULL;
  self->timer = g_thread_new ("timer", watch_time, self);
  return g_steal_pointer (&self);
}

/**
 * mcp_cli_probe_wire_set_revision:
 * @self: a wire
 * @revision: (nullable): what messages from now on are of
 */
void
mcp_cli_probe_wire_set_revision (McpCliProbeWire *self, const char *revision)
{
  g_free (self->revision);
  self->revision = g_strdup (revision);
}

static void
note_answer (McpCliProbeWire *self)
{
  if (self->first_answer_ms < 0)
    self->first_answer_ms = (g_get_monotonic_time () - self->start_us) / 1000;
}

static gboolean
is_answer_to (GBytes *text, gint64 id)
{
  McpJsonSlice root, value;
  gint64 number;

  return mcp_cli_json_parse_bytes (text, &root, NULL) && !mcp_json_find (root, "method", &value) &&
         mcp_json_find_typed (root, "id", MCP_JSON_NUMBER, &value) &&
         mcp_json_get_int64 (value, &number) && number == id;
}

static gboolean
fail_late (McpCliProbeWire *self, GError **error)
{
  g_clear_error (error);
  if (g_cancellable_is_cancelled (self->cancellable))
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED, _ ("It gave no answer within %u s"),
                 self->timeout_seconds);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED, _ ("It ended before it answered"));
  return FALSE;
}

static gboolean
write_line (McpCliProbeWire *self, GBytes *text, GError **error)
{
  GOutputStream *out = g_subprocess_get_stdin_pipe (self->process);

  return (g_output_stream_write_all (out, g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                                     NULL, self->cancellable, error) &&
          g_output_stream_write_all (out, "\n", 1, NULL, self->cancellable, error)) ||
         fail_late (self, error);
}

/* Whatever else it says is passed over. */
static GBytes *
read_line_answer (McpCliProbeWire *self, gint64 id, GError **error)
{
  GInputStream *in = g_subprocess_get_stdout_pipe (self->process);

  for (;;)
    {
      g_autoptr (GBytes) line = mcp_line_framer_next (self->framer, NULL);
      g_autoptr (GBytes) chunk = NULL;

      if (line != NULL && is_answer_to (line, id))
        {
          note_answer (self);
          return g_steal_pointer (&line);
        }
      if (line != NULL)
        continue;
      chunk = g_input_stream_read_bytes (in, READ_BYTES, self->cancellable, NULL);
      if (chunk == NULL || g_bytes_get_size (chunk) == 0)
        {
          fail_late (self, error);
          return NULL;
        }
      mcp_line_framer_push (self->framer, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
    }
}

static SoupMessage *
new_message (McpCliProbeWire *self, GBytes *text, GError **error)
{
  const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 1000 };
  SoupMessage *message = soup_message_new ("POST", self->url);
  SoupMessageHeaders *headers;

  if (message == NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("“%s” is no address"),
                   self->url);
      return NULL;
    }
  headers = soup_message_get_request_headers (message);
  soup_message_set_request_body_from_bytes (message, "application/json", text);
  soup_message_headers_replace (headers, "Accept", "application/json, text/event-stream");
  if (self->session_id != NULL)
    soup_message_headers_replace (headers, MCP_HEADER_SESSION_ID, self->session_id);
  if (self->revision != NULL)
    soup_message_headers_replace (headers, MCP_HEADER_PROTOCOL, self->revision);
  if (mcp_revision_is_stateless (mcp_revision_from_string (self->revision)))
    {
      g_autoptr (McpJsonrpcMessage) parsed = mcp_jsonrpc_message_parse (text, &limits, NULL, NULL);

      mcp_cli_stateless_add_headers (parsed, headers);
    }
  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (self->headers, i),
                                  g_ptr_array_index (self->headers, i + 1));
  return message;
}

static GBytes *
read_event_answer (McpCliProbeWire *self, GInputStream *in, gint64 id, GError **error)
{
  g_autoptr (McpSseParser) parser = mcp_sse_parser_new (MAX_MESSAGE_BYTES);

  for (;;)
    {
      g_autoptr (GBytes) chunk =
          g_input_stream_read_bytes (in, READ_BYTES, self->cancellable, NULL);
      gsize length = chunk != NULL ? g_bytes_get_size (chunk) : 0;
      const char *data = length > 0 ? g_bytes_get_data (chunk, NULL) : NULL;

      if (length == 0)
        {
          fail_late (self, error);
          return NULL;
        }
      while (length > 0)
        {
          g_autoptr (McpSseEvent) event = mcp_sse_parser_next (parser, &data, &length, error);

          if (event == NULL && *error != NULL)
            return NULL;
          if (event != NULL && is_answer_to (event->data, id))
            return g_bytes_ref (event->data);
        }
    }
}

static GBytes *
read_body (McpCliProbeWire *self, GInputStream *in, GError **error)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (out, in, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, self->cancellable,
                              error) < 0)
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

static GBytes *
post (McpCliProbeWire *self, GBytes *text, gint64 id, GError **error)
{
  g_autoptr (SoupMessage) message = new_message (self, text, error);
  g_autoptr (GInputStream) in = NULL;
  SoupMessageHeaders *headers;
  const char *session_id;
  const char *type;
  GBytes *body;
  McpJsonSlice root, value;

  if (message == NULL)
    return NULL;
  in = soup_session_send (self->soup, message, self->cancellable, error);
  if (in == NULL)
    return NULL;
  headers = soup_message_get_response_headers (message);
  session_id = soup_message_headers_get_one (headers, MCP_HEADER_SESSION_ID);
  if (session_id != NULL)
    {
      g_free (self->session_id);
      self->session_id = g_strdup (session_id);
    }
  type = soup_message_headers_get_content_type (headers, NULL);
  if (g_strcmp0 (type, "text/event-stream") == 0)
    return read_event_answer (self, in, id, error);

  body = read_body (self, in, error);
  if (body == NULL || SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)) ||
      (mcp_cli_json_parse_bytes (body, &root, NULL) && mcp_json_find (root, "jsonrpc", &value)))
    return body;
  g_bytes_unref (body);
  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, _ ("It answers with HTTP status %u %s"),
               soup_message_get_status (message), soup_message_get_reason_phrase (message));
  return NULL;
}

/**
 * mcp_cli_probe_wire_request:
 * @self: a wire
 * @request: JSON-RPC
 * @id: of the request
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the answer, JSON-RPC
 */
GBytes *
mcp_cli_probe_wire_request (McpCliProbeWire *self, GBytes *request, gint64 id, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GBytes *answer = NULL;

  if (self->process != NULL)
    {
      if (write_line (self, request, &local_error))
        answer = read_line_answer (self, id, &local_error);
    }
  else
    {
      answer = post (self, request, id, &local_error);
    }
  if (answer == NULL && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail_late (self, &local_error);
  if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    note_answer (self);
  return answer;
}

/**
 * mcp_cli_probe_wire_notify:
 * @self: a wire
 * @notification: JSON-RPC
 * @error: return location
 *
 * Returns: whether it was sent
 */
gboolean
mcp_cli_probe_wire_notify (McpCliProbeWire *self, GBytes *notification, GError **error)
{
  g_autoptr (GBytes) answer = NULL;

  if (self->process != NULL)
    return write_line (self, notification, error);
  answer = post (self, notification, 0, error);
  return answer != NULL;
}

/**
 * mcp_cli_probe_wire_get_first_answer_ms:
 * @self: a wire
 *
 * Returns: from the start to the first answer; negative: there was none
 */
gint64
mcp_cli_probe_wire_get_first_answer_ms (McpCliProbeWire *self)
{
  return self->first_answer_ms;
}

static void
kill_group (McpCliProbeWire *self)
{
  const char *pid = g_subprocess_get_identifier (self->process);

  if (pid != NULL)
    kill (-(pid_t) g_ascii_strtoll (pid, NULL, 10), SIGKILL);
}

/**
 * mcp_cli_probe_wire_close:
 * @self: a wire
 *
 * Ends a program that was started, and all that it has started in its group.
 *
 * Returns: (transfer full) (nullable): what it said on its standard error
 */
char *
mcp_cli_probe_wire_close (McpCliProbeWire *self)
{
  g_autofree char *said = NULL;
  gssize length;

  if (self->process == NULL || self->said_fd < 0)
    return NULL;
  kill_group (self);
  g_subprocess_wait (self->process, NULL, NULL);
  said = g_malloc (MAX_SAID_BYTES + 1);
  length = pread (self->said_fd, said, MAX_SAID_BYTES, 0);
  return length > 0 ? g_utf8_make_valid (said, length) : NULL;
}

/**
 * mcp_cli_probe_wire_free:
 * @self: (transfer full): a wire
 */
void
mcp_cli_probe_wire_free (McpCliProbeWire *self)
{
  if (self->timer != NULL)
    {
      g_mutex_lock (&self->mutex);
      self->done = TRUE;
      g_cond_signal (&self->cond);
      g_mutex_unlock (&self->mutex);
      g_thread_join (self->timer);
    }
  if (self->process != NULL)
    kill_group (self);
  if (self->said_fd >= 0)
    close (self->said_fd);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_clear_object (&self->process);
  g_clear_pointer (&self->framer, mcp_line_framer_free);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_free (self->revision);
  g_free (self->session_id);
  g_free (self->url);
  g_free (self);
}

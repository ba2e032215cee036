/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Between the command and the daemon's Unix socket: cuts connections when a test wants it.
 */
#include "proxy.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

struct _CliProxy
{
  GSocketService *service;
  GSocketAddress *daemon;
  GPtrArray *pairs; /* (element-type Pair) (unowned): open ones */
  char *cut_at;     /* (nullable) */
  char *awaited;    /* (nullable): not seen yet */
  gboolean refuses;
  guint n_cuts;
};

typedef struct
{
  CliProxy *proxy; /* (nullable): gone */
  GIOStream *client;
  GIOStream *server;
  guint n_open; /* directions */
} Pair;

typedef struct
{
  Pair *pair;
  GInputStream *in;
  GOutputStream *out;
  char bytes[16384];
  gsize length;
  gboolean from_daemon;
  gboolean ends;
  gboolean passes; /* what is awaited */
} Direction;

static void read_more (Direction *self);

static void
pair_cut (Pair *self)
{
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->client)), TRUE,
                     TRUE, NULL);
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->server)), TRUE,
                     TRUE, NULL);
}

static void
direction_free (Direction *self)
{
  Pair *pair = self->pair;

  pair_cut (pair);
  g_free (self);
  if (--pair->n_open > 0)
    return;
  if (pair->proxy != NULL)
    g_ptr_array_remove (pair->proxy->pairs, pair);
  g_object_unref (pair->client);
  g_object_unref (pair->server);
  g_free (pair);
}

static void
wrote_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Direction *self = user_data;

  if (self->passes && self->pair->proxy != NULL)
    g_clear_pointer (&self->pair->proxy->awaited, g_free);
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL) ||
      self->ends)
    direction_free (self);
  else
    read_more (self);
}

static gboolean
has (Direction *self, const char *text)
{
  return text != NULL && memmem (self->bytes, self->length, text, strlen (text)) != NULL;
}

/* The text ends in the middle of it. */
static void
look_for_cut (Direction *self)
{
  CliProxy *proxy = self->pair->proxy;
  char *found;

  if (proxy == NULL || proxy->cut_at == NULL || !self->from_daemon)
    return;
  found = memmem (self->bytes, self->length, proxy->cut_at, strlen (proxy->cut_at));
  if (found == NULL)
    return;
  self->length = (gsize) (found - self->bytes) + strlen (proxy->cut_at) / 2;
  self->ends = TRUE;
  proxy->n_cuts++;
  g_clear_pointer (&proxy->cut_at, g_free);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Direction *self = user_data;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (length <= 0)
    {
      direction_free (self);
      return;
    }
  self->length = (gsize) length;
  look_for_cut (self);
  self->passes =
      self->from_daemon && self->pair->proxy != NULL && has (self, self->pair->proxy->awaited);
  g_output_stream_write_all_async (self->out, self->bytes, self->length, G_PRIORITY_DEFAULT, NULL,
                                   wrote_cb, self);
}

static void
read_more (Direction *self)
{
  g_input_stream_read_async (self->in, self->bytes, sizeof self->bytes, G_PRIORITY_DEFAULT, NULL,
                             read_cb, self);
}

static void
start_direction (Pair *pair, GIOStream *from, GIOStream *to)
{
  Direction *self = g_new0 (Direction, 1);

  self->pair = pair;
  self->in = g_io_stream_get_input_stream (from);
  self->out = g_io_stream_get_output_stream (to);
  self->from_daemon = from == pair->server;
  pair->n_open++;
  read_more (self);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  CliProxy *self = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *server = NULL;
  Pair *pair;

  if (!self->refuses)
    server = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (self->daemon), NULL, NULL);
  if (server == NULL)
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }
  pair = g_new0 (Pair, 1);
  pair->proxy = self;
  pair->client = G_IO_STREAM (g_object_ref (connection));
  pair->server = G_IO_STREAM (server);
  g_ptr_array_add (self->pairs, pair);
  start_direction (pair, pair->client, pair->server);
  start_direction (pair, pair->server, pair->client);
  return TRUE;
}

/* The command of @test reaches the daemon by it from now on. */
CliProxy *
cli_proxy_new (CliTest *test)
{
  CliProxy *self = g_new0 (CliProxy, 1);
  g_autofree char *daemon_path = e2e_build (test->e2e, "run/mcp-sessiond/http.sock");
  g_autofree char *runtime = e2e_build (test->e2e, "proxy");
  g_autofree char *directory = g_build_filename (runtime, "mcp-sessiond", NULL);
  g_autofree char *path = g_build_filename (directory, "http.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  self->pairs = g_ptr_array_new ();
  self->daemon = g_unix_socket_address_new (daemon_path);
  self->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_service_start (self->service);
  cli_test_setenv (test, "XDG_RUNTIME_DIR", runtime);
  return self;
}

void
cli_proxy_free (CliProxy *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  cli_proxy_cut (self);
  while (self->pairs->len > 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (self->pairs);
  g_object_unref (self->service);
  g_object_unref (self->daemon);
  g_free (self->cut_at);
  g_free (self->awaited);
  g_free (self);
}

/* Ends all connections there are. */
void
cli_proxy_cut (CliProxy *self)
{
  for (guint i = 0; i < self->pairs->len; i++)
    pair_cut (g_ptr_array_index (self->pairs, i));
  self->n_cuts++;
}

/* Ends the next connection on which the daemon says the text, in its middle; once. */
void
cli_proxy_cut_at (CliProxy *self, const char *text)
{
  g_free (self->cut_at);
  self->cut_at = g_strdup (text);
}

/* Until the daemon has said the text on any connection. */
void
cli_proxy_await (CliProxy *self, const char *text)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  self->awaited = g_strdup (text);
  while (self->awaited != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* Whether connections end at once. */
void
cli_proxy_refuse (CliProxy *self, gboolean refuses)
{
  self->refuses = refuses;
}

guint
cli_proxy_count_cuts (CliProxy *self)
{
  return self->n_cuts;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-connection.h"
#include "load-meter.h"
#include "load-options.h"
#include "load-poll.h"
#include "load-samples.h"
#include "load-script.h"

/* Requests over some connections, each as soon as the one before is answered. */

typedef struct
{
  LoadConnection *connection;
  const char *request;
  gsize length;
  guint64 sent_ns;
} Client;

typedef struct
{
  LoadPoll poll;
  LoadSamples samples;
  guint64 end_ns;
  guint64 n_least;
  guint64 n_sent;
  guint64 n_answered;
  guint64 fewest_bytes;
  guint64 most_bytes;
} Requests;

static void
send_request (Client *client, Requests *self)
{
  client->sent_ns = load_poll_now ();
  if (client->sent_ns >= self->end_ns && self->n_sent >= self->n_least)
    return;
  load_connection_send (client->connection, client->request, client->length);
  self->n_sent++;
}

static void
read_answer (gpointer source, gpointer user_data)
{
  Requests *self = user_data;
  Client *client = source;

  if (!load_connection_read (client->connection))
    return;
  load_samples_add (&self->samples, load_poll_now () - client->sent_ns);
  self->n_answered++;
  self->fewest_bytes = MIN (self->fewest_bytes, client->connection->response.n_body_bytes);
  self->most_bytes = MAX (self->most_bytes, client->connection->response.n_body_bytes);
  send_request (client, self);
}

static void
skip_answer (gpointer source, gpointer user_data)
{
  guint *n_left = user_data;
  Client *client = source;

  *n_left -= load_connection_read (client->connection) ? 1 : 0;
}

/* What the first request of a connection costs besides is not what is measured. */
static void
warm_up (Requests *self, GPtrArray *clients)
{
  guint n_left = clients->len;

  for (guint i = 0; i < clients->len; i++)
    {
      Client *client = clients->pdata[i];

      load_connection_send (client->connection, client->request, client->length);
    }
  while (n_left > 0)
    load_poll_turn (&self->poll, skip_answer, &n_left);
}

static void
client_free (gpointer data)
{
  Client *client = data;

  load_connection_free (client->connection);
  g_free (client);
}

static GPtrArray *
connect_clients (Requests *self, const LoadOptions *options, LoadScript *script)
{
  GPtrArray *clients = g_ptr_array_new_with_free_func (client_free);

  for (int i = 0; i < options->connections; i++)
    {
      Client *client = g_new0 (Client, 1);

      client->connection = load_connection_new ((guint16) options->port, NULL, NULL);
      client->request = load_script_get (script, (guint) i, &client->length);
      load_poll_add (&self->poll, client->connection->fd, client);
      g_ptr_array_add (clients, client);
    }
  return clients;
}

static void
print (Requests *self, LoadMeter *meter)
{
  g_print ("{");
  load_meter_print (meter);
  g_print (",\"answers\":%" G_GUINT64_FORMAT ",\"fewest_bytes\":%" G_GUINT64_FORMAT
           ",\"most_bytes\":%" G_GUINT64_FORMAT,
           self->n_answered, self->fewest_bytes, self->most_bytes);
  load_samples_print (&self->samples);
  g_print ("}\n");
}

/**
 * load_requests_run:
 *
 * Sends for some time, and @least requests, after one of each connection. Prints a JSON object.
 */
void
load_requests_run (const LoadOptions *options)
{
  Requests self = { .fewest_bytes = G_MAXUINT64, .n_least = (guint64) options->least };
  g_autoptr (LoadScript) script = load_script_new (options->requests);
  g_autoptr (GPtrArray) clients = NULL;
  LoadMeter meter;

  load_poll_init (&self.poll);
  load_samples_init (&self.samples);
  clients = connect_clients (&self, options, script);
  warm_up (&self, clients);
  load_meter_start (&meter, options->pids);
  self.end_ns = load_poll_now () + (guint64) (options->seconds * 1e9);
  for (guint i = 0; i < clients->len; i++)
    send_request (clients->pdata[i], &self);
  while (self.n_answered < self.n_sent)
    load_poll_turn (&self.poll, read_answer, &self);
  load_meter_stop (&meter);
  print (&self, &meter);
  load_samples_clear (&self.samples);
  load_poll_clear (&self.poll);
}

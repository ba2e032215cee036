/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-child.h"
#include "load-meter.h"
#include "load-options.h"
#include "load-poll.h"
#include "load-samples.h"
#include "load-script.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Lines to servers over pipes, each as soon as the one before is answered by a line. */

#define BUFFER_BYTES (256 * 1024)

typedef struct
{
  LoadChild child;
  guint64 sent_ns;
} Client;

typedef struct
{
  LoadPoll poll;
  LoadSamples samples;
  const char *line;
  gsize length;
  guint64 end_ns;
  guint64 n_least;
  guint64 n_sent;
  guint64 n_answered;
} Pipe;

static void
write_line (Client *client, Pipe *self)
{
  /* A request fits into a pipe. */
  if (write (client->child.input, self->line, self->length) != (ssize_t) self->length)
    g_error ("A pipe took less than a request: %s", g_strerror (errno));
}

static void
send_line (Client *client, Pipe *self)
{
  client->sent_ns = load_poll_now ();
  if (client->sent_ns >= self->end_ns && self->n_sent >= self->n_least)
    return;
  write_line (client, self);
  self->n_sent++;
}

static void
read_line (gpointer source, gpointer user_data)
{
  static char buffer[BUFFER_BYTES];
  Pipe *self = user_data;
  Client *client = source;
  ssize_t n = read (client->child.output, buffer, sizeof buffer);

  if (n <= 0)
    g_error ("A server's output has ended");
  if (buffer[n - 1] != '\n')
    return;
  load_samples_add (&self->samples, load_poll_now () - client->sent_ns);
  self->n_answered++;
  send_line (client, self);
}

static GArray *
start_servers (Pipe *self, const LoadOptions *options)
{
  GArray *clients = g_array_sized_new (FALSE, TRUE, sizeof (Client), (guint) options->connections);

  g_array_set_size (clients, (guint) options->connections);
  for (guint i = 0; i < clients->len; i++)
    {
      Client *client = &g_array_index (clients, Client, i);

      load_child_start (&client->child, options->command, TRUE);
      load_poll_add (&self->poll, client->child.output, client);
    }
  return clients;
}

static void
skip_line (gpointer source, gpointer user_data)
{
  static char buffer[BUFFER_BYTES];
  guint *n_left = user_data;
  Client *client = source;
  ssize_t n = read (client->child.output, buffer, sizeof buffer);

  *n_left -= n > 0 && buffer[n - 1] == '\n' ? 1 : 0;
}

/* The first answer comes when a server has started. */
static void
warm_up (Pipe *self, GArray *clients)
{
  guint n_left = clients->len;

  for (guint i = 0; i < clients->len; i++)
    write_line (&g_array_index (clients, Client, i), self);
  while (n_left > 0)
    load_poll_turn (&self->poll, skip_line, &n_left);
}

static void
run (Pipe *self, GArray *clients)
{
  for (guint i = 0; i < clients->len; i++)
    send_line (&g_array_index (clients, Client, i), self);
  while (self->n_answered < self->n_sent)
    load_poll_turn (&self->poll, read_line, self);
}

static void
print (Pipe *self, LoadMeter *meter)
{
  g_print ("{");
  load_meter_print (meter);
  g_print (",\"answers\":%" G_GUINT64_FORMAT, self->n_answered);
  load_samples_print (&self->samples);
  g_print ("}\n");
}

/**
 * load_pipe_run:
 *
 * Starts the command for each connection, and sends for some time. Prints a JSON object.
 */
void
load_pipe_run (const LoadOptions *options)
{
  Pipe self = { .n_least = (guint64) options->least };
  g_autoptr (LoadScript) script = load_script_new (options->requests);
  g_autoptr (GArray) clients = NULL;
  LoadMeter meter;

  load_poll_init (&self.poll);
  load_samples_init (&self.samples);
  self.line = load_script_get (script, 0, &self.length);
  clients = start_servers (&self, options);
  warm_up (&self, clients);
  load_meter_start (&meter, NULL);
  self.end_ns = load_poll_now () + (guint64) (options->seconds * 1e9);
  run (&self, clients);
  load_meter_stop (&meter);
  print (&self, &meter);
  for (guint i = 0; i < clients->len; i++)
    load_child_end (&g_array_index (clients, Client, i).child);
  load_samples_clear (&self.samples);
  load_poll_clear (&self.poll);
}

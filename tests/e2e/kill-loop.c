/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Kills the daemon at random points of its work, again and again, and looks what
 * is left each time: whatever it had told anybody must hold.
 */
#include "kill-loop.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>

/* Requests on their way at a time, and how long at most until the daemon is killed: as many times
 * as long as one took, within bounds. */
#define N_CREATIONS    8
#define N_EVENTS       40
#define DELAY_FACTOR   8
#define SHORT_DELAY_US 30000
#define LONG_DELAY_US  (2 * G_USEC_PER_SEC)

typedef enum
{
  LIVES,
  MAY_BE_GONE, /* somebody asked for its end, and was not answered */
  GONE,
} Fate;

/* What a client knows of its session. */
typedef struct
{
  char *id;
  char *token;
  Fate fate;
} Known;

typedef struct
{
  E2e *e2e;
  SoupSession *client;
  GPtrArray *sessions; /* (element-type Known) */
  Known *watched;      /* (unowned): its events are counted */
  guint64 last_event;
  guint n_waiting;
  int max_delay_us;
} Loop;

typedef struct
{
  Loop *loop;
  Known *session; /* (nullable): none yet */
  gboolean ends;
} Request;

static void
known_free (gpointer data)
{
  Known *known = data;

  g_free (known->id);
  g_free (known->token);
  g_free (known);
}

static Known *
take_session (Loop *loop, JsonObject *object)
{
  Known *known = g_new0 (Known, 1);

  known->id = g_strdup (json_object_get_string_member (object, "session_id"));
  known->token = g_strdup (json_object_get_string_member (object, "token"));
  g_ptr_array_add (loop->sessions, known);
  return known;
}

/* An answer that came is a promise, also when the daemon was dead by then. */
static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Request *request = user_data;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  guint status = soup_message_get_status (message);

  request->loop->n_waiting--;
  if (body == NULL)
    return;
  if (request->ends)
    {
      g_assert_cmpuint (status, ==, 204);
      request->session->fate = GONE;
    }
  else if (request->session == NULL)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      g_autoptr (JsonObject) object = NULL;

      g_assert_cmpuint (status, ==, 200);
      object = e2e_parse (text);
      take_session (request->loop, object);
    }
  else
    g_assert_cmpuint (status, ==, 202);
}

static void
send (Loop *loop, const char *method, const char *path, Known *session, const char *body)
{
  g_autoptr (SoupMessage) message =
      e2e_new_message (loop->e2e, method, path, session != NULL ? session->token : NULL, body);
  Request *request = g_new0 (Request, 1);

  request->loop = loop;
  request->session = session;
  request->ends = g_str_equal (method, "DELETE");
  loop->n_waiting++;
  soup_session_send_and_read_async (loop->client, message, G_PRIORITY_DEFAULT, NULL, answered_cb,
                                    request);
}

static void
send_progress (Loop *loop)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", loop->watched->id);
  g_autoptr (GString) body = g_string_new ("[{\"progress\":0}");

  for (guint i = 1; i < N_EVENTS; i++)
    g_string_append_printf (body, ",{\"progress\":%u}", i);
  g_string_append_c (body, ']');
  send (loop, "POST", path, loop->watched, body->str);
}

static void
send_end (Loop *loop)
{
  Known *known = loop->sessions->pdata[g_test_rand_int_range (0, (gint) loop->sessions->len)];
  g_autofree char *path = g_strdup_printf ("/session/%s", known->id);

  if (known == loop->watched || known->fate != LIVES)
    return;
  known->fate = MAY_BE_GONE;
  send (loop, "DELETE", path, known, NULL);
}

static gboolean
kill_cb (gpointer user_data)
{
  Loop *loop = user_data;

  g_subprocess_send_signal (loop->e2e->process, SIGKILL);
  return G_SOURCE_REMOVE;
}

static void
work_and_kill (Loop *loop)
{
  gint64 delay_us = g_test_rand_int_range (0, loop->max_delay_us);
  g_autoptr (GSource) timer = g_timeout_source_new (0);

  for (guint i = 0; i < N_CREATIONS; i++)
    {
      send (loop, "POST", "/session", NULL, "{\"cwd\":\"/\",\"label\":\"killed\"}");
      send_progress (loop);
      send_end (loop);
    }
  g_source_set_ready_time (timer, g_get_monotonic_time () + delay_us);
  g_source_set_callback (timer, kill_cb, loop, NULL);
  g_source_attach (timer, NULL);
  g_assert_cmpint (e2e_await_exit (loop->e2e), ==, -1);
  while (loop->n_waiting > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* No daemon has it open. */
static void
check_integrity (Loop *loop)
{
  g_autofree char *path = e2e_build (loop->e2e, "state/mcp-sessiond/sessions.db");
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static void
check_sessions (Loop *loop)
{
  for (guint i = loop->sessions->len; i > 0; i--)
    {
      Known *known = loop->sessions->pdata[i - 1];
      g_autofree char *path = g_strdup_printf ("/session/%s", known->id);
      guint status;
      g_autofree char *text = e2e_http (loop->e2e, "GET", path, known->token, NULL, &status);

      if (known->fate == LIVES)
        g_assert_cmpuint (status, ==, 200);
      else if (known->fate == GONE)
        g_assert_cmpuint (status, ==, 401);
      else
        known->fate = status == 200 ? LIVES : GONE;
      /* one that is gone is looked for once more only, so that long runs stay short */
      if (known->fate == GONE)
        g_ptr_array_remove_index_fast (loop->sessions, i - 1);
    }
}

/* The number of one more event is higher than of any that was seen. */
static void
check_numbers (Loop *loop)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", loop->watched->id);
  g_autofree char *last = g_strdup_printf ("%" G_GUINT64_FORMAT, loop->last_event);
  g_autoptr (JsonObject) accepted = NULL;
  g_autoptr (GDataInputStream) stream = NULL;
  guint status;
  g_autofree char *text =
      e2e_http (loop->e2e, "POST", path, loop->watched->token, "{\"progress\":1}", &status);

  g_assert_cmpuint (status, ==, 202);
  stream = e2e_events_after (loop->e2e, loop->watched->id, loop->watched->token, last);
  for (;;)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (stream);

      g_assert_nonnull (event->data);
      if (event->id == NULL)
        {
          g_assert_cmpstr (event->name, ==, "lagged");
          continue;
        }
      g_assert_cmpuint (g_ascii_strtoull (event->id, NULL, 10), >, loop->last_event);
      loop->last_event = g_ascii_strtoull (event->id, NULL, 10);
      return;
    }
}

/**
 * kill_loop_run:
 * @e2e: with a daemon that runs
 * @n_kills: how often it is killed; the daemon runs again afterwards
 */
void
kill_loop_run (E2e *e2e, guint n_kills)
{
  gint64 begun_us = g_get_monotonic_time ();
  g_autoptr (JsonObject) first = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  gint64 took_us = g_get_monotonic_time () - begun_us;
  Loop loop = { .e2e = e2e,
                .max_delay_us =
                    (int) CLAMP (DELAY_FACTOR * took_us, SHORT_DELAY_US, LONG_DELAY_US) };
  guint n_created;

  loop.client =
      soup_session_new_with_options ("max-conns-per-host", 3 * N_CREATIONS, "timeout", 30, NULL);
  loop.sessions = g_ptr_array_new_with_free_func (known_free);
  loop.watched = take_session (&loop, first);
  n_created = 0;
  for (guint i = 0; i < n_kills; i++)
    {
      guint n_before = loop.sessions->len;

      work_and_kill (&loop);
      n_created += loop.sessions->len - n_before;
      check_integrity (&loop);
      e2e_start (e2e);
      check_sessions (&loop);
      check_numbers (&loop);
    }
  g_test_message ("%u kills; %u sessions were promised meanwhile, all of them kept", n_kills,
                  n_created);
  /* the kills came in time, and not all too early */
  g_assert_cmpuint (n_created, >, 0);

  g_ptr_array_unref (loop.sessions);
  g_object_unref (loop.client);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What peers make the daemon hold in memory has a bound, and somebody who is
 * charged; and what is cut off for it ends.
 */
#include "attack.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB             (1024 * 1024)
#define KIB             1024
/* What an allocator keeps besides. */
#define SLACK_KIB       (16 * KIB)
#define RESULT_BYTES    (31 * MIB)
#define N_UNREAD        16
/* What the clients of one session may leave unread by default, and what is at work for them
 * meanwhile: several results are read and written at a time. */
#define UNREAD_KIB      (320 * KIB)
#define N_SESSIONS      16
#define ALL_EVENTS_KIB  (400 * KIB)
#define EVENT_BYTES     (500 * 1000)
#define QUEUE_KIB       (32 * KIB)
#define TIMES_OF_A_LIST 8
/* An answer that waits for nothing has more to say by then; a stream's comments come every 15 s. */
#define SILENCE_MS      12000

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED TRUE
#else
#define SANITIZED FALSE
#endif

/* Answers that nobody reads */

static Attack *
new_with_results (gsize bytes)
{
  Attack *a = attack_new (E2E_WITHOUT_BUS);
  g_autofree char *text = g_strnfill (bytes, 'x');
  g_autofree char *answer =
      g_strdup_printf ("\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);

  attack_add_canned (a, "big", "\"scope\":\"shared\"");
  attack_set_answer (a, "big", "tools.list",
                     "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}},"
                     "{\"name\":\"small\",\"inputSchema\":{}}]}");
  attack_set_answer (a, "big", "call.t", answer);
  attack_start (a);
  return a;
}

static int
begin_unread_call (Attack *a, JsonObject *session, guint id)
{
  g_autofree char *body = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":"
                                           "\"tools/call\",\"params\":{\"name\":\"big__t\"}}",
                                           id);
  const int small = 4096;
  int fd = attack_connect (a);

  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  attack_send_request (fd, "POST", "/mcp", attack_token (session), NULL, body);
  return fd;
}

/* Until the result itself has begun to arrive, which follows the head, or was cut off. */
static void
await_result (int fd)
{
  char buffer[4096];
  gsize n_bytes = 0;
  ssize_t n;

  while (n_bytes < sizeof buffer && (n = recv (fd, buffer, sizeof buffer - n_bytes, 0)) > 0)
    n_bytes += (gsize) n;
}

static void
test_unread_answers (void)
{
  g_autoptr (Attack) a = new_with_results (RESULT_BYTES);
  g_autoptr (JsonObject) session = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autoptr (JsonObject) other = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autoptr (JsonObject) first = attack_call (a, session, "big__small");
  g_autoptr (JsonObject) innocent = NULL;
  gsize before_kib, most_kib;
  int fds[N_UNREAD];

  g_test_summary (
      "Answers that their client does not read have a limit, for one client and in all");
  before_kib = attack_get_resident_kib (a);
  for (guint i = 0; i < N_UNREAD; i++)
    fds[i] = begin_unread_call (a, session, i);
  for (guint i = 0; i < N_UNREAD; i++)
    await_result (fds[i]);
  most_kib = attack_get_peak_kib (a);
  g_test_message ("%d results of %d MiB: from %zu to %zu MiB", N_UNREAD, RESULT_BYTES / MIB,
                  before_kib / KIB, most_kib / KIB);
  if (most_kib > before_kib + UNREAD_KIB)
    attack_fail ("%d results of %d MiB that nobody reads take %zu MiB", N_UNREAD,
                 RESULT_BYTES / MIB, (most_kib - before_kib) / KIB);

  innocent = attack_call (a, other, "big__small");
  if (strcmp (attack_get_text (innocent), "big:small") != 0)
    attack_fail ("another session's call: %s", attack_get_text (innocent));
  for (guint i = 0; i < N_UNREAD; i++)
    close (fds[i]);
}

/* Events that are kept */

/* As many as a session keeps, which is all that fits and a little more. */
static void
publish_events (Attack *a, JsonObject *session)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", attack_id (session));
  g_autofree char *text = g_strnfill (EVENT_BYTES, 'x');
  g_autoptr (GString) body = g_string_new ("[");

  for (guint i = 0; i < 8; i++)
    g_string_append_printf (body, "%s{\"progress\":%u,\"message\":\"%s\"}", i > 0 ? "," : "", i,
                            text);
  g_string_append_c (body, ']');
  for (guint i = 0; i < 9; i++)
    {
      g_autoptr (AttackAnswer) answer =
          attack_ask (a, "POST", path, attack_token (session), NULL, body->str);

      g_assert_cmpuint (answer->status, ==, 202);
    }
}

static void
test_kept_events (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  gsize before_kib, after_kib;

  g_test_summary ("The events that a session keeps take what EventQueueBytes says");
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  before_kib = attack_get_resident_kib (a);
  publish_events (a, session);
  after_kib = attack_get_resident_kib (a);
  g_test_message ("from %zu to %zu MiB", before_kib / KIB, after_kib / KIB);
  if (after_kib > before_kib + QUEUE_KIB + SLACK_KIB)
    attack_fail ("%zu MiB are kept, where %d are allowed", (after_kib - before_kib) / KIB,
                 QUEUE_KIB / KIB);
}

static void
test_all_kept_events (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  gsize before_kib, after_kib;

  g_test_summary ("What all sessions keep together has a limit, too");
  attack_start (a);
  before_kib = attack_get_resident_kib (a);
  for (guint i = 0; i < N_SESSIONS; i++)
    {
      g_autoptr (JsonObject) session = attack_create_session (a, "{\"cwd\":\"/\"}");

      publish_events (a, session);
    }
  after_kib = attack_get_resident_kib (a);
  g_test_message ("from %zu to %zu MiB", before_kib / KIB, after_kib / KIB);
  if (after_kib > before_kib + ALL_EVENTS_KIB)
    attack_fail ("%d sessions keep %zu MiB", N_SESSIONS, (after_kib - before_kib) / KIB);
}

/* Lists */

static void
check_list_memory (const char *file, const char *member, const char *item, const char *method)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GString) list = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (item, "@", 2);
  gsize before_kib, after_kib;

  g_string_append_printf (list, "\"result\":{\"%s\":[", member);
  for (guint i = 0; i < 250 * 1000; i++)
    g_string_append_printf (list, "%s%s%u%s", i > 0 ? "," : "", parts[0], i, parts[1]);
  g_string_append (list, "]}");
  attack_add_canned (a, "many", NULL);
  attack_set_answer (a, "many", file, list->str);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  before_kib = attack_get_resident_kib (a);
  g_hash_table_unref (attack_list (a, session, method));
  after_kib = attack_get_resident_kib (a);
  g_test_message ("%s of %zu KiB: from %zu to %zu MiB", method, list->len / KIB, before_kib / KIB,
                  after_kib / KIB);
  if (after_kib > before_kib + TIMES_OF_A_LIST * list->len / KIB + SLACK_KIB)
    attack_fail ("%s of %zu MiB takes %zu", method, list->len / MIB,
                 (after_kib - before_kib) / KIB);
}

static void
test_list (void)
{
  g_test_summary ("A list takes a small multiple of its text, or is refused");
  check_list_memory ("tools.list", "tools", "{\"name\":\"@\"}", "tools/list");
}

static void
test_list_of_resources (void)
{
  g_test_summary ("A list of resources takes a small multiple of its text, or is refused");
  check_list_memory ("resources.list", "resources", "{\"name\":\"n\",\"uri\":\"x:@\"}",
                     "resources/list");
}

/* Batches */

static char *
initialize (Attack *a, JsonObject *session)
{
  g_autofree char *body = attack_build_rpc (
      "initialize", "{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":"
                    "{\"name\":\"c\",\"version\":\"1\"}}");
  g_autoptr (AttackAnswer) answer =
      attack_ask (a, "POST", "/mcp", attack_token (session), NULL, body);
  const char *id = strstr (answer->head, "\r\nMcp-Session-Id: ");

  g_assert_nonnull (id);
  id += strlen ("\r\nMcp-Session-Id: ");
  return g_strdup_printf ("Mcp-Session-Id: %.*s\r\nMCP-Protocol-Version: 2025-03-26\r\n"
                          "Connection: close\r\n",
                          (int) strcspn (id, "\r"), id);
}

static char *
build_batch (const char *method, const char *params, guint n_requests)
{
  GString *body = g_string_new ("[");

  for (guint i = 0; i < n_requests; i++)
    g_string_append_printf (body,
                            "%s{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"%s\",\"params\":%s}",
                            i > 0 ? "," : "", i, method, params);
  g_string_append_c (body, ']');
  return g_string_free (body, FALSE);
}

/* All of an answer, which must go on until it ends. */
static void
check_ends (int fd, guint n_responses)
{
  g_autoptr (GString) text = g_string_new (NULL);
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  char buffer[65536];
  ssize_t n = 1;

  while (n > 0 && poll (&poll_fd, 1, SILENCE_MS) > 0)
    {
      n = recv (fd, buffer, sizeof buffer, 0);
      if (n > 0)
        g_string_append_len (text, buffer, n);
    }
  g_test_message ("%zu bytes: %.300s", text->len, text->str);
  if (n > 0)
    attack_fail ("after %zu bytes, the answer neither goes on nor ends", text->len);
  else if (text->len < n_responses * 2 * MIB && strstr (text->str, "\"error\"") == NULL)
    attack_fail ("it ends after %zu bytes without a word", text->len);
}

static void
check_batch (Attack *a, const char *method, const char *params, guint n_requests)
{
  g_autoptr (JsonObject) session = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autoptr (JsonObject) first = attack_call (a, session, "big__small");
  g_autofree char *fields = initialize (a, session);
  g_autofree char *body = build_batch (method, params, n_requests);
  int fd = attack_connect (a);

  attack_send_request (fd, "POST", "/mcp", attack_token (session), fields, body);
  check_ends (fd, n_requests);
  close (fd);
}

static void
test_batch (void)
{
  g_autoptr (Attack) a = new_with_results (2 * MIB);

  g_test_summary ("A batch whose answers are more than a stream holds says so and ends");
  check_batch (a, "tools/call", "{\"name\":\"big__t\",\"arguments\":{}}", 40);
}

static void
test_batch_of_lists (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autofree char *text = g_strnfill (2 * MIB, 'x');
  g_autofree char *list =
      g_strdup_printf ("\"result\":{\"tools\":[{\"name\":\"small\",\"description\":\"%s\","
                       "\"inputSchema\":{\"type\":\"object\"}}]}",
                       text);

  g_test_summary ("A batch of lists that is more than a stream holds says so and ends");
  attack_add_canned (a, "big", "\"scope\":\"shared\"");
  attack_set_answer (a, "big", "tools.list", list);
  attack_start (a);
  check_batch (a, "tools/list", "{}", 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* What a sanitizer keeps is not the daemon's. */
  if (!SANITIZED)
    {
      g_test_add_func ("/attack/05-memory/unread-answers", test_unread_answers);
      g_test_add_func ("/attack/05-memory/kept-events", test_kept_events);
      g_test_add_func ("/attack/05-memory/all-kept-events", test_all_kept_events);
      g_test_add_func ("/attack/05-memory/list", test_list);
      g_test_add_func ("/attack/05-memory/list-of-resources", test_list_of_resources);
    }
  g_test_add_func ("/attack/06-batch/results", test_batch);
  g_test_add_func ("/attack/06-batch/lists", test_batch_of_lists);
  return g_test_run ();
}

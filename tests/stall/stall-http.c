/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases that a server over HTTP can make. The server is a thread of the
 * test, which talks HTTP by hand.
 */
#include "stall.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB   (1024 * 1024)
#define TOOLS "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]}"

typedef struct _Peer Peer;

/* Answers a tools/call; @id: of the request, as JSON. */
typedef void (*AnswerFunc) (Peer *peer, int fd, const char *id);

struct _Peer
{
  int listener;
  guint16 port;
  guint size;
  AnswerFunc answer_call;
  GThread *thread;
};

typedef struct
{
  Peer *peer;
  int fd;
} Visit;

static void
send_text (int fd, const char *text)
{
  attack_send (fd, text, strlen (text));
}

static void
send_body (int fd, const char *type, const char *body)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
                                           "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                                           type, strlen (body));

  send_text (fd, head);
  send_text (fd, body);
}

static void
send_result (int fd, const char *id, const char *result)
{
  g_autofree char *body =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}", id, result);

  send_body (fd, "application/json", body);
}

/* What each call of the daemon's worst servers gets */

/* The size is in milliseconds. */
static void
flood_with (Peer *peer, int fd, const char *answer)
{
  g_autofree char *answers = stall_repeat (answer, 65536 / (guint) strlen (answer));
  gint64 until = g_get_monotonic_time () + (gint64) peer->size * 1000;

  while (g_get_monotonic_time () < until && attack_send (fd, answers, strlen (answers)))
    ;
}

static void
answer_continue (Peer *peer, int fd, const char *id)
{
  flood_with (peer, fd, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void
answer_early_hints (Peer *peer, int fd, const char *id)
{
  flood_with (peer, fd, "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n");
}

static void
answer_endless_body (Peer *peer, int fd, const char *id)
{
  send_text (fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  flood_with (peer, fd, ":\n\n");
}

static void
answer_tiny_chunks (Peer *peer, int fd, const char *id)
{
  send_text (fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n");
  flood_with (peer, fd, "1\r\n:\r\n");
}

static void
answer_many_progress (Peer *peer, int fd, const char *id)
{
  send_text (fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  flood_with (peer, fd,
              "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
              "{\"level\":\"info\",\"data\":1}}\n\n");
}

/* The size is in MiB. */
static char *
build_parts (Peer *peer, const char *id)
{
  static const char part[] = "{\"type\":\"text\",\"text\":\"\"},";
  g_autofree char *parts = stall_repeat (part, peer->size * MIB / (guint) strlen (part));

  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[%s{\"type\":"
                          "\"text\",\"text\":\"\"}]}}",
                          id, parts);
}

static void
answer_many_parts (Peer *peer, int fd, const char *id)
{
  g_autofree char *body = build_parts (peer, id);

  send_body (fd, "application/json", body);
}

static void
answer_large_event (Peer *peer, int fd, const char *id)
{
  g_autofree char *body = build_parts (peer, id);
  g_autofree char *event = g_strconcat ("data: ", body, "\n\n", NULL);

  send_body (fd, "text/event-stream", event);
}

/* An event whose data comes in very many lines. */
static void
answer_event_of_lines (Peer *peer, int fd, const char *id)
{
  g_autofree char *lines = stall_repeat ("data:\n", peer->size * MIB / 6);
  g_autofree char *event = g_strdup_printf (
      "%sdata: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[]}}\n\n", lines, id);

  send_body (fd, "text/event-stream", event);
}

/* The server */

static char *
read_request (int fd)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[65536];
  ssize_t n;

  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    {
      const char *end, *field;

      g_string_append_len (text, buffer, n);
      end = strstr (text->str, "\r\n\r\n");
      field = strcasestr (text->str, "\r\nContent-Length:");
      if (end != NULL &&
          (field == NULL || strlen (end + 4) >= (gsize) atoi (strchr (field, ':') + 1)))
        break;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
dup_id (const char *request)
{
  const char *at = strstr (request, "\"id\":");

  if (at == NULL)
    return g_strdup ("0");
  at += strlen ("\"id\":");
  return g_strndup (at, strcspn (at, ",}"));
}

static void
answer (Peer *peer, int fd, const char *request)
{
  static const char begun[] = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                              "\"serverInfo\":{\"name\":\"p\",\"version\":\"1\"}}";
  g_autofree char *id = dup_id (request);

  if (!g_str_has_prefix (request, "POST "))
    send_text (fd, "HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else if (strstr (request, "\"method\":\"notifications/") != NULL)
    send_text (fd, "HTTP/1.1 202 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else if (strstr (request, "\"method\":\"initialize\"") != NULL)
    send_result (fd, id, begun);
  else if (strstr (request, "\"method\":\"tools/list\"") != NULL)
    send_result (fd, id, TOOLS);
  else if (strstr (request, "\"method\":\"tools/call\"") != NULL)
    peer->answer_call (peer, fd, id);
  else
    {
      g_autofree char *body = g_strdup_printf (
          "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32601,\"message\":\"no\"}}", id);

      send_body (fd, "application/json", body);
    }
}

static gpointer
serve_visit (gpointer user_data)
{
  Visit *visit = user_data;
  g_autofree char *request = read_request (visit->fd);

  answer (visit->peer, visit->fd, request);
  shutdown (visit->fd, SHUT_RDWR);
  close (visit->fd);
  g_free (visit);
  return NULL;
}

static void
join_cb (gpointer thread)
{
  g_thread_join (thread);
}

/* Until the listener is shut down; then all visits have ended. */
static gpointer
serve (gpointer user_data)
{
  Peer *peer = user_data;
  g_autoptr (GPtrArray) threads = g_ptr_array_new_with_free_func (join_cb);
  int fd;

  while ((fd = accept4 (peer->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      Visit *visit = g_new (Visit, 1);

      *visit = (Visit){ peer, fd };
      g_ptr_array_add (threads, g_thread_new ("visit", serve_visit, visit));
    }
  return NULL;
}

static void
prepare_peer (Stall *stall, AnswerFunc answer_call)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  Peer *peer = g_new0 (Peer, 1);
  g_autofree char *entry = NULL;

  peer->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (peer->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (peer->listener, 64), ==, 0);
  g_assert_cmpint (getsockname (peer->listener, (struct sockaddr *) &address, &length), ==, 0);
  peer->size = stall->size;
  peer->answer_call = answer_call;
  peer->thread = g_thread_new ("peer", serve, peer);
  stall->peer = peer;

  entry = g_strdup_printf ("{\"url\":\"http://127.0.0.1:%u/mcp\",\"timeoutSeconds\":2}",
                           ntohs (address.sin_port));
  attack_add_server (stall->attack, "far", entry);
}

static void
clean_up_peer (Stall *stall)
{
  Peer *peer = stall->peer;

  shutdown (peer->listener, SHUT_RDWR);
  g_thread_join (peer->thread);
  close (peer->listener);
  g_free (peer);
}

static void
call_peer (Stall *stall)
{
  stall_call (stall, "tools/list", NULL);
  stall_call (stall, "tools/call",
              "{\"name\":\"far__t\",\"arguments\":{},\"_meta\":{\"progressToken\":\"p\"}}");
}

/* The server's own time-out of 2 s holds, whatever it sends. */
static void
call_with_timeout (Stall *stall)
{
  gint64 began_us = g_get_monotonic_time ();

  call_peer (stall);
  if (g_get_monotonic_time () - began_us > (gint64) stall->size * 1000)
    attack_fail ("the call waited for the server until that had enough");
}

static void
prepare_continue (Stall *stall)
{
  prepare_peer (stall, answer_continue);
}

static void
prepare_early_hints (Stall *stall)
{
  prepare_peer (stall, answer_early_hints);
}

static void
prepare_endless_body (Stall *stall)
{
  prepare_peer (stall, answer_endless_body);
}

static void
prepare_tiny_chunks (Stall *stall)
{
  prepare_peer (stall, answer_tiny_chunks);
}

static void
prepare_many_progress (Stall *stall)
{
  prepare_peer (stall, answer_many_progress);
}

static void
prepare_many_parts (Stall *stall)
{
  prepare_peer (stall, answer_many_parts);
}

static void
prepare_large_event (Stall *stall)
{
  prepare_peer (stall, answer_large_event);
}

static void
prepare_event_of_lines (Stall *stall)
{
  prepare_peer (stall, answer_event_of_lines);
}

const StallCase stall_http_cases[] = {
  { "informational-answers", "a server over HTTP", "`100 Continue` for %u ms", 4000, 12000,
    E2E_WITHOUT_BUS, prepare_continue, call_with_timeout, clean_up_peer },
  { "early-hints", "a server over HTTP", "`103 Early Hints` for %u ms", 600, 12000, E2E_WITHOUT_BUS,
    prepare_early_hints, call_peer, clean_up_peer },
  { "endless-comments", "a server over HTTP", "an event stream of comments for %u ms", 600, 12000,
    E2E_WITHOUT_BUS, prepare_endless_body, call_peer, clean_up_peer },
  { "tiny-chunks", "a server over HTTP", "chunks of one byte for %u ms", 600, 12000,
    E2E_WITHOUT_BUS, prepare_tiny_chunks, call_peer, clean_up_peer },
  { "log-flood-over-http", "a server over HTTP", "small log messages for %u ms", 600, 12000,
    E2E_WITHOUT_BUS, prepare_many_progress, call_peer, clean_up_peer },
  { "json-over-http", "a server over HTTP", "a result of %u MiB, of empty texts", 8, 30,
    E2E_WITHOUT_BUS, prepare_many_parts, call_peer, clean_up_peer },
  { "event-over-http", "a server over HTTP", "the same as an event, %u MiB", 8, 30, E2E_WITHOUT_BUS,
    prepare_large_event, call_peer, clean_up_peer },
  { "event-of-lines", "a server over HTTP", "an event of %u MiB in empty lines", 8, 30,
    E2E_WITHOUT_BUS, prepare_event_of_lines, call_peer, clean_up_peer },
  { NULL },
};

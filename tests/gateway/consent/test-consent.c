/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-consent.h"
#include "gateway/api/mcp-gateway-stats.h"
#include "gateway/client/mcp-request-sender.h"

#include <string.h>
#include <unistd.h>

#define TOOLS                                                   \
  "[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}," \
  "{\"name\":\"wipe\",\"inputSchema\":{\"type\":\"object\"},"   \
  "\"annotations\":{\"destructiveHint\":true}}]"
#define OK_RESULT "{\"content\":[]}"

typedef struct
{
  Fixture fixture;
  McpServerConfig *config;
  McpAttachment *attachment;
  McpEventQueue *events;
  char *added;   /* id of the newest question */
  char *removed; /* the last answer */
} Desk;

static void
added_cb (McpGateway *gateway, GVariant *question, Desk *d)
{
  g_free (d->added);
  g_assert_true (g_variant_lookup (question, "id", "s", &d->added));
}

static void
removed_cb (McpGateway *gateway, const char *id, const char *answer, Desk *d)
{
  g_free (d->removed);
  d->removed = g_strdup (answer);
}

static void
desk_setup (Desk *d, gconstpointer word)
{
  Fixture *f = &d->fixture;
  g_autoptr (GError) error = NULL;
  McpConsentWord consent = MCP_CONSENT_UNSET;

  fixture_setup (f, NULL);
  d->config = fixture_add_server (f, "srv", TOOLS);
  if (word != NULL)
    {
      g_assert_true (mcp_consent_word_from_string (word, &consent));
      d->config->consent = mcp_consent_rules_new ();
      mcp_consent_rules_add (d->config->consent, "*", consent);
    }
  fixture_apply (f);
  d->attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  d->events = fixture_watch (f->session);
  g_signal_connect (f->gateway, "question-added", G_CALLBACK (added_cb), d);
  g_signal_connect (f->gateway, "question-removed", G_CALLBACK (removed_cb), d);
}

static void
desk_teardown (Desk *d, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (d->fixture.gateway, d);
  if (!mcp_session_is_closed (d->fixture.session))
    mcp_session_unsubscribe (d->fixture.session, d->events);
  mcp_event_queue_unref (d->events);
  g_free (d->added);
  g_free (d->removed);
  fixture_teardown (&d->fixture, NULL);
}

static Heard *
begin (Desk *d, const char *tool)
{
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"srv__%s\",\"arguments\":{\"path\":\"/a\\u202e\"}}}",
                       tool);

  return heard_new (d->attachment, text);
}

static void
await_question (Desk *d)
{
  AWAIT (mcp_gateway_stats_get_n_questions (d->fixture.gateway) > 0);
}

static void
answer (Desk *d, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      mcp_gateway_consent_answer_as_owner (d->fixture.gateway, d->added, word, "test", &error));
  g_assert_no_error (error);
}

static void
serve (Desk *d)
{
  McpFakeProvider *provider = NULL;

  AWAIT ((provider = fixture_provider (&d->fixture, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (provider) > 0);
  mcp_fake_provider_answer (provider, 0, OK_RESULT);
}

static void
assert_error (Heard *heard, const char *part)
{
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"error\":"));
  g_assert_nonnull (strstr (heard_last (heard), part));
}

static void
test_once (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) first = begin (d, "work");
  g_autoptr (Heard) second = NULL;
  g_autoptr (GString) json = NULL;
  McpFakeProvider *provider;

  g_test_summary ("A call that needs the owner’s word reaches its server when it has it, and the "
                  "next call is asked about again");
  await_question (d);
  provider = fixture_provider (&d->fixture, "srv");
  g_assert_true (provider == NULL || mcp_fake_provider_get_n_waiting (provider) == 0);
  json = mcp_gateway_consent_build_json (d->fixture.gateway);
  g_assert_nonnull (strstr (json->str, "\"tool\":\"srv__work\""));
  g_assert_nonnull (strstr (json->str, "\"server\":\"srv\""));
  g_assert_nonnull (strstr (json->str, "\"arguments\":{\"path\":\"/a\\u202e\"}"));
  answer (d, "once");
  g_assert_cmpstr (d->removed, ==, "once");
  serve (d);
  AWAIT (first->responded);
  g_assert_nonnull (strstr (heard_last (first), OK_RESULT));

  second = begin (d, "work");
  await_question (d);
  answer (d, "deny");
  assert_error (second, "did not allow");
}

static void
test_session (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) first = begin (d, "work");
  g_autoptr (Heard) second = NULL;
  g_autoptr (Heard) other = NULL;

  g_test_summary ("What is allowed for the session is asked once, and for that tool alone");
  await_question (d);
  answer (d, "session");
  serve (d);
  AWAIT (first->responded);
  second = begin (d, "work");
  serve (d);
  AWAIT (second->responded);
  other = begin (d, "wipe");
  await_question (d);
  answer (d, "deny");
  assert_error (other, "did not allow");
}

static void
test_events (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = begin (d, "work");
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;

  g_test_summary ("Watchers hear of a call that waits, and that it failed when it is denied");
  await_question (d);
  start = next_event (d->events, NULL);
  g_assert_cmpstr (start, ==, "running 0");
  answer (d, "deny");
  end = next_event (d->events, NULL);
  g_assert_true (g_str_has_prefix (end, "error 1/1"));
  assert_error (heard, "did not allow");
}

static void
test_told (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A client that gave a progress token is told what its call waits for");
  heard = heard_new (d->attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"srv__work\","
                                    "\"_meta\":{\"progressToken\":\"t\"}}}");
  await_question (d);
  g_assert_cmpuint (heard->messages->len, ==, 1);
  g_assert_nonnull (strstr (heard_last (heard), "\"progressToken\":\"t\""));
  g_assert_nonnull (strstr (heard_last (heard), "Waiting for the owner's consent"));
  answer (d, "deny");
  assert_error (heard, "did not allow");
}

static void
test_timeout (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("No answer in time is no");
  mcp_gateway_consent_set (d->fixture.gateway, 1, FALSE);
  heard = begin (d, "work");
  await_question (d);
  assert_error (heard, "did not answer in time");
  g_assert_cmpstr (d->removed, ==, "timeout");
}

static void
test_cancelled (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = begin (d, "work");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client that withdraws its call withdraws the question; an answer is too late");
  await_question (d);
  fixture_tell (d->attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                               "\"params\":{\"requestId\":\"a\"}}");
  AWAIT (d->removed != NULL);
  g_assert_cmpstr (d->removed, ==, "withdrawn");
  g_assert_false (
      mcp_gateway_consent_answer_as_owner (d->fixture.gateway, d->added, "once", "test", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (d->fixture.session), ==, 0);
}

static void
test_closed (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = begin (d, "work");

  g_test_summary ("The question ends with its session");
  await_question (d);
  fixture_close_session (&d->fixture, d->fixture.session);
  g_assert_cmpstr (d->removed, ==, "withdrawn");
  g_assert_cmpuint (mcp_gateway_stats_get_n_questions (d->fixture.gateway), ==, 0);
}

static void
test_first_counts (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = begin (d, "work");
  g_autoptr (GError) late = NULL;
  g_autoptr (GError) unknown = NULL;
  McpGateway *gateway = d->fixture.gateway;

  g_test_summary ("Of two answers the first counts, and the second learns so");
  await_question (d);
  answer (d, "deny");
  g_assert_false (mcp_gateway_consent_answer_as_owner (gateway, d->added, "once", "test", &late));
  g_assert_error (late, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_false (mcp_gateway_consent_answer_as_owner (gateway, "x", "once", "test", &unknown));
  g_assert_error (unknown, MCP_ERROR, MCP_ERROR_NOT_FOUND);
  assert_error (heard, "did not allow");
}

static void
test_deny (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) heard = begin (d, "work");
  g_autofree char *listed = fixture_list (&d->fixture, d->fixture.session);

  g_test_summary ("A tool that is denied is listed, and refused without a question");
  g_assert_nonnull (strstr (listed, "srv__work"));
  assert_error (heard, "does not allow this tool");
  g_assert_null (d->added);
}

static void
test_destructive (Desk *d, gconstpointer data)
{
  g_autoptr (Heard) first = NULL;
  g_autoptr (Heard) second = NULL;
  g_autoptr (Heard) third = NULL;

  g_test_summary (
      "Tools that call themselves destructive are asked about where the owner wants it");
  first = begin (d, "wipe");
  serve (d);
  AWAIT (first->responded);
  mcp_gateway_consent_set (d->fixture.gateway, 60, TRUE);
  second = begin (d, "work");
  serve (d);
  AWAIT (second->responded);
  g_assert_null (d->added);
  third = begin (d, "wipe");
  await_question (d);
  answer (d, "deny");
  assert_error (third, "did not allow");
}

static void
test_limits (Desk *d, gconstpointer data)
{
  McpLimits limits = d->fixture.limits;
  g_autoptr (Heard) first = NULL;
  g_autoptr (Heard) second = NULL;

  g_test_summary ("More questions than the limit allows are not put; the error names the limit");
  limits.questions_per_session = 1;
  mcp_gateway_set_limits (d->fixture.gateway, &limits);
  first = begin (d, "work");
  await_question (d);
  second = heard_new (d->attachment, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\","
                                     "\"params\":{\"name\":\"srv__wipe\"}}");
  assert_error (second, "QuestionsPerSession");
  answer (d, "deny");
  assert_error (first, "did not allow");
}

/* Who may answer */

static GSubprocess *
spawn_process (void)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "cat", NULL);

  g_assert_no_error (error);
  return process;
}

static pid_t
pid_of (GSubprocess *process)
{
  return (pid_t) g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10);
}

static void
assert_refused (Desk *d, pid_t pid, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      mcp_gateway_consent_answer (d->fixture.gateway, d->added, "once", "test", pid, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
  g_assert_nonnull (strstr (error->message, part));
}

static void
find_process (gpointer process, McpProcessFoundFunc found, gpointer user_data)
{
  found (pid_of (process), user_data);
}

/* @find: (nullable): the process that calls; %NULL: the kernel does not name it */
static McpRequest *
begin_from (Desk *d, McpRequestSenderFunc find, gpointer data)
{
  g_autoptr (McpJsonrpcMessage) message =
      parse_message ("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":"
                     "{\"name\":\"srv__work\"}}");
  McpRequest *request = mcp_attachment_receive (d->attachment, message);

  if (find != NULL)
    mcp_request_sender_set (request, find, data, NULL);
  mcp_request_start (request);
  return request;
}

static void
test_below_a_server (Desk *d, gconstpointer data)
{
  g_autoptr (GSubprocess) child = spawn_process ();
  g_autoptr (McpRequest) request = begin_from (d, find_process, child);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What runs below the daemon, as servers do, cannot answer; nor can who is not "
                  "known; another process can");
  await_question (d);
  assert_refused (d, pid_of (child), "a server has started");
  assert_refused (d, 0, "cannot be told");
  assert_refused (d, G_MAXINT, "cannot be told");
  g_assert_true (mcp_gateway_consent_answer (d->fixture.gateway, d->added, "deny", "test",
                                             getppid (), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (d->removed, ==, "deny");
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);
}

static void
find_parent (gpointer data, McpProcessFoundFunc found, gpointer user_data)
{
  found (getppid (), user_data);
}

static void
test_asker (Desk *d, gconstpointer data)
{
  g_autoptr (McpRequest) request = begin_from (d, find_parent, NULL);

  g_test_summary ("Neither the client that asks nor what it has started can answer");
  await_question (d);
  assert_refused (d, getppid (), "client that asks");
  assert_refused (d, getpid (), "client that asks");
  answer (d, "deny");
}

static void
test_unknown_asker (Desk *d, gconstpointer data)
{
  g_autoptr (McpRequest) request = begin_from (d, NULL, NULL);

  g_test_summary ("Where the kernel does not name the client that asks, no process can answer: any "
                  "may be that client; the owner can");
  await_question (d);
  assert_refused (d, getppid (), "which process asks");
  answer (d, "once");
  serve (d);
}

/* A search that has not ended. */
typedef struct
{
  McpProcessFoundFunc found;
  gpointer user_data;
} Search;

static void
begin_search (gpointer data, McpProcessFoundFunc found, gpointer user_data)
{
  Search *search = data;

  *search = (Search){ found, user_data };
}

static void
test_asker_is_sought (Desk *d, gconstpointer data)
{
  Search search = { NULL };
  g_autoptr (McpRequest) request = begin_from (d, begin_search, &search);
  McpFakeProvider *provider;

  g_test_summary ("While the process is sought that asks, the call waits, and there is no question "
                  "that this process could answer");
  AWAIT (search.found != NULL);
  mcp_test_settle ();
  provider = fixture_provider (&d->fixture, "srv");
  g_assert_true (provider == NULL || mcp_fake_provider_get_n_waiting (provider) == 0);
  g_assert_null (d->added);
  search.found (getppid (), search.user_data);
  await_question (d);
  assert_refused (d, getppid (), "client that asks");
  answer (d, "once");
  serve (d);
}

static void
test_withdrawn_while_sought (Desk *d, gconstpointer data)
{
  Search search = { NULL };
  g_autoptr (McpRequest) request = begin_from (d, begin_search, &search);

  g_test_summary (
      "A call that is withdrawn while the process is sought that asks is not asked about");
  AWAIT (search.found != NULL);
  fixture_tell (d->attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                               "\"params\":{\"requestId\":\"a\"}}");
  search.found (getppid (), search.user_data);
  AWAIT (mcp_session_get_calls_in_flight (d->fixture.session) == 0);
  g_assert_null (d->added);
}

static void
test_closed_while_sought (Desk *d, gconstpointer data)
{
  Search search = { NULL };
  g_autoptr (McpRequest) request = begin_from (d, begin_search, &search);

  g_test_summary ("A call whose session ends while the process is sought that asks ends with it");
  AWAIT (search.found != NULL);
  fixture_close_session (&d->fixture, d->fixture.session);
  search.found (getppid (), search.user_data);
  g_assert_null (d->added);
  g_assert_cmpuint (mcp_gateway_stats_get_n_questions (d->fixture.gateway), ==, 0);
}

#define ADD(name, func, word) \
  g_test_add ("/consent/" name, Desk, word, desk_setup, func, desk_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("once", test_once, "ask");
  ADD ("session", test_session, "ask");
  ADD ("events", test_events, "ask");
  ADD ("told", test_told, "ask");
  ADD ("timeout", test_timeout, "ask");
  ADD ("cancelled", test_cancelled, "ask");
  ADD ("closed", test_closed, "ask");
  ADD ("first-counts", test_first_counts, "ask");
  ADD ("deny", test_deny, "deny");
  ADD ("destructive", test_destructive, NULL);
  ADD ("limits", test_limits, "ask");
  ADD ("below-a-server", test_below_a_server, "ask");
  ADD ("asker", test_asker, "ask");
  ADD ("unknown-asker", test_unknown_asker, "ask");
  ADD ("asker-is-sought", test_asker_is_sought, "ask");
  ADD ("withdrawn-while-sought", test_withdrawn_while_sought, "ask");
  ADD ("closed-while-sought", test_closed_while_sought, "ask");
  return g_test_run ();
}

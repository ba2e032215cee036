/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is a session's own: its tasks on a server that others use, too, what it
 * is allowed to see, and the ids of its clients.
 */
#include "attack.h"

#include <string.h>
#include <unistd.h>

#define SHARED "\"scope\":\"shared\""

/* A server of 2026-07-28 whose tool becomes a task. */
static Attack *
new_with_tasks (void)
{
  Attack *a = attack_new (E2E_WITHOUT_BUS);

  attack_add_canned (a, "tk", SHARED);
  attack_set_answer (a, "tk", "server.discover",
                     "\"result\":{\"resultType\":\"complete\",\"supportedVersions\":"
                     "[\"2026-07-28\"],\"capabilities\":{\"tools\":{},\"extensions\":"
                     "{\"io.modelcontextprotocol/tasks\":{}}}}");
  attack_set_answer (a, "tk", "tools.list",
                     "\"result\":{\"resultType\":\"complete\",\"tools\":[{\"name\":\"work\","
                     "\"inputSchema\":{\"type\":\"object\"}}]}");
  attack_set_answer (
      a, "tk", "call.work",
      "\"result\":{\"resultType\":\"task\",\"taskId\":\"1\",\"status\":\"working\"}");
  attack_set_answer (a, "tk", "tasks.get",
                     "\"result\":{\"resultType\":\"complete\",\"taskId\":\"1\",\"status\":"
                     "\"working\",\"statusMessage\":\"SECRET\"}");
  attack_set_answer (a, "tk", "tasks.cancel", "\"result\":{\"resultType\":\"complete\"}");
  attack_start (a);
  return a;
}

/* The id of a task that the session has begun. */
static char *
begin_task (Attack *a, JsonObject *session)
{
  g_autoptr (JsonObject) response = attack_rpc_modern (a, session, "tools/call", "tk__work");
  JsonObject *result;

  if (response == NULL || !json_object_has_member (response, "result"))
    g_error ("no task: %s", attack_get_text (response));
  result = json_object_get_object_member (response, "result");
  return g_strdup (json_object_get_string_member_with_default (result, "taskId", ""));
}

static void
check_not_there (Attack *a, JsonObject *session, const char *method, const char *task)
{
  g_autoptr (JsonObject) response = attack_rpc_modern (a, session, method, task);

  if (attack_get_error (response) != -32602)
    attack_fail ("%s of another session's task: %s", method,
                 attack_get_error (response) != 0 ? attack_get_text (response) : "an answer");
  if (attack_count_asked (a, "tk", method) > 0)
    attack_fail ("the server was asked %s for it", method);
}

static void
check_foreign_task (const char *body)
{
  g_autoptr (Attack) a = new_with_tasks ();
  g_autoptr (JsonObject) mine = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autoptr (JsonObject) other = attack_create_session (a, body);
  g_autoptr (JsonObject) own = NULL;
  g_autofree char *task = NULL;

  g_hash_table_unref (attack_list (a, mine, "tools/list"));
  task = begin_task (a, mine);
  check_not_there (a, other, "tasks/get", task);
  check_not_there (a, other, "tasks/update", task);
  check_not_there (a, other, "tasks/cancel", task);
  own = attack_rpc_modern (a, mine, "tasks/get", task);
  if (own == NULL || !json_object_has_member (own, "result"))
    attack_fail ("its own session cannot ask for it: %s", attack_get_text (own));
}

static void
test_foreign_task (void)
{
  g_test_summary ("Another session cannot ask for a task on a shared server");
  check_foreign_task ("{\"cwd\":\"/\"}");
}

static void
test_foreign_task_without_tools (void)
{
  g_test_summary ("A session that may use no tool of a shared server cannot ask for a task there");
  check_foreign_task ("{\"cwd\":\"/\",\"allowed_tools\":[]}");
}

static void
test_first_task (void)
{
  g_autoptr (Attack) a = new_with_tasks ();
  g_autoptr (JsonObject) session = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autofree char *task = begin_task (a, session);
  g_autoptr (JsonObject) response = attack_rpc_modern (a, session, "tasks/get", task);

  g_test_summary ("The task of a first call, before any list, can be asked for");
  if (response == NULL || !json_object_has_member (response, "result"))
    attack_fail ("tasks/get of “%s”: %s", task, attack_get_text (response));
}

/* A server with something of every kind. */
static Attack *
new_with_everything (void)
{
  Attack *a = attack_new (E2E_WITHOUT_BUS);

  attack_add_canned (a, "srv", SHARED);
  attack_set_answer (a, "srv", "tools.list",
                     "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}");
  attack_set_answer (a, "srv", "prompts.list", "\"result\":{\"prompts\":[{\"name\":\"p\"}]}");
  attack_set_answer (a, "srv", "resources.list",
                     "\"result\":{\"resources\":[{\"name\":\"r\",\"uri\":\"x:r\"}]}");
  attack_set_answer (a, "srv", "resources.templates.list",
                     "\"result\":{\"resourceTemplates\":[{\"name\":\"m\",\"uriTemplate\":"
                     "\"y:{a}\"}]}");
  attack_start (a);
  return a;
}

static void
check_lists_nothing (Attack *a, JsonObject *session)
{
  static const char *const methods[] = { "tools/list", "prompts/list", "resources/list",
                                         "resources/templates/list" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GHashTable) items = attack_list (a, session, methods[i]);

      if (g_hash_table_size (items) > 0)
        attack_fail ("%s lists %u", methods[i], g_hash_table_size (items));
    }
}

static void
check_gets_nothing (Attack *a, JsonObject *session)
{
  static const char *const requests[][2] = {
    { "prompts/get", "{\"name\":\"srv__p\"}" },
    { "resources/read", "{\"uri\":\"x:r\"}" },
    { "resources/read", "{\"uri\":\"x:other\"}" },
    { "resources/read", "{\"uri\":\"y:b\"}" },
    { "completion/complete",
      "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"srv__p\"},\"argument\":{\"name\":\"a\","
      "\"value\":\"\"}}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (JsonObject) response = attack_rpc (a, session, requests[i][0], requests[i][1]);

      if (attack_get_error (response) == 0)
        attack_fail ("%s %s is answered", requests[i][0], requests[i][1]);
      if (attack_count_asked (a, "srv", requests[i][0]) > 0)
        attack_fail ("the server was asked %s", requests[i][0]);
    }
}

static void
test_nothing_allowed (gconstpointer body)
{
  g_autoptr (Attack) a = new_with_everything ();
  g_autoptr (JsonObject) honest = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_autoptr (JsonObject) session = attack_create_session (a, body);
  g_autoptr (GHashTable) prompts = attack_list (a, honest, "prompts/list");

  g_test_summary (
      "A session that may use no tool of a server sees no prompt and no resource of the server");
  g_assert_cmpuint (g_hash_table_size (prompts), ==, 1);
  g_hash_table_unref (attack_list (a, honest, "resources/list"));
  g_hash_table_unref (attack_list (a, honest, "resources/templates/list"));
  g_hash_table_unref (attack_list (a, honest, "tools/list"));
  check_lists_nothing (a, session);
  check_gets_nothing (a, session);
}

/* Scripts */

/* Two that are in flight at once, with one id; @fields: (nullable). */
static void
check_equal_ids (Attack *a, const char *token, const char *fields)
{
  g_autofree char *body = attack_build_rpc (
      "tools/call", "{\"name\":\"test__wait\",\"arguments\":{\"delay_ms\":300,\"text\":\"done\"}}");
  int fds[2];

  for (gsize i = 0; i < 2; i++)
    {
      fds[i] = attack_connect (a);
      attack_send_request (fds[i], "POST", "/mcp", token, fields, body);
    }
  for (gsize i = 0; i < 2; i++)
    {
      g_autoptr (AttackAnswer) answer = attack_read_answer (fds[i]);
      g_autoptr (JsonObject) response = attack_find_response (answer);

      if (strcmp (attack_get_text (response), "done") != 0)
        attack_fail ("script %zu: %u %s", i + 1, answer->status,
                     answer->body != NULL ? answer->body : "no answer");
      close (fds[i]);
    }
}

static void
test_equal_ids (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autofree char *entry = g_strdup_printf ("{\"command\":\"%s\"}", g_getenv ("MCP_TEST_SERVER"));
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) first = NULL;

  g_test_summary ("Two scripts of one session may use the same id at the same time");
  attack_add_server (a, "test", entry);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  first = attack_call (a, session, "test__echo");
  check_equal_ids (a, attack_token (session), NULL);
  check_equal_ids (a, attack_token (session), "MCP-Protocol-Version: 2025-11-25\r\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attack/09-tasks/of-another-session", test_foreign_task);
  g_test_add_func ("/attack/09-tasks/without-tools", test_foreign_task_without_tools);
  g_test_add_func ("/attack/09-tasks/of-a-first-call", test_first_task);
  g_test_add_data_func ("/attack/09-allowed/no-tool", "{\"cwd\":\"/\",\"allowed_tools\":[]}",
                        test_nothing_allowed);
  g_test_add_data_func ("/attack/09-allowed/other-tools",
                        "{\"cwd\":\"/\",\"allowed_tools\":[\"other__*\"]}", test_nothing_allowed);
  g_test_add_func ("/attack/13-equal-ids", test_equal_ids);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases made of long lists: many items, large ones, many lists at once,
 * and a list that was remembered.
 */
#include "stall.h"

#include <signal.h>
#include <stdio.h>

static void
list_tools (Stall *stall)
{
  stall_call (stall, "tools/list", NULL);
}

static void
prepare_list (Stall *stall, const char *file, const char *member, const char *item)
{
  g_autofree char *list = stall_build_list (member, item, stall->size);

  attack_add_canned (stall->attack, "many", NULL);
  attack_set_answer (stall->attack, "many", file, list);
  attack_set_answer (stall->attack, "many", "call.again.before",
                     "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n");
}

static void
prepare_tiny_tools (Stall *stall)
{
  prepare_list (stall, "tools.list", "tools", "{\"name\":\"%u\"}");
}

static void
prepare_tiny_prompts (Stall *stall)
{
  prepare_list (stall, "prompts.list", "prompts", "{\"name\":\"%u\"}");
}

static void
prepare_tiny_resources (Stall *stall)
{
  prepare_list (stall, "resources.list", "resources", "{\"name\":\"n\",\"uri\":\"x:%u\"}");
}

static void
prepare_tiny_templates (Stall *stall)
{
  prepare_list (stall, "resources.templates.list", "resourceTemplates",
                "{\"name\":\"n\",\"uriTemplate\":\"x:%u/{a}\"}");
}

/* The server says that its list has changed; what it lists has, a little. */
static void
list_changed_tools (Stall *stall)
{
  g_autofree char *list =
      stall_build_list ("tools", "{\"name\":\"%u\",\"title\":\"x\"}", stall->size);

  list_tools (stall);
  attack_set_answer (stall->attack, "many", "tools.list", list);
  stall_call (stall, "tools/call", "{\"name\":\"many__again\",\"arguments\":{}}");
  list_tools (stall);
}

static void
list_prompts (Stall *stall)
{
  stall_call (stall, "prompts/list", NULL);
}

static void
list_resources (Stall *stall)
{
  stall_call (stall, "resources/list", NULL);
  stall_call (stall, "resources/read", "{\"uri\":\"x:none\"}");
}

static void
list_templates (Stall *stall)
{
  stall_call (stall, "resources/templates/list", NULL);
  stall_call (stall, "resources/read", "{\"uri\":\"x:none\"}");
}

/* Tools with schemas of 5 kB */

static void
prepare_large_tools (Stall *stall)
{
  g_autofree char *text = g_strnfill (4900, 'x');
  g_autofree char *item = g_strdup_printf ("{\"name\":\"t%%u\",\"inputSchema\":{\"type\":"
                                           "\"object\",\"description\":\"%s\"}}",
                                           text);

  prepare_list (stall, "tools.list", "tools", item);
}

static void
list_twice (Stall *stall)
{
  list_tools (stall);
  list_tools (stall);
}

static char *
build_object_path (JsonObject *session)
{
  g_autofree char *id = g_strdelimit (g_strdup (attack_id (session)), "-", '_');

  return g_strconcat ("/org/mcpsessiond/Session/", id, NULL);
}

static void
list_on_bus (Stall *stall)
{
  g_autofree char *path = build_object_path (stall->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      stall->attack->e2e->connection, "org.mcpsessiond.Daemon", path, "org.mcpsessiond.Session1",
      "ListTools", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, (int) stall->attack->patience_seconds * 1000,
      NULL, &error);

  g_test_message ("ListTools: %s",
                  reply != NULL ? g_variant_get_type_string (reply) : error->message);
}

/* Many lists in a batch */

static void
prepare_medium_tools (Stall *stall)
{
  g_autofree char *text = g_strnfill (1900, 'x');
  g_autofree char *item = g_strdup_printf (
      "{\"name\":\"t%%u\",\"description\":\"%s\",\"inputSchema\":{\"type\":\"object\"}}", text);
  g_autofree char *list = stall_build_list ("tools", item, 1000);

  attack_add_canned (stall->attack, "many", NULL);
  attack_set_answer (stall->attack, "many", "tools.list", list);
}

static void
list_in_batch (Stall *stall)
{
  g_autofree char *fields = stall_initialize (stall, "2025-03-26");
  g_autoptr (GString) body = g_string_new ("[");
  g_autoptr (AttackAnswer) answer = NULL;

  list_tools (stall);
  /* One that fails need not be waited for. */
  stall->attack->patience_seconds = 20;
  for (guint i = 0; i < stall->size; i++)
    g_string_append_printf (body, "%s{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"tools/list\"}",
                            i > 0 ? "," : "", i);
  g_string_append_c (body, ']');
  answer =
      attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session), fields, body->str);
  g_test_message ("batch: %u, %zu bytes", answer->status, answer->length);
}

/* A list that is remembered: what an earlier run of the daemon was told is there at the next start.
 */
static void
prepare_remembered_tools (Stall *stall)
{
  g_autoptr (GString) text = g_string_new ("\"result\":{\"tools\":[");

  for (guint i = 0; i < stall->size; i++)
    {
      g_autofree char *name = stall_build_twin ("ab", "bA", 17, i);

      g_string_append_printf (text, "%s{\"name\":\"%s\"}", i > 0 ? "," : "", name);
    }
  g_string_append (text, "]}");
  attack_add_canned (stall->attack, "many", NULL);
  attack_set_answer (stall->attack, "many", "tools.list", text->str);

  attack_start (stall->attack);
  stall->session = attack_create_session (stall->attack, "{\"cwd\":\"/\"}");
  list_tools (stall);
  g_clear_pointer (&stall->session, json_object_unref);
  attack_end (stall->attack, SIGTERM);
  stall->judges_start = TRUE;
}

const StallCase stall_list_cases[] = {
  { "tiny-tools", "a server", "%u tools `{\"name\":\"N\"}`, then `list_changed`", 30000, 1500000,
    E2E_WITHOUT_BUS, prepare_tiny_tools, list_changed_tools, NULL },
  { "tiny-prompts", "a server", "%u prompts likewise", 30000, 1500000, E2E_WITHOUT_BUS,
    prepare_tiny_prompts, list_prompts, NULL },
  { "tiny-resources", "a server, an honest read", "%u resources likewise", 30000, 500000,
    E2E_WITHOUT_BUS, prepare_tiny_resources, list_resources, NULL },
  { "tiny-templates", "a server, an honest read", "%u templates likewise", 20000, 500000,
    E2E_WITHOUT_BUS, prepare_tiny_templates, list_templates, NULL },
  { "large-tools", "a server", "%u tools of 5 kB, listed for the first time and again", 2500, 5000,
    E2E_WITHOUT_BUS, prepare_large_tools, list_twice, NULL },
  { "large-tools-on-the-bus", "a server, a bus peer", "%u tools of 5 kB, `ListTools`", 2500, 5000,
    E2E_WITH_BUS, prepare_large_tools, list_on_bus, NULL },
  { "lists-in-a-batch", "any client", "%u tools/list in a batch, 1,000 tools of 2 kB", 12, 1000,
    E2E_WITHOUT_BUS, prepare_medium_tools, list_in_batch, NULL },
  { "remembered-list", "a server, a restart", "%u names of one hash from the cached list", 2048,
    32768, E2E_WITHOUT_BUS, prepare_remembered_tools, list_tools, NULL },
  { NULL },
};

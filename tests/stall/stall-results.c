/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases made of what a server says to a call: results, errors, progress
 * and log messages, each within the limit of 32 MiB. The size is in MiB.
 */
#include "stall.h"

#include <string.h>

#define MIB (1024 * 1024)

static void
add_server (Stall *stall, const char *file, const char *text)
{
  static const char list[] =
      "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]}";

  attack_add_canned (stall->attack, "loud", NULL);
  attack_set_answer (stall->attack, "loud", "tools.list", list);
  if (file != NULL)
    attack_set_answer (stall->attack, "loud", file, text);
}

/* @piece again and again, comma-separated, to the size. */
static void
prepare_pieces (Stall *stall,
                const char *file,
                const char *head,
                const char *piece,
                const char *end)
{
  g_autofree char *repeated = g_strconcat (piece, ",", NULL);
  g_autofree char *pieces = stall_repeat (repeated, stall->size * MIB / (guint) strlen (repeated));
  g_autofree char *text = g_strconcat (head, pieces, piece, end, NULL);

  add_server (stall, file, text);
}

static void
prepare_many_parts (Stall *stall)
{
  prepare_pieces (stall, "call.t", "\"result\":{\"content\":[", "{\"type\":\"text\",\"text\":\"\"}",
                  "]}");
}

static void
prepare_many_resources (Stall *stall)
{
  prepare_pieces (stall, "call.t", "\"result\":{\"content\":[",
                  "{\"type\":\"resource_link\",\"name\":\"\",\"uri\":\"x:\"}", "]}");
}

static void
prepare_many_values (Stall *stall)
{
  prepare_pieces (stall, "call.t", "\"result\":{\"content\":[],\"structuredContent\":{\"a\":[", "1",
                  "]}}");
}

static void
prepare_many_members (Stall *stall)
{
  g_autofree char *list =
      stall_build_list ("content\":[],\"structuredContent", "{\"k%u\":0}", stall->size * MIB / 16);

  add_server (stall, "call.t", list);
}

static void
prepare_escapes (Stall *stall)
{
  g_autofree char *escapes = stall_repeat ("\\u0041", stall->size * MIB / 6);
  g_autofree char *text =
      g_strdup_printf ("\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}", escapes);

  add_server (stall, "call.t", text);
}

static void
prepare_error (Stall *stall)
{
  g_autofree char *long_text = g_strnfill (stall->size * MIB, 'x');
  g_autofree char *text =
      g_strdup_printf ("\"error\":{\"code\":-32000,\"message\":\"%s\"}", long_text);

  add_server (stall, "call.t", text);
}

static void
prepare_tool_error (Stall *stall)
{
  g_autofree char *long_text = g_strnfill (stall->size * MIB, 'x');
  g_autofree char *text = g_strdup_printf (
      "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],\"isError\":true}", long_text);

  add_server (stall, "call.t", text);
}

static void
prepare_log (Stall *stall)
{
  prepare_pieces (stall, "call.t.before",
                  "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
                  "{\"level\":\"error\",\"data\":[",
                  "1", "]}}\n");
}

static void
prepare_progress (Stall *stall)
{
  g_autofree char *long_text = g_strnfill (stall->size * MIB, 'x');
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                       "{\"progressToken\":@TOKEN@,\"progress\":1,\"message\":\"%s\"}}\n",
                       long_text);

  add_server (stall, "call.t.before", text);
}

/* Many small ones in one piece, as fast as they go. */
static void
prepare_much_progress (Stall *stall)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 1; text->len < stall->size * MIB; i++)
    g_string_append_printf (text,
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                            "\"params\":{\"progressToken\":@TOKEN@,\"progress\":%u}}\n",
                            i);
  add_server (stall, "call.t.before", text->str);
}

static void
prepare_noise (Stall *stall)
{
  g_autofree char *text = stall_repeat ("{}\n", stall->size * MIB / 3);

  add_server (stall, "call.t.before", text);
}

/* What a server says of itself, which the daemon keeps and hands to clients. */
static void
prepare_introduction (Stall *stall)
{
  g_autofree char *escapes = stall_repeat ("\\u0041", stall->size * MIB / 12);
  g_autofree char *text =
      g_strdup_printf ("\"capabilities\":{\"tools\":{\"listChanged\":true},\"x\":\"%s\"},"
                       "\"instructions\":\"%s\"",
                       escapes, escapes);

  add_server (stall, "introduction", text);
}

/* As a client of this server alone, which is introduced as the server, and as one of all. */
static void
be_introduced (Stall *stall)
{
  static const char *const paths[] = { "/mcp/loud", "/mcp", "/mcp/loud" };
  g_autofree char *body = attack_build_rpc (
      "initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":"
                    "{\"name\":\"c\",\"version\":\"1\"}}");

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (AttackAnswer) answer =
          attack_ask (stall->attack, "POST", paths[i], attack_token (stall->session), NULL, body);

      g_test_message ("%s: %u, %zu bytes", paths[i], answer->status, answer->length);
    }
}

/* The call of a client of some revision; its own id, so that nothing else is read. */
static void
call_as (Stall *stall, const char *revision)
{
  g_autofree char *fields = stall_initialize (stall, revision);
  g_autofree char *body = attack_build_rpc (
      "tools/call", "{\"name\":\"loud__t\",\"arguments\":{},\"_meta\":{\"progressToken\":\"p\"}}");
  g_autoptr (AttackAnswer) answer = NULL;

  stall_call (stall, "tools/list", NULL);
  answer = attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session), fields, body);
  g_test_message ("answer: %u, %zu bytes, %.200s", answer->status, answer->length, answer->body);
}

static void
call_new (Stall *stall)
{
  call_as (stall, "2025-11-25");
}

static void
call_old (Stall *stall)
{
  call_as (stall, "2024-11-05");
}

static void
call_on_bus (Stall *stall)
{
  g_autofree char *id = g_strdelimit (g_strdup (attack_id (stall->session)), "-", '_');
  g_autofree char *path = g_strconcat ("/org/mcpsessiond/Session/", id, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_sync (
      stall->attack->e2e->connection, "org.mcpsessiond.Daemon", path, "org.mcpsessiond.Session1",
      "CallTool", g_variant_new ("(ssa{sv})", "loud__t", "{}", NULL), NULL, G_DBUS_CALL_FLAGS_NONE,
      (int) stall->attack->patience_seconds * 1000, NULL, &error);
  g_test_message ("CallTool: %s",
                  reply != NULL ? g_variant_get_type_string (reply) : error->message);
}

const StallCase stall_result_cases[] = {
  { "result-of-many-parts", "a server", "a result of %u MiB, of empty texts", 16, 30,
    E2E_WITHOUT_BUS, prepare_many_parts, call_new, NULL },
  { "result-of-many-parts-for-2024", "a server", "the same, %u MiB, for a client of 2024-11-05", 16,
    30, E2E_WITHOUT_BUS, prepare_many_parts, call_old, NULL },
  { "result-of-many-links-for-2024", "a server", "a result of %u MiB, of links, for 2024-11-05", 16,
    30, E2E_WITHOUT_BUS, prepare_many_resources, call_old, NULL },
  { "result-of-many-values", "a server", "a result of %u MiB, of numbers", 16, 30, E2E_WITHOUT_BUS,
    prepare_many_values, call_new, NULL },
  { "result-of-many-values-for-2024", "a server", "the same, %u MiB, for 2024-11-05", 16, 30,
    E2E_WITHOUT_BUS, prepare_many_values, call_old, NULL },
  { "result-of-many-objects", "a server", "a result of %u MiB, of objects of one member", 16, 30,
    E2E_WITHOUT_BUS, prepare_many_members, call_new, NULL },
  { "result-of-escapes", "a server", "a text of %u MiB of `\\u0041`", 16, 30, E2E_WITHOUT_BUS,
    prepare_escapes, call_new, NULL },
  { "error-of-a-server", "a server", "an error's message of %u MiB", 16, 30, E2E_WITHOUT_BUS,
    prepare_error, call_new, NULL },
  { "error-of-a-tool", "a server", "a result with `isError`, %u MiB", 16, 30, E2E_WITHOUT_BUS,
    prepare_tool_error, call_new, NULL },
  { "result-on-the-bus", "a server, a bus peer", "a text of %u MiB, `CallTool`", 16, 31,
    E2E_WITH_BUS, prepare_tool_error, call_on_bus, NULL },
  { "log-message", "a server", "a log message of %u MiB of numbers", 16, 30, E2E_WITHOUT_BUS,
    prepare_log, call_new, NULL },
  { "progress-message", "a server", "progress with a message of %u MiB", 16, 30, E2E_WITHOUT_BUS,
    prepare_progress, call_new, NULL },
  { "progress-flood", "a server", "%u MiB of small progress", 2, 30, E2E_WITHOUT_BUS,
    prepare_much_progress, call_new, NULL },
  { "introduction", "a server", "what it says of itself has %u MiB", 16, 30, E2E_WITHOUT_BUS,
    prepare_introduction, be_introduced, NULL },
  { "noise", "a server", "%u MiB of lines `{}`", 4, 30, E2E_WITHOUT_BUS, prepare_noise, call_new,
    NULL },
  { NULL },
};

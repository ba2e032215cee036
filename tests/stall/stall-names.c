/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases made of names: of one hash, long ones, templates, globs, and
 * properties of schemas.
 */
#include "stall.h"

#include <stdio.h>

/* Enough pieces for 2^17 names. */
#define N_PIECES 17

static void
prepare_twins (Stall *stall, const char *file, const char *member, const char *head)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "\"result\":{\"%s\":[", member);
  for (guint i = 0; i < stall->size; i++)
    {
      g_autofree char *name = stall_build_twin ("ab", "bA", N_PIECES, i);

      g_string_append_printf (text, "%s{\"name\":\"%s\",%s%s\"}", i > 0 ? "," : "", name, head,
                              name);
    }
  g_string_append (text, "]}");
  attack_add_canned (stall->attack, "twins", NULL);
  attack_set_answer (stall->attack, "twins", file, text->str);
}

static void
prepare_twin_tools (Stall *stall)
{
  prepare_twins (stall, "tools.list", "tools",
                 "\"inputSchema\":{\"type\":\"object\"},\"description\":\"");
}

static void
prepare_twin_prompts (Stall *stall)
{
  prepare_twins (stall, "prompts.list", "prompts", "\"description\":\"");
}

static void
prepare_twin_resources (Stall *stall)
{
  prepare_twins (stall, "resources.list", "resources", "\"uri\":\"x:");
}

static void
prepare_twin_templates (Stall *stall)
{
  prepare_twins (stall, "resources.templates.list", "resourceTemplates", "\"uriTemplate\":\"x:");
}

static void
list_tools (Stall *stall)
{
  stall_call (stall, "tools/list", NULL);
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
}

static void
list_templates (Stall *stall)
{
  stall_call (stall, "resources/templates/list", NULL);
}

/* Header fields are compared in lower case: "az" and "c8" are of one hash. */
static void
prepare_twin_headers (Stall *stall)
{
  g_autoptr (GString) text = g_string_new (
      "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":{");

  for (guint i = 0; i < stall->size; i++)
    {
      g_autofree char *name = stall_build_twin ("az", "c8", N_PIECES, i);

      g_string_append_printf (text, "%s\"p%u\":{\"type\":\"string\",\"x-mcp-header\":\"%s\"}",
                              i > 0 ? "," : "", i, name);
    }
  g_string_append (text, "}}}]}");
  attack_add_canned (stall->attack, "twins", NULL);
  attack_set_answer (stall->attack, "twins", "tools.list", text->str);
}

/* Templates */

static void
prepare_templates (Stall *stall, const char *expressions)
{
  g_autofree char *item =
      g_strdup_printf ("{\"name\":\"n\",\"uriTemplate\":\"%s!%%u\"}", expressions);
  g_autofree char *list = stall_build_list ("resourceTemplates", item, stall->size);

  attack_add_canned (stall->attack, "slow", NULL);
  attack_set_answer (stall->attack, "slow", "resources.templates.list", list);
}

static void
prepare_reserved_templates (Stall *stall)
{
  prepare_templates (stall, "{+a}{+b}{+c}{+d}{+e}{+f}{+g}{+h}");
}

static void
prepare_plain_templates (Stall *stall)
{
  prepare_templates (stall, "x:{a}{b}{c}{d}{e}{f}{g}{h}");
}

/* The pieces between the expressions are in the URI, too, again and again. */
static void
prepare_literal_templates (Stall *stall)
{
  prepare_templates (stall, "x:{+a}aa{+b}aa{+c}aa{+d}aa{+e}aa{+f}aa{+g}aa{+h}");
}

/* The regular expression of every template is tried to its end: what it asks for is there, but not
 * where the URI ends. */
static void
read_resource (Stall *stall, guint length)
{
  g_autofree char *middle = g_strnfill (length - 15, 'a');
  g_autofree char *params = g_strdup_printf ("{\"uri\":\"x:%s!0123456789a\"}", middle);

  list_templates (stall);
  stall_call (stall, "resources/read", params);
}

static void
read_short_uri (Stall *stall)
{
  read_resource (stall, 65);
}

static void
read_long_uri (Stall *stall)
{
  read_resource (stall, 8000);
}

/* As many reads as there are templates. */
static void
read_batch (Stall *stall)
{
  g_autofree char *fields = stall_initialize (stall, "2025-03-26");
  g_autofree char *middle = g_strnfill (50, 'a');
  g_autoptr (GString) body = g_string_new ("[");
  g_autoptr (AttackAnswer) answer = NULL;

  list_templates (stall);
  for (guint i = 0; i < stall->size; i++)
    g_string_append_printf (body,
                            "%s{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"resources/read\","
                            "\"params\":{\"uri\":\"x:%s!0123456789a\"}}",
                            i > 0 ? "," : "", i, middle);
  g_string_append_c (body, ']');
  answer =
      attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session), fields, body->str);
  g_test_message ("batch: %u, %zu bytes", answer->status, answer->length);
}

/* Schemas */

static void
prepare_schema (Stall *stall)
{
  g_autoptr (GString) text = g_string_new (
      "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
      "{\"h\":{\"type\":\"string\",\"x-mcp-header\":\"H\"}");

  for (guint i = 0; i < stall->size; i++)
    g_string_append_printf (text, ",\"p%u\":{\"type\":\"string\"}", i);
  g_string_append (text, "}}}]}");
  attack_add_canned (stall->attack, "wide", NULL);
  attack_set_answer (stall->attack, "wide", "tools.list", text->str);
}

static char *
build_many_arguments (Stall *stall)
{
  g_autoptr (GString) text = g_string_new ("{\"h\":\"x\"");

  for (guint i = 0; i < 2 * stall->size; i++)
    g_string_append_printf (text, ",\"a%u\":%u", i, i);
  g_string_append_c (text, '}');
  return g_strdup (text->str);
}

static char *
build_long_argument (Stall *stall)
{
  g_autofree char *text = g_strnfill (50 * stall->size, 'x');

  return g_strdup_printf ("{\"h\":\"x\",\"long\":\"%s\"}", text);
}

static void
call_wide (Stall *stall, const char *arguments)
{
  g_autofree char *params = g_strdup_printf ("{\"name\":\"wide__t\",\"arguments\":%s}", arguments);

  list_tools (stall);
  stall_call (stall, "tools/call", params);
}

static void
call_with_many_arguments (Stall *stall)
{
  g_autofree char *arguments = build_many_arguments (stall);

  call_wide (stall, arguments);
}

static void
call_with_long_argument (Stall *stall)
{
  g_autofree char *arguments = build_long_argument (stall);

  call_wide (stall, arguments);
}

/* As a client of 2026-07-28, whose header fields are compared with its arguments. */
static void
call_modern (Stall *stall)
{
  g_autofree char *arguments = build_many_arguments (stall);
  g_autofree char *params =
      g_strdup_printf ("{\"name\":\"wide__t\",\"arguments\":%s,\"_meta\":{"
                       "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                       "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\",\"version\":\"1\"},"
                       "\"io.modelcontextprotocol/clientCapabilities\":{}}}",
                       arguments);
  g_autofree char *body = attack_build_rpc ("tools/call", params);
  g_autoptr (AttackAnswer) answer = NULL;

  list_tools (stall);
  answer = attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session),
                       "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
                       "Mcp-Name: wide__t\r\nMcp-Param-H: x\r\n",
                       body);
  g_test_message ("modern: %u %.300s", answer->status, answer->body);
}

/* Globs */

#define SLOW_GLOB "*a*a*a*a*a*a*a*a*b%u"

static void
call_long_name (Stall *stall)
{
  g_autofree char *name = g_strnfill (stall->size, 'a');
  g_autofree char *params = g_strdup_printf ("{\"name\":\"%s\",\"arguments\":{}}", name);

  stall_use_globs (stall, SLOW_GLOB, 1000);
  stall_call (stall, "tools/call", params);
}

/* Many names of a batch, each within any sensible length. */
static void
call_many_names (Stall *stall)
{
  g_autofree char *fields = NULL;
  g_autofree char *name = g_strnfill (4000, 'a');
  g_autoptr (GString) body = g_string_new ("[");
  g_autoptr (AttackAnswer) answer = NULL;

  stall_use_globs (stall, SLOW_GLOB, 1000);
  fields = stall_initialize (stall, "2025-03-26");
  for (guint i = 0; i < stall->size; i++)
    g_string_append_printf (body,
                            "%s{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"tools/call\","
                            "\"params\":{\"name\":\"%s%u\"}}",
                            i > 0 ? "," : "", i, name, i);
  g_string_append_c (body, ']');
  answer =
      attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session), fields, body->str);
  g_test_message ("batch: %u, %zu bytes", answer->status, answer->length);
}

/* The globs are the owner's, the name is the server's. */
static void
prepare_denied_name (Stall *stall)
{
  g_autofree char *name = g_strnfill (stall->size, 'a');
  g_autofree char *list = g_strdup_printf (
      "\"result\":{\"tools\":[{\"name\":\"%s\",\"inputSchema\":{\"type\":\"object\"}}]}", name);
  g_autoptr (GString) more = g_string_new ("\"deny\":[\"z\"");

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (more, ",\"*a*a*a*a*a*a*a*a*b%u\"", i);
  g_string_append_c (more, ']');
  attack_add_canned (stall->attack, "long", more->str);
  attack_set_answer (stall->attack, "long", "tools.list", list);
}

static void
prepare_tools (Stall *stall)
{
  g_autofree char *list = stall_build_list (
      "tools", "{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaa-%u\",\"inputSchema\":{\"type\":\"object\"}}",
      stall->size);

  attack_add_canned (stall->attack, "many", NULL);
  attack_set_answer (stall->attack, "many", "tools.list", list);
}

static void
list_with_globs (Stall *stall)
{
  list_tools (stall);
  stall_use_globs (stall, "*a*b*%u", 1000);
  list_tools (stall);
}

const StallCase stall_name_cases[] = {
  { "tools-of-one-hash", "a server", "%u tools whose names have one `g_str_hash`", 2048, 32768,
    E2E_WITHOUT_BUS, prepare_twin_tools, list_tools, NULL },
  { "prompts-of-one-hash", "a server", "%u prompts likewise", 2048, 32768, E2E_WITHOUT_BUS,
    prepare_twin_prompts, list_prompts, NULL },
  { "resources-of-one-hash", "a server", "%u resources likewise", 4096, 32768, E2E_WITHOUT_BUS,
    prepare_twin_resources, list_resources, NULL },
  { "templates-of-one-hash", "a server", "%u templates likewise", 4096, 32768, E2E_WITHOUT_BUS,
    prepare_twin_templates, list_templates, NULL },
  { "headers-of-one-hash", "a server", "a tool with %u `x-mcp-header` likewise", 16384, 32768,
    E2E_WITHOUT_BUS, prepare_twin_headers, list_tools, NULL },
  { "templates-of-eight-wild-cards", "a server, an honest read",
    "%u templates `{+a}…{+h}!N`, a URI of 65 characters", 4, 1000, E2E_WITHOUT_BUS,
    prepare_reserved_templates, read_short_uri, NULL },
  { "templates-of-eight-names", "a server, an honest read", "%u templates `x:{a}…{h}!N` likewise",
    4, 1000, E2E_WITHOUT_BUS, prepare_plain_templates, read_short_uri, NULL },
  { "templates-of-repeated-text", "a server, an honest read",
    "%u templates `x:{+a}aa{+b}aa…!N`, a URI of 8 kB", 4, 1000, E2E_WITHOUT_BUS,
    prepare_literal_templates, read_long_uri, NULL },
  { "templates-in-a-batch", "a server, a client", "%u templates, as many reads in a batch", 4, 60,
    E2E_WITHOUT_BUS, prepare_reserved_templates, read_batch, NULL },
  { "schema-and-many-arguments", "a server, an honest call",
    "a schema of %u properties, one with `x-mcp-header`; twice as many arguments", 2000, 20000,
    E2E_WITHOUT_BUS, prepare_schema, call_with_many_arguments, NULL },
  { "schema-and-a-long-argument", "a server, an honest call",
    "a schema of %u properties likewise; a text of 50 bytes for each", 6000, 20000, E2E_WITHOUT_BUS,
    prepare_schema, call_with_long_argument, NULL },
  { "schema-and-a-modern-client", "a server, an honest call",
    "a schema of %u properties, twice as many arguments, revision 2026-07-28", 2000, 20000,
    E2E_WITHOUT_BUS, prepare_schema, call_modern, NULL },
  { "long-name-and-many-globs", "any client", "1,000 globs, a call of a name of %u bytes", 30000,
    1000000, E2E_WITHOUT_BUS, NULL, call_long_name, NULL },
  { "many-names-and-many-globs", "any client", "1,000 globs, %u calls of a batch, names of 4 kB",
    20, 1000, E2E_WITHOUT_BUS, NULL, call_many_names, NULL },
  { "long-name-and-the-owners-globs", "a server", "20 globs in `deny`, a tool's name of %u bytes",
    1000000, 10000000, E2E_WITHOUT_BUS, prepare_denied_name, list_tools, NULL },
  { "list-and-many-globs", "any client", "1,000 globs, a list of %u tools", 2000, 20000,
    E2E_WITHOUT_BUS, prepare_tools, list_with_globs, NULL },
  { NULL },
};

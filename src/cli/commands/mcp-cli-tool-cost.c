/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * tools --cost: what the definitions of tools take of a model's context.
 */
#include "cli/commands/mcp-cli-tool-cost.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* Tokenizers of today make a token of 3 to 5 bytes of such JSON. */
#define BYTES_PER_TOKEN 4

typedef struct
{
  char *name;
  char *server;
  guint n_tokens;
} Cost;

static void
cost_free (gpointer data)
{
  Cost *cost = data;

  g_free (cost->name);
  g_free (cost->server);
  g_free (cost);
}

/**
 * mcp_cli_tool_cost_dup_server:
 * @tool: the exposed name of a tool
 *
 * Returns: (transfer full): what the name begins with, which is the server's name or its prefix; ""
 *   if the server has no prefix
 */
char *
mcp_cli_tool_cost_dup_server (const char *tool)
{
  const char *separator = strstr (tool, "__");

  return separator != NULL ? g_strndup (tool, (gsize) (separator - tool)) : g_strdup ("");
}

/* A client gives a model the name, the description and the schema of the arguments. */
static guint
estimate (McpJsonSlice tool)
{
  static const char *const keys[] = { "name", "description", "inputSchema" };
  gsize n_bytes = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      McpJsonSlice value;

      if (mcp_json_find (tool, keys[i], &value))
        n_bytes += value.length;
    }
  return (guint) ((n_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN);
}

static int
compare_dearest_first (gconstpointer a, gconstpointer b)
{
  const Cost *first = *(Cost *const *) a;
  const Cost *second = *(Cost *const *) b;

  return (second->n_tokens > first->n_tokens) - (second->n_tokens < first->n_tokens);
}

static GPtrArray *
measure (McpJsonSlice tools)
{
  GPtrArray *costs = g_ptr_array_new_with_free_func (cost_free);
  McpJsonSlice tool;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      char *name = mcp_cli_json_dup_member (tool, "name");
      Cost *cost;

      if (name == NULL)
        continue;
      cost = g_new0 (Cost, 1);
      cost->name = name;
      cost->server = mcp_cli_tool_cost_dup_server (name);
      cost->n_tokens = estimate (tool);
      g_ptr_array_add (costs, cost);
    }
  g_ptr_array_sort (costs, compare_dearest_first);
  return costs;
}

static void
add_row (McpCliTable *table, const char *name, guint n_tokens)
{
  g_autofree char *number = g_strdup_printf ("%u", n_tokens);

  mcp_cli_table_add (table, (const char *[]){ name, number });
}

/* Returns: the costs of the servers, the dearest first */
static GPtrArray *
sum_up (GPtrArray *costs)
{
  GPtrArray *sums = g_ptr_array_new_with_free_func (cost_free);
  g_autoptr (GHashTable) by_server = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < costs->len; i++)
    {
      const Cost *cost = g_ptr_array_index (costs, i);
      Cost *sum = g_hash_table_lookup (by_server, cost->server);

      if (sum == NULL)
        {
          sum = g_new0 (Cost, 1);
          sum->name = g_strdup (*cost->server != '\0' ? cost->server : "–");
          g_ptr_array_add (sums, sum);
          g_hash_table_insert (by_server, cost->server, sum);
        }
      sum->n_tokens += cost->n_tokens;
    }
  g_ptr_array_sort (sums, compare_dearest_first);
  return sums;
}

static guint
print_table (const char *title, GPtrArray *costs)
{
  g_autoptr (McpCliTable) table = mcp_cli_table_new ((const char *[]){ title, _ ("TOKENS"), NULL });
  guint n_tokens = 0;

  for (guint i = 0; i < costs->len; i++)
    {
      const Cost *cost = g_ptr_array_index (costs, i);

      add_row (table, cost->name, cost->n_tokens);
      n_tokens += cost->n_tokens;
    }
  mcp_cli_table_print (table);
  return n_tokens;
}

/**
 * mcp_cli_tool_cost_print:
 * @tools: a JSON array of tools
 *
 * Prints, for each tool and for each server, roughly how many tokens of a model's context they
 * take.
 */
void
mcp_cli_tool_cost_print (McpJsonSlice tools)
{
  g_autoptr (GPtrArray) costs = measure (tools);
  g_autoptr (GPtrArray) sums = sum_up (costs);
  guint n_tokens;

  print_table (_ ("TOOL"), costs);
  g_print ("\n");
  n_tokens = print_table (_ ("SERVER"), sums);
  mcp_cli_text_print (_ ("About %u tokens in all, at %d bytes each"), n_tokens, BYTES_PER_TOKEN);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * bench-tool-server [N-TOOLS]: an MCP server on standard input and output that
 * does as little as such a server can: one read() and one write() for each
 * request, and no parsing. Its clients write JSON without needless white space.
 *
 * Its tools: "quick", whose result is a few bytes; "large", whose result is a
 * text of 10 MB; and more that answer as "quick" does.
 */

#define LARGE_BYTES 10000000
#define QUICK       "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}"

#define BEFORE_LARGE "{\"content\":[{\"type\":\"text\",\"text\":\""
#define AFTER_LARGE  "\"}]}"

static char *tools; /* the result of tools/list */
static char *large; /* (nullable): the text of "large" */

static char *
make_tools (guint n_tools)
{
  GString *text = g_string_new ("{\"tools\":[");

  for (guint i = 0; i < n_tools; i++)
    {
      g_autofree char *name = i < 2 ? NULL : g_strdup_printf ("tool-%u", i);

      g_string_append_printf (
          text,
          "%s{\"name\":\"%s\",\"description\":\"Does what a tool of a benchmark "
          "does, and no more.\",\"inputSchema\":{\"type\":\"object\","
          "\"properties\":{\"text\":{\"type\":\"string\"}}}}",
          i > 0 ? "," : "",
          i == 0   ? "quick"
          : i == 1 ? "large"
                   : name);
    }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

static void
write_all (const char *text, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (STDOUT_FILENO, text, length);

      if (n <= 0)
        _exit (1);
      text += n;
      length -= (gsize) n;
    }
}

/* The text of a request's id, with its quotation marks where it has any. */
static char *
dup_id (const char *request)
{
  const char *id = strstr (request, "\"id\":");

  if (id == NULL)
    return NULL;
  id += strlen ("\"id\":");
  return g_strndup (id, *id == '"' ? strcspn (id + 1, "\"") + 2 : strcspn (id, ",}"));
}

static char *
make_introduction (const char *request)
{
  const char *revision = strstr (request, "\"protocolVersion\":\"");

  revision = revision != NULL ? revision + strlen ("\"protocolVersion\":\"") : "2025-06-18";
  return g_strdup_printf ("{\"protocolVersion\":\"%.10s\",\"capabilities\":{\"tools\":{}},"
                          "\"serverInfo\":{\"name\":\"bench\",\"version\":\"1\"}}",
                          revision);
}

static void
answer (const char *id, const char *result)
{
  g_autofree char *line =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\n", id, result);

  write_all (line, strlen (line));
}

/* Nothing is copied: what the server takes for a large answer is no part of what is measured. */
static void
answer_large (const char *id)
{
  g_autofree char *head =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":" BEFORE_LARGE, id);
  static const char tail[] = AFTER_LARGE "}\n";

  if (large == NULL)
    large = g_strnfill (LARGE_BYTES, 'x');
  write_all (head, strlen (head));
  write_all (large, LARGE_BYTES);
  write_all (tail, strlen (tail));
}

static void
refuse (const char *id)
{
  g_autofree char *line = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-"
                                           "32601,\"message\":\"no such method\"}}\n",
                                           id);

  write_all (line, strlen (line));
}

static void
take (const char *request)
{
  g_autofree char *id = dup_id (request);
  g_autofree char *introduction = NULL;

  if (id == NULL)
    return;
  if (strstr (request, "\"method\":\"tools/call\"") != NULL &&
      strstr (request, "\"name\":\"large\"") != NULL)
    answer_large (id);
  else if (strstr (request, "\"method\":\"tools/call\"") != NULL)
    answer (id, QUICK);
  else if (strstr (request, "\"method\":\"tools/list\"") != NULL)
    answer (id, tools);
  else if (strstr (request, "\"method\":\"initialize\"") != NULL)
    answer (id, introduction = make_introduction (request));
  else if (strstr (request, "\"method\":\"ping\"") != NULL)
    answer (id, "{}");
  else
    refuse (id);
}

/* Takes the whole lines out of @input. */
static void
take_lines (GString *input)
{
  char *line = input->str;
  char *end;

  while ((end = strchr (line, '\n')) != NULL)
    {
      *end = '\0';
      take (line);
      line = end + 1;
    }
  g_string_erase (input, 0, line - input->str);
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) input = g_string_new (NULL);
  char buffer[65536];
  ssize_t n;

  tools = make_tools (argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 2);
  while ((n = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    {
      g_string_append_len (input, buffer, n);
      take_lines (input);
    }
  g_free (tools);
  g_free (large);
  return 0;
}

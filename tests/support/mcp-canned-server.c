/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mcp-canned-server DIRECTORY: an MCP server on standard input and output that
 * says what a test has put into files, byte by byte, however wrong or large
 * that is. The files are read for each request, so that a test can change them.
 *
 *   METHOD         members of the answer after its id: "result":… or "error":…; "." stands for "/"
 *   call.TOOL      the same, for tools/call of that tool
 *   METHOD.before, call.TOOL.before
 *                  lines ahead of the answer; @TOKEN@ is the request's progress token
 *   revision       what initialize answers; without the file: what the client asked for
 *   introduction   further members of what initialize answers, in place of its capabilities
 *   pids           written by the server: its process number, one line for each start
 *   asked          written by the server: the method of each request, one line each, and the name,
 *                  URI or task in it
 *
 * Without a file, lists are empty, server/discover is an unknown method, and tools/call,
 * prompts/get and resources/read answer “DIRECTORY'S NAME:NAME”, NAME being what was asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define CAPABILITIES                                                                    \
  "{\"tools\":{\"listChanged\":true},\"resources\":{\"listChanged\":true},\"prompts\":" \
  "{\"listChanged\":true},\"logging\":{},\"completions\":{}}"

static const char *directory;

static const struct
{
  const char *method;
  const char *answer;
} empty_answers[] = {
  { "tools/list", "\"result\":{\"tools\":[]}" },
  { "prompts/list", "\"result\":{\"prompts\":[]}" },
  { "resources/list", "\"result\":{\"resources\":[]}" },
  { "resources/templates/list", "\"result\":{\"resourceTemplates\":[]}" },
  { "ping", "\"result\":{}" },
  { "logging/setLevel", "\"result\":{}" },
};

static void
write_bytes (const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, data, length);

      if (n < 0 && errno != EINTR)
        _exit (0);
      if (n > 0)
        {
          data += n;
          length -= (gsize) n;
        }
    }
}

static void
send_answer (const char *id, const char *members, gsize length)
{
  g_autofree char *head = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,", id);

  write_bytes (head, strlen (head));
  write_bytes (members, length);
  write_bytes ("}\n", 2);
}

static char *
read_canned (const char *name, const char *suffix, gsize *length)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (directory, file, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, length, NULL) ? text : NULL;
}

static char *
dup_token (JsonObject *params)
{
  JsonObject *meta;

  if (!json_object_has_member (params, "_meta"))
    return g_strdup ("0");
  meta = json_object_get_object_member (params, "_meta");
  return json_object_has_member (meta, "progressToken")
             ? json_to_string (json_object_get_member (meta, "progressToken"), FALSE)
             : g_strdup ("0");
}

static void
send_before (const char *name, JsonObject *params)
{
  gsize length;
  g_autofree char *text = read_canned (name, ".before", &length);
  g_autofree char *token = NULL;
  g_autoptr (GString) lines = NULL;

  if (text == NULL)
    return;
  token = dup_token (params);
  lines = g_string_new_len (text, (gssize) length);
  g_string_replace (lines, "@TOKEN@", token, 0);
  write_bytes (lines->str, lines->len);
}

static gboolean
send_canned (const char *name, const char *id, JsonObject *params)
{
  gsize length;
  g_autofree char *members = NULL;

  send_before (name, params);
  members = read_canned (name, "", &length);
  if (members != NULL)
    send_answer (id, members, length);
  return members != NULL;
}

static void
answer_initialize (const char *id, JsonObject *params)
{
  const char *asked = json_object_get_string_member_with_default (params, "protocolVersion", "");
  gsize length;
  g_autofree char *revision = read_canned ("revision", "", &length);
  g_autofree char *introduction = read_canned ("introduction", "", &length);
  g_autofree char *members =
      g_strdup_printf ("\"result\":{\"protocolVersion\":\"%s\",%s,"
                       "\"serverInfo\":{\"name\":\"canned\",\"version\":\"1\"}}",
                       revision != NULL ? g_strchomp (revision) : asked,
                       introduction != NULL ? introduction : "\"capabilities\":" CAPABILITIES);

  send_answer (id, members, strlen (members));
}

/* Who was asked for what. */
static void
answer_name (const char *method, const char *id, JsonObject *params)
{
  const char *key = g_str_equal (method, "resources/read") ? "uri" : "name";
  g_autofree char *base = g_path_get_basename (directory);
  g_autofree char *text =
      g_strconcat (base, ":", json_object_get_string_member_with_default (params, key, ""), NULL);
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  g_autofree char *quoted = json_to_string (node, FALSE);
  g_autofree char *members = NULL;

  if (g_str_equal (method, "tools/call"))
    members =
        g_strdup_printf ("\"result\":{\"content\":[{\"type\":\"text\",\"text\":%s}]}", quoted);
  else if (g_str_equal (method, "resources/read"))
    members = g_strdup_printf ("\"result\":{\"contents\":[{\"uri\":\"x:y\",\"text\":%s}]}", quoted);
  else
    members = g_strdup_printf ("\"result\":{\"messages\":[{\"role\":\"user\",\"content\":"
                               "{\"type\":\"text\",\"text\":%s}}]}",
                               quoted);
  send_answer (id, members, strlen (members));
}

static void
answer_otherwise (const char *method, const char *id, JsonObject *params)
{
  static const char unknown[] = "\"error\":{\"code\":-32601,\"message\":\"no such method\"}";

  for (gsize i = 0; i < G_N_ELEMENTS (empty_answers); i++)
    {
      if (g_str_equal (empty_answers[i].method, method))
        {
          send_answer (id, empty_answers[i].answer, strlen (empty_answers[i].answer));
          return;
        }
    }
  if (g_str_equal (method, "initialize"))
    answer_initialize (id, params);
  else if (g_str_equal (method, "tools/call") || g_str_equal (method, "resources/read") ||
           g_str_equal (method, "prompts/get"))
    answer_name (method, id, params);
  else
    send_answer (id, unknown, strlen (unknown));
}

static void
append_line (const char *file, const char *text)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *line = g_strdup_printf ("%s\n", text);
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    _exit (99);
  close (fd);
}

/* What of a request a test wants to know. */
static void
note_request (const char *method, JsonObject *params)
{
  static const char *const keys[] = { "name", "uri", "taskId" };
  const char *name = "";
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      JsonNode *node = json_object_get_member (params, keys[i]);

      if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL)
        name = json_node_get_string (node);
    }
  text = g_strdup_printf ("%s %s", method, name);
  append_line ("asked", text);
}

/* The file of a tool's own answer; a name that is no name of a file has none. */
static char *
dup_call_name (JsonObject *params)
{
  const char *tool = json_object_get_string_member_with_default (params, "name", "");

  return strlen (tool) < 100 && strchr (tool, '/') == NULL ? g_strconcat ("call.", tool, NULL)
                                                           : g_strdup ("call.");
}

static void
handle_request (JsonObject *message, const char *method)
{
  g_autofree char *id = json_to_string (json_object_get_member (message, "id"), FALSE);
  g_autofree char *name = g_strdelimit (g_strdup (method), "/", '.');
  g_autofree char *call_name = NULL;
  g_autoptr (JsonObject) params =
      json_object_has_member (message, "params")
          ? json_object_ref (json_object_get_object_member (message, "params"))
          : json_object_new ();

  note_request (method, params);
  if (g_str_equal (method, "tools/call"))
    {
      call_name = dup_call_name (params);
      if (send_canned (call_name, id, params))
        return;
    }
  if (!send_canned (name, id, params))
    answer_otherwise (method, id, params);
}

static void
handle_line (const char *line, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *message;
  const char *method;

  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    _exit (98);
  message = json_node_get_object (json_parser_get_root (parser));
  method = json_object_get_string_member_with_default (message, "method", NULL);
  if (method != NULL && json_object_has_member (message, "id"))
    handle_request (message, method);
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) input = g_string_new (NULL);
  g_autofree char *pid = NULL;
  char buffer[65536];
  gssize n;

  if (argc != 2)
    return 2;
  directory = argv[1];
  pid = g_strdup_printf ("%d", (int) getpid ());
  append_line ("pids", pid);
  while ((n = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    {
      char *end;

      g_string_append_len (input, buffer, n);
      /* what was there before has no line end */
      while ((end = memchr (input->str, '\n', input->len)) != NULL)
        {
          handle_line (input->str, (gsize) (end - input->str));
          g_string_erase (input, 0, end - input->str + 1);
        }
    }
  return 0;
}

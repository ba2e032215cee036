/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server edit: a copy of mcp.json in the user's editor, which takes the place of the file once the
 * daemon's own parser accepts it.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-editor.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-file.h"
#include "common/mcp-text-clean.h"
#include "upstream/config/mcp-server-config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define EMPTY_FILE "{\n  \"mcpServers\": {\n  }\n}\n"

typedef struct
{
  char *path;   /* of mcp.json */
  char *before; /* its text */
  char *copy;   /* (nullable): path of what is edited */
} Edit;

static void
edit_clear (Edit *self)
{
  g_free (self->path);
  g_free (self->before);
  g_free (self->copy);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Edit, edit_clear)

/* The copy lies beside the file: both have the same permissions and the same disk. */
static gboolean
make_copy (Edit *self, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (self->path);
  const char *text = *self->before != '\0' ? self->before : EMPTY_FILE;
  int fd;

  self->copy = g_build_filename (directory, "mcp-edit-XXXXXX.json", NULL);
  g_mkdir_with_parents (directory, 0700);
  fd = g_mkstemp_full (self->copy, 0, 0600);
  if (fd >= 0)
    close (fd);
  if (fd >= 0 && g_file_set_contents (self->copy, text, -1, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, _ ("%s: cannot be written"), directory);
  g_clear_pointer (&self->copy, g_free);
  return FALSE;
}

/* Where the entry of a server begins; 0: not found */
static guint
find_line (const char *text, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\"", name);
  const char *place = strstr (text, key);
  guint line = 1;

  for (const char *at = text; place != NULL && at < place; at++)
    line += *at == '\n';
  return place != NULL ? line : 0;
}

/* Returns: (nullable): what the daemon's parser says of a text */
static GPtrArray *
find_problems (const char *path, const char *text, GError **error)
{
  GPtrArray *problems = NULL;
  g_autoptr (GPtrArray) configs =
      mcp_server_config_parse_file (text, strlen (text), path, &problems, error);

  return configs != NULL ? problems : NULL;
}

static gboolean
has_text (GPtrArray *texts, const char *text)
{
  return texts != NULL && g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL);
}

/* Prints what is wrong with the new text. Problems that were there before do not count.
 *
 * Returns: whether the daemon would use all of the text */
static gboolean
check (const Edit *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) old = find_problems (self->path, self->before, NULL);
  g_autoptr (GPtrArray) problems = find_problems (self->path, text, &error);
  guint n_new = 0;

  if (problems == NULL)
    {
      mcp_cli_text_print_error (error);
      return FALSE;
    }
  for (guint i = 0; i < problems->len; i++)
    {
      const char *problem = g_ptr_array_index (problems, i);
      g_autofree char *clean = mcp_text_clean (problem);

      if (has_text (old, problem))
        continue;
      mcp_cli_text_print ("%s", clean);
      n_new++;
    }
  return n_new == 0;
}

static gboolean
replace (Edit *self, const char *text, GError **error)
{
  g_autofree char *now = NULL;

  if (!mcp_cli_file_read (self->path, &now, error))
    return FALSE;
  if (strcmp (now, self->before) != 0)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("%s was changed in the meantime; your text is in %s"), self->path,
                   self->copy);
      return FALSE;
    }
  if (!mcp_file_replace (self->path, text, error))
    {
      g_prefix_error (error, _ ("Your text is in %s: "), self->copy);
      return FALSE;
    }
  g_unlink (self->copy);
  mcp_cli_text_print (_ ("%s is saved; the daemon reads it by itself"), self->path);
  return TRUE;
}

static gboolean
keep_copy (Edit *self, GError **error)
{
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("%s was not changed; your text is in %s"), self->path, self->copy);
  return FALSE;
}

/* One round: @done: (out): whether it was the last */
static gboolean
edit_once (Edit *self, guint line, gboolean *done, GError **error)
{
  g_autofree char *text = NULL;
  gboolean again = FALSE;

  *done = TRUE;
  if (!mcp_cli_editor_run (self->copy, line, error) ||
      !mcp_cli_file_read (self->copy, &text, error))
    return FALSE;
  if (strcmp (text, self->before) == 0 || (*self->before == '\0' && strcmp (text, EMPTY_FILE) == 0))
    {
      g_unlink (self->copy);
      mcp_cli_text_print (_ ("Nothing was changed"));
      return TRUE;
    }
  if (check (self, text))
    return replace (self, text, error);
  if (!isatty (STDIN_FILENO) || !mcp_cli_editor_ask (_ ("Edit again (yes or no)?"), &again) ||
      !again)
    return keep_copy (self, error);
  *done = FALSE;
  return TRUE;
}

/* @name: (nullable): the server to begin at */
static gboolean
edit (const char *name, GError **error)
{
  g_auto (Edit) self = { .path = mcp_cli_servers_file_dup_path () };
  guint line;
  gboolean done = FALSE;

  if (!mcp_cli_file_read (self.path, &self.before, error))
    return FALSE;
  line = name != NULL ? find_line (self.before, name) : 0;
  if (name != NULL && line == 0)
    {
      g_autofree char *entry = mcp_cli_servers_file_get_entry (name, error);

      if (entry == NULL)
        return FALSE;
    }
  if (!make_copy (&self, error))
    return FALSE;
  while (!done)
    if (!edit_once (&self, line, &done, error))
      return FALSE;
  return TRUE;
}

/**
 * mcp_cli_cmd_server_edit:
 * @argc: number of words
 * @argv: the words
 *
 * Opens mcp.json in the user's editor.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_edit (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("[NAME]"),
    .summary =
        _ ("Opens the file of the servers in your editor (VISUAL, EDITOR), at one server if\n"
           "you name one. The text is checked before it is saved."),
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return edit (argc > 1 ? argv[1] : NULL, &error) ? MCP_CLI_OK
                                                  : mcp_cli_options_report_failure (error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The user's editor, and questions at the terminal.
 */
#include "cli/commands/mcp-cli-editor.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* As crontab(1) has it; “editor” is Debian's choice of the administrator. */
static char *
dup_editor (void)
{
  static const char *const variables[] = { "VISUAL", "EDITOR" };
  static const char *const programs[] = { "editor", "sensible-editor", "nano", "vi" };

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *editor = g_getenv (variables[i]);

      if (editor != NULL && *editor != '\0')
        return g_strdup (editor);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      char *found = g_find_program_in_path (programs[i]);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* These take “+LINE” before the file. */
static gboolean
takes_line (const char *editor)
{
  static const char *const names[] = { "vi", "vim", "nvim", "nano", "emacs", "editor", NULL };
  g_autofree char *name = g_path_get_basename (editor);

  return g_strv_contains (names, name);
}

/**
 * mcp_cli_editor_run:
 * @path: of a file
 * @line: where to begin; 0: at the top
 * @error: return location
 *
 * Runs the user's editor (VISUAL, EDITOR) on the terminal, and waits for its end.
 *
 * Returns: whether the editor ended well
 */
gboolean
mcp_cli_editor_run (const char *path, guint line, GError **error)
{
  g_autofree char *editor = dup_editor ();
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *place = NULL;
  g_autofree char *script = NULL;
  const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
  int status;

  if (editor == NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                   _ ("There is no editor; set EDITOR to one"));
      return FALSE;
    }
  place = line > 0 && takes_line (editor) ? g_strdup_printf ("+%u ", line) : g_strdup ("");
  /* The variable may hold options: “code --wait”. */
  script = g_strdup_printf ("%s %s%s", editor, place, quoted);
  argv[2] = script;
  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL,
                       NULL, &status, error) &&
         g_spawn_check_wait_status (status, error);
}

/**
 * mcp_cli_editor_ask:
 * @question: for the user, with the answers in it
 * @yes: (out): whether the answer begins with “y”, or with the first letter of “yes” in the user's
 *   language
 *
 * Asks at the terminal.
 *
 * Returns: whether there was an answer
 */
gboolean
mcp_cli_editor_ask (const char *question, gboolean *yes)
{
  char line[64];

  g_printerr ("%s ", question);
  if (fgets (line, sizeof line, stdin) == NULL)
    {
      g_printerr ("\n");
      return FALSE;
    }
  *yes = g_ascii_tolower (*line) == 'y' || g_ascii_tolower (*line) == *_ ("yes");
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One question after the other in a terminal, each answered by a key:
 *
 *   ASKING ---- a key, or the question has ended elsewhere ----> the next one: ASKING
 *      ^                                                          |
 *      '---- a question comes ---- WAITING <---- there is none ---'   without --watch: the end
 */
#include "cli/commands/mcp-cli-consent-dialog.h"

#include "cli/commands/mcp-cli-consent.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-keys.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

/* How soon a new question is seen, and one that has ended elsewhere. */
#define LOOK_MS 500

typedef struct
{
  McpCliConnection *connection; /* (unowned) */
  GMainLoop *loop;              /* (owned) */
  GPtrArray *passed;            /* (owned): ids of questions that the person has passed over */
  char *id;                     /* (nullable): of the question that is shown */
  gboolean watch;
  gboolean is_told; /* that questions are waited for */
  int status;
} Dialog;

static void
finish (Dialog *self, int status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

static void
show (Dialog *self, McpJsonSlice question)
{
  g_free (self->id);
  self->id = mcp_cli_json_dup_member (question, "id");
  mcp_cli_consent_print (question);
  g_print ("%s ", _ ("Run it? o: once, s: for this session, d: deny, n: next, q: quit"));
  fflush (stdout);
}

static void
show_none (Dialog *self)
{
  if (!self->watch)
    {
      if (self->passed->len == 0 && !self->is_told)
        mcp_cli_text_print (_ ("No question waits"));
      finish (self, MCP_CLI_OK);
      return;
    }
  if (!self->is_told)
    mcp_cli_text_print (_ ("Waiting for questions; q ends it"));
  self->is_told = TRUE;
}

/* Shows the next question, if none is shown or the one that is has ended. */
static void
look (Dialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) list = mcp_cli_consent_list (self->connection, &error);
  McpJsonSlice question;

  if (list == NULL)
    {
      finish (self, mcp_cli_options_report_failure (error));
      return;
    }
  if (self->id != NULL && mcp_cli_consent_has (list, self->id))
    return;
  if (self->id != NULL)
    g_print ("\n%s\n\n", _ ("The question has ended."));
  g_clear_pointer (&self->id, g_free);
  if (mcp_cli_consent_find (list, self->passed, &question))
    show (self, question);
  else
    show_none (self);
}

static gboolean
look_cb (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_CONTINUE;
}

static void
answer (Dialog *self, const char *word, const char *said)
{
  g_autofree char *id = g_steal_pointer (&self->id);
  g_autoptr (GError) error = NULL;

  g_print ("%s\n\n", said);
  self->is_told = TRUE;
  g_ptr_array_add (self->passed, g_strdup (id));
  if (!mcp_cli_consent_answer (self->connection, id, word, &error))
    mcp_cli_text_print_error (error);
  look (self);
}

static void
pass_over (Dialog *self)
{
  g_print ("%s\n\n", _ ("next"));
  g_ptr_array_add (self->passed, g_steal_pointer (&self->id));
  look (self);
}

static void
key_cb (McpCliKey key, gpointer user_data)
{
  Dialog *self = user_data;

  if (key == 'q' || key == 'Q')
    {
      g_print ("\n");
      finish (self, MCP_CLI_OK);
    }
  else if (self->id == NULL)
    return;
  else if (key == 'o' || key == 'O')
    answer (self, "once", _ ("once"));
  else if (key == 's' || key == 'S')
    answer (self, "session", _ ("for this session"));
  else if (key == 'd' || key == 'D')
    answer (self, "deny", _ ("denied"));
  else if (key == 'n' || key == 'N')
    pass_over (self);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  g_print ("\n");
  finish (user_data, 128 + SIGINT);
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_cli_consent_dialog_run:
 * @connection: to the daemon
 * @watch: whether to wait for further questions
 *
 * Puts the questions that wait to the person at the terminal.
 *
 * Returns: the exit status
 */
int
mcp_cli_consent_dialog_run (McpCliConnection *connection, gboolean watch)
{
  Dialog self = { .connection = connection, .watch = watch, .status = MCP_CLI_OK };
  guint interrupt_id = g_unix_signal_add (SIGINT, interrupt_cb, &self);
  McpCliKeys *keys = mcp_cli_keys_new (key_cb, &self);
  guint look_id = g_timeout_add (LOOK_MS, look_cb, &self);

  self.loop = g_main_loop_new (NULL, FALSE);
  self.passed = g_ptr_array_new_with_free_func (g_free);
  g_idle_add_once ((GSourceOnceFunc) look, &self);
  g_main_loop_run (self.loop);

  g_source_remove (look_id);
  g_source_remove (interrupt_id);
  mcp_cli_keys_free (keys);
  g_main_loop_unref (self.loop);
  g_ptr_array_unref (self.passed);
  g_free (self.id);
  return self.status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-findings.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <unistd.h>

typedef struct
{
  McpCliFindingLevel level;
  const char *check;
  char *text;
  char *remedy;  /* (nullable) */
  char *subject; /* (nullable) */
} Finding;

struct _McpCliFindings
{
  GPtrArray *list; /* (owned) (element-type Finding) */
};

static void
free_finding (gpointer data)
{
  Finding *finding = data;

  g_free (finding->text);
  g_free (finding->remedy);
  g_free (finding->subject);
  g_free (finding);
}

/**
 * mcp_cli_findings_new:
 *
 * Returns: (transfer full): nothing found yet
 */
McpCliFindings *
mcp_cli_findings_new (void)
{
  McpCliFindings *self = g_new0 (McpCliFindings, 1);

  self->list = g_ptr_array_new_with_free_func (free_finding);
  return self;
}

/**
 * mcp_cli_findings_free:
 * @self: (transfer full): findings
 */
void
mcp_cli_findings_free (McpCliFindings *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

/**
 * mcp_cli_findings_take:
 * @self: findings
 * @level: how bad it is
 * @check: a static word for programs
 * @text: (transfer full): what was found, translated
 * @remedy: (nullable): what to do about it, translated
 */
void
mcp_cli_findings_take (McpCliFindings *self,
                       McpCliFindingLevel level,
                       const char *check,
                       char *text,
                       const char *remedy)
{
  Finding *finding = g_new0 (Finding, 1);

  finding->level = level;
  finding->check = check;
  finding->text = mcp_text_clean (text);
  finding->remedy = remedy != NULL ? mcp_text_clean (remedy) : NULL;
  g_free (text);
  g_ptr_array_add (self->list, finding);
}

/**
 * mcp_cli_findings_name:
 * @self: findings
 * @subject: the name of what the finding that was taken last is about
 */
void
mcp_cli_findings_name (McpCliFindings *self, const char *subject)
{
  Finding *finding = g_ptr_array_index (self->list, self->list->len - 1);

  g_free (finding->subject);
  finding->subject = g_strdup (subject);
}

/**
 * mcp_cli_findings_is_broken:
 * @self: findings
 * @subject: as mcp_cli_findings_name() got it
 *
 * Returns: whether something broken was found about @subject
 */
gboolean
mcp_cli_findings_is_broken (McpCliFindings *self, const char *subject)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding *finding = g_ptr_array_index (self->list, i);

      if (finding->level == MCP_CLI_FINDING_BROKEN && g_strcmp0 (finding->subject, subject) == 0)
        return TRUE;
    }
  return FALSE;
}

static const char *
level_to_string (McpCliFindingLevel level)
{
  switch (level)
    {
    case MCP_CLI_FINDING_OK:
      return "ok";
    case MCP_CLI_FINDING_WARNING:
      return "warning";
    case MCP_CLI_FINDING_BROKEN:
      return "broken";
    }
  g_return_val_if_reached (NULL);
}

static void
append_title (GString *line, const char *title, McpCliFindingLevel level, guint width)
{
  static const char *const colours[] = { "\033[32m", "\033[33m", "\033[31m" };
  g_autoptr (GString) padded = g_string_new (NULL);

  mcp_cli_text_append_padded (padded, title, width);
  if (mcp_cli_terminal_has_colour (STDOUT_FILENO))
    g_string_append_printf (line, "%s%s\033[0m", colours[level], padded->str);
  else
    g_string_append (line, padded->str);
}

/**
 * mcp_cli_findings_print:
 * @self: findings
 *
 * Prints them for people.
 */
void
mcp_cli_findings_print (McpCliFindings *self)
{
  const char *titles[] = { _ ("ok"), _ ("warning"), _ ("BROKEN") };
  guint width = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    width = MAX (width, mcp_cli_text_width (titles[i]));
  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding *finding = g_ptr_array_index (self->list, i);
      g_autoptr (GString) line = g_string_new (NULL);

      append_title (line, titles[finding->level], finding->level, width + 2);
      g_string_append_printf (line, "%s\n", finding->text);
      if (finding->remedy != NULL)
        g_string_append_printf (line, "%*s→ %s\n", (int) width + 2, "", finding->remedy);
      g_print ("%s", line->str);
    }
}

/**
 * mcp_cli_findings_print_json:
 * @self: findings
 *
 * Prints them for programs.
 */
void
mcp_cli_findings_print_json (McpCliFindings *self)
{
  g_autoptr (GString) json = g_string_new ("{\"findings\":[");
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding *finding = g_ptr_array_index (self->list, i);

      g_string_append (json, i > 0 ? ",{" : "{");
      mcp_cli_json_add_string (json, "check", finding->check);
      mcp_cli_json_add_string (json, "level", level_to_string (finding->level));
      mcp_cli_json_add_string (json, "text", finding->text);
      mcp_cli_json_add_string (json, "remedy", finding->remedy);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "]}");
  bytes = g_bytes_new (json->str, json->len);
  mcp_cli_json_print (bytes);
}

/**
 * mcp_cli_findings_has_broken:
 * @self: findings
 *
 * Returns: whether one of them keeps something from working
 */
gboolean
mcp_cli_findings_has_broken (McpCliFindings *self)
{
  for (guint i = 0; i < self->list->len; i++)
    if (((Finding *) g_ptr_array_index (self->list, i))->level == MCP_CLI_FINDING_BROKEN)
      return TRUE;
  return FALSE;
}

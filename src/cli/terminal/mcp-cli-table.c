/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-table.h"

#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <unistd.h>

#define GAP       2
/* No column is made narrower than this. */
#define MIN_WIDTH 5

struct _McpCliTable
{
  guint n_columns;
  guint *widths;   /* (owned) */
  GPtrArray *rows; /* (owned) (element-type GStrv): the titles first */
};

static void
free_row (gpointer row)
{
  g_strfreev (row);
}

/**
 * mcp_cli_table_new:
 * @titles: of the columns, translated
 *
 * Returns: (transfer full): a table without rows
 */
McpCliTable *
mcp_cli_table_new (const char *const *titles)
{
  McpCliTable *self = g_new0 (McpCliTable, 1);

  self->n_columns = g_strv_length ((char **) titles);
  self->widths = g_new0 (guint, self->n_columns);
  self->rows = g_ptr_array_new_with_free_func (free_row);
  mcp_cli_table_add (self, titles);
  return self;
}

/**
 * mcp_cli_table_free:
 * @self: (transfer full): a table
 */
void
mcp_cli_table_free (McpCliTable *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self->widths);
  g_free (self);
}

/**
 * mcp_cli_table_add:
 * @self: a table
 * @cells: a text for each column; control characters are taken out
 */
void
mcp_cli_table_add (McpCliTable *self, const char *const *cells)
{
  GStrv row = g_new0 (char *, self->n_columns + 1);

  for (guint i = 0; i < self->n_columns; i++)
    {
      row[i] = mcp_text_clean (cells[i]);
      self->widths[i] = MAX (self->widths[i], mcp_cli_text_width (row[i]));
    }
  g_ptr_array_add (self->rows, row);
}

static char *
build_line (McpCliTable *self, GStrv row, const guint *widths)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < self->n_columns; i++)
    {
      gboolean is_last = i + 1 == self->n_columns;
      g_autofree char *cell = mcp_cli_text_fit (row[i], widths[i]);

      mcp_cli_text_append_padded (line, cell, is_last ? 0 : widths[i] + GAP);
    }
  return g_strchomp (g_string_free (line, FALSE));
}

/* Takes columns of the terminal from the widest column of the table, one by one. */
static void
narrow (McpCliTable *self, guint *widths, guint columns)
{
  guint total = (self->n_columns - 1) * GAP;

  for (guint i = 0; i < self->n_columns; i++)
    total += widths[i];
  for (; total > columns; total--)
    {
      guint widest = 0;

      for (guint i = 1; i < self->n_columns; i++)
        if (widths[i] > widths[widest])
          widest = i;
      if (widths[widest] <= MIN_WIDTH)
        return;
      widths[widest]--;
    }
}

/**
 * mcp_cli_table_to_string:
 * @self: a table
 * @columns: the width that it may have; 0: as wide as its texts
 *
 * Returns: (transfer full): its lines; texts that do not fit are cut, in the widest columns first
 */
char *
mcp_cli_table_to_string (McpCliTable *self, guint columns)
{
  g_autofree guint *widths = g_memdup2 (self->widths, self->n_columns * sizeof (guint));
  GString *text = g_string_new (NULL);

  if (columns > 0)
    narrow (self, widths, columns);
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autofree char *line = build_line (self, g_ptr_array_index (self->rows, i), widths);
      g_autofree char *fit = columns > 0 ? mcp_cli_text_fit (line, columns) : g_strdup (line);

      g_string_append (text, fit);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/**
 * mcp_cli_table_print:
 * @self: a table
 *
 * Prints the table; on a terminal it has the width of the terminal at most.
 */
void
mcp_cli_table_print (McpCliTable *self)
{
  g_autofree char *text =
      mcp_cli_table_to_string (self, mcp_cli_terminal_get_columns (STDOUT_FILENO));

  g_print ("%s", text);
}

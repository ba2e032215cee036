/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-table.h"

#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <unistd.h>

#define GAP        2
/* No column is made narrower than this. */
#define MIN_WIDTH  5
/* A text of this width can mostly be told from others. */
#define GOOD_WIDTH 10

typedef struct
{
  GStrv cells;
  McpCliColour *colours; /* (owned): one for each cell */
} Row;

struct _McpCliTable
{
  guint n_columns;
  guint *widths;   /* (owned) */
  gboolean *kept;  /* (owned): columns whose texts must stay whole */
  GArray *spare;   /* (owned) (element-type guint): columns, the first to be left out first */
  GPtrArray *rows; /* (owned) (element-type Row): the titles first */
};

static void
free_row (gpointer data)
{
  Row *row = data;

  g_strfreev (row->cells);
  g_free (row->colours);
  g_free (row);
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
  self->kept = g_new0 (gboolean, self->n_columns);
  self->spare = g_array_new (FALSE, FALSE, sizeof (guint));
  self->rows = g_ptr_array_new_with_free_func (free_row);
  mcp_cli_table_add (self, titles);
  for (guint i = 0; i < self->n_columns; i++)
    mcp_cli_table_paint (self, i, MCP_CLI_COLOUR_DIM);
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
  g_free (self->kept);
  g_array_unref (self->spare);
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
  Row *row = g_new0 (Row, 1);

  row->cells = g_new0 (char *, self->n_columns + 1);
  row->colours = g_new0 (McpCliColour, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    {
      row->cells[i] = mcp_text_clean (cells[i]);
      self->widths[i] = MAX (self->widths[i], mcp_cli_text_width (row->cells[i]));
    }
  g_ptr_array_add (self->rows, row);
}

/**
 * mcp_cli_table_spare:
 * @self: a table
 * @columns: (array length=n_columns): numbers of columns, the least needed first
 * @n_columns: of @columns
 *
 * Says which columns a narrow terminal is to be spared, before all columns become unreadable.
 */
void
mcp_cli_table_spare (McpCliTable *self, const guint *columns, guint n_columns)
{
  g_array_append_vals (self->spare, columns, n_columns);
}

/**
 * mcp_cli_table_keep:
 * @self: a table
 * @column: whose texts are typed again in other commands
 *
 * Says that a text of the column is useless unless it is whole: other columns are cut for it.
 */
void
mcp_cli_table_keep (McpCliTable *self, guint column)
{
  self->kept[column] = TRUE;
}

/**
 * mcp_cli_table_paint:
 * @self: a table
 * @column: of the row that was added last
 * @colour: of the text there, where colours may be used
 */
void
mcp_cli_table_paint (McpCliTable *self, guint column, McpCliColour colour)
{
  Row *row = g_ptr_array_index (self->rows, self->rows->len - 1);

  row->colours[column] = colour;
}

static void
append_cell (GString *line, const char *text, McpCliColour colour)
{
  static const char *const begin[] = {
    [MCP_CLI_COLOUR_GOOD] = "\033[32m",
    [MCP_CLI_COLOUR_CARE] = "\033[33m",
    [MCP_CLI_COLOUR_BAD] = "\033[31m",
    [MCP_CLI_COLOUR_DIM] = "\033[2m",
  };

  if (colour == MCP_CLI_COLOUR_NONE || *text == '\0')
    g_string_append (line, text);
  else
    g_string_append_printf (line, "%s%s\033[0m", begin[colour], text);
}

static char *
build_line (McpCliTable *self, const Row *row, const guint *widths, gboolean with_colour)
{
  GString *line = g_string_new (NULL);
  guint n_spaces = 0;

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *cell = mcp_cli_text_fit (row->cells[i], widths[i]);

      if (widths[i] == 0)
        continue;
      if (*cell != '\0')
        g_string_append_printf (line, "%*s", (int) n_spaces, "");
      n_spaces = *cell != '\0' ? 0 : n_spaces;
      append_cell (line, cell, with_colour ? row->colours[i] : MCP_CLI_COLOUR_NONE);
      n_spaces += widths[i] + GAP - mcp_cli_text_width (cell);
    }
  return g_string_free (line, FALSE);
}

/* Cuts a line that is still too wide; one that is cut has no colours. */
static char *
build_fit (McpCliTable *self,
           const Row *row,
           const guint *widths,
           guint columns,
           gboolean with_colour)
{
  g_autofree char *plain = build_line (self, row, widths, FALSE);

  if (columns > 0 && mcp_cli_text_width (plain) > columns)
    return mcp_cli_text_fit (plain, columns);
  return build_line (self, row, widths, with_colour);
}

/* What the columns need to be readable. A column without a width is left out. */
static guint
measure_needs (McpCliTable *self, const guint *widths)
{
  guint total = 0;

  for (guint i = 0; i < self->n_columns; i++)
    if (widths[i] > 0)
      total += (self->kept[i] ? widths[i] : MIN (widths[i], GOOD_WIDTH)) + GAP;
  return total - MIN (total, GAP);
}

static void
leave_out (McpCliTable *self, guint *widths, guint columns)
{
  for (guint i = 0; i < self->spare->len && measure_needs (self, widths) > columns; i++)
    widths[g_array_index (self->spare, guint, i)] = 0;
}

/* Returns: the widest column that may be cut; if all others are as narrow as can be, a column that
 * should be kept; n_columns: none */
static guint
find_widest (McpCliTable *self, const guint *widths)
{
  guint widest = self->n_columns;

  for (guint with_kept = 0; with_kept < 2 && widest == self->n_columns; with_kept++)
    for (guint i = 0; i < self->n_columns; i++)
      if (widths[i] > MIN_WIDTH && (!self->kept[i] || with_kept) &&
          (widest == self->n_columns || widths[i] > widths[widest]))
        widest = i;
  return widest;
}

/* Takes columns of the terminal from the widest column of the table, one by one. */
static void
narrow (McpCliTable *self, guint *widths, guint columns)
{
  guint total = 0;

  for (guint i = 0; i < self->n_columns; i++)
    total += widths[i] > 0 ? widths[i] + GAP : 0;
  total -= MIN (total, GAP);
  for (; total > columns; total--)
    {
      guint widest = find_widest (self, widths);

      if (widest == self->n_columns)
        return;
      widths[widest]--;
    }
}

/**
 * mcp_cli_table_to_string:
 * @self: a table
 * @columns: the width that it may have; 0: as wide as its texts
 * @with_colour: whether colours may be used
 *
 * Returns: (transfer full): its lines; texts that do not fit are cut, in the widest columns first
 */
char *
mcp_cli_table_to_string (McpCliTable *self, guint columns, gboolean with_colour)
{
  g_autofree guint *widths = g_memdup2 (self->widths, self->n_columns * sizeof (guint));
  GString *text = g_string_new (NULL);

  if (columns > 0)
    {
      leave_out (self, widths, columns);
      narrow (self, widths, columns);
    }
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autofree char *line =
          build_fit (self, g_ptr_array_index (self->rows, i), widths, columns, with_colour);

      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/**
 * mcp_cli_table_print:
 * @self: a table
 *
 * Prints the table; on a terminal it has the width of the terminal at most, and a long one is
 * shown in a pager.
 */
void
mcp_cli_table_print (McpCliTable *self)
{
  g_autofree char *text =
      mcp_cli_table_to_string (self, mcp_cli_terminal_get_columns (STDOUT_FILENO),
                               mcp_cli_terminal_has_colour (STDOUT_FILENO));

  mcp_cli_pager_print (text);
}

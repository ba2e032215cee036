/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static gboolean with_table;
static char *table_path;

static gboolean
table_cb (const char *name, const char *value, gpointer user_data, GError **error)
{
  with_table = TRUE;
  table_path = g_strdup (value);
  return TRUE;
}

static const GOptionEntry entries[] = {
  { "table", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, table_cb,
    "Write a table of all cases, in Markdown, to the file or the standard output", "FILE" },
  { NULL },
};

static void
write_table (void)
{
  FILE *file = table_path != NULL ? fopen (table_path, "w") : stdout;

  if (file == NULL)
    g_error ("%s: %s", table_path, g_strerror (errno));
  stall_print_table (file);
  if (file != stdout)
    fclose (file);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  /* What a developer's allocator does would be measured. */
  g_unsetenv ("MALLOC_PERTURB_");
  g_unsetenv ("G_SLICE");
  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);

  stall_add_cases (stall_name_cases);
  stall_add_cases (stall_list_cases);
  stall_add_cases (stall_result_cases);
  stall_add_cases (stall_http_cases);
  stall_add_cases (stall_client_cases);
  stall_add_cases (stall_bus_cases);
  stall_add_cases (stall_process_cases);
  status = g_test_run ();
  if (with_table)
    write_table ();
  g_free (table_path);
  return status;
}

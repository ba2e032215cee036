/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-script.h"

#include <string.h>

/**
 * load_script_new:
 * @path: a file
 *
 * Reads the file.
 */
LoadScript *
load_script_new (const char *path)
{
  LoadScript *self = g_new0 (LoadScript, 1);
  g_autoptr (GError) error = NULL;
  gsize length;

  if (path == NULL || !g_file_get_contents (path, &self->text, &length, &error))
    g_error ("%s", error != NULL ? error->message : "No requests are given");
  self->requests = g_ptr_array_new ();
  self->lengths = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (const char *request = self->text; request < self->text + length;)
    {
      gsize n = strlen (request);

      g_ptr_array_add (self->requests, (gpointer) request);
      g_array_append_val (self->lengths, n);
      request += n + 1;
    }
  if (self->requests->len == 0)
    g_error ("%s is empty", path);
  return self;
}

void
load_script_free (LoadScript *self)
{
  g_ptr_array_unref (self->requests);
  g_array_unref (self->lengths);
  g_free (self->text);
  g_free (self);
}

/**
 * load_script_get:
 * @i: any number: after the last request comes the first one again
 *
 * Returns: (transfer none): a request
 */
const char *
load_script_get (LoadScript *self, guint i, gsize *length)
{
  guint place = i % self->requests->len;

  *length = g_array_index (self->lengths, gsize, place);
  return self->requests->pdata[place];
}

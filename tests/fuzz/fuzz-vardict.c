/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-event.h"
#include "fuzz-target.h"

#include <string.h>

/*
 * A dictionary as it may come over the bus: what is taken for an event makes an event, which reads
 * back as the same. The first byte says whether the rest is the dictionary's bytes or its text.
 */

static GVariant *
read_dict (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) untrusted = NULL;
  g_autofree char *text = NULL;

  if (data[0] % 2 == 0)
    {
      /* aligned, as GVariant wants it */
      bytes = g_bytes_new (data + 1, size - 1);
      untrusted =
          g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));
      return g_variant_get_normal_form (untrusted);
    }
  text = g_strndup ((const char *) data + 1, size - 1);
  return g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
}

static void
check_event (const McpProgressFields *fields)
{
  g_autoptr (McpProgressEvent) event = mcp_progress_event_new (fields, "session", 1, 0);
  g_autoptr (GVariant) built = g_variant_ref_sink (mcp_dbus_event_build (event));

  g_assert_true (g_variant_is_of_type (built, G_VARIANT_TYPE_VARDICT));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GVariant) dict = size > 0 ? read_dict (data, size) : NULL;
  McpProgressFields fields = { 0 };
  g_autoptr (GError) error = NULL;

  if (dict == NULL)
    return 0;
  if (mcp_dbus_event_parse (dict, &fields, &error))
    {
      g_assert_no_error (error);
      check_event (&fields);
    }
  else
    g_assert_nonnull (error);
  mcp_dbus_event_clear (&fields);
  return 0;
}

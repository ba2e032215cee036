/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a service on the bus says of one object. GDBus takes minutes for 1 MiB that is nested
 * deeply, so depth is looked at first, by a parser that does not mind.
 */
#include "upstream/config/mcp-bus-description.h"

#include "common/mcp-error.h"

#define MAX_BYTES (1024 * 1024)
/* An annotation of an argument of a method of an interface of an object is the fifth. */
#define MAX_DEPTH 16

static void
open_element (GMarkupParseContext *context,
              const char *name,
              const char **keys,
              const char **values,
              gpointer depth,
              GError **error)
{
  if (++*(guint *) depth > MAX_DEPTH)
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                         "its description is nested too deeply");
}

static void
close_element (GMarkupParseContext *context, const char *name, gpointer depth, GError **error)
{
  --*(guint *) depth;
}

static gboolean
check_depth (const char *xml, GError **error)
{
  static const GMarkupParser parser = { .start_element = open_element,
                                        .end_element = close_element };
  guint depth = 0;
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &depth, NULL);

  return g_markup_parse_context_parse (context, xml, -1, error);
}

/**
 * mcp_bus_description_read:
 * @reply: what a service answered to org.freedesktop.DBus.Introspectable.Introspect
 * @error: return location
 *
 * Reads a description of at most 1 MiB and 16 elements deep, which takes up to a tenth of a second.
 * Any thread.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED, and those of #GMarkupParser. The texts go on after the name
 * of the service and a colon.
 *
 * Returns: (transfer full) (nullable): what the object has
 */
GDBusNodeInfo *
mcp_bus_description_read (GVariant *reply, GError **error)
{
  const char *xml = NULL;

  if (g_variant_is_of_type (reply, G_VARIANT_TYPE ("(s)")) &&
      g_variant_get_size (reply) <= MAX_BYTES)
    g_variant_get (reply, "(&s)", &xml);
  if (xml == NULL)
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                         "its answer is no text of 1 MiB at most");
  return xml != NULL && check_depth (xml, error) ? g_dbus_node_info_new_for_xml (xml, error) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Of any string in a method's arguments. GDBus has decoded a message before it is seen, so that
 * larger ones cost once; they are not kept. Large payloads belong on HTTP.
 */
#define MCP_DBUS_MAX_STRING_BYTES (1024 * 1024)

/**
 * McpDbusKey:
 * @name: the key
 * @read: takes its value into the target that mcp_dbus_args_parse() was given
 *
 * One key that an a{sv} argument may have.
 */
typedef struct
{
  const char *name;
  gboolean (*read) (const char *key, GVariant *value, gpointer target, GError **error);
} McpDbusKey;

gboolean mcp_dbus_args_parse (GVariant *dict,
                              const McpDbusKey *keys,
                              gsize n_keys,
                              gpointer target,
                              GError **error);

gboolean mcp_dbus_args_check_type (const char *key,
                                   GVariant *value,
                                   const GVariantType *type,
                                   GError **error);
gboolean mcp_dbus_args_check_string (const char *key, const char *text, GError **error);
gboolean
mcp_dbus_args_read_string (const char *key, GVariant *value, const char **text, GError **error);
gboolean
mcp_dbus_args_read_number (const char *key, GVariant *value, double *number, GError **error);
gboolean
mcp_dbus_args_read_token (const char *key, GVariant *value, GVariant **token, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * D-Bus values as JSON, and back:
 *
 *   b                    true, false
 *   y n q i u x t        a whole number
 *   d                    a number; null where it is none (out only)
 *   s o g                a string
 *   v                    out: the value in it. In: what JSON says of itself (a whole number is an
 * i, or an x, an array an av, an object an a{sv}), or {"signature": "y", "value": 1} ay a string:
 * base64 a{…}                 an object; keys that are no strings are written as such a…  (…) an
 * array h                    refused
 */
#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_variant_json_can_carry (const char *signature);
void mcp_variant_json_append_schema (GString *out, const GVariantType *type);
void mcp_variant_json_append (GString *out, GVariant *value);
GVariant *mcp_variant_json_read (McpJsonSlice value, const GVariantType *type, GError **error);

G_END_DECLS

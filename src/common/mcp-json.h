/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * McpJsonType:
 *
 * The type of a JSON value (RFC 8259 section 3), told from its first byte.
 */
typedef enum
{
  MCP_JSON_NULL,
  MCP_JSON_BOOLEAN,
  MCP_JSON_NUMBER,
  MCP_JSON_STRING,
  MCP_JSON_ARRAY,
  MCP_JSON_OBJECT,
} McpJsonType;

/**
 * McpJsonSlice:
 * @data: first byte of the value, not zero-terminated; %NULL: no value
 * @length: in bytes, without surrounding white space
 *
 * A JSON value as it stands in a text that mcp_json_scan() accepted. It borrows
 * the text: whoever keeps a slice keeps the text. Exact numbers and large
 * members are passed on as these bytes, never through a parser.
 */
typedef struct
{
  const char *data;
  gsize length;
} McpJsonSlice;

#define MCP_JSON_SLICE_NONE ((McpJsonSlice){ NULL, 0 })

/**
 * mcp_json_slice:
 * @text: (nullable): one JSON value, zero-terminated, without surrounding white space
 *
 * Returns: a slice that borrows @text; %MCP_JSON_SLICE_NONE for %NULL
 */
static inline McpJsonSlice
mcp_json_slice (const char *text)
{
  return (McpJsonSlice){ text, text != NULL ? strlen (text) : 0 };
}

/**
 * mcp_json_slice_of_string:
 * @text: one JSON value, without surrounding white space
 *
 * Returns: a slice that borrows the bytes of @text, until @text is changed or freed
 */
static inline McpJsonSlice
mcp_json_slice_of_string (const GString *text)
{
  return (McpJsonSlice){ text->str, text->len };
}

typedef enum
{
  MCP_JSON_SCAN_DEFAULT = 0,
  MCP_JSON_SCAN_ALLOW_LONE_SURROGATES =
      1 << 0,                        /* \ud800 without its half: accepted (upstream texts) */
  MCP_JSON_SCAN_NAME_LINES = 1 << 1, /* the error names the line: files that people write */
} McpJsonScanFlags;

typedef struct
{
  const char *data;
  const char *end;
  gboolean started;
} McpJsonIter;

/* The scanner: the only door for JSON from outside. */
gboolean mcp_json_scan (const char *text,
                        gsize length,
                        guint max_depth,
                        guint max_values,
                        McpJsonScanFlags flags,
                        McpJsonSlice *root,
                        GError **error);

/* Looking into what the scanner accepted. */
McpJsonType mcp_json_get_type (McpJsonSlice value);
gboolean mcp_json_find (McpJsonSlice object, const char *key, McpJsonSlice *value);
gboolean
mcp_json_find_typed (McpJsonSlice object, const char *key, McpJsonType type, McpJsonSlice *value);
void mcp_json_iter_init (McpJsonIter *iter, McpJsonSlice container);
gboolean mcp_json_iter_next_member (McpJsonIter *iter, McpJsonSlice *key, McpJsonSlice *value);
gboolean mcp_json_iter_next_element (McpJsonIter *iter, McpJsonSlice *value);
gboolean mcp_json_string_equal (McpJsonSlice string, const char *text);
char *mcp_json_dup_string (McpJsonSlice string);
gboolean mcp_json_is_nothing (McpJsonSlice value);
gboolean mcp_json_get_boolean (McpJsonSlice value);
gboolean mcp_json_get_double (McpJsonSlice value, double *number);
gboolean mcp_json_get_int64 (McpJsonSlice value, gint64 *number);
gboolean mcp_json_get_uint64 (McpJsonSlice value, guint64 *number);

/* Writing compact JSON. */
void mcp_json_append_string (GString *out, const char *text);
void mcp_json_append_double (GString *out, double number);
void mcp_json_append_slice (GString *out, McpJsonSlice value);
void mcp_json_append_canonical (GString *out, McpJsonSlice value);
void mcp_json_copy_slice (char *out, McpJsonSlice value);

G_END_DECLS

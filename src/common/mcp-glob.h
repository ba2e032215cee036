/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A longer text matches no glob: no name that is shown has as many bytes. */
#define MCP_GLOB_MAX_TEXT 255

#define MCP_GLOB_N_WORDS ((MCP_GLOB_MAX_TEXT + 1) / 64)

/**
 * McpGlobPlaces:
 *
 * A set of places in a text: bit n stands for “n bytes are matched”.
 */
typedef struct
{
  guint64 words[MCP_GLOB_N_WORDS];
} McpGlobPlaces;

/**
 * McpGlobText:
 *
 * A text that many globs are asked about; filled by mcp_glob_text_init().
 */
typedef struct
{
  /*< private >*/
  gsize length;
  gsize n_words; /* of each set that are in use; 0: the text is too long to match anything */
  McpGlobPlaces continuations; /* before the second, third or fourth byte of a character */
  McpGlobPlaces of_byte[256];  /* before such a byte */
} McpGlobText;

void mcp_glob_text_init (McpGlobText *self, const char *text);
gboolean mcp_glob_text_matches (const McpGlobText *self, const char *glob);
gboolean mcp_glob_text_begins (const McpGlobText *self, const char *glob);

gboolean mcp_glob_matches (const char *glob, const char *text);

G_END_DECLS

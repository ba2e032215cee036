/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The texts of OAuth: forms, JSON documents, lists of scopes, and random words.
 */
#include "common/mcp-json.h"
#include "upstream/secrets/mcp-secret-text.h"

G_BEGIN_DECLS

void mcp_oauth_text_add_field (GString *form, const char *name, const char *value);
GHashTable *mcp_oauth_text_parse_form (const char *form);
char *mcp_oauth_text_build_base64url (const guint8 *bytes, gsize n_bytes);
char *mcp_oauth_text_new_random (GError **error);
char *mcp_oauth_text_build_challenge (const char *verifier);
char *mcp_oauth_text_build_name (const char *kind, const char *a, const char *b, const char *c);

gboolean mcp_oauth_text_scan (const char *text, McpJsonSlice *root, GError **error);
char *mcp_oauth_text_dup (McpJsonSlice object, const char *key);
char *mcp_oauth_text_dup_secret (McpJsonSlice object, const char *key);
char **mcp_oauth_text_dup_list (McpJsonSlice object, const char *key);
gint64 mcp_oauth_text_get_number (McpJsonSlice object, const char *key);
gboolean mcp_oauth_text_get_flag (McpJsonSlice object, const char *key);
void mcp_oauth_text_append (GString *json, const char *key, const char *value);
void mcp_oauth_text_append_number (GString *json, const char *key, gint64 number);

gboolean mcp_oauth_text_is_scopes (const char *scopes);
gboolean mcp_oauth_text_has_scopes (const char *scopes, const char *wanted);
char *mcp_oauth_text_join_scopes (const char *a, const char *b);
gboolean mcp_oauth_text_is_token (const char *token);
char *mcp_oauth_text_quote (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Messages of one revision as those of another. Everything that need not change
 * stays the bytes it was; where nothing changes at all, nothing is copied.
 */
#include "common/mcp-json.h"
#include "protocol/mcp-revision.h"

G_BEGIN_DECLS

/* What servers answer. */
char *mcp_translate_result (const char *method,
                            McpJsonSlice result,
                            McpRevision to,
                            const char *server_info);
GBytes *mcp_translate_response (McpJsonSlice id,
                                const char *method,
                                McpJsonSlice result,
                                McpRevision to,
                                const char *server_info);
char *mcp_translate_definition (const char *list_method, McpJsonSlice item, McpRevision to);
char *mcp_translate_progress (McpJsonSlice params, McpRevision to);
gboolean mcp_translate_error (const char *method,
                              int code,
                              McpJsonSlice data,
                              const char *uri,
                              McpRevision to,
                              int *new_code,
                              char **new_data);
char *mcp_translate_url_elicitations (McpJsonSlice data);

/* What servers ask of clients. */
gboolean mcp_translate_ask (const char *method,
                            McpJsonSlice params,
                            McpRevision to,
                            const char *capabilities,
                            char **new_params,
                            char **required,
                            GError **error);
char *mcp_translate_ask_result (const char *method,
                                McpJsonSlice result,
                                McpRevision from,
                                McpRevision to);
char *mcp_translate_client_capabilities (McpJsonSlice capabilities, McpRevision to);

G_END_DECLS

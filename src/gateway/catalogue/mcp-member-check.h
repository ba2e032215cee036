/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Judges JSON member by member, and writes what is passed on. Any thread.
 */
#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpVerdict:
 * @MCP_VERDICT_KEEP: the value stays as it is written
 * @MCP_VERDICT_DROP: the value is left out
 * @MCP_VERDICT_REPLACE: the value is mended; the new one was appended
 * @MCP_VERDICT_REFUSE: the value makes no sense, and neither does what it is in
 *
 * What becomes of a value.
 */
typedef enum
{
  MCP_VERDICT_KEEP,
  MCP_VERDICT_DROP,
  MCP_VERDICT_REPLACE,
  MCP_VERDICT_REFUSE,
} McpVerdict;

/**
 * McpMemberFunc:
 * @value: of one member of an object, or one element of an array
 * @out: gets the new value, for %MCP_VERDICT_REPLACE; stays as it is otherwise
 *
 * Returns: what becomes of the value
 */
typedef McpVerdict (*McpMemberFunc) (McpJsonSlice value, GString *out);

/**
 * McpMemberRule:
 * @key: of the member
 * @judge: for its value
 */
typedef struct
{
  const char *key;
  McpMemberFunc judge;
} McpMemberRule;

/* The members of an object that are judged, up to a %NULL key; others are kept. */
#define MCP_MEMBER_RULES(...) ((const McpMemberRule[]){ __VA_ARGS__, { NULL, NULL } })

gboolean mcp_member_check_is (McpJsonSlice value, McpJsonType type);
gboolean mcp_member_check_is_empty_array (McpJsonSlice value);
void mcp_member_check_append_key (GString *out, McpJsonSlice key);
McpVerdict mcp_member_check_object_into (McpJsonSlice object,
                                         const McpMemberRule *rules,
                                         GString *out,
                                         GString *notes);
McpVerdict mcp_member_check_object (McpJsonSlice value, const McpMemberRule *rules, GString *out);
McpVerdict mcp_member_check_elements (McpJsonSlice value, McpMemberFunc judge, GString *out);
McpVerdict mcp_member_check_text (McpJsonSlice value, GString *out);
McpVerdict mcp_member_check_boolean (McpJsonSlice value, GString *out);
McpVerdict mcp_member_check_number (McpJsonSlice value, GString *out);
McpVerdict mcp_member_check_any_object (McpJsonSlice value, GString *out);

G_END_DECLS

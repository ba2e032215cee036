/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-schema-check.h"

G_BEGIN_DECLS

/* Some milliseconds. No honest schema, and no honest call, comes near. */
#define MCP_SCHEMA_MAX_WORK_BYTES (8 * 1024 * 1024)

typedef struct _McpSchemaCheck McpSchemaCheck;

/**
 * McpSchemaCheck:
 * @root: the whole schema, for references
 * @path: of the value that is being looked at: “/name/0”
 * @problem: (nullable): the first thing that is wrong
 * @work: bytes that were looked at so far
 * @depth: of schemas within schemas
 * @check_value: whether a part of the value fits a part of the schema
 *
 * One check under way.
 */
struct _McpSchemaCheck
{
  McpJsonSlice root;
  GString *path;
  char *problem;
  gsize work;
  guint depth;
  gboolean (*check_value) (McpSchemaCheck *self, McpJsonSlice schema, McpJsonSlice value);
};

/**
 * McpSchemaKeyword:
 * @name: of a member of a schema
 * @check: whether @value has what the @keyword's value asks for; @schema is the schema around it
 *
 * A keyword that is asserted.
 */
typedef struct
{
  const char *name;
  gboolean (*check) (McpSchemaCheck *self,
                     McpJsonSlice keyword,
                     McpJsonSlice schema,
                     McpJsonSlice value);
} McpSchemaKeyword;

gboolean mcp_schema_problem_note (McpSchemaCheck *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
gboolean mcp_schema_problem_is_over (const McpSchemaCheck *self);
const McpSchemaKeyword *mcp_schema_check_find_scalar (McpJsonSlice name);
const McpSchemaKeyword *mcp_schema_check_find_container (McpJsonSlice name);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-db-work.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What McpSessionDb hands to its thread. */

typedef enum
{
  MCP_DB_JOB_WRITE,
  MCP_DB_JOB_SYNC,
  MCP_DB_JOB_QUERY,
  MCP_DB_JOB_RECOVER,
  MCP_DB_JOB_QUIT,
} McpDbJobKind;

typedef struct
{
  McpDbJobKind kind;
  McpDbWork work;
  McpDbQuery query;
  gpointer data;
  GDestroyNotify destroy; /* (nullable): of @data */
  GTask *task;            /* (owned) (nullable) */

  gpointer result; /* (owned) (nullable): of the query */
  GDestroyNotify destroy_result;
  GError *error; /* (owned) (nullable): of this job alone */
} McpDbJob;

McpDbJob *mcp_db_job_new (McpDbJobKind kind, gpointer data, GDestroyNotify destroy, GTask *task);
gboolean mcp_db_job_run (McpDbJob *job, McpSql *sql, GError **error);
void mcp_db_job_finish (McpDbJob *job);
void mcp_db_job_free (gpointer data);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is asked of a place where secrets lie: the same for the keyring and for files.
 */
#include "upstream/secrets/mcp-secret.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_SECRET_JOB_LOOK_UP,
  MCP_SECRET_JOB_SET,
  MCP_SECRET_JOB_REMOVE,
  MCP_SECRET_JOB_LIST,
} McpSecretJobKind;

/**
 * McpSecretJob:
 *
 * One thing that is asked, and what came of it. Counted by its task, which alone touches it.
 */
typedef struct
{
  McpSecretJobKind kind;
  McpSecretKind secret_kind;
  char *directory; /* the daemon's state directory: secrets of two daemons do not meet */
  char *name;      /* (nullable): of all, for a list */
  char *label;     /* (nullable): what a keyring shows to people */
  char *value;     /* (nullable): to be set, or what was found; wiped when freed */
  gboolean may_prompt;
  GPtrArray *names; /* (nullable): of a list */
} McpSecretJob;

const char *mcp_secret_job_get_kind_name (const McpSecretJob *self);
void mcp_secret_job_add_name (McpSecretJob *self, const char *name);
void mcp_secret_job_free (gpointer data);

G_END_DECLS

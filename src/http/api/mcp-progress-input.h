/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "session/events/mcp-progress-event.h"

G_BEGIN_DECLS

/* Events that one POST may bring. */
#define MCP_PROGRESS_INPUT_MAX 1000

/**
 * McpProgressInput:
 * @fields: what is published; its texts are those below
 *
 * One event as a program sent it.
 */
typedef struct
{
  McpProgressFields fields;
  gboolean has_progress;
  char *message; /* (owned) (nullable) */
  char *tool;    /* (owned) (nullable) */
  char *call_id; /* (owned) (nullable) */
} McpProgressInput;

GArray *mcp_progress_input_read (McpJsonSlice root, GError **error);

G_END_DECLS

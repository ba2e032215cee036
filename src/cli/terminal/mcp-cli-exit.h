/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Exit statuses of the command. */
#define MCP_CLI_OK          0
#define MCP_CLI_FAILED      1
#define MCP_CLI_USAGE       2
/* What a shell reports for a program that SIGPIPE ended. */
#define MCP_CLI_BROKEN_PIPE 141

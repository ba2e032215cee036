/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The directory of a session decides nothing that runs: what a client has cloned there may carry
 * its own copy of the very package that an entry of mcp.json names.
 */
#include <glib.h>

G_BEGIN_DECLS

/**
 * McpLaunchPlan:
 * @argv: (owned) (element-type utf8): the command, as it is to be run; %NULL at the end
 * @environment: (owned): "NAME=value": what the process gets beside its environment, unless the
 *   entry names it itself
 * @is_elsewhere: the program looks code up in its working directory and cannot be kept from it: it
 *   starts in the empty directory
 * @uses_empty: the empty directory must be there
 */
typedef struct
{
  GPtrArray *argv;
  GPtrArray *environment;
  gboolean is_elsewhere;
  gboolean uses_empty;
} McpLaunchPlan;

void mcp_launch_rules_clear_plan (McpLaunchPlan *self);
/* Stands for the session's directory in the arguments of mcp_launch_rules_plan(). */
#define MCP_LAUNCH_RULES_DIRECTORY "/\x01"

gboolean mcp_launch_rules_plan (McpLaunchPlan *plan,
                                const char *const *argv,
                                const char *directory,
                                const char *empty_directory,
                                GError **error);
char **mcp_launch_rules_clean_path (char **environment);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpLaunchPlan, mcp_launch_rules_clear_plan)

G_END_DECLS

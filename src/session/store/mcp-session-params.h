/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpSessionParams:
 * @cwd: (nullable): absolute, as mcp_cwd_finder_find() found it; %NULL: $HOME, as it is named
 * @label: (nullable): valid UTF-8
 * @allowed_tools: (nullable): globs; %NULL allows everything, an empty list nothing
 * @idle_seconds: ends after so long without use; 0: never; -1: the store's default
 * @without_token: nobody holds a token; the owner and the bus can watch it
 * @ambient_client: (nullable): name of the client that the ambient session belongs to
 * @ends_with_processes: whether the session also ends a minute after the last process that used it
 * @creator: the process that asks for the session, which is charged for it; 0: not known
 *
 * The properties of a new session; borrowed for the length of the call.
 */
typedef struct
{
  const char *cwd;
  const char *label;
  const char *const *allowed_tools;
  gint64 idle_seconds;
  gboolean without_token;
  const char *ambient_client;
  gboolean ends_with_processes;
  pid_t creator;
} McpSessionParams;

/**
 * McpSessionChange:
 * @sets_label: @label is to hold
 * @label: (nullable): valid UTF-8; %NULL: none
 * @sets_allowed_tools: @allowed_tools is to hold
 * @allowed_tools: (nullable): globs; %NULL allows everything, an empty list nothing
 *
 * What is to be different in a session that there is; borrowed for the length of the call.
 */
typedef struct
{
  gboolean sets_label;
  const char *label;
  gboolean sets_allowed_tools;
  const char *const *allowed_tools;
} McpSessionChange;

gboolean mcp_session_params_check (const McpSessionParams *params, GError **error);
McpSession *mcp_session_params_make_session (const McpSessionParams *params,
                                             const char *cwd,
                                             guint default_idle_seconds,
                                             char **token,
                                             GError **error);

G_END_DECLS

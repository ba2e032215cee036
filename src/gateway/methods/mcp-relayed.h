/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-services.h"
#include "gateway/methods/mcp-downstream.h"

G_BEGIN_DECLS

/**
 * McpRelayed:
 * @request: (owned): the client's
 * @downstream: (owned): its side of it
 * @find: finds whose it is
 * @name: (owned): what it is about: a prompt, a URI, a task
 * @config: (owned) (nullable): whose it is
 *
 * A request for something that one server has, while that works on it.
 */
typedef struct _McpRelayed McpRelayed;

/**
 * McpRelayedFindFunc:
 * @params: (out) (transfer full): as the server is to see them
 *
 * Returns: (transfer none) (nullable): the server, as far as is known now
 */
typedef McpServerConfig *(*McpRelayedFindFunc) (McpRelayed *self, char **params);

struct _McpRelayed
{
  McpRequest *request;
  McpDownstream *downstream;
  McpRelayedFindFunc find;
  char *name;
  McpServerConfig *config;
};

void mcp_relayed_start (McpRequest *request, McpRelayedFindFunc find, char *name);
McpServices *mcp_relayed_get_services (McpRelayed *self);
McpSession *mcp_relayed_get_session (McpRelayed *self);

G_END_DECLS

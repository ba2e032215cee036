/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-request.h"

G_BEGIN_DECLS

/**
 * McpRequestStarter:
 *
 * Starts the requests of a batch in their order: in slices, so that others are served in between,
 * and only while the reader of their answers keeps up. Main context only.
 */
typedef struct _McpRequestStarter McpRequestStarter;

/**
 * McpRequestStarterFuncs:
 * @must_wait: whether the next request has to wait; the owner calls mcp_request_starter_resume()
 * @ref: keeps the owner while a slice is to come
 * @unref: as @ref
 *
 * What the starter asks of its owner.
 */
typedef struct
{
  gboolean (*must_wait) (gpointer owner);
  gpointer (*ref) (gpointer owner);
  void (*unref) (gpointer owner);
} McpRequestStarterFuncs;

McpRequestStarter *
mcp_request_starter_new (GPtrArray *requests, const McpRequestStarterFuncs *funcs, gpointer owner);
void mcp_request_starter_free (McpRequestStarter *self);
void mcp_request_starter_run (McpRequestStarter *self);
void mcp_request_starter_resume (McpRequestStarter *self);
void mcp_request_starter_run_all (McpRequestStarter *self);

G_END_DECLS

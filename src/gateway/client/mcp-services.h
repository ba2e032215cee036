/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-turn-queue.h"
#include "gateway/call/mcp-running-calls.h"
#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/client/mcp-change-notifier.h"
#include "gateway/client/mcp-log-levels.h"
#include "gateway/client/mcp-method-table.h"
#include "gateway/client/mcp-parking.h"
#include "gateway/client/mcp-task-owners.h"
#include "gateway/servers/mcp-provider-meter.h"
#include "session/store/mcp-attachment-keep.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpServices:
 *
 * What a client's requests are answered with; all (owned), reference-counted.
 */
typedef struct
{
  grefcount ref_count;
  McpLimits limits;
  const McpMethodTable *methods;

  McpSessionStore *store;
  McpProviderPool *pool;
  McpCatalogue *catalogue;
  McpConsentDesk *consent_desk;
  McpRunningCalls *running_calls;
  McpChangeNotifier *change_notifier;
  McpLogLevels *log_levels;
  McpParking *parking;
  McpTaskOwners *task_owners;
  McpProviderMeter *meter;
  McpTurnQueue *written;              /* responses that threads have written */
  McpAttachmentKeep *attachment_keep; /* (nullable): nothing is kept */
} McpServices;

McpServices *mcp_services_new (McpSessionStore *store,
                               McpProviderPool *pool,
                               const McpMethodTable *methods,
                               const McpLimits *limits);
void mcp_services_set_limits (McpServices *self, const McpLimits *limits);
McpServices *mcp_services_ref (McpServices *self);
void mcp_services_unref (McpServices *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServices, mcp_services_unref)

G_END_DECLS

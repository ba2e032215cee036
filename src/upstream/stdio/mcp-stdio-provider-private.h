/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Between the two files of the stdio provider: mcp-stdio-provider.c has its
 * outside and what goes to the server, mcp-stdio-run.c one run of the server's
 * process from its start to its end, and what comes from it.
 */
#include "upstream/dialogue/mcp-backoff.h"
#include "upstream/dialogue/mcp-handshake.h"
#include "upstream/dialogue/mcp-pending-requests.h"
#include "upstream/dialogue/mcp-provider-request.h"
#include "upstream/dialogue/mcp-subscription.h"
#include "upstream/stdio/mcp-stdio-process.h"
#include "upstream/stdio/mcp-stdio-provider.h"

G_BEGIN_DECLS

/* What is to be sent once the server is ready. */
typedef struct
{
  gint64 id;                   /* 0: of no request */
  McpProviderRequest *request; /* (owned) (nullable) */
  GBytes *message;             /* (nullable): in its place */
} Waiting;

struct _McpStdioProvider
{
  GObject parent_instance;

  McpServerConfig *config;
  char *cwd;
  char *keeper_path;
  char *cgroup; /* (nullable): where to make control groups */
  McpLimits limits;
  guint timeout_ms;
  McpStdioProviderTimes times;

  McpProviderState state;
  McpServerFacts facts;
  McpStdioProcess *process;    /* (owned) (nullable): none when stopped */
  McpPendingRequests *pending; /* (owned) */
  GQueue waiting;              /* (element-type Waiting) */
  gint64 last_id;              /* minted; over all processes, so that a late answer fits nothing */
  McpHandshake handshake;
  McpSubscription subscription;
  GSource *start_timer;  /* (owned) (nullable) */
  GSource *probe_timer;  /* (owned) (nullable): while nothing but server/discover was asked */
  gint64 probe_until_us; /* monotonic */
  GSource *idle_timer;   /* (owned) (nullable) */
  GPtrArray *closers;    /* (element-type GTask): of mcp_provider_close_async() */

  McpBackoff backoff;
  gboolean has_failed; /* since the last start */
  guint n_restarts;
  guint n_strays;    /* lines and answers that fit nothing, of this process */
  gint64 started_at; /* real time in microseconds; 0: never */
  char *last_error;  /* (nullable) */
};

/* mcp-stdio-provider.c */
void mcp_stdio_provider_deliver_waiting (McpStdioProvider *self);
void mcp_stdio_provider_fail_all (McpStdioProvider *self, int code, const char *text);
void mcp_stdio_provider_finish_close (McpStdioProvider *self);

/* mcp-stdio-run.c */
gboolean mcp_stdio_run_start (McpStdioProvider *self, GError **error);
void mcp_stdio_run_send (McpStdioProvider *self, GBytes *message);
gboolean mcp_stdio_run_is_stateless (McpStdioProvider *self);
void mcp_stdio_run_stop (McpStdioProvider *self);
void mcp_stdio_run_drop (McpStdioProvider *self);
void mcp_stdio_run_update_idle (McpStdioProvider *self);

G_END_DECLS

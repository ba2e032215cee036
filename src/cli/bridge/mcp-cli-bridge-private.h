/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-asks.h"
#include "cli/bridge/mcp-cli-bridge-item.h"
#include "cli/bridge/mcp-cli-bridge.h"
#include "cli/bridge/mcp-cli-pipe.h"
#include "cli/bridge/mcp-cli-replay.h"
#include "cli/bridge/mcp-cli-tool-headers.h"

G_BEGIN_DECLS

typedef enum
{
  BRIDGE_READY,
  BRIDGE_INITIALIZING, /* the client's own initialize is under way: the rest needs its outcome */
  BRIDGE_RECOVERING,   /* the daemon, the session or the attachment has gone */
} BridgeState;

struct _McpCliBridge
{
  GObject parent_instance;

  McpCliConnection *connection; /* (owned) */
  McpCliSession *session;       /* (owned) */
  McpCliPipe *pipe;             /* (owned) (nullable) */
  McpCliBridgeFinished finished;
  gpointer user_data;

  BridgeState state;
  GQueue parked; /* (owned) (element-type McpCliBridgeItem): by sequence, until the daemon is there
                    again */
  GQueue queue;  /* (owned) (element-type McpCliBridgeItem): by sequence, not sent */
  McpCliBridgeItem
      *sending; /* (unowned) (nullable): has not left yet; the next waits, so that order stays */
  GPtrArray *in_flight; /* (owned) (element-type McpCliBridgeItem) */
  guint64 last_sequence;

  GBytes *initialize;  /* (owned) (nullable): the client's, for when it must be sent again */
  char *attachment_id; /* (nullable) */
  char *revision;      /* (nullable) */
  gboolean is_initialized;
  McpCliToolHeaders *tool_headers; /* (owned) */
  McpCliReplay *replay;            /* (owned) */
  McpCliAsks *asks;                /* (owned) */

  McpCliExchange *listener; /* (owned) (nullable): the stream of what answers nothing */
  char *listener_last_id;   /* (nullable) */
  gboolean cannot_listen;
  guint listen_id;
  guint look_id;

  gboolean input_ended;
  gboolean closed;
};

void mcp_cli_bridge_start (McpCliBridge *self, McpCliBridgeItem *item, SoupMessage *message);
void mcp_cli_bridge_deliver (McpCliBridge *self, GBytes *text, McpJsonSlice root);
void mcp_cli_bridge_lose (McpCliBridge *self, McpCliBridgeItem *item);
void mcp_cli_bridge_drop (McpCliBridge *self, McpCliBridgeItem *item);
void mcp_cli_bridge_check_finished (McpCliBridge *self);
gboolean mcp_cli_bridge_resume (McpCliBridge *self, McpCliBridgeItem *item, McpCliOutcome outcome);
SoupMessage *mcp_cli_bridge_new_get (McpCliBridge *self, const char *last_event_id);
void mcp_cli_bridge_look (McpCliBridge *self);
void mcp_cli_bridge_send (McpCliBridge *self, McpCliBridgeItem *item);
void mcp_cli_bridge_pump (McpCliBridge *self);
void mcp_cli_bridge_add_headers (McpCliBridge *self, SoupMessage *message);
void mcp_cli_bridge_take_attachment (McpCliBridge *self, McpCliExchange *exchange, GBytes *text);
void mcp_cli_bridge_fail_all (McpCliBridge *self, const char *text);
void mcp_cli_bridge_recover (McpCliBridge *self);
void mcp_cli_bridge_recovered (McpCliBridge *self, McpCliBridgeItem *item);
void mcp_cli_bridge_listen (McpCliBridge *self);
void mcp_cli_bridge_stop_listening (McpCliBridge *self);

G_END_DECLS

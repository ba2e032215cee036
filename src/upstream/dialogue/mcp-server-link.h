/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"
#include "upstream/dialogue/mcp-server-runs.h"
#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

/**
 * McpServerLink:
 *
 * The connection to one server, whatever carries its messages: what all transports share of
 * #McpProvider. A transport derives from it, see mcp-server-link-inner.h. Main context only.
 */
#define MCP_TYPE_SERVER_LINK (mcp_server_link_get_type ())
G_DECLARE_DERIVABLE_TYPE (McpServerLink, mcp_server_link, MCP, SERVER_LINK, GObject)

/**
 * McpServerLinkClass:
 * @open: starts the process, or prepares the address; %MCP_ERROR_PROVIDER_FAILED
 * @begin: (nullable): begins the handshake; the default calls mcp_handshake_ask()
 * @send_request: sends a request of a client; %MCP_ERROR_PROVIDER_FAILED
 * @send_own: sends a request of the link's own, such as `initialize`
 * @send: sends a notification or a response; drops it where that cannot be
 * @withdraw: nobody waits for the answer to a request that was sent; may inform the server
 * @forget: (nullable): a request has ended
 * @established: the answer to the request @id of the handshake has settled what is spoken; calls
 *   mcp_server_link_take_ready(), now or later
 * @leave: (nullable): the session that the server has forgotten is left
 * @stop: begins to end the connection; mcp_server_link_take_stopped() follows, not at once
 * @drop: leaves the server at once, without a word; may be called in any state
 * @dup_reason: (nullable): what the server said that may explain why it fails; goes on after the
 * text
 * @keeps_requests: a request is kept until it is answered, since it may have to be sent once more
 *
 * What a transport gives; it sees mcp-server-link-inner.h as well.
 */
struct _McpServerLinkClass
{
  GObjectClass parent_class;

  gboolean (*open) (McpServerLink *self, GError **error);
  void (*begin) (McpServerLink *self);
  gboolean (*send_request) (McpServerLink *self,
                            gint64 id,
                            const McpProviderRequest *request,
                            GError **error);
  void (*send_own) (McpServerLink *self, gint64 id, const char *method, GBytes *message);
  void (*send) (McpServerLink *self, GBytes *message);
  void (*withdraw) (McpServerLink *self, gint64 id, const char *reason);
  void (*forget) (McpServerLink *self, gint64 id);
  void (*established) (McpServerLink *self, gint64 id);
  void (*leave) (McpServerLink *self);
  void (*stop) (McpServerLink *self);
  void (*drop) (McpServerLink *self);
  char *(*dup_reason) (McpServerLink *self);
  gboolean keeps_requests;
};

/**
 * McpServerTimes:
 * @start_ms: until a server that was started must have finished the handshake; the first run of npx
 *   or uvx downloads packages
 * @probe_ms: until a server that does not answer server/discover is asked initialize as well
 * @probe_spoken_ms: the same, from the first byte that a program wrote, where that is earlier
 * @stop_grace_ms: from the end of a program's input to SIGTERM
 * @kill_grace_ms: from SIGTERM to SIGKILL
 * @post_ms: until a server over HTTP must have taken a notification or a response
 * @close_ms: until a server over HTTP must have let its session be ended
 * @resume_ms: before a broken stream is asked for again, where the server names no time
 * @backoff_min_ms: after a first failure; doubles with each
 * @backoff_max_ms: at most
 * @idle_ms: without a request before the server is ended; 0: never
 *
 * How long a provider waits for what, in milliseconds. A transport uses the members that it has a
 * use for.
 */
typedef struct
{
  guint start_ms;
  guint probe_ms;
  guint probe_spoken_ms;
  guint stop_grace_ms;
  guint kill_grace_ms;
  guint post_ms;
  guint close_ms;
  guint resume_ms;
  guint backoff_min_ms;
  guint backoff_max_ms;
  guint idle_ms;
} McpServerTimes;

/**
 * McpServerLinkSetup:
 * @config: the entry of the server
 * @cwd: absolute; the directory of the server's session, and its MCP root
 * @limits: how large a message of the server may be
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 * @times: how long to wait for what
 * @secrets: (nullable) (array zero-terminated=1): "secret:NAME=value", what the entry needs of
 *   them; while the server is started
 *
 * What a link is made with.
 */
typedef struct
{
  McpServerConfig *config;
  char *cwd;
  McpLimits limits;
  guint timeout_ms;
  McpServerTimes times;
  char **secrets;
} McpServerLinkSetup;

const McpServerLinkSetup *mcp_server_link_get_setup (McpServerLink *self);
void mcp_server_link_set_secrets (McpServerLink *self, McpSecretStore *store);
void mcp_server_link_set_times (McpServerLink *self, const McpServerTimes *times);
const McpServerRuns *mcp_server_link_get_runs (McpServerLink *self);

G_END_DECLS

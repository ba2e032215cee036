/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every name of the outward contract, once.
 */

#define MCP_BUS_NAME            "org.mcpsessiond.Daemon"
#define MCP_OBJECT_MANAGER_PATH "/org/mcpsessiond"
#define MCP_STORE_PATH          "/org/mcpsessiond/SessionStore"
#define MCP_TOOLS_PATH          "/org/mcpsessiond/Tools"
#define MCP_CONSENT_PATH        "/org/mcpsessiond/Consent"
#define MCP_SESSION_PATH_PREFIX "/org/mcpsessiond/Session/"

/* The daemon's directory below each XDG base directory. */
#define MCP_DIRECTORY           "mcp-sessiond"
#define MCP_SOCKET_FILE         "http.sock"
#define MCP_DISCOVERY_FILE      "mcp.json"
#define MCP_SERVERS_FILE        "mcp.json"
/* Below each XDG data directory: what apps bring that offer tools. */
#define MCP_PROVIDERS_DIRECTORY "providers"
/* Below the cache directory: what servers listed when they last ran. */
#define MCP_CATALOGUE_DIRECTORY "catalogue"
#define MCP_TOOLS_FILE          "tools.json"
#define MCP_SETTINGS_FILE       "mcp-sessiond.conf"
/* In the state directory: names the process and the socket of the daemon that has it. */
#define MCP_LOCK_FILE           "daemon.lock"
#define MCP_DATABASE_FILE       "sessions.db"

/* Not registered with IANA; chosen from the user range, away from common development ports. */
#define MCP_DEFAULT_PORT 16270

/* MCP, basic/transports, "Session Management" and "Protocol Version Header". */
#define MCP_HEADER_SESSION_ID     "Mcp-Session-Id"
#define MCP_HEADER_PROTOCOL       "MCP-Protocol-Version"
/* MCP 2026-07-28, basic/transports/streamable-http, "Standard Request Headers". */
#define MCP_HEADER_METHOD         "Mcp-Method"
#define MCP_HEADER_NAME           "Mcp-Name"
/* Headers of this daemon: a session beside its token; the working directory of a plain client. */
#define MCP_HEADER_DAEMON_SESSION "X-Mcp-Session"
#define MCP_HEADER_CWD            "X-Mcp-Cwd"
/* With POST /session, by mcp-session stdio: the session is for the process that asks, and ends soon
 * after it. */
#define MCP_HEADER_BRIDGE         "X-Mcp-Bridge"

/* Where a browser comes back to after a login to a server. */
#define MCP_CALLBACK_PATH "/oauth/callback"

/* Why a session ended, as the last event of its streams says it. */
#define MCP_REASON_CLOSED   "closed"
#define MCP_REASON_EXPIRED  "expired"
#define MCP_REASON_SHUTDOWN "shutdown"

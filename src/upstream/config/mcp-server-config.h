/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-consent-rules.h"
#include "upstream/config/mcp-launch-rules.h"
#include "upstream/config/mcp-server-bus.h"
#include "upstream/config/mcp-server-oauth.h"
#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_SERVER_TRANSPORT_STDIO,
  MCP_SERVER_TRANSPORT_HTTP,         /* Streamable HTTP, or the HTTP+SSE pair */
  MCP_SERVER_TRANSPORT_DBUS,         /* an app that exports org.mcpsessiond.ToolProvider1 */
  MCP_SERVER_TRANSPORT_DBUS_METHODS, /* chosen methods of a service */
} McpServerTransport;

/**
 * McpServerOrigin:
 * @MCP_SERVER_ORIGIN_OWNER: the owner has written an entry
 * @MCP_SERVER_ORIGIN_INSTALLED: an app has brought a `.provider` file
 * @MCP_SERVER_ORIGIN_REGISTERED: an app that runs has registered itself
 *
 * How the daemon knows of a server; where two have one name, the earlier one here has it.
 */
typedef enum
{
  MCP_SERVER_ORIGIN_OWNER,
  MCP_SERVER_ORIGIN_INSTALLED,
  MCP_SERVER_ORIGIN_REGISTERED,
} McpServerOrigin;

/**
 * McpServerScope:
 * @MCP_SERVER_SCOPE_SESSION: a process for each session, in its cwd
 * @MCP_SERVER_SCOPE_CWD: one for all sessions of the same directory
 * @MCP_SERVER_SCOPE_SHARED: one for all
 */
typedef enum
{
  MCP_SERVER_SCOPE_SESSION,
  MCP_SERVER_SCOPE_CWD,
  MCP_SERVER_SCOPE_SHARED,
} McpServerScope;

#define MCP_TYPE_SERVER_CONFIG (mcp_server_config_get_type ())

/**
 * McpServerConfig:
 *
 * One entry of "mcpServers", checked, immutable and reference-counted.
 */
typedef struct
{
  char *name;
  McpServerTransport transport;
  char *command; /* (nullable): of a server that is reached otherwise */
  char **args;   /* as written, ${…} not expanded */
  char **env;    /* "NAME=value", as written */
  char *cwd; /* (nullable): where its process starts; as written. None: the session's directory */
  char *env_file;            /* (nullable): absolute; more variables, as “NAME=value” lines */
  gboolean trusts_directory; /* code may be looked up in the session's directory */
  char *url;                 /* (nullable): as written; of a server that is reached over HTTP */
  char **headers;            /* name, value, name, …; values as written */
  gboolean is_sse;           /* the HTTP+SSE pair of 2024-11-05, without trying anything newer */
  McpServerBus *bus;         /* (nullable): of a server on the session bus */
  McpServerOrigin origin;
  McpServerOauth oauth;
  char *prefix; /* of exposed names; "" for none */
  char **allow; /* (nullable): globs over the server's own tool names */
  char **deny;  /* (nullable) */
  McpServerScope scope;
  guint timeout_seconds; /* a call without progress; 0: the daemon's default */
  guint start_seconds;   /* until the server must be ready; 0: the transport's default */
  guint idle_seconds;    /* without a call before the server is ended or left; 0: never */
  gboolean disabled;
  gboolean pin;             /* tools that are new or have changed wait for their owner's word */
  McpConsentRules *consent; /* (owned) (nullable): what the owner wants for its tools */
  McpConsentWord default_consent; /* for tools that @consent is silent about; never unset */
  char *fingerprint;              /* SHA-256 of the entry as written: same entry, same tools */
} McpServerConfig;

GType mcp_server_config_get_type (void);
McpServerConfig *mcp_server_config_new (const char *name, const char *command);
McpServerConfig *mcp_server_config_new_http (const char *name, const char *url);
McpServerConfig *
mcp_server_config_new_bus (const char *name, const char *bus_name, const char *object_path);
McpServerConfig *mcp_server_config_ref (McpServerConfig *self);
void mcp_server_config_unref (McpServerConfig *self);
McpConsentWord mcp_server_config_get_default_consent (const McpServerConfig *self,
                                                      const char *tool);
const char *mcp_server_config_get_type_name (const McpServerConfig *self);
gboolean mcp_server_config_offers (McpServerConfig *self, const char *tool);
char **mcp_server_config_build_argv (McpServerConfig *self, const char *cwd, GError **error);
gboolean mcp_server_config_build_launch (McpServerConfig *self,
                                         const char *cwd,
                                         const char *empty_directory,
                                         McpLaunchPlan *plan,
                                         char **working_directory,
                                         GError **error);
gboolean mcp_server_config_is_bound (McpServerConfig *self);
GUri *mcp_server_config_build_url (McpServerConfig *self, const char *cwd, GError **error);
char **mcp_server_config_build_headers (McpServerConfig *self,
                                        const char *cwd,
                                        const char *const *secrets,
                                        GError **error);
char **mcp_server_config_list_secrets (McpServerConfig *self);
char **mcp_server_config_add_secrets (char **environment, const char *const *secrets);
/**
 * McpServerLeftOut:
 * @name: of an entry
 * @why: it cannot be used
 */
typedef struct
{
  char *name;
  char *why;
} McpServerLeftOut;

GPtrArray *mcp_server_config_parse_entries (const char *text,
                                            gsize length,
                                            const char *file_name,
                                            GPtrArray **problems,
                                            GPtrArray **left_out,
                                            GError **error);
GPtrArray *mcp_server_config_parse_file (const char *text,
                                         gsize length,
                                         const char *file_name,
                                         GPtrArray **problems,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerConfig, mcp_server_config_unref)

G_END_DECLS

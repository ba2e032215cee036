/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-server-config.h"

#include "common/mcp-glob.h"
#include "upstream/config/mcp-expand.h"

#include <string.h>

/* Without a call, so that a session left open over night holds no processes. */
#define DEFAULT_IDLE_SECONDS 300

G_DEFINE_BOXED_TYPE (McpServerConfig,
                     mcp_server_config,
                     mcp_server_config_ref,
                     mcp_server_config_unref)

static void
mcp_server_config_clear (gpointer data)
{
  McpServerConfig *self = data;

  g_free (self->name);
  g_free (self->command);
  g_strfreev (self->args);
  g_strfreev (self->env);
  g_free (self->cwd);
  g_free (self->env_file);
  g_free (self->url);
  g_strfreev (self->headers);
  g_clear_pointer (&self->bus, mcp_server_bus_free);
  mcp_server_oauth_clear (&self->oauth);
  g_free (self->prefix);
  g_strfreev (self->allow);
  g_strfreev (self->deny);
  g_clear_pointer (&self->consent, mcp_consent_rules_free);
  g_free (self->fingerprint);
}

static McpServerConfig *
new_with_defaults (const char *name, const char *fingerprinted)
{
  McpServerConfig *self = g_atomic_rc_box_new0 (McpServerConfig);

  self->name = g_strdup (name);
  self->args = g_new0 (char *, 1);
  self->env = g_new0 (char *, 1);
  self->headers = g_new0 (char *, 1);
  self->prefix = g_strdup (name);
  self->idle_seconds = DEFAULT_IDLE_SECONDS;
  self->default_consent = MCP_CONSENT_ALLOW;
  self->fingerprint = g_compute_checksum_for_string (G_CHECKSUM_SHA256, fingerprinted, -1);
  return self;
}

/**
 * mcp_server_config_new:
 * @name: of the server
 * @command: the program
 *
 * The defaults of an entry that says no more than its command. Its fields may be
 * set until it is handed to somebody; from then on it is immutable. Any thread.
 *
 * Returns: (transfer full): a new configuration
 */
McpServerConfig *
mcp_server_config_new (const char *name, const char *command)
{
  McpServerConfig *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (command != NULL, NULL);

  self = new_with_defaults (name, command);
  self->transport = MCP_SERVER_TRANSPORT_STDIO;
  self->command = g_strdup (command);
  self->scope = MCP_SERVER_SCOPE_SESSION;
  return self;
}

/**
 * mcp_server_config_new_http:
 * @name: of the server
 * @url: where it is reached
 *
 * The defaults of an entry that says no more than its URL; as mcp_server_config_new().
 *
 * Returns: (transfer full): a new configuration
 */
McpServerConfig *
mcp_server_config_new_http (const char *name, const char *url)
{
  McpServerConfig *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (url != NULL, NULL);

  self = new_with_defaults (name, url);
  self->transport = MCP_SERVER_TRANSPORT_HTTP;
  self->url = g_strdup (url);
  self->scope = MCP_SERVER_SCOPE_SHARED;
  return self;
}

/**
 * mcp_server_config_new_bus:
 * @name: of the server
 * @bus_name: who has the tools
 * @object_path: of the object that exports `org.mcpsessiond.ToolProvider1`
 *
 * The defaults of an app on the session bus; as mcp_server_config_new(). There is one such app for
 * all sessions, and nothing is gained by leaving it when it is idle.
 *
 * Returns: (transfer full): a new configuration
 */
McpServerConfig *
mcp_server_config_new_bus (const char *name, const char *bus_name, const char *object_path)
{
  g_autofree char *fingerprinted = g_strdup_printf ("dbus %s %s", bus_name, object_path);
  McpServerConfig *self = new_with_defaults (name, fingerprinted);

  self->transport = MCP_SERVER_TRANSPORT_DBUS;
  self->bus = mcp_server_bus_new (bus_name, object_path);
  self->scope = MCP_SERVER_SCOPE_SHARED;
  self->idle_seconds = 0;
  return self;
}

/**
 * mcp_server_config_ref:
 * @self: a configuration
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpServerConfig *
mcp_server_config_ref (McpServerConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_atomic_rc_box_acquire (self);
}

/**
 * mcp_server_config_unref:
 * @self: (transfer full): a configuration
 *
 * Any thread.
 */
void
mcp_server_config_unref (McpServerConfig *self)
{
  g_return_if_fail (self != NULL);
  g_atomic_rc_box_release_full (self, mcp_server_config_clear);
}

/**
 * mcp_server_config_get_default_consent:
 * @self: a configuration
 * @tool: the server's own name of a tool
 *
 * Returns: what holds for the tool where the owner has said nothing; never %MCP_CONSENT_UNSET
 */
McpConsentWord
mcp_server_config_get_default_consent (const McpServerConfig *self, const char *tool)
{
  if (self->transport == MCP_SERVER_TRANSPORT_DBUS_METHODS &&
      mcp_server_bus_is_read_only (self->bus, tool))
    return MCP_CONSENT_ALLOW;
  return self->default_consent;
}

/**
 * mcp_server_config_get_type_name:
 * @self: a configuration
 *
 * Returns: the word that “type” in `mcp.json` has for such a server
 */
const char *
mcp_server_config_get_type_name (const McpServerConfig *self)
{
  switch (self->transport)
    {
    case MCP_SERVER_TRANSPORT_HTTP:
      return "http";
    case MCP_SERVER_TRANSPORT_DBUS:
      return "dbus";
    case MCP_SERVER_TRANSPORT_DBUS_METHODS:
      return "dbus-methods";
    case MCP_SERVER_TRANSPORT_STDIO:
      break;
    }
  return "stdio";
}

static gboolean
matches_any (char **globs, const char *text)
{
  McpGlobText prepared;

  mcp_glob_text_init (&prepared, text);
  for (gsize i = 0; globs[i] != NULL; i++)
    {
      if (mcp_glob_text_matches (&prepared, globs[i]))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_server_config_offers:
 * @self: a configuration
 * @tool: the server's own name of one of its tools
 *
 * Whether `allow` and `deny` let a tool through: where there is an `allow`, one of
 * its globs must match; none of `deny` may. Any thread.
 *
 * Returns: whether the tool may be shown and called
 */
gboolean
mcp_server_config_offers (McpServerConfig *self, const char *tool)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (tool != NULL, FALSE);

  if (self->allow != NULL && !matches_any (self->allow, tool))
    return FALSE;
  return self->deny == NULL || !matches_any (self->deny, tool);
}

/**
 * mcp_server_config_build_argv:
 * @self: a configuration
 * @cwd: working directory of the process to be; what `${cwd}` stands for
 * @error: return location
 *
 * The command and its arguments with `${cwd}` and `${env:NAME}` expanded, NAME
 * from the daemon's environment. Each stays one argument, whatever it expands to:
 * no shell sees it.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the server and the variable.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): the argument vector, or %NULL
 */
char **
mcp_server_config_build_argv (McpServerConfig *self, const char *cwd, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  guint n_args;

  g_return_val_if_fail (self != NULL && self->command != NULL, NULL);
  g_return_val_if_fail (cwd != NULL, NULL);

  n_args = g_strv_length (self->args);
  for (guint i = 0; i < 1 + n_args; i++)
    {
      const char *text = i == 0 ? self->command : self->args[i - 1];
      char *expanded = mcp_expand (text, cwd, (const char *const *) environment, error);

      if (expanded == NULL)
        {
          g_prefix_error (error, "Server “%s”: ", self->name);
          return NULL;
        }
      g_ptr_array_add (argv, expanded);
    }
  g_ptr_array_add (argv, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&argv), FALSE);
}

/**
 * mcp_server_config_is_bound:
 * @self: a configuration
 *
 * Whether the directory of a session must not decide what runs: the entry neither trusts it, nor
 * names a working directory of its own that no session has a say in. Any thread.
 *
 * Returns: whether the rules of mcp-launch-rules.h apply
 */
gboolean
mcp_server_config_is_bound (McpServerConfig *self)
{
  return !self->trusts_directory &&
         (self->cwd == NULL || !g_path_is_absolute (self->cwd) || strstr (self->cwd, "${") != NULL);
}

static char *
build_working_directory (McpServerConfig *self, const char *cwd, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *directory = NULL;

  if (self->cwd == NULL)
    return g_strdup (cwd);
  directory = mcp_expand (self->cwd, cwd, (const char *const *) environment, error);
  if (directory == NULL)
    return NULL;
  return g_canonicalize_filename (directory, cwd);
}

/**
 * mcp_server_config_build_launch:
 * @self: the configuration of a program
 * @cwd: the session's directory
 * @empty_directory: absolute; a directory without files
 * @plan: (out caller-allocates): how to run the program; to be cleared in any case
 * @working_directory: (out) (transfer full): where it starts
 * @error: return location
 *
 * The command with its variables filled in, and changed so that the session's directory does not
 * decide what runs. Each argument stays one argument, whatever it expands to: no shell sees it. Any
 * thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the server.
 *
 * Returns: whether the program may run
 */
gboolean
mcp_server_config_build_launch (McpServerConfig *self,
                                const char *cwd,
                                const char *empty_directory,
                                McpLaunchPlan *plan,
                                char **working_directory,
                                GError **error)
{
  gboolean is_bound = mcp_server_config_is_bound (self);
  g_autofree char *directory = NULL;
  g_auto (GStrv) argv = NULL;

  *plan = (McpLaunchPlan){ 0 };
  *working_directory = NULL;
  argv = mcp_server_config_build_argv (self, is_bound ? MCP_LAUNCH_RULES_DIRECTORY : cwd, error);
  if (argv == NULL)
    return FALSE;
  directory = build_working_directory (self, cwd, error);
  if (directory == NULL || (is_bound && !mcp_launch_rules_plan (plan, (const char *const *) argv,
                                                                cwd, empty_directory, error)))
    {
      g_prefix_error (error, "Server “%s”: ", self->name);
      return FALSE;
    }
  if (!is_bound)
    {
      plan->argv = g_ptr_array_new_with_free_func (g_free);
      plan->environment = g_ptr_array_new_with_free_func (g_free);
      for (gsize i = 0; argv[i] != NULL; i++)
        g_ptr_array_add (plan->argv, g_strdup (argv[i]));
      g_ptr_array_add (plan->argv, NULL);
    }
  *working_directory =
      plan->is_elsewhere ? g_strdup (empty_directory) : g_steal_pointer (&directory);
  return TRUE;
}

/**
 * mcp_server_config_list_secrets:
 * @self: a configuration
 *
 * Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of the secrets that the entry
 *   needs, each once
 */
char **
mcp_server_config_list_secrets (McpServerConfig *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_return_val_if_fail (self != NULL, NULL);

  for (char **at = self->env; *at != NULL; at++)
    mcp_expand_add_secrets (*at, names);
  for (char **at = self->headers; *at != NULL; at += 2)
    mcp_expand_add_secrets (at[1], names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * mcp_server_config_add_secrets:
 * @environment: (transfer full) (array zero-terminated=1): "NAME=value"
 * @secrets: (array zero-terminated=1) (nullable): "secret:NAME=value"
 *
 * Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): where mcp_expand() looks variables up
 */
char **
mcp_server_config_add_secrets (char **environment, const char *const *secrets)
{
  for (gsize i = 0; secrets != NULL && secrets[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (secrets[i], "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }
  return environment;
}

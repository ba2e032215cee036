/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-stdio-launch.h"

#include "common/mcp-error.h"
#include "upstream/config/mcp-expand.h"
#include "upstream/stdio/mcp-environment.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* A directory of the daemon's own in which nothing is: launchers that look for code in a directory
   look there. */
static char *
build_empty_directory (void)
{
  return g_build_filename (g_get_user_cache_dir (), "mcp-sessiond", "empty", NULL);
}

/* The file's variables, where it is not the session that decides what they are. */
static char **
read_env_file (const McpServerLinkSetup *setup, GError **error)
{
  g_auto (GStrv) base = g_get_environ ();
  g_autofree char *path = NULL;
  g_autofree char *below = g_strconcat (setup->cwd, G_DIR_SEPARATOR_S, NULL);

  if (setup->config->env_file == NULL)
    return g_new0 (char *, 1);
  path = mcp_expand (setup->config->env_file, setup->cwd, (const char *const *) base, error);
  if (path == NULL)
    return NULL;
  if (mcp_server_config_is_bound (setup->config) && strcmp (setup->cwd, g_get_home_dir ()) != 0 &&
      (!g_path_is_absolute (path) || g_str_has_prefix (path, below)))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“envFile” %s is in the directory of the session", path);
      return NULL;
    }
  return mcp_environment_read_file (path, error);
}

/* The daemon's environment, with the PATH that servers get, and with secrets. */
static char **
build_base (const McpServerLinkSetup *setup, const char *path)
{
  char **base =
      mcp_server_config_add_secrets (g_get_environ (), (const char *const *) setup->secrets);

  return path != NULL ? g_environ_setenv (base, "PATH", path, TRUE) : base;
}

/* The entry's own “env” comes before its file. */
static char **
add_file (char **environment, const char *const *file, McpServerConfig *config)
{
  for (gsize i = 0; file[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (file[i], "=", 2);

      if (g_environ_getenv (config->env, parts[0]) == NULL)
        environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }
  return environment;
}

static char **
build_environment (const McpServerLinkSetup *setup,
                   const char *path,
                   const McpLaunchPlan *plan,
                   GError **error)
{
  McpServerConfig *config = setup->config;
  g_auto (GStrv) base = build_base (setup, path);
  g_auto (GStrv) file = read_env_file (setup, error);
  char **environment = NULL;

  if (file != NULL)
    environment = mcp_environment_build ((const char *const *) base,
                                         (const char *const *) config->env, setup->cwd, error);
  if (environment == NULL)
    {
      g_prefix_error (error, "Server “%s”: ", config->name);
      return NULL;
    }
  environment = add_file (environment, (const char *const *) file, config);
  for (guint i = 0; i < plan->environment->len; i++)
    environment = mcp_environment_add (
        environment, (const char *const[]){ plan->environment->pdata[i], NULL }, FALSE);
  return mcp_server_config_is_bound (config) ? mcp_launch_rules_clean_path (environment)
                                             : environment;
}

static gboolean
make_empty_directory (const McpServerLinkSetup *setup, const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "Server “%s”: %s: %s",
               setup->config->name, path, g_strerror (errno));
  return FALSE;
}

/**
 * mcp_stdio_launch_prepare:
 * @self: (out caller-allocates): to be cleared in any case
 * @setup: of the server
 * @path: (nullable): PATH in place of the daemon's
 * @error: return location
 *
 * Fills in the variables of the entry, and sees to it that the session's directory does not decide
 * what runs.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, %MCP_ERROR_PROVIDER_FAILED; each names the server.
 *
 * Returns: whether the process can be started
 */
gboolean
mcp_stdio_launch_prepare (McpStdioLaunch *self,
                          const McpServerLinkSetup *setup,
                          const char *path,
                          GError **error)
{
  g_autofree char *empty = build_empty_directory ();

  *self = (McpStdioLaunch){ 0 };
  if (!mcp_server_config_build_launch (setup->config, setup->cwd, empty, &self->plan, &self->cwd,
                                       error) ||
      (self->plan.uses_empty && !make_empty_directory (setup, empty, error)))
    return FALSE;
  self->environment = build_environment (setup, path, &self->plan, error);
  return self->environment != NULL;
}

/**
 * mcp_stdio_launch_clear:
 * @self: what mcp_stdio_launch_prepare() made
 */
void
mcp_stdio_launch_clear (McpStdioLaunch *self)
{
  mcp_launch_rules_clear_plan (&self->plan);
  g_clear_pointer (&self->environment, g_strfreev);
  g_clear_pointer (&self->cwd, g_free);
}

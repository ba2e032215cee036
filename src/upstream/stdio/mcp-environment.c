/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-environment.h"

#include "common/mcp-error.h"
#include "upstream/config/mcp-expand.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file that a person wrote. */
#define MAX_FILE_BYTES 65536

/* What an upstream process gets of the daemon's environment: a list of what may pass, since
 * whatever else stands there (keys of other programs, the daemon's own) is not the server's
 * business. */
static const char *const passed_names[] = {
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "TZ",
  "TMPDIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "SSH_AUTH_SOCK",
  /* Proxies, as curl, Python and Node read them, in either case. */
  "http_proxy",
  "https_proxy",
  "ftp_proxy",
  "all_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "FTP_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  /* Certificate authorities: OpenSSL, Node, Python's requests, curl, git, pip, AWS. */
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "AWS_CA_BUNDLE",
};

static const char *const passed_prefixes[] = {
  "LC_",
  "XDG_",
  "npm_config_",
  "NPM_CONFIG_",
};

static gboolean
is_passed (const char *variable)
{
  const char *equals = strchr (variable, '=');
  gsize length;

  if (equals == NULL)
    return FALSE;
  length = (gsize) (equals - variable);

  for (gsize i = 0; i < G_N_ELEMENTS (passed_names); i++)
    {
      if (strlen (passed_names[i]) == length && strncmp (passed_names[i], variable, length) == 0)
        return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (passed_prefixes); i++)
    {
      if (g_str_has_prefix (variable, passed_prefixes[i]))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_environment_build:
 * @base: (array zero-terminated=1): the daemon's environment, "NAME=value"
 * @configured: (array zero-terminated=1) (nullable): what the configuration adds or replaces, as
 *   written, `${…}` not yet expanded
 * @cwd: working directory of the process to be
 * @error: return location
 *
 * Makes the environment of an upstream process: the listed variables of @base
 * and what the configuration names, nothing else. Any thread.
 *
 * Errors: those of mcp_expand().
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): "NAME=value", or %NULL
 */
char **
mcp_environment_build (const char *const *base,
                       const char *const *configured,
                       const char *cwd,
                       GError **error)
{
  g_auto (GStrv) environment = g_new0 (char *, 1);

  g_return_val_if_fail (base != NULL, NULL);
  g_return_val_if_fail (cwd != NULL, NULL);

  for (gsize i = 0; base[i] != NULL; i++)
    {
      if (is_passed (base[i]))
        {
          const char *equals = strchr (base[i], '=');
          g_autofree char *name = g_strndup (base[i], (gsize) (equals - base[i]));

          environment = g_environ_setenv (environment, name, equals + 1, TRUE);
        }
    }

  for (gsize i = 0; configured != NULL && configured[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (configured[i], "=", 2);
      g_autofree char *value = mcp_expand (parts[1], cwd, base, error);

      if (value == NULL)
        {
          g_prefix_error (error, "environment variable “%s”: ", parts[0]);
          return NULL;
        }
      environment = g_environ_setenv (environment, parts[0], value, TRUE);
    }
  return g_steal_pointer (&environment);
}

/**
 * mcp_environment_add:
 * @environment: (transfer full) (array zero-terminated=1): "NAME=value"
 * @added: (array zero-terminated=1): more variables
 * @replace: whether those take the place of others of the same name
 *
 * Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): all variables
 */
char **
mcp_environment_add (char **environment, const char *const *added, gboolean replace)
{
  for (gsize i = 0; added[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (added[i], "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], replace);
    }
  return environment;
}

/* A pipe or a device in the place of the file is not waited for. */
static char *
read_regular_file (const char *path, GError **error)
{
  g_autofree char *text = g_malloc (MAX_FILE_BYTES + 1);
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  gssize length = -1;
  const char *problem = g_strerror (errno);

  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    {
      length = read (fd, text, MAX_FILE_BYTES + 1);
      problem = g_strerror (errno);
    }
  else if (fd >= 0)
    problem = "is no regular file";
  if (fd >= 0)
    close (fd);
  if (length > MAX_FILE_BYTES)
    problem = "is longer than 64 KiB";
  if (length < 0 || length > MAX_FILE_BYTES)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“envFile” %s: %s", path,
                   problem);
      return NULL;
    }
  text[length] = '\0';
  return g_steal_pointer (&text);
}

static void
add_line (GStrvBuilder *variables, char *line)
{
  g_autofree char *variable = NULL;
  char *equals;
  gsize length;

  line = g_strstrip (line);
  if (g_str_has_prefix (line, "export "))
    line = g_strstrip (line + strlen ("export "));
  equals = strchr (line, '=');
  if (*line == '#' || equals == NULL || equals == line)
    return;
  *equals++ = '\0';
  g_strstrip (line);
  g_strstrip (equals);
  length = strlen (equals);
  if (length >= 2 && (*equals == '"' || *equals == '\'') && equals[length - 1] == *equals)
    {
      equals[length - 1] = '\0';
      equals++;
    }
  variable = g_strconcat (line, "=", equals, NULL);
  g_strv_builder_add (variables, variable);
}

/**
 * mcp_environment_read_file:
 * @path: absolute
 * @error: return location
 *
 * Reads lines of the form “NAME=value”, as “.env” files have them: “export” before a name, quotes
 * around a value, empty lines and comments are passed over. Nothing is expanded. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): "NAME=value", or %NULL
 */
char **
mcp_environment_read_file (const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) variables = g_strv_builder_new ();
  g_autofree char *text = read_regular_file (path, error);
  g_auto (GStrv) lines = NULL;

  if (text == NULL)
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    add_line (variables, lines[i]);
  return g_strv_builder_end (variables);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-environment.h"

#include "upstream/config/mcp-expand.h"

#include <string.h>

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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpHttpRefusal:
 * @authorization: (nullable): the field Authorization of the request
 * @status: 401 or 403
 * @challenge: (nullable): the fields WWW-Authenticate of the answer
 * @n_before: how often the same request was refused before
 *
 * An answer that says no.
 */
typedef struct
{
  const char *authorization;
  guint status;
  const char *challenge;
  guint n_before;
} McpHttpRefusal;

/**
 * McpHttpWarrant:
 *
 * What shows a server that we may ask: the field Authorization, where it is not fixed for all time.
 * Main context only.
 *
 * Signals:
 *   granted (): somebody has allowed what was refused before
 *
 * @get_async: finds the field; may take as long as somebody else's server takes
 * @get_finish: (nullable): the field; %NULL without an error: none is needed, as far as is known.
 *   An error's message goes on after “it”
 * @refused_async: a request was refused
 * @refused_finish: whether the request is to be sent again; %FALSE without an error: the refusal
 * has nothing to do with the warrant. An error's message goes on after “it”
 */
#define MCP_TYPE_HTTP_WARRANT (mcp_http_warrant_get_type ())
G_DECLARE_INTERFACE (McpHttpWarrant, mcp_http_warrant, MCP, HTTP_WARRANT, GObject)

struct _McpHttpWarrantInterface
{
  GTypeInterface parent_iface;

  void (*get_async) (McpHttpWarrant *self, GAsyncReadyCallback callback, gpointer user_data);
  char *(*get_finish) (McpHttpWarrant *self, GAsyncResult *result, GError **error);
  void (*refused_async) (McpHttpWarrant *self,
                         const McpHttpRefusal *refusal,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  gboolean (*refused_finish) (McpHttpWarrant *self, GAsyncResult *result, GError **error);
};

void mcp_http_warrant_granted (McpHttpWarrant *self);
void mcp_http_warrant_get (McpHttpWarrant *self, GAsyncReadyCallback callback, gpointer user_data);
char *mcp_http_warrant_get_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error);
void mcp_http_warrant_refused (McpHttpWarrant *self,
                               const McpHttpRefusal *refusal,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean
mcp_http_warrant_refused_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error);

G_END_DECLS

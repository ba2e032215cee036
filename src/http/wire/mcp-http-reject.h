/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpReject:
 * @status: the HTTP status to answer with
 * @message: (not nullable): why, a constant string
 *
 * What a strict parser says instead of a result.
 */
typedef struct
{
  guint status;
  const char *message;
} McpHttpReject;

static inline gboolean
mcp_http_reject_set (McpHttpReject *reject, guint status, const char *message)
{
  *reject = (McpHttpReject){ status, message };
  return FALSE;
}

G_END_DECLS

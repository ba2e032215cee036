/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-progress.h"
#include <gio/gio.h>

G_BEGIN_DECLS

void mcp_session_call_start (GTask *task,
                             GDBusProxy *proxy,
                             const char *name,
                             const char *arguments_json,
                             guint timeout_seconds,
                             McpProgressCallback callback,
                             gpointer user_data,
                             GDestroyNotify destroy);

G_END_DECLS

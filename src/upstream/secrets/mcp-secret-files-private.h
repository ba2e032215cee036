/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-secret-job-private.h"

G_BEGIN_DECLS

gboolean mcp_secret_files_run (McpSecretJob *job, GError **error);

G_END_DECLS

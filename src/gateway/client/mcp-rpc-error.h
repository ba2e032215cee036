/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-error-codes.h"

#include <glib.h>

G_BEGIN_DECLS

int mcp_rpc_error_code (const GError *error);

G_END_DECLS

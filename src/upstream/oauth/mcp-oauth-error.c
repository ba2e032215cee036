/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/oauth/mcp-oauth-error.h"

G_DEFINE_QUARK (mcp - oauth - error - quark, mcp_oauth_error)

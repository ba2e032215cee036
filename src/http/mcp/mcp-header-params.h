/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

GHashTable *mcp_header_params_collect_params (SoupMessageHeaders *headers);

G_END_DECLS

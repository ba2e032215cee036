/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/*
 * Stands in for the gateway, so that the bus is tested without upstream servers. Its tools:
 *
 *   echo       answers what it was called with
 *   wait       answers when it is cancelled
 *   huge       answers more than the bus may carry
 *   binary     answers what is no UTF-8
 *   unknown    fails as an unknown tool does
 *   broken     fails with an error of another domain, whose text is no UTF-8
 *   timed-out  fails with an I/O error
 */
guint fake_gateway_get_n_calls (McpGateway *self);
guint fake_gateway_get_n_cancelled (McpGateway *self);

G_END_DECLS

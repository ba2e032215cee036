/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/consent/mcp-consent-answer.h"

G_BEGIN_DECLS

/**
 * McpConsentStats:
 * @n_ended: how many questions ended so, by #McpConsentAnswer
 * @n_refused: how many answers came from processes that may not answer
 * @n_over_limit: how many calls were refused since too many questions waited
 *
 * What a desk has done.
 */
typedef struct
{
  guint64 n_ended[MCP_N_CONSENT_ANSWERS];
  guint64 n_refused;
  guint64 n_over_limit;
} McpConsentStats;

G_END_DECLS

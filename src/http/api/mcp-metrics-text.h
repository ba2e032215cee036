/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prometheus' text format 0.0.4 */
#define MCP_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/**
 * McpMetricType:
 * @MCP_METRIC_COUNTER: only grows while the daemon runs; its name ends in _total
 * @MCP_METRIC_GAUGE: goes up and down
 * @MCP_METRIC_HISTOGRAM: samples with the suffixes _bucket (label le), _sum and _count
 */
typedef enum
{
  MCP_METRIC_COUNTER,
  MCP_METRIC_GAUGE,
  MCP_METRIC_HISTOGRAM,
} McpMetricType;

void mcp_metrics_text_begin (GString *out, const char *name, McpMetricType type, const char *help);
void
mcp_metrics_text_add (GString *out, const char *name, double value, ...) G_GNUC_NULL_TERMINATED;
void mcp_metrics_text_add_one (GString *out,
                               const char *name,
                               McpMetricType type,
                               const char *help,
                               double value);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-limits.h"

#define ENTRY(key, field, minimum, maximum, value)                   \
  {                                                                  \
    key, G_STRUCT_OFFSET (McpLimits, field), minimum, maximum, value \
  }

#define KIB 1024u
#define MIB (1024u * KIB)

static const McpLimitEntry limits_table[] = {
  ENTRY ("Connections", connections, 16, 100000, 8192),
  ENTRY ("Sessions", sessions, 1, 1000000, 10000),
  ENTRY ("SessionsPerMinute", sessions_per_minute, 1, 1000000, 30000),
  ENTRY ("SubscribersPerSession", subscribers_per_session, 1, 100000, 2048),
  ENTRY ("EventQueueBytes", event_queue_bytes, 64 * KIB, 1024 * MIB, 32 * MIB),
  ENTRY ("KeptEventBytes", kept_event_bytes, MIB, 4095 * MIB, 256 * MIB),
  ENTRY ("CallsPerSession", calls_per_session, 1, 10000, 64),
  ENTRY ("RequestsPerSession", requests_per_session, 1, 100000, 1024),
  ENTRY ("RequestBytesPerSession", request_bytes_per_session, 4 * KIB, 1024 * MIB, 64 * MIB),
  ENTRY ("ParkedCallsPerSession", parked_per_session, 1, 10000, 64),
  ENTRY ("CallSeconds", call_seconds, 1, 30 * 86400, 86400),
  ENTRY ("AttachmentsPerSession", attachments_per_session, 1, 10000, 64),
  ENTRY ("AttachmentStreamBytes", attachment_stream_bytes, 64 * KIB, 1024 * MIB, 8 * MIB),
  ENTRY ("UnreadBytesPerSession", unread_bytes_per_session, 1 * MIB, 2048 * MIB, 128 * MIB),
  ENTRY ("UnreadBytes", unread_bytes, 1 * MIB, 4095 * MIB, 512 * MIB),
  ENTRY ("ResultBytesPerSession", result_bytes_per_session, 1 * MIB, 2048 * MIB, 128 * MIB),
  ENTRY ("ResultBytes", result_bytes, 1 * MIB, 4095 * MIB, 512 * MIB),
  ENTRY ("BodyBytes", body_bytes, 4 * KIB, 64 * MIB, 4 * MIB),
  /* libsoup 3.2 reads no longer head. */
  ENTRY ("HeadBytes", head_bytes, 4 * KIB, 64 * KIB, 64 * KIB),
  ENTRY ("HeaderFields", header_fields, 16, 1000, 128),
  ENTRY ("JsonDepth", json_depth, 8, 512, 64),
  ENTRY ("JsonValues", json_values, 1000, 10000000, 100000),
  ENTRY ("UpstreamMessageBytes", upstream_message_bytes, 64 * KIB, 1024 * MIB, 32 * MIB),
  ENTRY ("ItemsPerList", list_items, 100, 1000000, 20000),
  ENTRY ("UpstreamProcesses", upstream_processes, 1, 10000, 256),
  ENTRY ("StderrLinesPerSecond", stderr_lines_per_second, 1, 10000, 50),
  ENTRY ("ServerLogBytes", server_log_bytes, 4 * KIB, 64 * MIB, 256 * KIB),
  ENTRY ("BusCallsPerSender", bus_calls_per_sender, 1, 100000, 4096),
  ENTRY ("QuestionsPerSession", questions_per_session, 1, 1000, 16),
  ENTRY ("Questions", questions, 1, 10000, 256),
  ENTRY ("ProvidersPerSender", providers_per_sender, 1, 1000, 32),
  ENTRY ("Providers", providers, 1, 10000, 256),
  ENTRY ("HeadSeconds", head_seconds, 1, 3600, 10),
  ENTRY ("BodySeconds", body_seconds, 1, 3600, 30),
  ENTRY ("KeepAliveSeconds", keep_alive_seconds, 1, 86400, 60),
};
G_STATIC_ASSERT (G_N_ELEMENTS (limits_table) * sizeof (guint) == sizeof (McpLimits));

/**
 * mcp_limits_get_table:
 * @n_entries: (out): how many there are
 *
 * The limits with their keys, ranges and defaults. Any thread.
 *
 * Returns: (array length=n_entries) (transfer none): one entry for each field of #McpLimits
 */
const McpLimitEntry *
mcp_limits_get_table (gsize *n_entries)
{
  *n_entries = G_N_ELEMENTS (limits_table);
  return limits_table;
}

/**
 * mcp_limits_init_defaults:
 * @limits: (out caller-allocates): set to the defaults
 *
 * Nobody meets the defaults in honest use. Any thread.
 */
void
mcp_limits_init_defaults (McpLimits *limits)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits_table); i++)
    G_STRUCT_MEMBER (guint, limits, limits_table[i].offset) = limits_table[i].value;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-http-raw-error.h"

#include "http/wire/mcp-http-error.h"

#include <libsoup/soup.h>

/**
 * mcp_http_raw_error_new:
 * @status: an HTTP status, 400 to 599
 * @message: for the person who must act; UTF-8
 * @head_only: whether it answers a HEAD
 *
 * Builds a whole error answer, for a request that no route gets to see. The
 * connection closes after it.
 *
 * Returns: (transfer full): the bytes for the wire
 */
GBytes *
mcp_http_raw_error_new (guint status, const char *message, gboolean head_only)
{
  g_autoptr (GBytes) body = mcp_http_error_build_body (status, message);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out,
                          "HTTP/1.1 %u %s\r\n"
                          "Date: %s\r\n"
                          "Content-Type: %s\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                          "Cache-Control: no-store\r\n"
                          "%s"
                          "Connection: close\r\n"
                          "\r\n",
                          status, mcp_http_error_get_reason (status), date,
                          MCP_HTTP_ERROR_CONTENT_TYPE, g_bytes_get_size (body),
                          status == 503 ? "Retry-After: 1\r\n" : "");
  if (!head_only)
    g_string_append_len (out, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));

  return g_string_free_to_bytes (out);
}

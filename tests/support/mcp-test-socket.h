/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A client on a bare socket, so that a test sees each byte and sends what no library would. The
 * server may be in the same main context: whoever waits here lets the main context run.
 */
#include <glib.h>

G_BEGIN_DECLS

int mcp_test_socket_connect_tcp (guint16 port);
int mcp_test_socket_connect_tcp6 (guint16 port);
int mcp_test_socket_connect_unix (const char *path);

void mcp_test_socket_send (int fd, const char *data, gsize length);
void mcp_test_socket_send_text (int fd, const char *text);
gssize mcp_test_socket_receive (int fd, char *buffer, gsize size);
char *mcp_test_socket_read_all (int fd);
char *mcp_test_socket_read_until (int fd, const char *end);
char *mcp_test_socket_read_answer (int fd);
gboolean mcp_test_socket_is_closed (int fd);
void mcp_test_socket_reset (int fd);

guint mcp_test_socket_get_status (const char *answer);
const char *mcp_test_socket_get_body (const char *answer);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/client/mcp-method-table.h"
#include "gateway/client/mcp-request.h"
#include "protocol/mcp-params.h"

G_BEGIN_DECLS

/**
 * McpRequestDoneFunc:
 * @attachment: the attachment that received the request
 * @request: has been answered, or will not be
 */
typedef void (*McpRequestDoneFunc) (struct _McpAttachment *attachment, McpRequest *request);

/* The inside of a request: for attachments and methods. */
McpRequest *mcp_request_new (struct _McpAttachment *attachment,
                             McpClient *client,
                             McpCatalogue *catalogue,
                             McpJsonrpcMessage *message,
                             const McpMethod *method,
                             McpRequestDoneFunc done);
gboolean mcp_request_count (McpRequest *self, GError **error);
void mcp_request_refuse (McpRequest *self, int code, const char *text);
void mcp_request_withdraw (McpRequest *self);
gboolean mcp_request_is_cancellable (McpRequest *self);

McpClient *mcp_request_get_client (McpRequest *self);
const char *mcp_request_get_method (McpRequest *self);
McpJsonSlice mcp_request_get_params (McpRequest *self);
McpParams *mcp_request_new_params (McpRequest *self);
gboolean mcp_request_can_be_asked (McpRequest *self);
GCancellable *mcp_request_get_cancellable (McpRequest *self);
void mcp_request_set_cancellable (McpRequest *self, GCancellable *cancellable);

void mcp_request_send (McpRequest *self, GBytes *message);
void mcp_request_respond_result (McpRequest *self, McpJsonSlice result);
void mcp_request_respond_written (McpRequest *self, GBytes *response, int error_code);
void mcp_request_respond_error (McpRequest *self, int code, const char *text, McpJsonSlice data);
void mcp_request_respond_gerror (McpRequest *self, const GError *error, const char *server);

G_END_DECLS

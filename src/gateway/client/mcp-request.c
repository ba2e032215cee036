/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-request-inner.h"

#include "gateway/client/mcp-rpc-error.h"
#include "gateway/client/mcp-server-info.h"
#include "protocol/mcp-translate.h"

#include <string.h>

typedef enum
{
  REQUEST_NEW,
  REQUEST_RUNNING,
  REQUEST_DONE,
} RequestState;

struct _McpRequest
{
  GObject parent_instance;

  struct _McpAttachment
      *attachment;            /* (owned): the attachment that received it; kept for @method */
  McpClient *client;          /* (owned) */
  McpCatalogue *catalogue;    /* (unowned): the attachment's */
  McpJsonrpcMessage *message; /* (owned) */
  const McpMethod *method;    /* (nullable): %NULL: refused */
  McpRequestDoneFunc done;
  GCancellable *cancellable; /* (owned) (nullable): made when it is asked for */
  RequestState state;
  int refusal; /* code of the error that is its answer; 0: none */
  char *refusal_text;
  gboolean is_counted;    /* by its session */
  gboolean withdrawn;     /* by its client */
  gboolean is_streamable; /* messages before the response can reach the client */
  guint http_status;

  const McpRequestFuncs *funcs; /* (nullable): none: nobody listens */
  gpointer carrier;
  GDestroyNotify destroy_carrier; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (McpRequest, mcp_request, G_TYPE_OBJECT)

static gsize
get_size (McpRequest *self)
{
  return g_bytes_get_size (mcp_jsonrpc_message_get_text (self->message));
}

/* Nothing is said after this but the one thing that says so. */
static gboolean
finish (McpRequest *self)
{
  if (self->state == REQUEST_DONE)
    return FALSE;
  self->state = REQUEST_DONE;
  self->done (self->attachment, self);
  if (self->is_counted)
    mcp_session_end_request (self->client->session, get_size (self));
  return TRUE;
}

static void
respond (McpRequest *self, GBytes *response, int error_code)
{
  g_autoptr (McpRequest) guard = g_object_ref (self);
  gboolean running = self->state == REQUEST_RUNNING;

  if (!finish (self))
    return;

  if (self->funcs != NULL)
    self->funcs->response (self, response, error_code, self->carrier);
  if (running)
    g_object_unref (self); /* taken by mcp_request_start() */
}

/**
 * mcp_request_respond_result:
 * @self: a running request
 * @result: a JSON object, of any revision
 *
 * Answers the request in its client's revision, unless that has happened or it was cancelled.
 */
void
mcp_request_respond_result (McpRequest *self, McpJsonSlice result)
{
  g_autofree char *server_info = mcp_server_info_dup (self->catalogue, self->client);
  g_autoptr (GBytes) response = mcp_translate_response (
      mcp_jsonrpc_message_get_id (self->message), mcp_jsonrpc_message_get_method (self->message),
      result, self->client->revision, server_info);

  respond (self, response, 0);
}

/**
 * mcp_request_set_carrier:
 * @self: a request
 * @funcs: (nullable): static: called with @carrier from now on; %NULL: nobody listens
 * @carrier: what takes the answer to the client
 * @destroy: (nullable): frees @carrier when it is not called any more
 */
void
mcp_request_set_carrier (McpRequest *self,
                         const McpRequestFuncs *funcs,
                         gpointer carrier,
                         GDestroyNotify destroy)
{
  GDestroyNotify destroy_old = self->destroy_carrier;
  gpointer old = self->carrier;

  self->funcs = funcs;
  self->carrier = carrier;
  self->destroy_carrier = destroy;
  if (destroy_old != NULL)
    destroy_old (old);
}

/**
 * mcp_request_get_http_status:
 * @self: a request that is being answered
 *
 * Returns: the HTTP status of its response, where that is sent alone
 */
guint
mcp_request_get_http_status (McpRequest *self)
{
  g_return_val_if_fail (MCP_IS_REQUEST (self), 500);

  return self->http_status;
}

/**
 * mcp_request_set_streamable:
 * @self: a request that has not been started
 * @streamable: whether messages before its response reach the client
 */
void
mcp_request_set_streamable (McpRequest *self, gboolean streamable)
{
  g_return_if_fail (MCP_IS_REQUEST (self));

  self->is_streamable = streamable;
}

/**
 * mcp_request_can_be_asked:
 * @self: a request
 *
 * Returns: whether its client can be asked something before it is answered
 */
gboolean
mcp_request_can_be_asked (McpRequest *self)
{
  return self->is_streamable && self->state == REQUEST_RUNNING;
}

/**
 * mcp_request_get_id:
 * @self: a request
 *
 * Returns: its id, as the client wrote it
 */
McpJsonSlice
mcp_request_get_id (McpRequest *self)
{
  return mcp_jsonrpc_message_get_id (self->message);
}

/**
 * mcp_request_get_method:
 * @self: a request
 *
 * Returns: (transfer none): its method
 */
const char *
mcp_request_get_method (McpRequest *self)
{
  return mcp_jsonrpc_message_get_method (self->message);
}

/**
 * mcp_request_respond_written:
 * @self: a running request
 * @response: the JSON-RPC response to it, in its client's revision
 * @error_code: of the response; 0: it is a result
 *
 * Answers the request, unless that has happened or it was cancelled.
 */
void
mcp_request_respond_written (McpRequest *self, GBytes *response, int error_code)
{
  if (error_code != 0 && mcp_client_is_stateless (self->client))
    self->http_status = mcp_rpc_error_http_status (error_code, self->refusal != 0);
  respond (self, response, error_code);
}

/**
 * mcp_request_respond_error:
 * @self: a running request
 * @code: of JSON-RPC or MCP
 * @text: for people
 * @data: any JSON value, or %MCP_JSON_SLICE_NONE
 *
 * Answers the request by an error, unless that has happened or it was cancelled.
 */
void
mcp_request_respond_error (McpRequest *self, int code, const char *text, McpJsonSlice data)
{
  g_autoptr (GBytes) response =
      mcp_jsonrpc_build_error (mcp_jsonrpc_message_get_id (self->message), code, text, data);

  mcp_request_respond_written (self, response, code);
}

/**
 * mcp_request_respond_gerror:
 * @self: a running request
 * @error: why it failed
 * @server: (nullable): name of the upstream server that caused the error
 *
 * Answers the request by an error of the daemon.
 */
void
mcp_request_respond_gerror (McpRequest *self, const GError *error, const char *server)
{
  g_autofree char *data = server != NULL ? mcp_rpc_error_build_data (server) : NULL;

  mcp_request_respond_error (self, mcp_rpc_error_code (error), error->message,
                             (McpJsonSlice){ data, data != NULL ? strlen (data) : 0 });
}

/**
 * mcp_request_send:
 * @self: a running request
 * @message: a JSON-RPC notification or request that belongs to it
 *
 * Passes a message on to the client, unless the request has been answered or cancelled.
 */
void
mcp_request_send (McpRequest *self, GBytes *message)
{
  g_autoptr (McpRequest) guard = g_object_ref (self);

  if (self->state == REQUEST_RUNNING && self->funcs != NULL)
    self->funcs->message (self, message, self->carrier);
}

static void
tell_cancelled (McpRequest *self)
{
  if (self->funcs != NULL && self->funcs->cancelled != NULL)
    self->funcs->cancelled (self, self->carrier);
}

/**
 * mcp_request_start:
 * @self: a request just received
 *
 * Begins to answer it; its carrier may be told before this returns. From here on it
 * keeps itself alive until its response or its end. A second call does nothing.
 */
void
mcp_request_start (McpRequest *self)
{
  g_autoptr (McpRequest) guard = NULL;

  g_return_if_fail (MCP_IS_REQUEST (self));

  guard = g_object_ref (self);
  if (self->state == REQUEST_DONE && self->withdrawn)
    {
      self->withdrawn = FALSE;
      tell_cancelled (self);
    }
  if (self->state != REQUEST_NEW)
    return;

  self->state = REQUEST_RUNNING;
  g_object_ref (self); /* dropped by its end */
  if (self->refusal != 0)
    mcp_request_respond_error (self, self->refusal, self->refusal_text, MCP_JSON_SLICE_NONE);
  else
    self->method->answer (self->attachment, self);
}

/**
 * mcp_request_cancel:
 * @self: a request
 *
 * Whoever carries the request wants no answer any more: nothing is said after
 * this, and the work for it is stopped. Does nothing once the request has ended.
 */
void
mcp_request_cancel (McpRequest *self)
{
  gboolean running;

  g_return_if_fail (MCP_IS_REQUEST (self));

  running = self->state == REQUEST_RUNNING;
  if (!finish (self))
    return;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (running)
    g_object_unref (self);
}

/**
 * mcp_request_withdraw:
 * @self: a request
 *
 * The client itself wants no answer any more: as mcp_request_cancel(), and
 * the carrier of the request is told.
 */
void
mcp_request_withdraw (McpRequest *self)
{
  g_autoptr (McpRequest) guard = g_object_ref (self);
  gboolean running = self->state == REQUEST_RUNNING;

  if (self->state == REQUEST_DONE)
    return;

  mcp_request_cancel (self);
  if (running)
    tell_cancelled (self);
  else
    self->withdrawn = TRUE; /* nothing is said before it is started */
}

/**
 * mcp_request_refuse:
 * @self: a request
 * @code: of JSON-RPC
 * @text: for people
 *
 * Answers the request by an error: at once if it is running, and the work for it
 * is stopped; else as soon as it is started.
 */
void
mcp_request_refuse (McpRequest *self, int code, const char *text)
{
  g_autoptr (McpRequest) guard = g_object_ref (self);

  if (self->state == REQUEST_RUNNING)
    {
      mcp_request_respond_error (self, code, text, MCP_JSON_SLICE_NONE);
      if (self->cancellable != NULL)
        g_cancellable_cancel (self->cancellable);
    }
  else if (self->state == REQUEST_NEW && self->refusal == 0)
    {
      self->refusal = code;
      self->refusal_text = g_strdup (text);
    }
}

/**
 * mcp_request_count:
 * @self: a request just received
 * @error: return location
 *
 * Charges its session for it until it is done.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the session may have one more
 */
gboolean
mcp_request_count (McpRequest *self, GError **error)
{
  g_return_val_if_fail (self->state == REQUEST_NEW && !self->is_counted, FALSE);

  self->is_counted = mcp_session_begin_request (self->client->session, get_size (self), error);
  return self->is_counted;
}

/**
 * mcp_request_is_cancellable:
 * @self: a request
 *
 * Returns: whether its client may withdraw it
 */
gboolean
mcp_request_is_cancellable (McpRequest *self)
{
  return self->method == NULL || (self->method->flags & MCP_METHOD_NOT_CANCELLABLE) == 0;
}

/**
 * mcp_request_get_client:
 * @self: a request
 *
 * Returns: (transfer none): the client, as it was when the request came
 */
McpClient *
mcp_request_get_client (McpRequest *self)
{
  return self->client;
}

/**
 * mcp_request_get_params:
 * @self: a request
 *
 * Returns: a JSON object, %MCP_JSON_SLICE_NONE for none; valid as long as @self is
 */
McpJsonSlice
mcp_request_get_params (McpRequest *self)
{
  return mcp_jsonrpc_message_get_params (self->message);
}

/**
 * mcp_request_new_params:
 * @self: a request
 *
 * Returns: (transfer full): its params, to be changed on their way to a server
 */
McpParams *
mcp_request_new_params (McpRequest *self)
{
  return mcp_params_new (self->message);
}

/**
 * mcp_request_get_cancellable:
 * @self: a request
 *
 * Returns: (transfer none): cancelled when nobody wants an answer any more
 */
GCancellable *
mcp_request_get_cancellable (McpRequest *self)
{
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  return self->cancellable;
}

/**
 * mcp_request_set_cancellable:
 * @self: a running request
 * @cancellable: of work that an earlier request began and this one goes on with
 *
 * Cancels that work when nobody wants an answer to this request any more.
 */
void
mcp_request_set_cancellable (McpRequest *self, GCancellable *cancellable)
{
  g_return_if_fail (self->cancellable == NULL);

  self->cancellable = g_object_ref (cancellable);
}

static void
mcp_request_dispose (GObject *object)
{
  McpRequest *self = MCP_REQUEST (object);

  if (self->done != NULL)
    finish (self);
  mcp_request_set_carrier (self, NULL, NULL, NULL);

  G_OBJECT_CLASS (mcp_request_parent_class)->dispose (object);
}

static void
mcp_request_finalize (GObject *object)
{
  McpRequest *self = MCP_REQUEST (object);

  g_object_unref (self->attachment);
  mcp_client_unref (self->client);
  mcp_jsonrpc_message_unref (self->message);
  g_clear_object (&self->cancellable);
  g_free (self->refusal_text);

  G_OBJECT_CLASS (mcp_request_parent_class)->finalize (object);
}

static void
mcp_request_class_init (McpRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_request_dispose;
  object_class->finalize = mcp_request_finalize;
}

static void
mcp_request_init (McpRequest *self)
{
  self->is_streamable = TRUE;
  self->http_status = 200;
}

/**
 * mcp_request_new:
 * @attachment: the attachment that received it
 * @client: the client, as it is now
 * @catalogue: of the attachment
 * @message: a JSON-RPC request
 * @method: (nullable): what answers it; %NULL: it is to be refused
 * @done: called once, when it has been answered or will not be
 *
 * Returns: (transfer full): a request that has not been started
 */
McpRequest *
mcp_request_new (struct _McpAttachment *attachment,
                 McpClient *client,
                 McpCatalogue *catalogue,
                 McpJsonrpcMessage *message,
                 const McpMethod *method,
                 McpRequestDoneFunc done)
{
  McpRequest *self = g_object_new (MCP_TYPE_REQUEST, NULL);

  self->attachment = g_object_ref (attachment);
  self->client = mcp_client_ref (client);
  self->catalogue = catalogue;
  self->message = mcp_jsonrpc_message_ref (message);
  self->method = method;
  self->done = done;
  return self;
}

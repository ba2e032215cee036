/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-ask.h"

#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* A person may have to think. A person who never answers must not keep a server waiting without
 * end. */
#define PATIENCE_SECONDS 3600

struct _McpAsk
{
  GObject parent_instance;

  char *method;
  char *params; /* (nullable): JSON object */
  McpRevision server_revision;
  gboolean is_repeatable;
  McpAskAnswerFunc answer; /* (nullable): %NULL once it is closed */
  gpointer user_data;
  GDestroyNotify destroy;
  GSource *timer; /* (owned) (nullable) */
};

enum
{
  SIGNAL_CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpAsk, mcp_ask, G_TYPE_OBJECT)

/* The question is closed. The caller holds a reference. */
static void
finish (McpAsk *self, const McpAskAnswer *answer)
{
  McpAskAnswerFunc func = g_steal_pointer (&self->answer);

  if (func == NULL)
    return;

  g_source_destroy (self->timer);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
  if (answer != NULL)
    func (self, answer, self->user_data);
  if (self->destroy != NULL)
    g_steal_pointer (&self->destroy) (self->user_data);
}

/**
 * mcp_ask_answer_result:
 * @self: what a server asks
 * @result: the client's answer, a JSON object
 *
 * Hands the answer on, unless that has happened.
 */
void
mcp_ask_answer_result (McpAsk *self, McpJsonSlice result)
{
  g_autoptr (McpAsk) guard = g_object_ref (self);
  McpAskAnswer answer = { .result = result };

  finish (self, &answer);
}

/**
 * mcp_ask_answer_error:
 * @self: what a server asks
 * @code: of JSON-RPC
 * @text: for people
 * @data: any JSON value, or %MCP_JSON_SLICE_NONE
 *
 * Says that there will be no answer, unless one came.
 */
void
mcp_ask_answer_error (McpAsk *self, int code, const char *text, McpJsonSlice data)
{
  g_autoptr (McpAsk) guard = g_object_ref (self);
  McpAskAnswer answer = { .result = MCP_JSON_SLICE_NONE, .code = code, .text = text, .data = data };

  finish (self, &answer);
}

/**
 * mcp_ask_withdraw:
 * @self: what a server asked
 *
 * The server does not wait any more.
 */
void
mcp_ask_withdraw (McpAsk *self)
{
  g_autoptr (McpAsk) guard = g_object_ref (self);

  finish (self, NULL);
}

/**
 * mcp_ask_set_repeatable:
 * @self: a question that nobody was asked yet
 *
 * Says that nothing was done yet for the request that the question is about: the client may make
 * the request again instead of answering.
 */
void
mcp_ask_set_repeatable (McpAsk *self)
{
  self->is_repeatable = TRUE;
}

/**
 * mcp_ask_is_repeatable:
 * @self: a question
 *
 * Returns: whether the client may make its request again instead of answering
 */
gboolean
mcp_ask_is_repeatable (McpAsk *self)
{
  return self->is_repeatable;
}

/**
 * mcp_ask_is_open:
 * @self: what a server asks
 *
 * Returns: whether an answer is still wanted
 */
gboolean
mcp_ask_is_open (McpAsk *self)
{
  return self->answer != NULL;
}

/**
 * mcp_ask_get_method:
 * @self: what a server asks
 *
 * Returns: (transfer none): the method, for example "elicitation/create"
 */
const char *
mcp_ask_get_method (McpAsk *self)
{
  return self->method;
}

/**
 * mcp_ask_get_params:
 * @self: what a server asks
 *
 * Returns: its params as the server wrote them; may be %MCP_JSON_SLICE_NONE
 */
McpJsonSlice
mcp_ask_get_params (McpAsk *self)
{
  if (self->params == NULL)
    return MCP_JSON_SLICE_NONE;

  return (McpJsonSlice){ self->params, strlen (self->params) };
}

/**
 * mcp_ask_get_server_revision:
 * @self: what a server asks
 *
 * Returns: the revision in which it was asked, and is to be answered
 */
McpRevision
mcp_ask_get_server_revision (McpAsk *self)
{
  return self->server_revision;
}

static gboolean
timeout_cb (gpointer user_data)
{
  mcp_ask_answer_error (MCP_ASK (user_data), MCP_JSONRPC_ERROR_INTERNAL,
                        "The client did not answer", MCP_JSON_SLICE_NONE);
  return G_SOURCE_REMOVE;
}

static void
mcp_ask_finalize (GObject *object)
{
  McpAsk *self = MCP_ASK (object);

  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->method);
  g_free (self->params);

  G_OBJECT_CLASS (mcp_ask_parent_class)->finalize (object);
}

static void
mcp_ask_class_init (McpAskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_ask_finalize;

  signals[SIGNAL_CLOSED] =
      g_signal_new ("closed", MCP_TYPE_ASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_ask_init (McpAsk *self)
{
}

/**
 * mcp_ask_new:
 * @method: what is asked
 * @params: its params, copied; or %MCP_JSON_SLICE_NONE
 * @server_revision: in which it is asked
 * @answer: takes the answer; not called when it is withdrawn
 * @user_data: for @answer
 * @destroy: (nullable): frees @user_data
 *
 * Returns: (transfer full): the question, open for an hour
 */
McpAsk *
mcp_ask_new (const char *method,
             McpJsonSlice params,
             McpRevision server_revision,
             McpAskAnswerFunc answer,
             gpointer user_data,
             GDestroyNotify destroy)
{
  McpAsk *self = g_object_new (MCP_TYPE_ASK, NULL);

  self->method = g_strdup (method);
  if (params.data != NULL)
    self->params = g_strndup (params.data, params.length);
  self->server_revision = server_revision;
  self->answer = answer;
  self->user_data = user_data;
  self->destroy = destroy;
  self->timer = g_timeout_source_new_seconds (PATIENCE_SECONDS);
  g_source_set_callback (self->timer, timeout_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

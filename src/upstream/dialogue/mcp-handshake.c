/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-handshake.h"

#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* Of a server that speaks the revision and did not say what it offers: it is asked for all. */
static const char unknown_capabilities[] =
    "{\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{}}}";

/**
 * mcp_handshake_init:
 * @self: zeroed memory
 * @facts: (transfer none): learns what the server says
 * @last_id: (transfer none): the last id that was minted
 * @funcs: static
 * @user_data: for @funcs
 */
void
mcp_handshake_init (McpHandshake *self,
                    McpServerFacts *facts,
                    gint64 *last_id,
                    const McpHandshakeFuncs *funcs,
                    gpointer user_data)
{
  self->facts = facts;
  self->last_id = last_id;
  self->funcs = funcs;
  self->user_data = user_data;
}

static gboolean
start_timer_cb (gpointer data)
{
  McpHandshake *self = data;
  g_autofree char *how =
      g_strdup_printf ("did not finish the handshake within %g s", self->start_ms / 1000.0);

  self->funcs->failed (how, self->user_data);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_handshake_begin:
 * @self: a handshake
 * @start_ms: how long the whole handshake may take, in milliseconds
 * @probe_ms: after how long a server that does not answer `server/discover` is asked `initialize`
 *
 * Begins, without asking anything yet. The functions are called from the thread-default main
 * context of now.
 */
void
mcp_handshake_begin (McpHandshake *self, guint start_ms, guint probe_ms)
{
  mcp_handshake_stop (self);
  self->has_discovered = FALSE;
  self->start_ms = start_ms;
  self->probe_ms = probe_ms;
  self->start_timer = mcp_timer_new_ms ("handshake-deadline", start_ms, start_timer_cb, self);
}

/**
 * mcp_handshake_ask:
 * @self: a handshake
 *
 * Asks what the server was asked last time, or begins to find out what it speaks.
 */
void
mcp_handshake_ask (McpHandshake *self)
{
  if (self->facts->lifecycle == MCP_LIFECYCLE_HANDSHAKE)
    mcp_handshake_initialize (self);
  else
    mcp_handshake_discover (self);
}

static gboolean
probe_timer_cb (gpointer data)
{
  McpHandshake *self = data;

  if (self->funcs->silent != NULL)
    self->funcs->silent (self->user_data);
  mcp_handshake_initialize (self);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_handshake_discover:
 * @self: a handshake
 *
 * Asks `server/discover`; `initialize` follows after a time.
 */
void
mcp_handshake_discover (McpHandshake *self)
{
  gint64 id = ++*self->last_id;
  g_autoptr (GBytes) message =
      mcp_stateless_messages_build_own_request (id, "server/discover", NULL);

  self->discover_id = id;
  self->has_discovered = TRUE;
  self->probe_until_us = g_get_monotonic_time () + self->probe_ms * (gint64) 1000;
  mcp_timer_clear (&self->probe_timer);
  self->probe_timer = mcp_timer_new_ms ("handshake-probe", self->probe_ms, probe_timer_cb, self);
  self->funcs->send (id, "server/discover", message, self->user_data);
}

/**
 * mcp_handshake_initialize:
 * @self: a handshake
 *
 * Asks `initialize`.
 */
void
mcp_handshake_initialize (McpHandshake *self)
{
  gint64 id = ++*self->last_id;
  g_autoptr (GBytes) message = mcp_provider_messages_build_initialize (id);

  self->initialize_id = id;
  mcp_timer_clear (&self->probe_timer);
  self->funcs->send (id, "initialize", message, self->user_data);
}

/**
 * mcp_handshake_expect_answer_in:
 * @self: a handshake
 * @ms: milliseconds from now
 *
 * The server is up. If it has not answered `server/discover` by then, it is asked `initialize`.
 */
void
mcp_handshake_expect_answer_in (McpHandshake *self, guint ms)
{
  if (self->probe_timer == NULL)
    return;
  self->probe_until_us = MIN (self->probe_until_us, g_get_monotonic_time () + ms * (gint64) 1000);
  g_source_set_ready_time (self->probe_timer, self->probe_until_us);
}

/**
 * mcp_handshake_stop:
 * @self: a handshake in any state
 *
 * Awaits nothing any more: the handshake is done, or the server has gone.
 */
void
mcp_handshake_stop (McpHandshake *self)
{
  mcp_timer_clear (&self->start_timer);
  mcp_timer_clear (&self->probe_timer);
  self->discover_id = 0;
  self->initialize_id = 0;
}

/**
 * mcp_handshake_owns:
 * @self: a handshake
 * @id: of a request
 *
 * Returns: whether it is a request of the handshake without an answer
 */
gboolean
mcp_handshake_owns (const McpHandshake *self, gint64 id)
{
  return id != 0 && (id == self->discover_id || id == self->initialize_id);
}

/**
 * mcp_handshake_owns_error:
 * @self: a handshake
 * @message: a response
 *
 * Many servers answer what they do not expect before `initialize` by an error without an id.
 *
 * Returns: whether @message is such an answer to `server/discover`
 */
gboolean
mcp_handshake_owns_error (const McpHandshake *self, McpJsonrpcMessage *message)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);

  return self->discover_id != 0 && self->initialize_id == 0 &&
         mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE &&
         (id.data == NULL || mcp_json_get_type (id) == MCP_JSON_NULL);
}

/* Whether one of the strings is a revision without a handshake that is spoken here. */
static gboolean
names_stateless (McpJsonSlice object, const char *key)
{
  McpJsonIter iter;
  McpJsonSlice list;
  McpJsonSlice element;

  if (!mcp_json_find_typed (object, key, MCP_JSON_ARRAY, &list))
    return FALSE;
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      if (mcp_json_get_type (element) == MCP_JSON_STRING &&
          mcp_json_string_equal (element, mcp_revision_to_string (MCP_REVISION_NEWEST)))
        return TRUE;
    }
  return FALSE;
}

/* Errors that only a server of that revision has; one that does not speak it has them, too, when
   it is of a later one. */
static gboolean
is_stateless_error (McpJsonrpcMessage *answer)
{
  McpJsonSlice data = MCP_JSON_SLICE_NONE;
  McpJsonSlice supported;

  mcp_json_find_typed (mcp_jsonrpc_message_get_error (answer), "data", MCP_JSON_OBJECT, &data);
  switch (mcp_jsonrpc_message_get_error_code (answer))
    {
    case MCP_ERROR_CODE_HEADER_MISMATCH:
    case MCP_ERROR_CODE_MISSING_CAPABILITY:
      return data.data == NULL || !mcp_json_find (data, "supported", &supported) ||
             names_stateless (data, "supported");
    case MCP_ERROR_CODE_UNSUPPORTED_VERSION:
      return data.data != NULL && names_stateless (data, "supported");
    default:
      return FALSE;
    }
}

static void
take_discovered (McpHandshake *self, McpJsonrpcMessage *answer)
{
  McpJsonSlice result = { unknown_capabilities, strlen (unknown_capabilities) };
  gint64 id = self->discover_id;
  gint64 other_id = self->initialize_id;
  gboolean is_stateless;

  self->discover_id = 0;
  if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    {
      result = mcp_jsonrpc_message_get_result (answer);
      is_stateless = names_stateless (result, "supportedVersions");
    }
  else
    is_stateless = is_stateless_error (answer);

  if (!is_stateless)
    {
      if (other_id == 0)
        mcp_handshake_initialize (self);
      return;
    }
  self->initialize_id = 0;
  mcp_timer_clear (&self->probe_timer);
  self->facts->lifecycle = MCP_LIFECYCLE_STATELESS;
  mcp_server_facts_learn (self->facts, MCP_REVISION_NEWEST, result);
  self->funcs->ready (id, other_id, self->user_data);
}

static void
take_initialized (McpHandshake *self, McpJsonrpcMessage *answer)
{
  gint64 id = self->initialize_id;
  gint64 other_id = self->discover_id;
  g_autoptr (GError) error = NULL;
  McpRevision revision = mcp_provider_messages_check_initialized (answer, &error);

  self->discover_id = 0;
  self->initialize_id = 0;
  if (revision == MCP_REVISION_UNKNOWN)
    {
      self->funcs->failed (error->message, self->user_data);
      return;
    }
  if (self->facts->lifecycle != MCP_LIFECYCLE_HTTP_SSE)
    self->facts->lifecycle = MCP_LIFECYCLE_HANDSHAKE;
  mcp_server_facts_learn (self->facts, revision, mcp_jsonrpc_message_get_result (answer));
  self->funcs->ready (id, other_id, self->user_data);
}

/* Returns: whether another answer may come, or another question was asked */
static gboolean
goes_on_after_refusal (McpHandshake *self)
{
  /* Asked because the server was silent: it may yet answer what was asked first. */
  if (self->discover_id != 0)
    {
      self->initialize_id = 0;
      return TRUE;
    }
  /* Asked because it was known to be an older server: it may be another by now. */
  if (!self->has_discovered)
    {
      self->initialize_id = 0;
      mcp_handshake_discover (self);
      return TRUE;
    }
  return FALSE;
}

/**
 * mcp_handshake_take_answer:
 * @self: a handshake
 * @id: which mcp_handshake_owns()
 * @answer: of the server
 *
 * The first answer that is of use counts; a later one belongs to no request.
 */
void
mcp_handshake_take_answer (McpHandshake *self, gint64 id, McpJsonrpcMessage *answer)
{
  if (id == self->discover_id)
    take_discovered (self, answer);
  else if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT ||
           !goes_on_after_refusal (self))
    take_initialized (self, answer);
}

/**
 * mcp_handshake_take_no_answer:
 * @self: a handshake
 * @id: which mcp_handshake_owns()
 * @how: why there is no answer; goes on after “it”
 *
 * The server is there, and has not answered a request in a way that is of use.
 */
void
mcp_handshake_take_no_answer (McpHandshake *self, gint64 id, const char *how)
{
  if (id == self->initialize_id)
    {
      self->funcs->failed (how, self->user_data);
      return;
    }
  self->discover_id = 0;
  if (self->initialize_id == 0)
    mcp_handshake_initialize (self);
}

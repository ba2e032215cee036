/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-subscription.h"

#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* So that a client which names its resources one by one makes one request. */
#define DEBOUNCE_MS     50
/* Who held it for so long did not fail. */
#define GOOD_TIME_US    (30 * G_USEC_PER_SEC)
#define SUBSCRIPTION_ID "io.modelcontextprotocol/subscriptionId"

/**
 * mcp_subscription_init:
 * @self: zeroed memory
 * @facts: (transfer none): says what the server can tell, and what is watched
 * @last_id: (transfer none): the last id that was minted
 * @funcs: static
 * @user_data: for @funcs
 */
void
mcp_subscription_init (McpSubscription *self,
                       McpServerFacts *facts,
                       gint64 *last_id,
                       const McpSubscriptionFuncs *funcs,
                       gpointer user_data)
{
  self->facts = facts;
  self->last_id = last_id;
  self->funcs = funcs;
  self->user_data = user_data;
}

static gboolean
offers_changes (McpJsonSlice capabilities, const char *feature)
{
  McpJsonSlice value;

  return mcp_json_find_typed (capabilities, feature, MCP_JSON_OBJECT, &value) &&
         mcp_json_find_typed (value, "listChanged", MCP_JSON_BOOLEAN, &value) &&
         mcp_json_get_boolean (value);
}

static void
append_watched (GString *out, GHashTable *watched)
{
  GHashTableIter iter;
  gpointer uri;
  gboolean is_first = TRUE;

  g_string_append (out, "\"resourceSubscriptions\":[");
  g_hash_table_iter_init (&iter, watched);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, uri);
      is_first = FALSE;
    }
  g_string_append_c (out, ']');
}

/* Returns: (nullable): the request's params; NULL where there is nothing to hear of */
static char *
build_params (const McpServerFacts *facts)
{
  static const char *const features[][2] = {
    { "tools", "toolsListChanged" },
    { "prompts", "promptsListChanged" },
    { "resources", "resourcesListChanged" },
  };
  McpJsonSlice capabilities = { facts->capabilities, strlen (facts->capabilities) };
  g_autoptr (GString) out = g_string_new ("{\"notifications\":{");
  gsize n_empty = out->len;

  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    {
      if (!offers_changes (capabilities, features[i][0]))
        continue;
      g_string_append_printf (out, "%s\"%s\":true", out->len > n_empty ? "," : "", features[i][1]);
    }
  if (g_hash_table_size (facts->watched) > 0)
    {
      if (out->len > n_empty)
        g_string_append_c (out, ',');
      append_watched (out, facts->watched);
    }
  if (out->len == n_empty)
    return NULL;
  g_string_append (out, "}}");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
close_one (McpSubscription *self, gint64 *id)
{
  gint64 closed = *id;

  *id = 0;
  if (closed != 0)
    self->funcs->close (closed, self->user_data);
}

static void
open_another (McpSubscription *self)
{
  g_autofree char *params = build_params (self->facts);
  g_autoptr (GBytes) message = NULL;

  mcp_timer_clear (&self->timer);
  if (self->old_id == 0)
    self->old_id = self->id;
  else
    close_one (self, &self->id);
  self->id = 0;
  if (params == NULL)
    {
      close_one (self, &self->old_id);
      return;
    }

  self->id = ++*self->last_id;
  self->opened_us = g_get_monotonic_time ();
  message = mcp_stateless_messages_build_own_request (self->id, "subscriptions/listen", params);
  self->funcs->open (self->id, message, self->user_data);
}

static gboolean
timer_cb (gpointer data)
{
  open_another (data);
  return G_SOURCE_REMOVE;
}

static void
open_after (McpSubscription *self, guint ms)
{
  mcp_timer_clear (&self->timer);
  self->timer = mcp_timer_new_ms ("subscription-retry", ms, timer_cb, self);
}

/**
 * mcp_subscription_start:
 * @self: of a server that is ready now
 *
 * Asks for whatever the server can tell, and again whenever that ends.
 */
void
mcp_subscription_start (McpSubscription *self)
{
  self->is_running = TRUE;
  mcp_backoff_reset (&self->backoff);
  open_another (self);
}

/**
 * mcp_subscription_stop:
 * @self: of a server that is left, or has gone; the caller cuts off what is open
 */
void
mcp_subscription_stop (McpSubscription *self)
{
  mcp_timer_clear (&self->timer);
  self->is_running = FALSE;
  self->id = 0;
  self->old_id = 0;
}

/**
 * mcp_subscription_end:
 * @self: of a server that can still be talked to
 *
 * Lets go what is open, and stops.
 */
void
mcp_subscription_end (McpSubscription *self)
{
  close_one (self, &self->old_id);
  close_one (self, &self->id);
  mcp_subscription_stop (self);
}

/**
 * mcp_subscription_update:
 * @self: of a server in any state
 *
 * Something else is watched now.
 */
void
mcp_subscription_update (McpSubscription *self)
{
  if (self->is_running)
    open_after (self, DEBOUNCE_MS);
}

/**
 * mcp_subscription_owns:
 * @self: of a server
 * @id: of a request
 *
 * Returns: whether it is one of these
 */
gboolean
mcp_subscription_owns (const McpSubscription *self, gint64 id)
{
  return id != 0 && (id == self->id || id == self->old_id);
}

/**
 * mcp_subscription_take_end:
 * @self: of a server
 * @id: which mcp_subscription_owns()
 * @is_refused: the server has no such request; it is not asked again unless there is something
 *   new to ask for
 *
 * The server has answered, or its stream has ended.
 */
void
mcp_subscription_take_end (McpSubscription *self, gint64 id, gboolean is_refused)
{
  gint64 now_us = g_get_monotonic_time ();

  if (id == self->old_id)
    {
      self->old_id = 0;
      return;
    }
  self->id = 0;
  if (is_refused || !self->is_running)
    return;
  if (now_us - self->opened_us > GOOD_TIME_US)
    mcp_backoff_reset (&self->backoff);
  mcp_backoff_fail (&self->backoff, now_us);
  open_after (self, (guint) (mcp_backoff_get_wait_us (&self->backoff, now_us) / 1000));
}

/* The id of the subscription that a notification names: in its "_meta", or as the cancelled
 * request. */
static gboolean
find_id (McpJsonSlice params, gboolean is_cancelled, gint64 *id)
{
  McpJsonSlice value = params;

  if (params.data == NULL)
    return FALSE;
  if (is_cancelled)
    return mcp_json_find_typed (params, "requestId", MCP_JSON_NUMBER, &value) &&
           mcp_json_get_int64 (value, id);
  return mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &value) &&
         mcp_json_find_typed (value, SUBSCRIPTION_ID, MCP_JSON_NUMBER, &value) &&
         mcp_json_get_int64 (value, id);
}

/**
 * mcp_subscription_take_notification:
 * @self: of a server
 * @message: a notification of it
 *
 * Returns: whether it was about the request itself, and for nobody else
 */
gboolean
mcp_subscription_take_notification (McpSubscription *self, McpJsonrpcMessage *message)
{
  const char *method = mcp_jsonrpc_message_get_method (message);
  gboolean is_cancelled = strcmp (method, "notifications/cancelled") == 0;
  gint64 id;

  if (!is_cancelled && strcmp (method, "notifications/subscriptions/acknowledged") != 0)
    return FALSE;
  if (!find_id (mcp_jsonrpc_message_get_params (message), is_cancelled, &id) ||
      !mcp_subscription_owns (self, id))
    return !is_cancelled;

  if (is_cancelled)
    mcp_subscription_take_end (self, id, FALSE);
  else if (id == self->id)
    close_one (self, &self->old_id);
  return is_cancelled; /* what is listened to, others want to know */
}

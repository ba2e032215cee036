/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-asks.h"

#include "common/mcp-keyed-hash.h"
#include "upstream/dialogue/mcp-provider-request.h"

#include <string.h>

/* Each question waits for a person, and is kept until then. */
#define MAX_ASKS 256
/* What a server asks at once for one request comes within this time. */
#define BURST_US (50 * 1000)

/* A request in flight, as far as its client can be asked or told something. */
typedef struct
{
  gint64 id; /* the key points here */
  McpProviderLogFunc log;
  McpProviderAskFunc ask;
  gpointer user_data;
  char *task_id;    /* (nullable): of the task whose result the request waits for */
  guint n_asks;     /* questions without an answer */
  gint64 asked_us;  /* monotonic: when the first of these came */
  gboolean is_sent; /* a request that was not sent cannot be the cause of a question */
} Asker;

struct _McpServerAsks
{
  McpProvider *provider; /* (unowned): owns us */
  const McpServerAsksFuncs *funcs;
  gpointer user_data;
  GHashTable *askers; /* (owned): gint64 *id -> Asker */
  GHashTable *asks;   /* (owned): char *id, as JSON -> gint64 *: of the request; 0: of none */
  gboolean is_of_one; /* all requests are those of one session */
};

static void
asker_free (gpointer data)
{
  Asker *asker = data;

  g_free (asker->task_id);
  g_free (asker);
}

/**
 * mcp_server_asks_new:
 * @provider: (transfer none): owns what is made here
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): an empty table
 */
McpServerAsks *
mcp_server_asks_new (McpProvider *provider, const McpServerAsksFuncs *funcs, gpointer user_data)
{
  McpServerAsks *self = g_new0 (McpServerAsks, 1);

  self->provider = provider;
  self->funcs = funcs;
  self->user_data = user_data;
  self->askers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, asker_free);
  self->asks = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, g_free);
  return self;
}

/**
 * mcp_server_asks_free:
 * @self: (transfer full): a table
 */
void
mcp_server_asks_free (McpServerAsks *self)
{
  g_hash_table_unref (self->askers);
  g_hash_table_unref (self->asks);
  g_free (self);
}

/**
 * mcp_server_asks_set_of_one_session:
 * @self: a table
 * @is_of_one: whether all requests are those of one session
 */
void
mcp_server_asks_set_of_one_session (McpServerAsks *self, gboolean is_of_one)
{
  self->is_of_one = is_of_one;
}

/* MCP 2025-11-25, basic/utilities/tasks: what comes for a task comes while its result is waited
 * for. */
static char *
dup_task_id (const McpProviderRequest *request)
{
  g_autoptr (McpParams) params = NULL;
  McpJsonSlice task_id;

  if (strcmp (request->method, "tasks/result") != 0)
    return NULL;
  params = mcp_provider_request_ref_params (request);
  if (!mcp_params_get (params, MCP_PARAM_TASK_ID, &task_id) ||
      mcp_json_get_type (task_id) != MCP_JSON_STRING)
    return NULL;
  return mcp_json_dup_string (task_id);
}

/**
 * mcp_server_asks_add:
 * @self: a table
 * @id: of a request that is not in the table
 * @request: its functions are kept
 */
void
mcp_server_asks_add (McpServerAsks *self, gint64 id, const McpProviderRequest *request)
{
  Asker *asker = g_new0 (Asker, 1);

  asker->id = id;
  asker->log = request->log;
  asker->ask = request->ask;
  asker->user_data = request->user_data;
  asker->task_id = dup_task_id (request);
  g_hash_table_insert (self->askers, &asker->id, asker);
}

/**
 * mcp_server_asks_note_sent:
 * @self: a table
 * @id: of a request that is being sent now
 */
void
mcp_server_asks_note_sent (McpServerAsks *self, gint64 id)
{
  Asker *asker = g_hash_table_lookup (self->askers, &id);

  if (asker != NULL)
    asker->is_sent = TRUE;
}

static gboolean
is_ask_of (gpointer ask_id, gpointer owner, gpointer id)
{
  return *(gint64 *) owner == *(gint64 *) id;
}

/**
 * mcp_server_asks_remove:
 * @self: a table
 * @id: of a request that has ended
 *
 * Forgets the request and its questions: their answers would come too late.
 */
void
mcp_server_asks_remove (McpServerAsks *self, gint64 id)
{
  Asker *asker = g_hash_table_lookup (self->askers, &id);

  if (asker == NULL)
    return;
  if (asker->n_asks > 0)
    g_hash_table_foreach_remove (self->asks, is_ask_of, &id);
  g_hash_table_remove (self->askers, &id);
}

typedef gboolean (*AskerTest) (McpServerAsks *self, Asker *asker);

static gboolean
takes_logs (McpServerAsks *self, Asker *asker)
{
  return asker->log != NULL;
}

/* Within one session, a request that waits for its client's answer asks nothing more meanwhile.
   The server may then ask the wrong client of the session, which is unlikely, and does less harm
   than a server that can ask nobody as long as one client takes its time. Between sessions nothing
   is supposed. */
static gboolean
takes_asks (McpServerAsks *self, Asker *asker)
{
  if (asker->ask == NULL)
    return FALSE;
  return asker->n_asks == 0 || !self->is_of_one ||
         g_get_monotonic_time () - asker->asked_us < BURST_US;
}

/* _meta["io.modelcontextprotocol/related-task"].taskId */
static char *
dup_related_task (McpJsonSlice params)
{
  McpJsonSlice value = params;

  return params.data != NULL && mcp_json_find_typed (value, "_meta", MCP_JSON_OBJECT, &value) &&
                 mcp_json_find_typed (value, "io.modelcontextprotocol/related-task",
                                      MCP_JSON_OBJECT, &value) &&
                 mcp_json_find_typed (value, "taskId", MCP_JSON_STRING, &value)
             ? mcp_json_dup_string (value)
             : NULL;
}

/* The request that a message belongs to: the one whose stream brought it; else the one that the
   message names; else the only one that was sent and can take it. */
static Asker *
find_owner (McpServerAsks *self, gint64 id, McpJsonSlice params, AskerTest test)
{
  g_autofree char *task_id = NULL;
  GHashTableIter iter;
  Asker *asker;
  Asker *found = NULL;

  if (id != 0)
    {
      asker = g_hash_table_lookup (self->askers, &id);
      return asker != NULL && test (self, asker) ? asker : NULL;
    }

  task_id = dup_related_task (params);
  g_hash_table_iter_init (&iter, self->askers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &asker))
    {
      if (!asker->is_sent || !test (self, asker) ||
          (task_id != NULL && g_strcmp0 (asker->task_id, task_id) != 0))
        continue;
      if (found != NULL)
        return NULL;
      found = asker;
    }
  return found;
}

/**
 * mcp_server_asks_log:
 * @self: a table
 * @id: of the request whose stream brought the message; 0: it came on a stream of all requests
 * @params: of a notifications/message
 *
 * Hands the message to its request. The caller holds the provider.
 *
 * Returns: whether there is one request that the message belongs to for certain
 */
gboolean
mcp_server_asks_log (McpServerAsks *self, gint64 id, McpJsonSlice params)
{
  Asker *owner = find_owner (self, id, params, takes_logs);

  if (owner == NULL)
    return FALSE;
  owner->log (self->provider, params, owner->user_data);
  return TRUE;
}

/**
 * mcp_server_asks_may_ask:
 * @self: a table
 *
 * Returns: whether the server has few enough questions without an answer to ask more
 */
gboolean
mcp_server_asks_may_ask (McpServerAsks *self)
{
  return g_hash_table_size (self->asks) < MAX_ASKS;
}

static void
note_ask (McpServerAsks *self, McpJsonSlice ask_id, gint64 id)
{
  g_hash_table_replace (self->asks, g_strndup (ask_id.data, ask_id.length),
                        g_memdup2 (&id, sizeof id));
}

/**
 * mcp_server_asks_ask:
 * @self: a table
 * @id: of the request whose stream brought the question; 0: it came on a stream of all requests
 * @question: a request of the server
 *
 * Hands a question to the request that it belongs to, whose time stands still from now on. The
 * caller holds the provider.
 *
 * Returns: whether there is one request that the question belongs to for certain
 */
gboolean
mcp_server_asks_ask (McpServerAsks *self, gint64 id, McpJsonrpcMessage *question)
{
  Asker *owner = find_owner (self, id, mcp_jsonrpc_message_get_params (question), takes_asks);
  McpJsonSlice ask_id = mcp_jsonrpc_message_get_id (question);

  if (owner == NULL)
    return FALSE;
  mcp_server_asks_end_ask (self, ask_id);
  note_ask (self, ask_id, owner->id);
  if (owner->n_asks++ == 0)
    owner->asked_us = g_get_monotonic_time ();
  self->funcs->pause (owner->id, self->user_data);
  owner->ask (self->provider, question, owner->user_data);
  return TRUE;
}

/**
 * mcp_server_asks_note_asked:
 * @self: a table
 * @ask_id: of a question that belongs to no request that is known
 *
 * Notes that the question may be answered.
 */
void
mcp_server_asks_note_asked (McpServerAsks *self, McpJsonSlice ask_id)
{
  mcp_server_asks_end_ask (self, ask_id);
  note_ask (self, ask_id, 0);
}

/**
 * mcp_server_asks_end_ask:
 * @self: a table
 * @ask_id: the server's own, as JSON
 *
 * Notes that a question is answered, or withdrawn. The time of its request begins again when that
 * was the last one.
 *
 * Returns: whether the question had no answer yet
 */
gboolean
mcp_server_asks_end_ask (McpServerAsks *self, McpJsonSlice ask_id)
{
  g_autofree char *key = g_strndup (ask_id.data, ask_id.length);
  gint64 *id = g_hash_table_lookup (self->asks, key);
  Asker *owner;

  if (id == NULL)
    return FALSE;
  owner = g_hash_table_lookup (self->askers, id);
  g_hash_table_remove (self->asks, key);
  if (owner != NULL && --owner->n_asks == 0)
    self->funcs->resume (owner->id, self->user_data);
  return TRUE;
}

/**
 * mcp_server_asks_forget:
 * @self: a table
 *
 * Forgets all questions: the server that asked them has gone.
 */
void
mcp_server_asks_forget (McpServerAsks *self)
{
  GHashTableIter iter;
  gpointer ask_id;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_iter_init (&iter, self->asks);
  while (g_hash_table_iter_next (&iter, &ask_id, NULL))
    g_ptr_array_add (ids, g_strdup (ask_id));
  for (guint i = 0; i < ids->len; i++)
    mcp_server_asks_end_ask (self, (McpJsonSlice){ ids->pdata[i], strlen (ids->pdata[i]) });
}

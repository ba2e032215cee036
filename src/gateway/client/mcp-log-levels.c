/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-log-levels.h"

#include <string.h>

/* server/utilities/logging, "Log Levels" (those of RFC 5424), most talkative first. */
static const char *const levels[] = {
  "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
};

/* How long a server may take to answer logging/setLevel. */
#define PATIENCE_MS 2000

typedef struct
{
  McpClient *client; /* (owned) */
  int level;
} Wish;

struct _McpLogLevels
{
  GObject parent_instance;

  McpProviderPool *pool; /* (owned) */
  GHashTable *wishes;    /* (owned): who wishes (unowned) -> Wish (owned) */
};

G_DEFINE_FINAL_TYPE (McpLogLevels, mcp_log_levels, G_TYPE_OBJECT)

static int
find_level (const char *level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_strcmp0 (levels[i], level) == 0)
      return (int) i;
  return -1;
}

static void
wish_free (Wish *wish)
{
  mcp_client_unref (wish->client);
  g_free (wish);
}

/**
 * mcp_log_levels_is_known:
 * @level: (nullable): as a client names it
 *
 * Returns: whether a level of that name exists
 */
gboolean
mcp_log_levels_is_known (const char *level)
{
  return find_level (level) >= 0;
}

/**
 * mcp_log_levels_passes:
 * @least: (nullable): what a client wants to hear; %NULL: everything
 * @params: of a notifications/message
 *
 * Returns: whether the message is of that level or above
 */
gboolean
mcp_log_levels_passes (const char *least, McpJsonSlice params)
{
  g_autofree char *level = NULL;
  McpJsonSlice value;

  if (least == NULL)
    return TRUE;
  if (params.data == NULL || !mcp_json_find_typed (params, "level", MCP_JSON_STRING, &value))
    return FALSE;
  level = mcp_json_dup_string (value);
  return find_level (level) >= find_level (least);
}

/**
 * mcp_log_levels_name_logger:
 * @params: of a notifications/message
 * @server: (nullable): the server that logs
 *
 * Says in “logger” which server speaks, since a client sees only one server; does nothing for a
 * server that is exposed alone.
 *
 * Returns: (transfer full): params
 */
char *
mcp_log_levels_name_logger (McpJsonSlice params, McpServerConfig *server)
{
  g_autoptr (GString) named = g_string_new (NULL);
  g_autofree char *logger = NULL;
  g_autofree char *both = NULL;
  McpJsonSlice value;

  if (server == NULL || *server->prefix == '\0' || mcp_json_get_type (params) != MCP_JSON_OBJECT)
    return g_strndup (params.data, params.length);

  if (mcp_json_find_typed (params, "logger", MCP_JSON_STRING, &value))
    logger = mcp_json_dup_string (value);
  both = g_strjoin ("/", server->prefix, logger, NULL);
  mcp_json_append_string (named, both);
  return mcp_json_edit_replace_member (params, "logger", (McpJsonSlice){ named->str, named->len });
}

/* Whether the client hears what the provider logs. */
static gboolean
is_heard (McpLogLevels *self, const Wish *wish, McpProvider *provider)
{
  if (wish->client->server != NULL &&
      strcmp (wish->client->server, mcp_provider_get_name (provider)) != 0)
    return FALSE;
  return mcp_provider_pool_is_used_by (self->pool, provider,
                                       mcp_session_get_id (wish->client->session));
}

/* The lowest level that a client of the provider wants; -1: no client has named one. */
static int
find_wanted (McpLogLevels *self, McpProvider *provider)
{
  GHashTableIter iter;
  gpointer item;
  int wanted = -1;

  g_hash_table_iter_init (&iter, self->wishes);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      Wish *wish = item;

      if ((wanted < 0 || wish->level < wanted) && is_heard (self, wish, provider))
        wanted = wish->level;
    }
  return wanted;
}

static gboolean
takes_levels (McpProvider *provider)
{
  const char *capabilities = mcp_provider_get_capabilities (provider);
  McpJsonSlice value;

  return !mcp_revision_is_stateless (mcp_provider_get_revision (provider)) &&
         capabilities != NULL &&
         mcp_json_find ((McpJsonSlice){ capabilities, strlen (capabilities) }, "logging", &value);
}

static gboolean
request_level (McpLogLevels *self,
               McpProvider *provider,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  int wanted = find_wanted (self, provider);
  g_autofree char *params = NULL;
  McpProviderRequest request = { .method = "logging/setLevel", .timeout_ms = PATIENCE_MS };

  if (wanted < 0 || !takes_levels (provider))
    return FALSE;
  params = g_strdup_printf ("{\"level\":\"%s\"}", levels[wanted]);
  request.params = params;
  mcp_provider_request_async (provider, &request, cancellable, callback, user_data);
  return TRUE;
}

/* The provider's own waiting requests follow: they are made at the level that is wanted. */
static void
ready_cb (McpProviderPool *pool, McpServerConfig *config, McpProvider *provider, McpLogLevels *self)
{
  request_level (self, provider, NULL, NULL, NULL);
}

/**
 * mcp_log_levels_set:
 * @self: the levels
 * @owner: who wishes, by its address only
 * @client: the facts of its client
 * @level: a known one
 *
 * Keeps what a client wants to hear.
 */
void
mcp_log_levels_set (McpLogLevels *self, gpointer owner, McpClient *client, const char *level)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->client = mcp_client_ref (client);
  wish->level = find_level (level);
  g_hash_table_replace (self->wishes, owner, wish);
}

/**
 * mcp_log_levels_forget:
 * @self: the levels
 * @owner: who has gone
 */
void
mcp_log_levels_forget (McpLogLevels *self, gpointer owner)
{
  g_hash_table_remove (self->wishes, owner);
}

typedef struct
{
  guint n_open;
} Applying;

static void
level_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Applying *applying = g_task_get_task_data (task);
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);
  if (error != NULL)
    g_debug ("logging/setLevel: %s", error->message);
  if (--applying->n_open == 0)
    g_task_return_boolean (task, TRUE);
}

/**
 * mcp_log_levels_apply_async:
 * @self: the levels
 * @session: clients of this session have changed their levels
 * @cancellable: (nullable): ends the waiting
 * @callback: (nullable) (scope async): when the running servers know
 * @user_data: for @callback
 *
 * Sends the level to the servers of a session that run; others get it when they start. One that
 * does not answer within 2 s is waited for no longer.
 */
void
mcp_log_levels_apply_async (McpLogLevels *self,
                            McpSession *session,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GPtrArray) providers =
      mcp_provider_pool_dup_running (self->pool, mcp_session_get_id (session));
  Applying *applying = g_new0 (Applying, 1);

  g_task_set_source_tag (task, mcp_log_levels_apply_async);
  g_task_set_task_data (task, applying, g_free);
  applying->n_open = 1;
  for (guint i = 0; i < providers->len; i++)
    {
      applying->n_open++;
      g_object_ref (task); /* before: it may be answered within */
      if (request_level (self, g_ptr_array_index (providers, i), cancellable, level_set_cb, task))
        continue;
      applying->n_open--;
      g_object_unref (task);
    }
  if (--applying->n_open == 0)
    g_task_return_boolean (task, TRUE);
}

/**
 * mcp_log_levels_apply_finish:
 * @self: the levels
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_log_levels_apply_finish (McpLogLevels *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mcp_log_levels_finalize (GObject *object)
{
  McpLogLevels *self = MCP_LOG_LEVELS (object);

  g_hash_table_unref (self->wishes);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_log_levels_parent_class)->finalize (object);
}

static void
mcp_log_levels_class_init (McpLogLevelsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_log_levels_finalize;
}

static void
mcp_log_levels_init (McpLogLevels *self)
{
  self->wishes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) wish_free);
}

/**
 * mcp_log_levels_new:
 * @pool: where the providers are
 *
 * Returns: (transfer full): no client has named a level
 */
McpLogLevels *
mcp_log_levels_new (McpProviderPool *pool)
{
  McpLogLevels *self = g_object_new (MCP_TYPE_LOG_LEVELS, NULL);

  self->pool = g_object_ref (pool);
  g_signal_connect_object (pool, "ready", G_CALLBACK (ready_cb), self, 0);
  return self;
}

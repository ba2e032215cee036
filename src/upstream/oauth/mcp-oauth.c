/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/oauth/mcp-oauth.h"

#include "common/mcp-error.h"
#include "mcp-oauth-server-private.h"
#include "mcp-oauth-text-private.h"

#include <string.h>

/* Of what a browser or a person brings. */
#define MAX_ANSWER_BYTES 8192

struct _McpOauth
{
  GObject parent_instance;

  McpOauthBook *book;  /* (owned) */
  GHashTable *servers; /* (owned): name (owned) -> McpOauthServer (owned) */
};

G_DEFINE_FINAL_TYPE (McpOauth, mcp_oauth, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_GRANTED,
  SIGNAL_NEEDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
server_changed_cb (McpOauthServer *server, McpOauth *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, server);
}

static void
server_granted_cb (McpOauthServer *server, McpOauth *self)
{
  g_signal_emit (self, signals[SIGNAL_GRANTED], 0, server);
}

static void
server_needed_cb (McpOauthServer *server, McpOauth *self)
{
  g_signal_emit (self, signals[SIGNAL_NEEDED], 0, server);
}

/**
 * mcp_oauth_lookup:
 * @self: the logins
 * @name: of a server
 *
 * Returns: (transfer none) (nullable): its login; %NULL: it has none to do with
 */
McpOauthServer *
mcp_oauth_lookup (McpOauth *self, const char *name)
{
  return g_hash_table_lookup (self->servers, name);
}

/**
 * mcp_oauth_ensure_server:
 * @self: the logins
 * @config: an entry of the configuration
 *
 * Returns: (transfer none) (nullable): its login; %NULL: it has none to do with
 */
McpOauthServer *
mcp_oauth_ensure_server (McpOauth *self, McpServerConfig *config)
{
  McpOauthServer *known = mcp_oauth_lookup (self, config->name);
  McpOauthServer *server;

  if (known != NULL && mcp_oauth_server_is_of (known, config))
    return known;
  if (known != NULL)
    g_signal_handlers_disconnect_by_data (known, self);
  server = mcp_oauth_server_new (self->book, config);
  if (server == NULL)
    {
      g_hash_table_remove (self->servers, config->name);
      return NULL;
    }
  g_signal_connect (server, "changed", G_CALLBACK (server_changed_cb), self);
  g_signal_connect (server, "needed", G_CALLBACK (server_needed_cb), self);
  /* The providers of the server are told first: they may be asked for lists right away. */
  g_signal_connect_after (server, "granted", G_CALLBACK (server_granted_cb), self);
  g_hash_table_replace (self->servers, g_strdup (config->name), server);
  return server;
}

static gboolean
is_configured (GPtrArray *configs, const char *name)
{
  for (guint i = 0; i < configs->len; i++)
    if (g_str_equal (((McpServerConfig *) configs->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/**
 * mcp_oauth_set_servers:
 * @self: the logins
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * The logins to servers that are gone stay in the store: an entry may come back.
 */
void
mcp_oauth_set_servers (McpOauth *self, GPtrArray *configs)
{
  GHashTableIter iter;
  gpointer name;
  gpointer server;

  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, &name, &server))
    if (!is_configured (configs, name))
      {
        g_signal_handlers_disconnect_by_data (server, self);
        g_hash_table_iter_remove (&iter);
      }
  for (guint i = 0; i < configs->len; i++)
    mcp_oauth_ensure_server (self, configs->pdata[i]);
}

/* The browser is back */

static void
completed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *server = MCP_OAUTH_SERVER (source);
  GError *error = NULL;

  if (mcp_oauth_server_complete_finish (server, result, &error))
    g_task_return_pointer (task, g_strdup (mcp_oauth_server_get_name (server)), g_free);
  else
    g_task_return_error (task, error);
}

/* @task: (transfer full) */
static void
take_answer (GTask *task, GHashTable *fields)
{
  McpOauth *self = g_task_get_source_object (task);
  McpOauthFlows *flows = mcp_oauth_book_get_flows (self->book);
  g_autoptr (McpOauthFlow) flow =
      mcp_oauth_flows_take (flows, g_hash_table_lookup (fields, "state"));
  McpOauthServer *server = mcp_oauth_lookup (self, flow->server);
  GError *error = NULL;
  g_autofree char *code = mcp_oauth_flow_read_answer (flow, fields, &error);

  if (code != NULL && server != NULL)
    {
      mcp_oauth_server_complete_async (server, flow, code, completed_cb, task);
      return;
    }
  if (server != NULL)
    mcp_oauth_server_note_refused (server, error->message);
  if (error == NULL)
    error = g_error_new (MCP_ERROR, MCP_ERROR_NOT_FOUND, "Server “%s” is not configured any more",
                         flow->server);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* A person may paste the code alone, where nothing else has to be looked at.
 * Returns: (transfer full) (nullable): the fields of the address that it was taken from */
static GHashTable *
read_code (McpOauth *self, const char *name, const char *text)
{
  McpOauthFlows *flows = mcp_oauth_book_get_flows (self->book);
  McpOauthFlow *flow = mcp_oauth_flows_find_of_server (flows, name);
  g_autofree char *code = g_uri_unescape_string (text, NULL);
  GHashTable *fields;

  if (flow == NULL || flow->has_iss || flow->device_code != NULL || code == NULL || *code == '\0')
    return NULL;
  fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (fields, g_strdup ("state"), g_strdup (flow->state));
  g_hash_table_insert (fields, g_strdup ("code"), g_steal_pointer (&code));
  return fields;
}

/* Returns: (transfer full) (nullable): the fields of an answer that belongs to a login */
static GHashTable *
read_answer (McpOauth *self, const char *name, const char *query)
{
  McpOauthFlows *flows = mcp_oauth_book_get_flows (self->book);
  g_autoptr (GHashTable) fields =
      strlen (query) <= MAX_ANSWER_BYTES ? mcp_oauth_text_parse_form (query) : NULL;
  const char *state = fields != NULL ? g_hash_table_lookup (fields, "state") : NULL;
  McpOauthFlow *flow = state != NULL ? mcp_oauth_flows_find (flows, state) : NULL;

  if (fields != NULL && name != NULL && strpbrk (query, "=&:/ ") == NULL)
    return read_code (self, name, query);
  if (flow == NULL || (name != NULL && !g_str_equal (flow->server, name)))
    return NULL;
  return g_steal_pointer (&fields);
}

/* @name: (nullable) */
static GError *
new_unknown (const char *name, const char *query)
{
  if (name != NULL && strstr (query, "state=") == NULL)
    return g_error_new_literal (
        MCP_ERROR, MCP_ERROR_NOT_FOUND,
        "This is not the address that the browser ended at after the login: that "
        "has “state=” in it; paste all of it");
  return g_error_new_literal (MCP_ERROR, MCP_ERROR_NOT_FOUND,
                              "This login is not known: it was used already, took longer than ten "
                              "minutes, or was begun elsewhere");
}

/**
 * mcp_oauth_complete_async:
 * @self: the logins
 * @name: (nullable): of the server, where it is known which
 * @query: what a browser came back with: the part of the address behind “?”, or the code alone
 * where @name is given and the issuer does not say who it is
 * @callback: (scope async): when the login is done
 * @user_data: for @callback
 *
 * Ends a login. Each is ended once.
 */
void
mcp_oauth_complete_async (McpOauth *self,
                          const char *name,
                          const char *query,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GHashTable) fields = read_answer (self, name, query);

  g_task_set_source_tag (task, mcp_oauth_complete_async);
  if (fields != NULL)
    {
      take_answer (task, fields);
      return;
    }
  g_task_return_error (task, new_unknown (name, query));
  g_object_unref (task);
}

/**
 * mcp_oauth_complete_finish:
 * @self: the logins
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND, #McpOauthError, and those of the store.
 *
 * Returns: (transfer full) (nullable): the name of the server that there is a login to now
 */
char *
mcp_oauth_complete_finish (McpOauth *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
logged_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mcp_oauth_server_logout_finish (MCP_OAUTH_SERVER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mcp_oauth_book_forget_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_logout_async:
 * @self: the logins
 * @name: of a server, configured or not
 * @callback: (scope async): when nothing is left
 * @user_data: for @callback
 *
 * Forgets the login to a server.
 */
void
mcp_oauth_logout_async (McpOauth *self,
                        const char *name,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  McpOauthServer *server = mcp_oauth_lookup (self, name);

  g_task_set_source_tag (task, mcp_oauth_logout_async);
  if (server != NULL)
    mcp_oauth_server_logout_async (server, logged_out_cb, task);
  else
    mcp_oauth_book_forget_async (self->book, name, forgotten_cb, task);
}

/**
 * mcp_oauth_logout_finish:
 * @self: the logins
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: whether nothing is left
 */
gboolean
mcp_oauth_logout_finish (McpOauth *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_oauth_set_port:
 * @self: the logins
 * @port: where the daemon serves HTTP; 0: nowhere
 *
 * Browsers come back there.
 */
void
mcp_oauth_set_port (McpOauth *self, guint16 port)
{
  mcp_oauth_book_set_port (self->book, port);
}

/**
 * mcp_oauth_set_listener:
 * @self: the logins
 * @listen: (nullable): has the daemon serve one more port, for entries with a “redirectPort”
 * @user_data: for @listen
 */
void
mcp_oauth_set_listener (McpOauth *self, McpOauthListenFunc listen, gpointer user_data)
{
  mcp_oauth_book_set_listener (self->book, listen, user_data);
}

/**
 * mcp_oauth_set_document:
 * @self: the logins
 * @address: (nullable): of this client's metadata document
 */
void
mcp_oauth_set_document (McpOauth *self, const char *address)
{
  mcp_oauth_book_set_document (self->book, address);
}

static void
mcp_oauth_dispose (GObject *object)
{
  McpOauth *self = MCP_OAUTH (object);
  GHashTableIter iter;
  gpointer server;

  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, NULL, &server))
    g_signal_handlers_disconnect_by_data (server, self);
  g_hash_table_remove_all (self->servers);

  G_OBJECT_CLASS (mcp_oauth_parent_class)->dispose (object);
}

static void
mcp_oauth_finalize (GObject *object)
{
  McpOauth *self = MCP_OAUTH (object);

  g_hash_table_unref (self->servers);
  mcp_oauth_book_unref (self->book);

  G_OBJECT_CLASS (mcp_oauth_parent_class)->finalize (object);
}

static void
mcp_oauth_class_init (McpOauthClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_oauth_dispose;
  object_class->finalize = mcp_oauth_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MCP_TYPE_OAUTH, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, MCP_TYPE_OAUTH_SERVER);
  signals[SIGNAL_GRANTED] = g_signal_new ("granted", MCP_TYPE_OAUTH, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, MCP_TYPE_OAUTH_SERVER);
  signals[SIGNAL_NEEDED] = g_signal_new ("needed", MCP_TYPE_OAUTH, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, MCP_TYPE_OAUTH_SERVER);
}

static void
mcp_oauth_init (McpOauth *self)
{
  self->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/**
 * mcp_oauth_new:
 * @directory: where it is kept which server uses which login, and which are on their way
 * @store: where the tokens are kept
 *
 * Blocks on files: before the main loop only.
 *
 * Returns: (transfer full): the logins, without servers
 */
McpOauth *
mcp_oauth_new (const char *directory, McpSecretStore *store)
{
  McpOauth *self = g_object_new (MCP_TYPE_OAUTH, NULL);

  self->book = mcp_oauth_book_new (directory, store);
  return self;
}

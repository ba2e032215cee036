/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-book-private.h"

#include "common/mcp-names.h"
#include "mcp-oauth-file-private.h"
#include "mcp-oauth-registration-private.h"
#include "mcp-oauth-text-private.h"

/* Below the state directory. */
#define FILE_NAME "grants.json"

/* Which grant a server uses. */
typedef struct
{
  char *url; /* of the server: another address is another server */
  char *grant;
  char *registration; /* (nullable): what an explicit logout forgets as well */
} Entry;

struct _McpOauthBook
{
  McpSecretStore *store;     /* (owned) */
  McpOauthFlows *flows;      /* (owned) */
  McpOauthFile *file;        /* (owned) */
  GHashTable *entries;       /* (owned): server name (owned) -> Entry (owned) */
  GHashTable *grants;        /* (owned): name (unowned) -> McpOauthGrant (owned), those in use */
  guint16 port;              /* of the daemon; 0: it has none */
  GHashTable *ports;         /* (owned): set of further ports that it serves */
  McpOauthListenFunc listen; /* (nullable): serves another one */
  gpointer listen_data;
  char *document; /* (nullable): address of this client's metadata */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->url);
  g_free (entry->grant);
  g_free (entry->registration);
  g_free (entry);
}

static void
load_entry (McpOauthBook *self, const char *server, McpJsonSlice object)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->url = mcp_oauth_text_dup (object, "url");
  entry->grant = mcp_oauth_text_dup (object, "grant");
  entry->registration = mcp_oauth_text_dup (object, "registration");
  if (entry->url != NULL && entry->grant != NULL)
    g_hash_table_insert (self->entries, g_strdup (server), entry);
  else
    entry_free (entry);
}

static void
load (McpOauthBook *self)
{
  g_autofree char *text = mcp_oauth_file_read (self->file);
  McpJsonSlice root;
  McpJsonSlice servers;
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;

  if (text == NULL || !mcp_oauth_text_scan (text, &root, NULL) ||
      !mcp_json_find_typed (root, "servers", MCP_JSON_OBJECT, &servers))
    return;
  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *server = mcp_json_dup_string (key);

      if (server != NULL && mcp_json_get_type (value) == MCP_JSON_OBJECT)
        load_entry (self, server, value);
    }
}

/* @callback: (nullable) */
static void
save (McpOauthBook *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GString *json = g_string_new ("{\"servers\":{");
  GHashTableIter iter;
  gpointer server;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &server, &value))
    {
      const Entry *entry = value;

      if (json->str[json->len - 1] != '{')
        g_string_append_c (json, ',');
      mcp_json_append_string (json, server);
      g_string_append (json, ":{");
      mcp_oauth_text_append (json, "url", entry->url);
      mcp_oauth_text_append (json, "grant", entry->grant);
      mcp_oauth_text_append (json, "registration", entry->registration);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "}}\n");
  mcp_oauth_file_write_async (self->file, g_string_free (json, FALSE), callback, user_data);
}

/**
 * mcp_oauth_book_new:
 * @directory: where it is kept
 * @store: where secrets are kept
 *
 * Blocks on files: before the main loop only.
 *
 * Returns: (transfer full): the book, as it was left
 */
McpOauthBook *
mcp_oauth_book_new (const char *directory, McpSecretStore *store)
{
  McpOauthBook *self = g_rc_box_new0 (McpOauthBook);

  self->store = g_object_ref (store);
  self->flows = mcp_oauth_flows_new (directory);
  self->file = mcp_oauth_file_new (directory, FILE_NAME);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->grants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->ports = g_hash_table_new (NULL, NULL);
  load (self);
  return self;
}

/**
 * mcp_oauth_book_ref:
 * @self: the book
 *
 * Returns: (transfer full): @self
 */
McpOauthBook *
mcp_oauth_book_ref (McpOauthBook *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_book_clear (gpointer data)
{
  McpOauthBook *self = data;

  g_hash_table_unref (self->grants);
  g_hash_table_unref (self->ports);
  g_hash_table_unref (self->entries);
  mcp_oauth_file_unref (self->file);
  mcp_oauth_flows_free (self->flows);
  g_object_unref (self->store);
  g_free (self->document);
}

/**
 * mcp_oauth_book_unref:
 * @self: (transfer full): the book
 */
void
mcp_oauth_book_unref (McpOauthBook *self)
{
  g_rc_box_release_full (self, mcp_oauth_book_clear);
}

/**
 * mcp_oauth_book_get_store:
 * @self: the book
 *
 * Returns: (transfer none): where secrets are kept
 */
McpSecretStore *
mcp_oauth_book_get_store (McpOauthBook *self)
{
  return self->store;
}

/**
 * mcp_oauth_book_get_flows:
 * @self: the book
 *
 * Returns: (transfer none): the logins on their way
 */
McpOauthFlows *
mcp_oauth_book_get_flows (McpOauthBook *self)
{
  return self->flows;
}

/**
 * mcp_oauth_book_set_port:
 * @self: the book
 * @port: where the daemon serves HTTP; 0: nowhere
 */
void
mcp_oauth_book_set_port (McpOauthBook *self, guint16 port)
{
  self->port = port;
}

/**
 * mcp_oauth_book_set_listener:
 * @self: the book
 * @listen: (nullable): has the daemon serve one more port
 * @user_data: for @listen
 */
void
mcp_oauth_book_set_listener (McpOauthBook *self, McpOauthListenFunc listen, gpointer user_data)
{
  self->listen = listen;
  self->listen_data = user_data;
}

static gboolean
serves (McpOauthBook *self, guint port)
{
  if (port == self->port || g_hash_table_contains (self->ports, GUINT_TO_POINTER (port)))
    return TRUE;
  if (self->listen == NULL || !self->listen ((guint16) port, self->listen_data))
    return FALSE;
  g_hash_table_add (self->ports, GUINT_TO_POINTER (port));
  return TRUE;
}

/**
 * mcp_oauth_book_build_redirect_uri:
 * @self: the book
 * @port: of the entry; 0: that of the daemon
 *
 * Returns: (transfer full) (nullable): where browsers come back to (RFC 8252 section 7.3); %NULL:
 * no browser can
 */
char *
mcp_oauth_book_build_redirect_uri (McpOauthBook *self, guint port)
{
  if (port == 0)
    port = self->port;
  return port > 0 && serves (self, port)
             ? g_strdup_printf ("http://127.0.0.1:%u" MCP_CALLBACK_PATH, port)
             : NULL;
}

/**
 * mcp_oauth_book_set_document:
 * @self: the book
 * @address: (nullable): of this client's metadata document
 */
void
mcp_oauth_book_set_document (McpOauthBook *self, const char *address)
{
  g_free (self->document);
  self->document = g_strdup (address);
}

/**
 * mcp_oauth_book_get_document:
 * @self: the book
 *
 * Returns: (transfer none) (nullable): the address of this client's metadata document
 */
const char *
mcp_oauth_book_get_document (McpOauthBook *self)
{
  return self->document;
}

/**
 * mcp_oauth_book_find:
 * @self: the book
 * @server: name of a server
 * @url: its address
 *
 * Returns: (transfer none) (nullable): the name of the grant that it uses
 */
const char *
mcp_oauth_book_find (McpOauthBook *self, const char *server, const char *url)
{
  const Entry *entry = g_hash_table_lookup (self->entries, server);

  return entry != NULL && g_str_equal (entry->url, url) ? entry->grant : NULL;
}

/**
 * mcp_oauth_book_note_async:
 * @self: the book
 * @server: name of a server
 * @url: its address
 * @grant: what it uses from now on
 * @callback: (scope async) (nullable): when that is on the disk
 * @user_data: for @callback
 */
void
mcp_oauth_book_note_async (McpOauthBook *self,
                           const char *server,
                           const char *url,
                           McpOauthGrant *grant,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->url = g_strdup (url);
  entry->grant = g_strdup (mcp_oauth_grant_get_name (grant));
  entry->registration = mcp_oauth_registration_build_name (
      mcp_oauth_grant_get_issuer (grant), mcp_oauth_grant_get_redirect_uri (grant));
  g_hash_table_replace (self->entries, g_strdup (server), entry);
  save (self, callback, user_data);
}

/**
 * mcp_oauth_book_note_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #GIOErrorEnum.
 *
 * Returns: whether it is on the disk; it holds until the daemon ends, in any case
 */
gboolean
mcp_oauth_book_note_finish (GAsyncResult *result, GError **error)
{
  return mcp_oauth_file_write_finish (result, error);
}

static gboolean
is_used (McpOauthBook *self, const Entry *wanted, gboolean as_registration)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;

      if (as_registration ? g_strcmp0 (entry->registration, wanted->registration) == 0
                          : g_str_equal (entry->grant, wanted->grant))
        return TRUE;
    }
  return FALSE;
}

static void
registration_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mcp_secret_store_remove_finish (MCP_SECRET_STORE (source), result, &error))
    g_info ("A registration stays in the store: %s", error->message);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mcp_secret_store_remove_finish (MCP_SECRET_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_book_forget_async:
 * @self: the book
 * @server: name of a server
 * @callback: (scope async): when nothing is left
 * @user_data: for @callback
 *
 * Forgets the login to a server, and deletes what no other server uses. The next login registers
 * anew.
 */
void
mcp_oauth_book_forget_async (McpOauthBook *self,
                             const char *server,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autofree char *key = NULL;
  McpOauthGrant *grant;
  Entry *entry = NULL;

  g_task_set_source_tag (task, mcp_oauth_book_forget_async);
  mcp_oauth_flows_drop_server (self->flows, server);
  if (!g_hash_table_steal_extended (self->entries, server, (gpointer *) &key, (gpointer *) &entry))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  save (self, NULL, NULL);
  if (entry->registration != NULL && !is_used (self, entry, TRUE))
    mcp_secret_store_remove_async (self->store, MCP_SECRET_KIND_GRANT, entry->registration, NULL,
                                   registration_removed_cb, NULL);
  if (is_used (self, entry, FALSE))
    g_task_return_boolean (task, TRUE);
  else
    {
      grant = g_hash_table_lookup (self->grants, entry->grant);
      if (grant != NULL)
        mcp_oauth_grant_discard (grant);
      g_hash_table_remove (self->grants, entry->grant);
      mcp_secret_store_remove_async (self->store, MCP_SECRET_KIND_GRANT, entry->grant, NULL,
                                     removed_cb, g_steal_pointer (&task));
    }
  entry_free (entry);
}

/**
 * mcp_oauth_book_forget_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: whether nothing is left
 */
gboolean
mcp_oauth_book_forget_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Returns: (transfer full): the one object of that grant */
static McpOauthGrant *
share (McpOauthBook *self, McpOauthGrant *grant)
{
  McpOauthGrant *known = g_hash_table_lookup (self->grants, mcp_oauth_grant_get_name (grant));

  if (known != NULL)
    return g_object_ref (known);
  g_hash_table_insert (self->grants, (gpointer) mcp_oauth_grant_get_name (grant),
                       g_object_ref (grant));
  return g_object_ref (grant);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthBook *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthGrant) grant =
      mcp_oauth_grant_load_finish (MCP_SECRET_STORE (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, grant != NULL ? share (self, grant) : NULL, g_object_unref);
}

/**
 * mcp_oauth_book_get_grant_async:
 * @self: the book
 * @name: of a grant
 * @callback: (scope async): when it is there
 * @user_data: for @callback
 */
void
mcp_oauth_book_get_grant_async (McpOauthBook *self,
                                const char *name,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  McpOauthGrant *grant = g_hash_table_lookup (self->grants, name);

  g_task_set_source_tag (task, mcp_oauth_book_get_grant_async);
  g_task_set_task_data (task, mcp_oauth_book_ref (self), (GDestroyNotify) mcp_oauth_book_unref);
  if (grant != NULL)
    g_task_return_pointer (task, g_object_ref (grant), g_object_unref);
  else
    mcp_oauth_grant_load_async (self->store, name, loaded_cb, g_steal_pointer (&task));
}

/**
 * mcp_oauth_book_get_grant_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: (transfer full) (nullable): the grant; %NULL without an error: there is none
 */
McpOauthGrant *
mcp_oauth_book_get_grant_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthBook *self = g_task_get_task_data (task);
  McpOauthGrant *grant = MCP_OAUTH_GRANT (source);
  McpOauthGrant *shared;
  GError *error = NULL;

  if (!mcp_oauth_grant_store_finish (grant, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  shared = share (self, grant);
  if (shared != grant)
    mcp_oauth_grant_take (shared, grant);
  g_task_return_pointer (task, shared, g_object_unref);
}

/**
 * mcp_oauth_book_add_grant_async:
 * @self: the book
 * @grant: what a person gave just now; belongs to the book afterwards
 * @callback: (scope async): when it is stored
 * @user_data: for @callback
 */
void
mcp_oauth_book_add_grant_async (McpOauthBook *self,
                                McpOauthGrant *grant,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_book_add_grant_async);
  g_task_set_task_data (task, mcp_oauth_book_ref (self), (GDestroyNotify) mcp_oauth_book_unref);
  mcp_oauth_grant_store_async (grant, stored_cb, task);
}

/**
 * mcp_oauth_book_add_grant_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: (transfer full) (nullable): the one object of that grant
 */
McpOauthGrant *
mcp_oauth_book_add_grant_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

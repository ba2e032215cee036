/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Secrets that stand as plain text in the entries of a client: a person may have them stored where
 * the daemon keeps secrets, and named by the entries. That happens only when somebody says so.
 */
#include "cli/commands/mcp-cli-import-secrets.h"

#include "cli/commands/mcp-cli-secrets.h"
#include "cli/files/mcp-cli-secret.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-jsonc-edit.h"
#include "upstream/secrets/mcp-secret-text.h"
#include "upstream/secrets/mcp-secret.h"

#include <glib/gi18n.h>
#include <string.h>

#define SERVERS "mcpServers"

/* One value of an entry. */
typedef struct
{
  char *server;
  const char *part; /* of the entry: where variables of secrets may stand */
  char *key;
  char *value;  /* a secret, for mcp_secret_free() */
  char *secret; /* (nullable): under which name it will be stored */
  gboolean is_stored;
} Found;

struct _McpCliImportSecrets
{
  GPtrArray *found; /* (owned): Found (owned) */
};

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->server);
  g_free (found->key);
  mcp_secret_free (found->value);
  g_free (found->secret);
  g_free (found);
}

/* Returns: (transfer full) (nullable): a value that is a text */
static char *
dup_value (const char *text, const char *const *path)
{
  g_autoptr (McpSecretCopy) json = mcp_jsonc_edit_get (text, path, NULL);
  McpJsonSlice value = { json, json != NULL ? strlen (json) : 0 };

  return json != NULL && mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value)
                                                                      : NULL;
}

static void
look_at_part (McpCliImportSecrets *self, const char *text, const char *server, const char *part)
{
  const char *path[] = { SERVERS, server, part, NULL, NULL };
  g_auto (GStrv) keys = mcp_jsonc_edit_list (text, path, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autoptr (McpSecretCopy) value = NULL;
      Found *found;

      path[3] = keys[i];
      value = dup_value (text, path);
      if (value == NULL || !mcp_cli_secret_is_secret (keys[i], value))
        continue;
      found = g_new0 (Found, 1);
      found->server = g_strdup (server);
      found->part = part;
      found->key = g_strdup (keys[i]);
      found->value = g_steal_pointer (&value);
      g_ptr_array_add (self->found, found);
    }
}

/**
 * mcp_cli_import_secrets_find:
 * @servers: mcp.json, with what an import will add
 *
 * Returns: (transfer full): what looks like a secret in the servers that are new
 */
McpCliImportSecrets *
mcp_cli_import_secrets_find (const McpCliFileChange *servers)
{
  static const char *const parts[] = { "env", "headers", "oauth" };
  McpCliImportSecrets *self = g_new0 (McpCliImportSecrets, 1);
  const char *path[] = { SERVERS, NULL, NULL };
  g_auto (GStrv) names =
      *servers->after != '\0' ? mcp_jsonc_edit_list (servers->after, path, NULL) : NULL;

  self->found = g_ptr_array_new_with_free_func (found_free);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *earlier = NULL;

      path[1] = names[i];
      if (*servers->before != '\0')
        earlier = mcp_jsonc_edit_get (servers->before, path, NULL);
      for (gsize part = 0; earlier == NULL && part < G_N_ELEMENTS (parts); part++)
        look_at_part (self, servers->after, names[i], parts[part]);
    }
  return self;
}

/**
 * mcp_cli_import_secrets_is_empty:
 * @self: what looks like secrets
 *
 * Returns: whether nothing does
 */
gboolean
mcp_cli_import_secrets_is_empty (McpCliImportSecrets *self)
{
  return self->found->len == 0;
}

/**
 * mcp_cli_import_secrets_print:
 * @self: what looks like secrets
 * @advice: what can be done about it, translated
 *
 * Says where they stand, without their values.
 */
void
mcp_cli_import_secrets_print (McpCliImportSecrets *self, const char *advice)
{
  for (guint i = 0; i < self->found->len; i++)
    {
      const Found *found = self->found->pdata[i];

      mcp_cli_text_print (_ ("“%s”: “%s” looks like a secret in plain text"), found->server,
                          found->key);
    }
  mcp_cli_text_print ("%s", advice);
}

static gboolean
is_planned (McpCliImportSecrets *self, const char *name)
{
  for (guint i = 0; i < self->found->len; i++)
    if (g_strcmp0 (((const Found *) self->found->pdata[i])->secret, name) == 0)
      return TRUE;
  return FALSE;
}

/* A secret that is there already stays what it is. Returns: (transfer full): a name that is free */
static char *
build_name (McpCliImportSecrets *self, const Found *found, const char *const *taken)
{
  g_autofree char *base = g_strdup_printf ("%s-%s", found->server, found->key);

  g_strcanon (base, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_", '_');
  /* room for a number */
  if (strlen (base) > MCP_SECRET_MAX_NAME_BYTES - 8)
    base[MCP_SECRET_MAX_NAME_BYTES - 8] = '\0';
  for (guint i = 1;; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup (base) : g_strdup_printf ("%s-%u", base, i);

      if (!g_strv_contains (taken, name) && !is_planned (self, name))
        return g_steal_pointer (&name);
    }
}

static gboolean
name_in_entry (const Found *found, McpCliFileChange *servers, GError **error)
{
  const char *path[] = { SERVERS, found->server, found->part, found->key, NULL };
  g_autofree char *value = g_strdup_printf ("\"${secret:%s}\"", found->secret);

  return mcp_cli_file_change_take (servers,
                                   mcp_jsonc_edit_set (servers->after, path, value, error));
}

/**
 * mcp_cli_import_secrets_plan:
 * @self: what looks like secrets
 * @servers: mcp.json; its new text names the secrets afterwards
 * @error: return location
 *
 * Plans that the secrets are stored. Blocks on the keyring.
 *
 * Errors: those of mcp_cli_secrets_list() and of the file.
 *
 * Returns: whether that can be done
 */
gboolean
mcp_cli_import_secrets_plan (McpCliImportSecrets *self, McpCliFileChange *servers, GError **error)
{
  g_auto (GStrv) taken = mcp_cli_secrets_list (error);

  for (guint i = 0; taken != NULL && i < self->found->len; i++)
    {
      Found *found = self->found->pdata[i];

      found->secret = build_name (self, found, (const char *const *) taken);
      if (!name_in_entry (found, servers, error))
        return FALSE;
    }
  return taken != NULL;
}

/**
 * mcp_cli_import_secrets_store:
 * @self: what looks like secrets
 * @error: return location
 *
 * Stores what was planned to be, and says where. Blocks on the keyring.
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether all are stored; else none is
 */
gboolean
mcp_cli_import_secrets_store (McpCliImportSecrets *self, GError **error)
{
  for (guint i = 0; i < self->found->len; i++)
    {
      Found *found = self->found->pdata[i];
      g_autofree char *place = NULL;

      if (found->secret == NULL)
        continue;
      found->is_stored = mcp_cli_secrets_set (found->secret, found->value, &place, error);
      if (!found->is_stored)
        {
          mcp_cli_import_secrets_forget (self);
          return FALSE;
        }
      mcp_cli_text_print (_ ("The secret “%s” lies in %s"), found->secret, place);
    }
  return TRUE;
}

/**
 * mcp_cli_import_secrets_forget:
 * @self: what looks like secrets
 *
 * Removes what was stored, since the files could not be written. Blocks on the keyring.
 */
void
mcp_cli_import_secrets_forget (McpCliImportSecrets *self)
{
  for (guint i = 0; i < self->found->len; i++)
    {
      Found *found = self->found->pdata[i];

      if (found->is_stored)
        mcp_cli_secrets_remove (found->secret, NULL);
      found->is_stored = FALSE;
    }
}

/**
 * mcp_cli_import_secrets_free:
 * @self: (transfer full): what looks like secrets
 */
void
mcp_cli_import_secrets_free (McpCliImportSecrets *self)
{
  g_ptr_array_unref (self->found);
  g_free (self);
}

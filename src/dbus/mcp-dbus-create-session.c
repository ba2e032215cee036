/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-create-session.h"

#include "common/mcp-error.h"
#include "common/mcp-process.h"
#include "dbus/mcp-dbus-args.h"
#include "dbus/mcp-dbus-caller.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-session.h"
#include "dbus/mcp-dbus-settle.h"

/* One CreateSession while the bus is asked who calls, and its directory is found. */
typedef struct
{
  McpSessionStore *store;            /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned): until it is answered */

  char *cwd;            /* (owned) */
  char *label;          /* (owned) (nullable): NULL: the caller's name */
  char **allowed_tools; /* (owned) (nullable): NULL: all */
  gint64 idle_seconds;  /* -1: the store's default */
  pid_t pid;            /* of the caller; 0: not known */
} Create;

static void
create_free (Create *create)
{
  g_clear_object (&create->store);
  g_clear_object (&create->invocation);
  g_free (create->cwd);
  g_free (create->label);
  g_strfreev (create->allowed_tools);
  g_free (create);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Create, create_free)

static gboolean
read_label (const char *key, GVariant *value, gpointer target, GError **error)
{
  Create *create = target;
  const char *label;

  if (!mcp_dbus_args_read_string (key, value, &label, error))
    return FALSE;

  create->label = g_strdup (label);
  return TRUE;
}

static gboolean
read_allowed_tools (const char *key, GVariant *value, gpointer target, GError **error)
{
  Create *create = target;

  if (!mcp_dbus_args_check_type (key, value, G_VARIANT_TYPE_STRING_ARRAY, error))
    return FALSE;
  if (g_variant_get_size (value) > MCP_DBUS_MAX_STRING_BYTES)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” is longer than 1 MiB", key);
      return FALSE;
    }

  create->allowed_tools = g_variant_dup_strv (value, NULL);
  return TRUE;
}

static gboolean
read_idle_seconds (const char *key, GVariant *value, gpointer target, GError **error)
{
  Create *create = target;

  if (!mcp_dbus_args_check_type (key, value, G_VARIANT_TYPE_UINT32, error))
    return FALSE;

  create->idle_seconds = g_variant_get_uint32 (value);
  return TRUE;
}

static const McpDbusKey option_keys[] = {
  { "label", read_label },
  { "allowed_tools", read_allowed_tools },
  { "idle_seconds", read_idle_seconds },
};

static void
finish (Create *create, const char *cwd)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = mcp_process_dup_name (create->pid);
  g_autofree char *token = NULL;
  g_autofree char *path = NULL;
  const char *label = create->label != NULL ? create->label : name;
  McpSessionParams params = {
    .cwd = cwd,
    .label = label != NULL && *label != '\0' ? label : NULL,
    .allowed_tools = (const char *const *) create->allowed_tools,
    .idle_seconds = create->idle_seconds,
    .creator = create->pid,
  };
  McpSession *session = mcp_session_store_create (create->store, &params, &token, &error);

  if (session == NULL)
    {
      mcp_dbus_reply_error (g_steal_pointer (&create->invocation), error);
      return;
    }
  path = mcp_dbus_session_build_path (mcp_session_get_id (session));
  mcp_dbus_settle_and_return (create->store, g_steal_pointer (&create->invocation),
                              g_variant_new ("(oss)", path, mcp_session_get_id (session), token));
}

static void
found_cb (const char *cwd, const GError *error, gpointer user_data)
{
  g_autoptr (Create) create = user_data;

  if (cwd != NULL)
    finish (create, cwd);
  else
    mcp_dbus_reply_error (g_steal_pointer (&create->invocation), error);
}

static void
find_directory (Create *create)
{
  g_autofree char *fallback = mcp_process_dup_cwd (create->pid);

  mcp_cwd_finder_find (mcp_session_store_get_cwd_finder (create->store), create->cwd, fallback,
                       found_cb, create);
}

static void
got_caller_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Create *create = user_data;

  create->pid = mcp_dbus_caller_lookup_finish (create->invocation, result);
  find_directory (create);
}

/**
 * mcp_dbus_create_session_start:
 * @store: the store
 * @invocation: (transfer full): the CreateSession to answer
 * @cwd: its first argument
 * @options: its second, an a{sv}
 *
 * Makes a session for a program on the bus and answers it. What it does not say
 * about itself, its process does, where the bus knows which that is.
 */
void
mcp_dbus_create_session_start (McpSessionStore *store,
                               GDBusMethodInvocation *invocation,
                               const char *cwd,
                               GVariant *options)
{
  g_autoptr (Create) create = g_new0 (Create, 1);
  g_autoptr (GError) error = NULL;

  create->idle_seconds = -1;
  if (!mcp_dbus_args_check_string ("cwd", cwd, &error) ||
      !mcp_dbus_args_parse (options, option_keys, G_N_ELEMENTS (option_keys), create, &error))
    {
      mcp_dbus_reply_error (invocation, error);
      return;
    }

  create->store = g_object_ref (store);
  create->invocation = invocation;
  create->cwd = g_strdup (cwd);

  if (*cwd != '\0' && create->label != NULL)
    find_directory (g_steal_pointer (&create));
  else
    mcp_dbus_caller_lookup_async (invocation, got_caller_cb, g_steal_pointer (&create));
}

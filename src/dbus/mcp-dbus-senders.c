/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many calls each sender on a connection has that are not answered yet.
 */
#include "dbus/mcp-dbus-senders.h"

#include "common/mcp-error.h"
#include "dbus/mcp-dbus-reply.h"

#define SENDERS_KEY "mcp-dbus-senders"
#define CALL_KEY    "mcp-dbus-senders-call"

typedef struct
{
  GHashTable *counts; /* (owned): unique name (owned) -> how many */
  guint max;
} Senders;

/* Belongs to an invocation, until that is answered. */
typedef struct
{
  Senders *senders; /* (owned) */
  char *name;       /* (owned) */
} Call;

static void
senders_clear (gpointer data)
{
  g_hash_table_unref (((Senders *) data)->counts);
}

static void
senders_unref (gpointer senders)
{
  g_rc_box_release_full (senders, senders_clear);
}

static Senders *
get_senders (GDBusConnection *connection)
{
  Senders *self = g_object_get_data (G_OBJECT (connection), SENDERS_KEY);

  if (self == NULL)
    {
      self = g_rc_box_new0 (Senders);
      self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      self->max = G_MAXUINT;
      g_object_set_data_full (G_OBJECT (connection), SENDERS_KEY, self, senders_unref);
    }
  return self;
}

static guint
count (Senders *self, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, name));
}

static void
call_free (gpointer data)
{
  Call *call = data;
  guint n_left = count (call->senders, call->name) - 1;

  if (n_left == 0)
    g_hash_table_remove (call->senders->counts, call->name);
  else
    g_hash_table_insert (call->senders->counts, g_strdup (call->name), GUINT_TO_POINTER (n_left));
  senders_unref (call->senders);
  g_free (call->name);
  g_free (call);
}

/**
 * mcp_dbus_senders_set_max:
 * @connection: a connection on which there are objects
 * @max_calls: how many calls of one sender may be unanswered
 *
 * Calls that are beyond the limit already stay.
 */
void
mcp_dbus_senders_set_max (GDBusConnection *connection, guint max_calls)
{
  g_return_if_fail (G_IS_DBUS_CONNECTION (connection));

  get_senders (connection)->max = max_calls;
}

/**
 * mcp_dbus_senders_admit:
 * @invocation: (transfer full): a call that is not answered at once; it stays the caller's when
 *   admitted
 *
 * Counts the call until the invocation is gone; or answers it with an error.
 *
 * Returns: whether its sender may have one more
 */
gboolean
mcp_dbus_senders_admit (GDBusMethodInvocation *invocation)
{
  Senders *self = get_senders (g_dbus_method_invocation_get_connection (invocation));
  const char *name = g_dbus_method_invocation_get_sender (invocation);
  g_autoptr (GError) error = NULL;
  Call *call;

  /* without a bus between us there is one peer, which has no name */
  if (name == NULL)
    name = "";
  if (count (self, name) >= self->max)
    {
      g_set_error (&error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u calls of yours are not answered yet; wait for some, or raise the limit "
                   "BusCallsPerSender",
                   self->max);
      mcp_dbus_reply_error (invocation, error);
      return FALSE;
    }

  call = g_new0 (Call, 1);
  call->senders = g_rc_box_acquire (self);
  call->name = g_strdup (name);
  g_hash_table_insert (self->counts, g_strdup (name), GUINT_TO_POINTER (count (self, name) + 1));
  g_object_set_data_full (G_OBJECT (invocation), CALL_KEY, call, call_free);
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A result may have 32 MiB, and threads look at it, translate it and write it. Servers that answer
 * all calls of many sessions at a time would have the daemon hold gigabytes before a client's
 * connection, which has an account of its own, is charged for the first byte.
 */
#include "gateway/servers/mcp-answer-account.h"

#include "common/mcp-error.h"
#include "common/mcp-keyed-hash.h"

struct _McpAnswerAccount
{
  gsize max_bytes_per_session;
  gsize max_bytes;
  gsize n_bytes;
  GHashTable *holders; /* (owned) id of a session (of the holder) -> Holder (owned) */
};

typedef struct
{
  char *session_id; /* (owned) */
  gsize n_bytes;
} Holder;

struct _McpAnswerCharge
{
  McpAnswerAccount *account; /* (owned) */
  Holder *holder;            /* (unowned) */
  gsize n_bytes;
};

static void
holder_free (gpointer data)
{
  Holder *self = data;

  g_free (self->session_id);
  g_free (self);
}

/**
 * mcp_answer_account_new:
 * @limits: copied
 *
 * Returns: (transfer full): an empty account
 */
McpAnswerAccount *
mcp_answer_account_new (const McpLimits *limits)
{
  McpAnswerAccount *self = g_rc_box_new0 (McpAnswerAccount);

  self->holders = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, NULL, holder_free);
  mcp_answer_account_set_limits (self, limits);
  return self;
}

static void
account_clear (gpointer data)
{
  McpAnswerAccount *self = data;

  g_hash_table_unref (self->holders);
}

/**
 * mcp_answer_account_unref:
 * @self: (transfer full): the account; charges hold a reference
 */
void
mcp_answer_account_unref (McpAnswerAccount *self)
{
  g_rc_box_release_full (self, account_clear);
}

/**
 * mcp_answer_account_set_limits:
 * @self: the account
 * @limits: copied; hold for what comes from now on
 */
void
mcp_answer_account_set_limits (McpAnswerAccount *self, const McpLimits *limits)
{
  self->max_bytes_per_session = limits->result_bytes_per_session;
  self->max_bytes = limits->result_bytes;
}

/**
 * mcp_answer_account_get_n_bytes:
 * @self: the account
 *
 * Returns: the bytes of all answers in the account, as their servers sent them
 */
gsize
mcp_answer_account_get_n_bytes (McpAnswerAccount *self)
{
  return self->n_bytes;
}

static gboolean
has_room (McpAnswerAccount *self, gsize n_of_session, gsize n_bytes, GError **error)
{
  if (n_of_session > 0 && n_of_session + n_bytes > self->max_bytes_per_session)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "Results of %" G_GSIZE_FORMAT " bytes are at work in this session already, and "
                   "this one has %" G_GSIZE_FORMAT "; wait for a call to end, or raise "
                   "ResultBytesPerSession",
                   n_of_session, n_bytes);
      return FALSE;
    }
  if (self->n_bytes > 0 && self->n_bytes + n_bytes > self->max_bytes)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "Results of %" G_GSIZE_FORMAT " bytes are at work in all sessions already, and "
                   "this one has %" G_GSIZE_FORMAT "; wait for a call to end, or raise ResultBytes",
                   self->n_bytes, n_bytes);
      return FALSE;
    }
  return TRUE;
}

static Holder *
make_holder (McpAnswerAccount *self, const char *session_id)
{
  Holder *holder = g_new0 (Holder, 1);

  holder->session_id = g_strdup (session_id);
  g_hash_table_insert (self->holders, holder->session_id, holder);
  return holder;
}

/**
 * mcp_answer_account_take:
 * @self: the account
 * @session_id: whom the answer is charged to
 * @n_bytes: what the answer holds, above 0
 * @error: return location
 *
 * Charges an answer. One that is alone may have any length.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full) (nullable): the charge
 */
McpAnswerCharge *
mcp_answer_account_take (McpAnswerAccount *self,
                         const char *session_id,
                         gsize n_bytes,
                         GError **error)
{
  Holder *holder = g_hash_table_lookup (self->holders, session_id);
  McpAnswerCharge *charge;

  if (!has_room (self, holder != NULL ? holder->n_bytes : 0, n_bytes, error))
    return NULL;

  charge = g_rc_box_new0 (McpAnswerCharge);
  charge->account = g_rc_box_acquire (self);
  charge->holder = holder != NULL ? holder : make_holder (self, session_id);
  charge->n_bytes = n_bytes;
  charge->holder->n_bytes += n_bytes;
  self->n_bytes += n_bytes;
  return charge;
}

/**
 * mcp_answer_account_charge_ref:
 * @charge: a charge
 *
 * Returns: (transfer full): @charge
 */
McpAnswerCharge *
mcp_answer_account_charge_ref (McpAnswerCharge *charge)
{
  return g_rc_box_acquire (charge);
}

static void
charge_clear (gpointer data)
{
  McpAnswerCharge *charge = data;
  g_autoptr (McpAnswerAccount) self = charge->account;

  self->n_bytes -= charge->n_bytes;
  charge->holder->n_bytes -= charge->n_bytes;
  if (charge->holder->n_bytes == 0)
    g_hash_table_remove (self->holders, charge->holder->session_id);
}

/**
 * mcp_answer_account_charge_unref:
 * @charge: (transfer full): a charge
 */
void
mcp_answer_account_charge_unref (McpAnswerCharge *charge)
{
  g_rc_box_release_full (charge, charge_clear);
}

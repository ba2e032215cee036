/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How the page gets the owner key. The key must stand in no URL, since browsers keep those, so the
 * URL has a code instead, which is good once, for a minute. The code is the fragment of the URL,
 * which browsers send to no server.
 */
#include "http/page/mcp-dashboard-codes.h"

#include "common/mcp-error.h"
#include "common/mcp-rate-limit.h"
#include "session/session/mcp-token.h"

/* Codes that wait for their browser at a time: a person opens one page, perhaps twice. */
#define MAX_CODES 16

/* Wrong codes in a minute that are refused one by one, and logged. A code has 128 bits and cannot
 * be guessed. A right code counts after any number of wrong ones: a program that has no key must
 * not shut the owner out. */
#define MAX_WRONG 30

typedef struct
{
  McpTokenHash hash;
  gint64 expires_us; /* 0: no code */
} Code;

struct _McpDashboardCodes
{
  char *owner_key; /* (owned) */
  Code codes[MAX_CODES];
  guint next; /* the place of the oldest code */
  McpRateLimit wrong;
};

/**
 * mcp_dashboard_codes_new:
 * @owner_key: what a code is exchanged for
 *
 * Returns: (transfer full): no codes yet
 */
McpDashboardCodes *
mcp_dashboard_codes_new (const char *owner_key)
{
  McpDashboardCodes *self = g_new0 (McpDashboardCodes, 1);

  self->owner_key = g_strdup (owner_key);
  return self;
}

/**
 * mcp_dashboard_codes_free:
 * @self: (transfer full): the codes
 */
void
mcp_dashboard_codes_free (McpDashboardCodes *self)
{
  g_free (self->owner_key);
  g_free (self);
}

/**
 * mcp_dashboard_codes_issue:
 * @self: the codes
 * @now_us: monotonic, in microseconds
 * @error: return location
 *
 * Makes a code. Where too many wait, the oldest is good no more.
 *
 * Errors: those of mcp_token_generate().
 *
 * Returns: (transfer full) (nullable): the code
 */
char *
mcp_dashboard_codes_issue (McpDashboardCodes *self, gint64 now_us, GError **error)
{
  g_autofree char *text = mcp_token_generate (error);
  Code *code = &self->codes[self->next];

  if (text == NULL)
    return NULL;

  mcp_token_hash (text, &code->hash);
  code->expires_us = now_us + MCP_DASHBOARD_CODE_SECONDS * G_TIME_SPAN_SECOND;
  self->next = (self->next + 1) % MAX_CODES;
  return g_steal_pointer (&text);
}

/* Returns: whether the code was good; it no longer is */
static gboolean
use_code (McpDashboardCodes *self, const char *text, gint64 now_us)
{
  for (guint i = 0; i < MAX_CODES; i++)
    if (self->codes[i].expires_us > now_us && mcp_token_matches (&self->codes[i].hash, text))
      {
        self->codes[i].expires_us = 0;
        return TRUE;
      }
  return FALSE;
}

/**
 * mcp_dashboard_codes_issue_address:
 * @self: the codes
 * @port: where the page is served; 0: nowhere that browsers can reach
 * @now_us: monotonic time
 * @error: return location
 *
 * Errors: as for mcp_dashboard_codes_issue(); %MCP_ERROR_NOT_FOUND without a port.
 *
 * Returns: (transfer full) (nullable): an address that opens the page once
 */
char *
mcp_dashboard_codes_issue_address (McpDashboardCodes *self,
                                   guint16 port,
                                   gint64 now_us,
                                   GError **error)
{
  g_autofree char *code = NULL;

  if (port == 0)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                           "The daemon has no TCP port, which browsers need");
      return NULL;
    }
  code = mcp_dashboard_codes_issue (self, now_us, error);
  return code != NULL ? g_strdup_printf ("http://127.0.0.1:%u/#code=%s", port, code) : NULL;
}

/**
 * mcp_dashboard_codes_redeem:
 * @self: the codes
 * @code: what a page shows
 * @now_us: monotonic, in microseconds
 * @error: return location
 *
 * Exchanges a code, which is used up by that, however many wrong ones came before it.
 *
 * Errors: %MCP_ERROR_AUTHENTICATION_FAILED: it is wrong, was used, or is too old;
 * %MCP_ERROR_LIMIT_EXCEEDED: there were too many of those.
 *
 * Returns: (transfer none) (nullable): the owner key
 */
const char *
mcp_dashboard_codes_redeem (McpDashboardCodes *self,
                            const char *code,
                            gint64 now_us,
                            GError **error)
{
  if (use_code (self, code, now_us))
    return self->owner_key;
  if (mcp_rate_limit_get_wait (&self->wrong, MAX_WRONG, G_TIME_SPAN_MINUTE, now_us) > 0)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "There were %d wrong codes within a minute; try again a little later",
                   MAX_WRONG);
      return NULL;
    }

  mcp_rate_limit_take (&self->wrong, MAX_WRONG, G_TIME_SPAN_MINUTE, now_us);
  g_set_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
               "The code is wrong, was used, or is older than %d seconds; “mcp-session dashboard” "
               "opens the page with a new one",
               MCP_DASHBOARD_CODE_SECONDS);
  return NULL;
}

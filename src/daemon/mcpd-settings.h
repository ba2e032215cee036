/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpdNotifications:
 * @consent: questions to the owner
 * @long_calls: a call that took a minute or more has ended
 * @server_failed: a server has failed
 * @tools_held: a pinned server has changed its tools, which wait for the owner
 * @login: a server wants its owner to log in
 *
 * Of what the desktop is notified.
 */
typedef struct
{
  gboolean consent;
  gboolean long_calls;
  gboolean server_failed;
  gboolean tools_held;
  gboolean login;
} McpdNotifications;

/**
 * McpdSettings:
 *
 * What the settings file can change; each with a default. Copied as plain memory.
 */
typedef struct
{
  guint port;                      /* [Http] Port, 0: any free one */
  gboolean require_key;            /* [Http] RequireKey */
  gboolean direct;                 /* [Http] Direct, without libsoup where that can be */
  guint idle_seconds;              /* [Sessions] IdleSeconds, 0: never */
  guint timeout_seconds;           /* [Calls] TimeoutSeconds, of a call without progress */
  guint list_seconds;              /* [Calls] ListSeconds, for servers that were never listed */
  guint consent_seconds;           /* [Consent] WaitSeconds, for an answer of the owner */
  McpdNotifications notifications; /* [Notifications] */
  gboolean ask_destructive;        /* [Consent] AskDestructive */
  guint idle_exit_seconds;         /* [Daemon] IdleExitSeconds, 0: never */
  guint max_name;                  /* [Names] MaxLength, of exposed names of tools and prompts */
  const char
      *servers_path;  /* [Servers] Path, interned; %NULL: the daemon's, or the login shell's */
  const char *opener; /* [OAuth] Opener, interned; %NULL: the desktop's; empty: none */
  const char *client_document; /* [OAuth] ClientMetadataUrl, interned; %NULL: none */
  guint history_days;          /* [History] Days */
  guint history_calls;         /* [History] MaxCalls, 0: no history */
  McpLimits limits;            /* [Limits] */
} McpdSettings;

void mcpd_settings_init_defaults (McpdSettings *settings);
void mcpd_settings_append_json (const McpdSettings *settings, GString *json);
gboolean mcpd_settings_parse (McpdSettings *settings,
                              const McpdSettings *old,
                              const char *text,
                              gsize length,
                              const char *file_name,
                              GPtrArray *problems);

G_END_DECLS

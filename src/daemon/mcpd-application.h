/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-activation.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdOptions:
 * @port: TCP port, 0: any free one, -1: as the settings say
 * @runtime_dir: made by mcpd_directories_prepare_runtime()
 * @state_home: XDG_STATE_HOME, below which the sessions are kept
 * @cache_home: XDG_CACHE_HOME, below which is kept what servers list
 * @config_dir: where the settings and the servers file are
 * @activation: sockets that were handed over; those that are used are taken out of it
 * @keeper_path: the program that upstream processes run below
 * @cgroup: (nullable): directory of a control group that is ours
 *
 * What the command line and the environment say; borrowed for the length of the
 * call it is given to, but for @activation: until the application has started.
 */
typedef struct
{
  int port;
  const char *runtime_dir;
  const char *state_home;
  const char *cache_home;
  const char *config_dir;
  McpdActivation *activation;
  const char *keeper_path;
  const char *cgroup;
} McpdOptions;

/**
 * McpdApplication:
 *
 * Puts the rooms together: owns the store, the gateway, the HTTP server and
 * what is published on the session bus. Main context only.
 */
#define MCPD_TYPE_APPLICATION (mcpd_application_get_type ())
G_DECLARE_FINAL_TYPE (McpdApplication, mcpd_application, MCPD, APPLICATION, GObject)

McpdApplication *mcpd_application_new (const McpdOptions *options);
gboolean mcpd_application_start (McpdApplication *self, GError **error);
gboolean mcpd_application_join_bus (McpdApplication *self, GError **error);
void mcpd_application_run (McpdApplication *self);
void mcpd_application_stop (McpdApplication *self);

G_END_DECLS

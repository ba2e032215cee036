/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* sd_listen_fds(3): where the sockets that systemd hands over begin. */
#define MCPD_ACTIVATION_FIRST_FD 3
#define MCPD_ACTIVATION_MAX_FDS  16

/**
 * McpdActivation:
 * @n_fds: how many sockets were handed over
 * @n_missing: how many were announced besides, and are not there or too many
 * @fds: these; listening, as far as their giver keeps to the protocol
 * @names: (owned): what their giver calls each, for messages
 *
 * Listening sockets that somebody else made and keeps, so that nobody takes their addresses while
 * this daemon does not run.
 */
typedef struct
{
  guint n_fds;
  guint n_missing;
  int fds[MCPD_ACTIVATION_MAX_FDS];
  char *names[MCPD_ACTIVATION_MAX_FDS];
} McpdActivation;

void mcpd_activation_take (McpdActivation *self, int first_fd);
void mcpd_activation_clear (McpdActivation *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpdActivation, mcpd_activation_clear)

G_END_DECLS

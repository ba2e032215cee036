/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the command line asks for. */
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int port;
  char *requests;
  char *watch;
  char *pids;
  int connections;
  int watchers;
  int least;
  int ahead;
  double seconds;
  double rate;
  char **command; /* (unowned) (nullable): NULL-terminated */
} LoadOptions;

typedef void (*LoadModeFunc) (const LoadOptions *options);

void load_requests_run (const LoadOptions *options);
void load_fan_out_run (const LoadOptions *options);
void load_hold_run (const LoadOptions *options);
void load_start_run (const LoadOptions *options);
void load_pipe_run (const LoadOptions *options);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attack.h"

#include <stdio.h>

G_BEGIN_DECLS

/* What a case has at hand; its daemon is its own. */
typedef struct
{
  Attack *attack;
  guint size;            /* of the worst case */
  JsonObject *session;   /* (nullable): of the client that makes it, once the daemon runs */
  gboolean judges_start; /* what the start takes counts as a turn */
  gpointer peer;         /* (nullable): what prepare() leaves for run() and clean_up() */
} Stall;

/* One worst case. */
typedef struct
{
  const char *name;
  const char *who; /* whose doing it is */
  const char *how; /* with %u for the size */
  guint size;      /* of the default run, which must be short */
  guint full_size; /* with MCP_STALL_FULL=1 */
  E2eBus bus;
  void (*prepare) (Stall *stall);  /* (nullable): servers and settings, ahead of the start */
  void (*run) (Stall *stall);      /* while the innocent session publishes */
  void (*clean_up) (Stall *stall); /* (nullable): after the daemon's end */
} StallCase;

/* (array zero-terminated=1) each */
extern const StallCase stall_name_cases[];
extern const StallCase stall_list_cases[];
extern const StallCase stall_result_cases[];
extern const StallCase stall_http_cases[];
extern const StallCase stall_client_cases[];
extern const StallCase stall_bus_cases[];
extern const StallCase stall_process_cases[];

void stall_add_cases (const StallCase *cases);
void stall_print_table (FILE *file);

/* What cases have in common. */
void stall_call (Stall *stall, const char *method, const char *params);
/* A client that has initialized in the session: header fields of its requests. */
char *stall_initialize (Stall *stall, const char *revision);
char *stall_repeat (const char *text, guint n_times);
/* N texts of one g_str_hash, made of two equal pieces. */
char *stall_build_twin (const char *one, const char *other, guint n_pieces, guint number);
char *stall_build_list (const char *member, const char *item_format, guint n_items);
void stall_use_globs (Stall *stall, const char *glob, guint n_globs);

G_END_DECLS

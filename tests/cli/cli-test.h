/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "e2e.h"

G_BEGIN_DECLS

/*
 * The built command, as a user runs it beside the built daemon of an E2e.
 */
typedef struct
{
  E2e *e2e;
  GStrv environment; /* of the command */
  char *cwd;         /* where it is started */
} CliTest;

/* What a run of the command has left. */
typedef struct
{
  int status; /* -1: ended by a signal */
  char *out;
  char *err;
} CliRun;

CliTest *cli_test_new (void);
CliTest *cli_test_new_with_bus (void);
void cli_test_free (CliTest *self);
void cli_test_start_daemon (CliTest *self);
void cli_test_setenv (CliTest *self, const char *name, const char *value);
CliRun *cli_test_run (CliTest *self, const char *input, ...) G_GNUC_NULL_TERMINATED;
char *cli_test_run_ok (CliTest *self, ...) G_GNUC_NULL_TERMINATED;
GSubprocess *cli_test_spawn (CliTest *self, GSubprocessFlags flags, const char *const *arguments);
JsonObject *cli_test_create_session (CliTest *self, const char *body);
guint cli_test_count_sessions (CliTest *self);
void cli_run_free (CliRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliTest, cli_test_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliRun, cli_run_free)

G_END_DECLS

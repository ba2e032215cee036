/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A program that the load generator starts and ends. */
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  pid_t pid;
  int input;  /* that it reads; -1: none */
  int output; /* that it writes; -1: none */
} LoadChild;

void load_child_start (LoadChild *self, char **command, gboolean has_pipes);
void load_child_end (LoadChild *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-test-await.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef gboolean (*TestCondition) (gpointer data);

/* As AWAIT(). */
void test_await (TestCondition condition, gpointer data);
gboolean test_is_true (gpointer flag);
void test_keep_result (GObject *source, GAsyncResult *result, gpointer location);
gboolean test_is_set (gpointer location);

int test_open_process (int pid);
void test_await_process_end (int process_fd);
int test_read_pid_file (const char *directory, const char *name);
void test_remove_directory (char *directory);

G_END_DECLS

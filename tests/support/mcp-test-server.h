/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Between the two files of mcp-test-server: mcp-test-server.c has its options
 * and methods, mcp-test-tools.c the tools and how to write.
 */
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One tools/call while it is answered. */
typedef struct
{
  char *id;    /* as JSON */
  char *token; /* (nullable): the progress token as JSON */
  JsonObject *arguments;
  int step;
} Call;

typedef struct
{
  const char *name;
  void (*handle) (Call *call);
} Tool;

/* mcp-test-tools.c */
extern const Tool test_tools[];
extern const gsize n_test_tools;

void send_line (const char *format, ...) G_GNUC_PRINTF (1, 2);
char *quote (const char *text);
void answer (Call *call, const char *text);
int spawn_grandchild (const char *file);
G_NORETURN void hop (int n);

/* mcp-test-server.c */
extern GPtrArray *test_received;
extern GHashTable *test_asked;
extern gboolean test_shows_changing;
extern char **test_arguments;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-test-await.h"
#include "session-test.h"
#include "session/database/mcp-sql.h"
#include "session/store/mcp-session-persist.h"

G_BEGIN_DECLS

/*
 * A store whose sessions are kept in a database of the test's own. It may be
 * opened and closed again and again, as daemons come and go.
 */
typedef struct
{
  char *directory;
  char *path;
  char *problem; /* (nullable): of the last opening */

  McpSessionStore *store;
  McpSessionDb *db;
  McpCallHistory *history;
  McpSessionPersist *persist;
  GString *trouble; /* all that was told, a line each */
  guint n_failures;
} DbTest;

void db_test_set_up (DbTest *f, gconstpointer data);
void db_test_tear_down (DbTest *f, gconstpointer data);

/* A daemon begins; ends cleanly; is killed once the database has what was handed over. */
void db_test_open (DbTest *f);
void db_test_stop (DbTest *f);
void db_test_kill (DbTest *f);

/* Waits for the disk. */
void db_test_settle (DbTest *f);
/* One more look at the file, as another process has it. */
gint64 db_test_count (DbTest *f, const char *query);
/* Runs a statement on the database's own connection. */
void db_test_exec (DbTest *f, const char *text);
/* Holds the database's thread up until it is let go. */
typedef struct _DbTestGate DbTestGate;
DbTestGate *db_test_close_gate (DbTest *f);
void db_test_open_gate (DbTestGate *gate);
/* Names in the directory that begin so. */
guint db_test_count_files (DbTest *f, const char *prefix);
/* The calls of a session, as JSON. */
char *db_test_query (DbTest *f, const char *session_id, const McpCallFilter *filter);

#define db_test_add(path, function) \
  g_test_add (path, DbTest, NULL, db_test_set_up, function, db_test_tear_down)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-dir.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One test server of every kind of tool; its processes are listed in the file "pids". */
#define E2E_SERVERS \
  "{\"mcpServers\": {\"test\": {\"command\": \"%s\", \"args\": [\"--pid-file=%s\"]}}}"

/*
 * The built daemon with XDG directories and, if wanted, a bus of its own, and
 * what a user has to drive it with.
 */
typedef struct
{
  TestDir *dir;
  GTestDBus *bus;              /* (nullable) */
  char *bus_address;           /* (nullable): of the bus, or of the one that was killed */
  GSubprocess *second_bus;     /* (nullable): of e2e_return_bus() */
  GDBusConnection *connection; /* (nullable): to that bus */
  GSubprocess *process;        /* (nullable): the daemon */
  GDataInputStream *log_stream;
  GCancellable *log_cancellable;
  GString *log;
  gboolean reading_log;
  SoupSession *tcp;
  SoupSession *unix_socket;         /* (nullable) */
  JsonObject *discovery;            /* (nullable) */
  GSpawnChildSetupFunc child_setup; /* (nullable): runs in what is spawned, before the daemon */
  const char *state; /* (unowned) (nullable): name of another state directory for what is spawned */
  gboolean warnings_expected;
  const int *sockets; /* (unowned) (nullable): handed to the daemon as systemd does; -1 ends them */
} E2e;

typedef enum
{
  E2E_WITH_BUS,
  E2E_WITHOUT_BUS,
} E2eBus;

E2e *e2e_new (E2eBus bus);
void e2e_free (E2e *self);
char *e2e_build (E2e *self, const char *name);
void e2e_use_test_server (E2e *self);
GSubprocess *e2e_spawn (E2e *self, GSubprocessFlags flags, const char *runtime, const char *option);
void e2e_start (E2e *self);
void e2e_adopt (E2e *self, GSubprocess *process);
void e2e_read_discovery (E2e *self);
void e2e_await_log (E2e *self, const char *text);
int e2e_await_exit (E2e *self);
void e2e_kill (E2e *self);
void e2e_make_bus (E2e *self);
void e2e_kill_bus (E2e *self);
void e2e_return_bus (E2e *self);

/* A request that a test sends in its own way. */
SoupMessage *e2e_new_message (E2e *self,
                              const char *method,
                              const char *path,
                              const char *token,
                              const char *body);

/* A request's answer; @body NULL: none is sent. The Unix socket is used for a path "unix:/…". */
char *e2e_http (E2e *self,
                const char *method,
                const char *path,
                const char *token,
                const char *body,
                guint *status);
JsonObject *e2e_http_json (E2e *self,
                           const char *method,
                           const char *path,
                           const char *token,
                           const char *body);

/* A session made by POST /session. */
JsonObject *e2e_create_session (E2e *self, const char *body);

/* A server-sent event. */
typedef struct
{
  char *name; /* (nullable) */
  char *id;   /* (nullable) */
  char *data; /* (nullable): the end of the stream */
} E2eEvent;

GDataInputStream *
e2e_stream (E2e *self, const char *method, const char *path, const char *token, const char *body);
GDataInputStream *
e2e_events_after (E2e *self, const char *session_id, const char *token, const char *last_event_id);
E2eEvent *e2e_next_event (GDataInputStream *stream);
void e2e_event_free (E2eEvent *event);
JsonObject *e2e_parse (const char *json);

/* Processes. */
void e2e_await_process_end (pid_t pid);
pid_t *e2e_read_pids (E2e *self, const char *name, gsize *n_pids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (E2e, e2e_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (E2eEvent, e2e_event_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "e2e.h"

G_BEGIN_DECLS

/*
 * The built daemon with hostile servers of a test's own making, and clients on
 * bare sockets that give up. A case that fails says why and the next one goes on:
 * attack_fail() is no assertion.
 */
typedef struct
{
  E2e *e2e;
  pid_t pid;               /* of the daemon, while it runs */
  const char *socket_path; /* (unowned) */
  guint patience_seconds;  /* what a client waits for an answer at most */
  GString *servers;        /* entries of mcp.json */
  const char *option;      /* (nullable): one more of the daemon's */
  GThread *log_thread;     /* (nullable) */
  GMutex log_lock;
  GCond log_grew;
  /* Under the lock. */
  GString *log;
  gboolean log_has_ended; /* with the daemon and whoever else writes there */
} Attack;

Attack *attack_new (E2eBus bus);
void attack_free (Attack *self);

/* Before the start. @more: (nullable): further members of the entry in mcp.json. */
void attack_add_server (Attack *self, const char *name, const char *entry);
void attack_add_canned (Attack *self, const char *name, const char *more);
void attack_set_answer (Attack *self, const char *server, const char *file, const char *text);
void attack_set_settings (Attack *self, const char *lines);
void attack_write_servers (Attack *self);
void attack_start (Attack *self);
gboolean attack_try_start (Attack *self);
gboolean attack_adopt (Attack *self, GSubprocess *process);
/* @commands: (nullable), @redirections: of a shell */
void attack_wrap_daemon (Attack *self, const char *commands, const char *redirections);
gboolean attack_end (Attack *self, int signal_number);
gboolean attack_is_alive (Attack *self);

/* What the daemon has logged. */
gboolean attack_await_log (Attack *self, const char *text, guint timeout_ms);
char *attack_dup_log (Attack *self);

/* One answer of the daemon; @status 0: none came. */
typedef struct
{
  guint status;
  char *head; /* (nullable) */
  char *body; /* (nullable) */
  gsize length;
} AttackAnswer;

int attack_connect (Attack *self);
gboolean attack_send (int fd, const char *data, gsize length);
/* @fields: (nullable): each ended by CRLF; @body: (nullable) */
gboolean attack_send_request (int fd,
                              const char *method,
                              const char *path,
                              const char *token,
                              const char *fields,
                              const char *body);
AttackAnswer *attack_read_answer (int fd);
AttackAnswer *attack_ask (Attack *self,
                          const char *method,
                          const char *path,
                          const char *token,
                          const char *fields,
                          const char *body);
void attack_answer_free (AttackAnswer *answer);

/* Sessions and JSON-RPC; messages are whole responses, %NULL: none came. */
JsonObject *attack_create_session (Attack *self, const char *body);
const char *attack_id (JsonObject *session);
const char *attack_token (JsonObject *session);
char *attack_build_rpc (const char *method, const char *params);
JsonObject *attack_find_response (const AttackAnswer *answer);
JsonObject *attack_rpc (Attack *self, JsonObject *session, const char *method, const char *params);
JsonObject *attack_call (Attack *self, JsonObject *session, const char *tool);
/* As a client of 2026-07-28 that knows tasks; @name: (nullable): of the tool, resource or task. */
JsonObject *
attack_rpc_modern (Attack *self, JsonObject *session, const char *method, const char *name);
/* The text of a result's first part, or the error's message; "" without a response. */
const char *attack_get_text (JsonObject *response);
/* 0: no error */
gint64 attack_get_error (JsonObject *response);
/* JSON of a text. */
char *attack_quote (const char *text);

/* What canned servers were asked: lines of that beginning. */
guint attack_count_asked (Attack *self, const char *server, const char *beginning);
void attack_await_asked (Attack *self, const char *server, const char *beginning, guint n_times);

/* Names of the items in a list's answer: (element-type utf8) names -> text of the items. */
GHashTable *attack_list (Attack *self, JsonObject *session, const char *method);

/* Processes and memory. */
typedef void (*AttackChild) (Attack *self, gpointer user_data);
pid_t attack_fork (Attack *self, AttackChild func, gpointer user_data);
void attack_reap (pid_t pid);
gsize attack_get_resident_kib (Attack *self);
gsize attack_get_peak_kib (Attack *self);

/* The case has failed, and says why. */
void attack_fail (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attack, attack_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttackAnswer, attack_answer_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "e2e.h"
#include "mcp-test-await.h"
#include "mcp-test-socket.h"

G_BEGIN_DECLS

typedef enum
{
  HOSTILE_TCP4,
  HOSTILE_TCP6,
  HOSTILE_UNIX,
  HOSTILE_N_WAYS
} HostileWay;

/* What a client could make the daemon hold. */
typedef struct
{
  guint n_fds;
  guint n_threads;
  guint n_children;
  guint n_sessions;
} HostileState;

/* The built daemon, two sessions in it, and clients on bare sockets. */
typedef struct
{
  E2e *e2e;
  pid_t pid;
  guint16 port;
  const char *socket_path; /* (unowned) */
  JsonObject *mine;        /* as POST /session answered */
  JsonObject *other;
  HostileState before;
} Hostile;

/* @settings: (nullable): lines for mcp-sessiond.conf */
Hostile *hostile_new (const char *settings);
void hostile_free (Hostile *self);

const char *hostile_id (JsonObject *session);
const char *hostile_token (JsonObject *session);

int hostile_connect (Hostile *self, HostileWay way);
/* One connection that sends this and no more. */
char *hostile_ask (Hostile *self, HostileWay way, const char *data, gsize length);
guint hostile_count (const char *text, const char *part);

/* /health answers, and the daemon holds no more than before. */
void hostile_assert_unharmed (Hostile *self);
HostileState hostile_get_state (Hostile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hostile, hostile_free)

#define HOSTILE_HOST "Host: localhost\r\n"

G_END_DECLS

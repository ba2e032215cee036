/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The listening sockets and all connections. No error stops the accepting for good: errors are
 * counted, and where descriptors are missing, the listener pauses and tries again.
 */
#include "http/connection/mcp-http-listener.h"

#include "http/connection/mcp-connection-shares.h"
#include "http/connection/mcp-http-socket.h"
#include "mcp-http-connection-setup-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clients that are accepted in one turn, so that those that are connected get theirs. */
#define ACCEPTS_PER_TURN  64
/* For one more, all connections are looked at. */
#define ACCEPTS_WHEN_FULL 4
#define PAUSE_US          (100 * G_TIME_SPAN_MILLISECOND)
/* Refused clients that are given time to read why; to further ones the answer is sent, and the
 * connection is closed at once. */
#define MAX_REFUSED       64
/* Of all connections, and of these at most so many, are kept for the Unix socket. */
#define UNIX_PART         8
#define MAX_KEPT_FOR_UNIX 16
/* Between two messages in the log about a lack of descriptors. */
#define COMPLAINT_US      (60 * G_USEC_PER_SEC)

typedef struct
{
  McpHttpListener *listener; /* (unowned) */
  int fd;
  guint16 port;              /* 0: Unix */
  char *path;                /* (owned) (nullable): of a Unix socket */
  struct stat status;        /* of the file at path: no other file is removed */
  McpHttpPollerWatch *watch; /* (owned) */
} ListenSocket;

struct _McpHttpListener
{
  GObject parent_instance;

  McpLimits limits;
  McpHttpConnectionSetup setup; /* of all connections */
  McpHttpListenerFunc request;
  gpointer user_data;

  McpHttpPoller *poller;    /* (owned) */
  McpPeerCheck *peer_check; /* (owned) */
  McpPeerSearch *search;    /* (owned) */
  GPtrArray *sockets;       /* (owned) ListenSocket */
  GHashTable *connections;  /* (owned) McpHttpConnection, a set */
  GHashTable *refused; /* (owned) McpHttpConnection, a set: only told why they do not come in */
  GQueue idle;         /* (unowned) McpHttpConnection, the longest idle first */
  McpConnectionShares *shares; /* (owned) */
  int spare_fd; /* closed when no descriptor is left, to accept a client and turn it away */
  McpHttpCounters *counters; /* (owned): a reference-counted box */
  gint64 complained_us;
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (McpHttpListener, mcp_http_listener, G_TYPE_OBJECT)

static void
open_spare (McpHttpListener *self)
{
  if (self->spare_fd < 0)
    self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_request (McpHttpConnection *connection, McpRequestHead *head, GBytes *body, gpointer owner)
{
  McpHttpListener *self = owner;

  self->request (connection, head, body, self->user_data);
}

static void
on_idle_changed (McpHttpConnection *connection, gboolean idle, gpointer owner)
{
  McpHttpListener *self = owner;
  GList *link = mcp_http_connection_get_link (connection);

  if (idle)
    g_queue_push_tail_link (&self->idle, link);
  else
    g_queue_unlink (&self->idle, link);
}

static void
on_closed (McpHttpConnection *connection, gpointer owner)
{
  McpHttpListener *self = owner;

  if (!g_hash_table_remove (self->connections, connection))
    g_hash_table_remove (self->refused, connection);
}

static const McpHttpConnectionHooks hooks = {
  .request = on_request,
  .idle_changed = on_idle_changed,
  .closed = on_closed,
};

static void
refuse (McpHttpListener *self,
        int fd,
        const McpHttpConnectionOrigin *origin,
        guint status,
        const char *message)
{
  g_autoptr (McpHttpConnection) connection =
      mcp_http_connection_new_refused (fd, &self->setup, origin, status, message);

  /* The answer is in the socket already; the time to read it is given to a few only. */
  if (mcp_http_connection_is_closed (connection))
    return;
  if (g_hash_table_size (self->refused) >= MAX_REFUSED)
    mcp_http_connection_close (connection);
  else
    g_hash_table_add (self->refused, g_steal_pointer (&connection));
}

/* TCP clients leave a few connections to the Unix socket, by which the owner's commands come. */
static guint
get_max_connections (McpHttpListener *self, gboolean is_unix)
{
  guint max = self->limits.connections;

  return is_unix ? max : max - MIN (max / UNIX_PART, MAX_KEPT_FOR_UNIX);
}

/* When all connections are taken, a process that has many of them gives way. */
static gboolean
make_room (McpHttpListener *self, const McpHttpConnectionOrigin *origin)
{
  guint max = get_max_connections (self, origin->port == 0);

  while (g_hash_table_size (self->connections) >= max)
    {
      McpHttpConnection *chosen =
          mcp_connection_shares_choose (self->connections, &self->idle, max, origin->peer.pid);

      if (chosen == NULL)
        return FALSE;
      mcp_http_connection_lose (chosen);
    }

  return TRUE;
}

static void
take_client (ListenSocket *socket, int fd)
{
  McpHttpListener *self = socket->listener;
  McpHttpConnectionOrigin origin = { .port = socket->port };
  const int on = 1;
  g_autoptr (GError) error = NULL;

  if (!mcp_peer_check_admit (self->peer_check, fd, &origin.peer, &error))
    {
      self->counters->n_foreign++;
      g_info ("A client is refused: %s", error->message);
      refuse (self, fd, &origin, 403, "This daemon serves its own user's processes only");
      return;
    }
  if (!make_room (self, &origin))
    {
      self->counters->n_full++;
      g_info ("A client is refused: %u connections are open", self->limits.connections);
      refuse (self, fd, &origin, 503, "Too many connections are open");
      return;
    }

  self->counters->n_accepted++;
  /* Answers are written whole, so the kernel need not wait for more. */
  if (socket->port != 0)
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  g_hash_table_add (self->connections, mcp_http_connection_new (fd, &self->setup, &origin));
}

static void
pause_accepting (ListenSocket *socket)
{
  mcp_http_poller_watch_set_wanted (socket->watch, 0);
  mcp_http_poller_watch_set_deadline (socket->watch, g_get_monotonic_time () + PAUSE_US);
}

/* No descriptor is left: accepts the first client of the queue and closes its connection. */
static void
reject_one_client (ListenSocket *socket, int error_number)
{
  McpHttpListener *self = socket->listener;
  gint64 now = g_get_monotonic_time ();
  int fd;

  if (self->complained_us == 0 || now - self->complained_us > COMPLAINT_US)
    {
      g_message ("Clients are turned away: %s", g_strerror (error_number));
      self->complained_us = now;
    }

  if (self->spare_fd < 0)
    return;

  close (self->spare_fd);
  self->spare_fd = -1;
  fd = accept4 (socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0)
    close (fd);
  open_spare (self);
}

/* accept(2): what can go wrong with one client says nothing about the next. */
static gboolean
handle_accept_error (ListenSocket *socket, int error_number)
{
  McpHttpListener *self = socket->listener;

  if (error_number == EAGAIN)
    return FALSE;

  self->counters->n_accept_errors++;
  if (error_number == EMFILE || error_number == ENFILE)
    {
      reject_one_client (socket, error_number);
      pause_accepting (socket);
      return FALSE;
    }
  if (error_number == ENOBUFS || error_number == ENOMEM || error_number == EINVAL ||
      error_number == EBADF)
    {
      pause_accepting (socket);
      return FALSE;
    }

  g_debug ("A client was lost before it came in: %s", g_strerror (error_number));
  return TRUE;
}

static gboolean
is_full (ListenSocket *socket)
{
  McpHttpListener *self = socket->listener;

  return g_hash_table_size (self->connections) >= get_max_connections (self, socket->port == 0);
}

/* Clients wait in the kernel's queue until it is known who has how many connections. */
static gboolean
may_accept (ListenSocket *socket)
{
  McpHttpListener *self = socket->listener;

  if (!is_full (socket))
    return TRUE;
  if (mcp_connection_shares_look (self->shares, self->connections))
    return TRUE;

  mcp_http_poller_watch_set_wanted (socket->watch, 0);
  return FALSE;
}

static void
on_looked (gpointer owner)
{
  McpHttpListener *self = owner;

  for (guint i = 0; i < self->sockets->len; i++)
    {
      ListenSocket *socket = g_ptr_array_index (self->sockets, i);

      mcp_http_poller_watch_set_wanted (socket->watch, MCP_HTTP_READY_IN);
    }
}

static void
on_listening_ready (McpHttpReady ready, gpointer user_data)
{
  ListenSocket *socket = user_data;
  McpHttpListener *self = g_object_ref (socket->listener);

  if (ready & MCP_HTTP_READY_TIMEOUT)
    {
      open_spare (self);
      mcp_http_poller_watch_set_wanted (socket->watch, MCP_HTTP_READY_IN);
    }

  for (guint i = 0; i < ACCEPTS_PER_TURN && (ready & MCP_HTTP_READY_IN) && !self->stopped; i++)
    {
      int fd;

      if (!may_accept (socket) || (i >= ACCEPTS_WHEN_FULL && is_full (socket)))
        break;
      fd = accept4 (socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0)
        take_client (socket, fd);
      else if (!handle_accept_error (socket, errno))
        break;
    }

  g_object_unref (self);
}

static void
listen_socket_free (gpointer data)
{
  ListenSocket *socket = data;
  struct stat status;

  mcp_http_poller_watch_free (socket->watch);
  close (socket->fd);
  if (socket->path != NULL && lstat (socket->path, &status) == 0 &&
      status.st_dev == socket->status.st_dev && status.st_ino == socket->status.st_ino)
    unlink (socket->path);
  g_free (socket->path);
  g_free (socket);
}

static void
add_socket (McpHttpListener *self, int fd, guint16 port, const char *path)
{
  ListenSocket *socket = g_new0 (ListenSocket, 1);

  socket->listener = self;
  socket->fd = fd;
  socket->port = port;
  socket->path = g_strdup (path);
  if (path != NULL && lstat (path, &socket->status) < 0)
    g_clear_pointer (&socket->path, g_free);
  socket->watch =
      mcp_http_poller_watch (self->poller, fd, MCP_HTTP_READY_IN, on_listening_ready, socket);
  g_ptr_array_add (self->sockets, socket);
}

/**
 * mcp_http_listener_new:
 * @limits: copied
 * @request: (scope notified): called from the main loop with each request
 * @user_data: for @request
 *
 * Makes a listener without sockets, for the thread's default main context.
 *
 * Returns: (transfer full): the listener
 */
McpHttpListener *
mcp_http_listener_new (const McpLimits *limits, McpHttpListenerFunc request, gpointer user_data)
{
  McpHttpListener *self;

  g_return_val_if_fail (limits != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);

  self = g_object_new (MCP_TYPE_HTTP_LISTENER, NULL);
  self->limits = *limits;
  self->request = request;
  self->user_data = user_data;
  return self;
}

/**
 * mcp_http_listener_set_limits:
 * @self: the listener
 * @limits: copied
 *
 * Changes the limits for what comes from now on; nobody is put out for them.
 */
void
mcp_http_listener_set_limits (McpHttpListener *self, const McpLimits *limits)
{
  g_return_if_fail (MCP_IS_HTTP_LISTENER (self));

  self->limits = *limits;
}

/**
 * mcp_http_listener_add_tcp:
 * @self: the listener, not stopped
 * @port: the port; 0: any that is free
 * @error: return location
 *
 * Listens on 127.0.0.1 and ::1, on the same port; on the former only where
 * there is no IPv6.
 *
 * Errors: %G_IO_ERROR_ADDRESS_IN_USE, others of %G_IO_ERROR.
 *
 * Returns: the port; 0 on error
 */
guint16
mcp_http_listener_add_tcp (McpHttpListener *self, guint16 port, GError **error)
{
  int fds[MCP_HTTP_MAX_TCP_SOCKETS];

  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), 0);
  g_return_val_if_fail (!self->stopped, 0);

  port = mcp_http_socket_listen_tcp (port, fds, error);
  if (port == 0)
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      add_socket (self, fds[i], port, NULL);
  return port;
}

/**
 * mcp_http_listener_add_unix:
 * @self: the listener, not stopped
 * @path: absolute, in a directory that only its owner can enter
 * @error: return location
 *
 * Listens on a Unix socket, mode 0600, which is removed when the listener stops. One that
 * was left behind at that path is replaced, one that is in use is not.
 *
 * Errors: %G_IO_ERROR_ADDRESS_IN_USE, %G_IO_ERROR_EXISTS, %G_IO_ERROR_INVALID_FILENAME,
 * others of %G_IO_ERROR.
 *
 * Returns: whether it listens
 */
gboolean
mcp_http_listener_add_unix (McpHttpListener *self, const char *path, GError **error)
{
  int fd;

  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (!self->stopped, FALSE);

  fd = mcp_http_socket_listen_unix (path, error);
  if (fd < 0)
    return FALSE;

  add_socket (self, fd, 0, path);
  return TRUE;
}

/**
 * mcp_http_listener_add_fd:
 * @self: the listener, not stopped
 * @fd: (transfer full): a listening socket that somebody else made; on error it stays the caller's
 * @port: (out): of a TCP socket; 0: it is a Unix socket
 * @path: (out) (transfer full) (nullable): of a Unix socket; it is never removed
 * @error: return location
 *
 * Listens on a socket that is there already.
 *
 * Errors: %G_IO_ERROR_INVALID_ARGUMENT for a socket that this listener could not have made, others
 * of %G_IO_ERROR.
 *
 * Returns: whether it listens
 */
gboolean
mcp_http_listener_add_fd (McpHttpListener *self, int fd, guint16 *port, char **path, GError **error)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), FALSE);
  g_return_val_if_fail (!self->stopped, FALSE);

  if (!mcp_http_socket_adopt (fd, port, path, error))
    return FALSE;

  add_socket (self, fd, *port, NULL);
  return TRUE;
}

/**
 * mcp_http_listener_get_n_connections:
 * @self: the listener
 *
 * Returns: how many clients are in, event streams included
 */
guint
mcp_http_listener_get_n_connections (McpHttpListener *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), 0);

  return g_hash_table_size (self->connections);
}

/**
 * mcp_http_listener_get_n_accept_errors:
 * @self: the listener
 *
 * Returns: how often a client could not be let in for want of something, or was lost on the way
 */
guint
mcp_http_listener_get_n_accept_errors (McpHttpListener *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), 0);

  return (guint) self->counters->n_accept_errors;
}

/**
 * mcp_http_listener_get_counters:
 * @self: the listener
 *
 * Returns: (transfer none): what has been counted; a box of g_rc_box_new()
 */
McpHttpCounters *
mcp_http_listener_get_counters (McpHttpListener *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), NULL);

  return self->counters;
}

/**
 * mcp_http_listener_call_at_turns:
 * @self: the listener
 * @func: (scope forever) (nullable): as for mcp_http_poller_call_at_turns()
 * @user_data: for @func
 *
 * Has a function called each time that the sockets had their turn.
 */
void
mcp_http_listener_call_at_turns (McpHttpListener *self, McpHttpTurnFunc func, gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_LISTENER (self));

  mcp_http_poller_call_at_turns (self->poller, func, user_data);
}

/**
 * mcp_http_listener_get_n_idle:
 * @self: the listener
 *
 * Returns: how many connections wait for another request
 */
guint
mcp_http_listener_get_n_idle (McpHttpListener *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), 0);

  return g_queue_get_length (&self->idle);
}

/**
 * mcp_http_listener_tcp_available:
 * @self: the listener
 *
 * Returns: whether the kernel names TCP peers; otherwise all of them are refused
 */
gboolean
mcp_http_listener_tcp_available (McpHttpListener *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_LISTENER (self), FALSE);

  return mcp_peer_check_tcp_available (self->peer_check);
}

/* Closing a connection removes it from the set, and calls others who may close more. */
static void
for_each_connection (GHashTable *set, void (*func) (McpHttpConnection *))
{
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    g_ptr_array_add (connections, g_object_ref (connection));
  for (guint i = 0; i < connections->len; i++)
    func (g_ptr_array_index (connections, i));
}

/**
 * mcp_http_listener_stop:
 * @self: the listener
 *
 * Lets nobody in any more: closes the sockets and the connections that wait for
 * a request. Answers in progress are completed, event streams go on.
 */
void
mcp_http_listener_stop (McpHttpListener *self)
{
  g_return_if_fail (MCP_IS_HTTP_LISTENER (self));

  if (self->stopped)
    return;

  self->stopped = TRUE;
  g_ptr_array_set_size (self->sockets, 0);
  for_each_connection (self->connections, mcp_http_connection_drain);
}

/**
 * mcp_http_listener_close:
 * @self: the listener
 *
 * Stops, and closes all connections at once. No further request is handed over.
 */
void
mcp_http_listener_close (McpHttpListener *self)
{
  g_return_if_fail (MCP_IS_HTTP_LISTENER (self));

  mcp_http_listener_stop (self);
  for_each_connection (self->connections, mcp_http_connection_close);
  for_each_connection (self->refused, mcp_http_connection_close);
}

static void
mcp_http_listener_dispose (GObject *object)
{
  mcp_http_listener_close (MCP_HTTP_LISTENER (object));

  G_OBJECT_CLASS (mcp_http_listener_parent_class)->dispose (object);
}

static void
mcp_http_listener_finalize (GObject *object)
{
  McpHttpListener *self = MCP_HTTP_LISTENER (object);

  g_ptr_array_unref (self->sockets);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->refused);
  mcp_peer_check_free (self->peer_check);
  mcp_peer_process_search_unref (self->search);
  mcp_connection_shares_free (self->shares);
  g_rc_box_release (self->counters);
  mcp_http_poller_unref (self->poller);
  if (self->spare_fd >= 0)
    close (self->spare_fd);

  G_OBJECT_CLASS (mcp_http_listener_parent_class)->finalize (object);
}

static void
mcp_http_listener_class_init (McpHttpListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_http_listener_dispose;
  G_OBJECT_CLASS (klass)->finalize = mcp_http_listener_finalize;
}

static void
mcp_http_listener_init (McpHttpListener *self)
{
  self->poller = mcp_http_poller_new ();
  self->counters = g_rc_box_new0 (McpHttpCounters);
  self->peer_check = mcp_peer_check_new (geteuid ());
  self->search = mcp_peer_process_search_new ();
  self->setup = (McpHttpConnectionSetup){ .hooks = &hooks,
                                          .owner = self,
                                          .poller = self->poller,
                                          .peer_check = self->peer_check,
                                          .search = self->search,
                                          .counters = self->counters,
                                          .limits = &self->limits };
  self->shares = mcp_connection_shares_new (on_looked, self);
  self->sockets = g_ptr_array_new_with_free_func (listen_socket_free);
  self->connections = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->refused = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->spare_fd = -1;
  open_spare (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whose process is at the other end? The kernel's word, for a socket that was
 * just accepted: SO_PEERCRED for a Unix socket, and for loopback TCP the owner
 * of the peer's socket as NETLINK_SOCK_DIAG names it (sock_diag(7)).
 *
 * The TCP answer is believed only by four rules. Without them it is wrong: the
 * kernel answers uid 0 for a socket that no process holds any more, and falls
 * back to a listener on the same port when there is no such connection.
 */
#include "http/connection/mcp-peer-check.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Kernel's include/net/tcp_states.h; not among its exported headers. */
enum
{
  STATE_ESTABLISHED = 1,
  STATE_FIN_WAIT1 = 4,
  STATE_FIN_WAIT2 = 5,
};

/* How many answers to earlier questions may lie in the queue before the one that is waited for. */
#define MAX_STALE_ANSWERS 16

struct _McpPeerCheck
{
  uid_t uid;
  int netlink_fd; /* -1: refused by the kernel, or broken */
  guint32 sequence;
  gboolean tcp_available;
};

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

static int
open_netlink (GError **error)
{
  int fd = socket (AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
  int error_number = errno;

  if (fd < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                 "The kernel's socket diagnostics cannot be opened: %s", g_strerror (error_number));
  return fd;
}

/* Network byte order on both sides. */
static gboolean
fill_address (__be32 out[4], __be16 *port, const struct sockaddr_storage *address)
{
  if (address->ss_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) address;

      out[0] = in->sin_addr.s_addr;
      *port = in->sin_port;
      return TRUE;
    }
  if (address->ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;

      memcpy (out, &in6->sin6_addr, sizeof in6->sin6_addr);
      *port = in6->sin6_port;
      return TRUE;
    }
  return FALSE;
}

/* A pair of IPv4 addresses seen by an IPv6 socket: the peer may be either kind. */
static void
unmap_ipv4 (struct inet_diag_req_v2 *request)
{
  struct in6_addr source, destination;

  memcpy (&source, request->id.idiag_src, sizeof source);
  memcpy (&destination, request->id.idiag_dst, sizeof destination);
  if (request->sdiag_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED (&source) ||
      !IN6_IS_ADDR_V4MAPPED (&destination))
    return;

  request->sdiag_family = AF_INET;
  request->id.idiag_src[0] = request->id.idiag_src[3];
  request->id.idiag_dst[0] = request->id.idiag_dst[3];
  for (int i = 1; i < 4; i++)
    request->id.idiag_src[i] = request->id.idiag_dst[i] = 0;
}

/* The question looks from the peer's side: its address is the source. */
static gboolean
build_question (Question *question, int fd, GError **error)
{
  struct sockaddr_storage local = { 0 }, peer = { 0 };
  socklen_t local_length = sizeof local, peer_length = sizeof peer;
  struct inet_diag_req_v2 *request = &question->request;

  if (getsockname (fd, (struct sockaddr *) &local, &local_length) < 0 ||
      getpeername (fd, (struct sockaddr *) &peer, &peer_length) < 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "The peer is gone: %s",
                   g_strerror (errno));
      return FALSE;
    }

  memset (question, 0, sizeof *question);
  question->header.nlmsg_len = sizeof *question;
  question->header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question->header.nlmsg_flags = NLM_F_REQUEST;
  request->sdiag_family = (guint8) peer.ss_family;
  request->sdiag_protocol = IPPROTO_TCP;
  request->idiag_states = ~0u;
  request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (local.ss_family != peer.ss_family ||
      !fill_address (request->id.idiag_src, &request->id.idiag_sport, &peer) ||
      !fill_address (request->id.idiag_dst, &request->id.idiag_dport, &local))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Not a TCP connection");
      return FALSE;
    }

  unmap_ipv4 (request);
  return TRUE;
}

/* One datagram. 1: the answer; 0: an earlier one, or not the kernel's; -1: errno says why not. */
static int
receive_answer (McpPeerCheck *self, struct inet_diag_msg *answer)
{
  union
  {
    struct nlmsghdr header;
    char bytes[1024];
  } buffer;
  struct sockaddr_nl sender = { 0 };
  socklen_t sender_length = sizeof sender;
  gssize n_read = recvfrom (self->netlink_fd, &buffer, sizeof buffer, MSG_DONTWAIT,
                            (struct sockaddr *) &sender, &sender_length);

  if (n_read < 0)
    return errno == EINTR ? 0 : -1;
  if (sender.nl_pid != 0 || !NLMSG_OK (&buffer.header, (gsize) n_read) ||
      buffer.header.nlmsg_seq != self->sequence)
    return 0;

  if (buffer.header.nlmsg_type == NLMSG_ERROR &&
      buffer.header.nlmsg_len >= NLMSG_LENGTH (sizeof (struct nlmsgerr)))
    {
      const struct nlmsgerr *failure = NLMSG_DATA (&buffer.header);

      errno = failure->error < 0 ? -failure->error : EPROTO;
      return -1;
    }
  if (buffer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
      buffer.header.nlmsg_len < NLMSG_LENGTH (sizeof *answer))
    {
      errno = EPROTO;
      return -1;
    }

  memcpy (answer, NLMSG_DATA (&buffer.header), sizeof *answer);
  return 1;
}

/* The kernel answers within sendto(), so that there is nothing to wait for. */
static gboolean
ask_once (McpPeerCheck *self, Question *question, struct inet_diag_msg *answer)
{
  struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
  int outcome = 0;

  question->header.nlmsg_seq = ++self->sequence;
  if (sendto (self->netlink_fd, question, sizeof *question, MSG_DONTWAIT | MSG_NOSIGNAL,
              (struct sockaddr *) &kernel, sizeof kernel) != sizeof *question)
    return FALSE;

  for (int i = 0; i < MAX_STALE_ANSWERS && outcome == 0; i++)
    outcome = receive_answer (self, answer);
  if (outcome == 0)
    errno = ETIMEDOUT;

  return outcome > 0;
}

static gboolean
look_up (McpPeerCheck *self, int fd, struct inet_diag_msg *answer, GError **error)
{
  Question question;
  int error_number;

  if (!build_question (&question, fd, error))
    return FALSE;

  if (self->netlink_fd < 0)
    self->netlink_fd = open_netlink (error);
  if (self->netlink_fd < 0)
    return FALSE;

  if (!ask_once (self, &question, answer))
    {
      error_number = errno;
      /* “No such socket” is an answer. After anything else, open the netlink socket again next
       * time. */
      if (error_number != ENOENT)
        {
          close (self->netlink_fd);
          self->netlink_fd = -1;
        }
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                   "The kernel does not name the peer: %s", g_strerror (error_number));
      return FALSE;
    }

  /* Rule 1: it is that connection, not a listener on the peer's port. */
  if (answer->idiag_family != question.request.sdiag_family ||
      answer->id.idiag_sport != question.request.id.idiag_sport ||
      answer->id.idiag_dport != question.request.id.idiag_dport ||
      memcmp (answer->id.idiag_src, question.request.id.idiag_src, sizeof answer->id.idiag_src) !=
          0 ||
      memcmp (answer->id.idiag_dst, question.request.id.idiag_dst, sizeof answer->id.idiag_dst) !=
          0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "The kernel named another connection");
      return FALSE;
    }

  return TRUE;
}

/* Rules 2 and 3: a process holds the socket, and it is a connection. */
static gboolean
is_held_connection (const struct inet_diag_msg *answer)
{
  return answer->idiag_inode != 0 &&
         (answer->idiag_state == STATE_ESTABLISHED || answer->idiag_state == STATE_FIN_WAIT1 ||
          answer->idiag_state == STATE_FIN_WAIT2);
}

/* Whether the kernel answers at all: it says “no such socket” for a missing tcp_diag module too. */
static gboolean
probe_tcp (McpPeerCheck *self, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  struct inet_diag_msg answer;
  int listening = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int client = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int accepted = -1;
  gboolean available = FALSE;

  if (listening < 0 || client < 0 ||
      bind (listening, (struct sockaddr *) &address, sizeof address) < 0 ||
      listen (listening, 1) < 0 ||
      getsockname (listening, (struct sockaddr *) &address, &length) < 0 ||
      (connect (client, (struct sockaddr *) &address, sizeof address) < 0 &&
       errno != EINPROGRESS) ||
      (accepted = accept4 (listening, NULL, NULL, SOCK_CLOEXEC)) < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 "No loopback connection can be made: %s", g_strerror (errno));
  else if (look_up (self, accepted, &answer, error))
    available = is_held_connection (&answer);

  for (int i = 0; i < 3; i++)
    {
      int fd = i == 0 ? listening : i == 1 ? client : accepted;

      if (fd >= 0)
        close (fd);
    }
  return available;
}

/**
 * mcp_peer_check_new:
 * @uid: whose processes are admitted
 *
 * Makes the check, and finds out whether the kernel names TCP peers; it may
 * refuse to (RestrictAddressFamilies=, seccomp, no tcp_diag module). That is
 * logged, once.
 *
 * Returns: (transfer full): the check
 */
McpPeerCheck *
mcp_peer_check_new (uid_t uid)
{
  McpPeerCheck *self = g_new0 (McpPeerCheck, 1);
  g_autoptr (GError) error = NULL;

  self->uid = uid;
  self->netlink_fd = -1;
  self->tcp_available = probe_tcp (self, &error);
  if (!self->tcp_available)
    g_message ("TCP clients will be refused, the Unix socket remains: %s",
               error != NULL ? error->message : "the kernel does not name peers");

  return self;
}

/**
 * mcp_peer_check_free:
 * @self: (transfer full): the check
 *
 * Frees it.
 */
void
mcp_peer_check_free (McpPeerCheck *self)
{
  if (self->netlink_fd >= 0)
    close (self->netlink_fd);
  g_free (self);
}

/**
 * mcp_peer_check_tcp_available:
 * @self: the check
 *
 * Tells whether the kernel named a TCP peer when the check was made. Otherwise every
 * TCP peer is refused.
 *
 * Returns: whether the process of a TCP peer can be found
 */
gboolean
mcp_peer_check_tcp_available (McpPeerCheck *self)
{
  return self->tcp_available;
}

static gboolean
refuse_uid (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                       "The peer belongs to another user");
  return FALSE;
}

static gboolean
admit_unix (McpPeerCheck *self, int fd, McpSocketPeer *peer, GError **error)
{
  struct ucred credentials = { 0 };
  socklen_t length = sizeof credentials;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0 ||
      length != sizeof credentials)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "The kernel does not name the peer: %s", g_strerror (errno));
      return FALSE;
    }
  if (credentials.uid != self->uid)
    return refuse_uid (error);

  /* 0: the peer lives in a process namespace that the daemon does not see. */
  peer->pid = credentials.pid > 0 ? credentials.pid : 0;
  return TRUE;
}

static gboolean
admit_tcp (McpPeerCheck *self, int fd, McpSocketPeer *peer, GError **error)
{
  struct inet_diag_msg answer;

  if (!look_up (self, fd, &answer, error))
    return FALSE;
  if (!is_held_connection (&answer))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                           "No process holds the peer's socket");
      return FALSE;
    }
  /* Rule 4. */
  if (answer.idiag_uid != self->uid)
    return refuse_uid (error);

  peer->inode = answer.idiag_inode;
  return TRUE;
}

/**
 * mcp_peer_check_admit:
 * @self: the check
 * @fd: a connected socket
 * @peer: (out caller-allocates): what is known of the peer; its process as it was at connect()
 * @error: return location
 *
 * Asks the kernel whether the socket's peer is a process of the user. Ask once,
 * right after accept() and before a byte is read, and keep the answer on the
 * connection: addresses are used again. Does not block. Any doubt refuses.
 *
 * Errors: %G_IO_ERROR_PERMISSION_DENIED for another user's process, others of
 * %G_IO_ERROR where the kernel gives no answer to rely on.
 *
 * Returns: whether the peer may come in
 */
gboolean
mcp_peer_check_admit (McpPeerCheck *self, int fd, McpSocketPeer *peer, GError **error)
{
  struct sockaddr_storage local = { 0 };
  socklen_t length = sizeof local;

  *peer = (McpSocketPeer){ 0 };
  if (getsockname (fd, (struct sockaddr *) &local, &length) == 0 && local.ss_family == AF_UNIX)
    return admit_unix (self, fd, peer, error);

  return admit_tcp (self, fd, peer, error);
}

/**
 * mcp_peer_check_is_gone:
 * @self: the check
 * @fd: a connected TCP socket
 *
 * Tells a peer that closed from one that only sends no more (shutdown()): from
 * our side of the connection both look alike.
 *
 * Returns: whether the kernel says that no process holds the peer's socket any more
 */
gboolean
mcp_peer_check_is_gone (McpPeerCheck *self, int fd)
{
  struct inet_diag_msg answer;
  g_autoptr (GError) error = NULL;

  if (look_up (self, fd, &answer, &error))
    return !is_held_connection (&answer);

  /* Without an answer, as where memory is short, nothing is known of the peer. */
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
}

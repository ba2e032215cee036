/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-peer-check.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_UID 65533

typedef struct
{
  int listening;
  int client;
  int accepted;
} Pair;

static int
listen_on_loopback (int family, struct sockaddr_storage *address, socklen_t *length)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in *in = (struct sockaddr_in *) address;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) address;

  memset (address, 0, sizeof *address);
  address->ss_family = (sa_family_t) family;
  *length = family == AF_INET ? sizeof *in : sizeof *in6;
  if (family == AF_INET)
    in->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  else
    in6->sin6_addr = in6addr_loopback;

  if (fd < 0 || bind (fd, (struct sockaddr *) address, *length) < 0)
    return -1;
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) address, length), ==, 0);
  return fd;
}

static gboolean
pair_open (Pair *pair, int family)
{
  struct sockaddr_storage address;
  socklen_t length;

  pair->listening = listen_on_loopback (family, &address, &length);
  if (pair->listening < 0)
    return FALSE;
  pair->client = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (pair->client, (struct sockaddr *) &address, length), ==, 0);
  pair->accepted = accept (pair->listening, NULL, NULL);
  g_assert_cmpint (pair->accepted, >=, 0);
  return TRUE;
}

static void
pair_close (Pair *pair)
{
  close (pair->listening);
  if (pair->client >= 0)
    close (pair->client);
  close (pair->accepted);
}

static void
check_family (int family)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  Pair pair;
  McpSocketPeer peer = { 1, 0 };

  if (!mcp_peer_check_tcp_available (check) || !pair_open (&pair, family))
    {
      g_test_skip ("The kernel does not offer these connections here");
      return;
    }

  g_assert_true (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (peer.pid, ==, 0);
  g_assert_cmpuint (peer.inode, !=, 0);
  g_assert_false (mcp_peer_check_is_gone (check, pair.accepted));
  pair_close (&pair);
}

static void
test_own_ipv4 (void)
{
  g_test_summary ("A process of the same user is admitted over 127.0.0.1");
  check_family (AF_INET);
}

static void
test_own_ipv6 (void)
{
  g_test_summary ("A process of the same user is admitted over ::1");
  check_family (AF_INET6);
}

static void
test_mapped (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
  struct sockaddr_in client_address = { .sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof any;
  const int off = 0;
  int listening = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client, accepted;
  McpSocketPeer peer;

  g_test_summary ("An IPv4 client that an IPv6 socket accepted is told apart too");
  if (!mcp_peer_check_tcp_available (check) || listening < 0 ||
      setsockopt (listening, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0 ||
      bind (listening, (struct sockaddr *) &any, sizeof any) < 0)
    {
      g_test_skip ("The kernel does not offer these connections here");
      if (listening >= 0)
        close (listening);
      return;
    }

  g_assert_cmpint (listen (listening, 1), ==, 0);
  g_assert_cmpint (getsockname (listening, (struct sockaddr *) &any, &length), ==, 0);
  client_address.sin_port = any.sin6_port;
  client = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (client, (struct sockaddr *) &client_address, sizeof client_address), ==,
                   0);
  accepted = accept (listening, NULL, NULL);
  g_assert_true (mcp_peer_check_admit (check, accepted, &peer, &error));
  g_assert_no_error (error);
  close (accepted);
  close (client);
  close (listening);
}

static void
test_other_user_wanted (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid () + 1);
  g_autoptr (GError) error = NULL;
  int fds[2];
  Pair pair;
  McpSocketPeer peer;

  g_test_summary ("Whoever is not the user is refused, root too");
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  g_assert_false (mcp_peer_check_admit (check, fds[0], &peer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  close (fds[0]);
  close (fds[1]);

  g_assert_true (pair_open (&pair, AF_INET));
  g_assert_false (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_nonnull (error);
  if (mcp_peer_check_tcp_available (check))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  pair_close (&pair);
}

static void
test_unix (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  int fds[2];
  McpSocketPeer peer;

  g_test_summary ("A process of the same user is admitted on a Unix socket, and known by its id");
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  g_assert_true (mcp_peer_check_admit (check, fds[0], &peer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (peer.pid, ==, getpid ());
  g_assert_cmpuint (peer.inode, ==, 0);
  close (fds[0]);
  close (fds[1]);
}

static void
test_orphan (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  Pair pair;
  McpSocketPeer peer;

  g_test_summary ("A peer that wrote and closed before we ask is refused, although the kernel "
                  "answers for it (uid 0, no inode)");
  g_assert_true (pair_open (&pair, AF_INET));
  g_assert_cmpint (write (pair.client, "GET", 3), ==, 3);
  close (g_steal_fd (&pair.client));
  g_assert_false (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_nonnull (error);
  g_assert_true (mcp_peer_check_is_gone (check, pair.accepted));
  pair_close (&pair);
}

static void
test_half_closed (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  Pair pair;
  McpSocketPeer peer;

  g_test_summary ("A peer that only sends no more is still somebody's");
  g_assert_true (pair_open (&pair, AF_INET));
  if (mcp_peer_check_tcp_available (check))
    {
      g_assert_cmpint (shutdown (pair.client, SHUT_WR), ==, 0);
      g_assert_true (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
      g_assert_no_error (error);
      g_assert_false (mcp_peer_check_is_gone (check, pair.accepted));
    }
  else
    {
      g_test_skip ("The kernel does not name TCP peers here");
    }
  pair_close (&pair);
}

static void
test_reset (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  Pair pair;
  McpSocketPeer peer;

  g_test_summary ("A peer that reset the connection is refused");
  g_assert_true (pair_open (&pair, AF_INET));
  setsockopt (pair.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (g_steal_fd (&pair.client));
  g_assert_false (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
  g_assert_true (mcp_peer_check_is_gone (check, pair.accepted));
  pair_close (&pair);
}

/* The kernel falls back to a listener on the peer's port when there is no connection of this kind.
 */
static void
test_listener_on_peer_port (void)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;
  const int on = 1;
  Pair pair;
  McpSocketPeer peer;
  int squatter = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_test_summary ("A listener on the port of a peer that is gone is not taken for the peer");
  g_assert_true (pair_open (&pair, AF_INET));
  g_assert_cmpint (getsockname (pair.client, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (write (pair.client, "GET", 3), ==, 3);
  close (g_steal_fd (&pair.client));
  setsockopt (squatter, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (squatter, (struct sockaddr *) &address, length) == 0)
    g_assert_cmpint (listen (squatter, 1), ==, 0);

  g_assert_false (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_nonnull (error);
  close (squatter);
  pair_close (&pair);
}

/* What another user's process connects as; it stays until the test has asked. */
static void
run_as_other (const struct sockaddr *address, socklen_t length, int ready_fd, int done_fd)
{
  char c = 0;
  int fd;

  if (setresuid (OTHER_UID, OTHER_UID, OTHER_UID) < 0)
    _exit (1);
  fd = socket (address->sa_family, SOCK_STREAM, 0);
  if (fd < 0 || connect (fd, address, length) < 0 || write (ready_fd, &c, 1) != 1)
    _exit (2);
  _exit (read (done_fd, &c, 1) == 1 ? 0 : 3);
}

static void
check_other_user (int listening, const struct sockaddr *address, socklen_t length)
{
  g_autoptr (McpPeerCheck) check = mcp_peer_check_new (geteuid ());
  g_autoptr (GError) error = NULL;
  int ready[2], done[2], accepted, status;
  McpSocketPeer peer;
  pid_t child;
  char c;

  g_assert_cmpint (pipe (ready), ==, 0);
  g_assert_cmpint (pipe (done), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    run_as_other (address, length, ready[1], done[0]);

  close (ready[1]);
  g_assert_cmpint (read (ready[0], &c, 1), ==, 1);
  accepted = accept (listening, NULL, NULL);
  g_assert_cmpint (accepted, >=, 0);
  g_assert_false (mcp_peer_check_admit (check, accepted, &peer, &error));
  g_assert_nonnull (error);
  if (address->sa_family == AF_UNIX || mcp_peer_check_tcp_available (check))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  g_assert_cmpint (write (done[1], "", 1), ==, 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  close (accepted);
  close (ready[0]);
  close (done[0]);
  close (done[1]);
}

static void
test_other_user (void)
{
  struct sockaddr_storage address;
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  socklen_t length;
  int listening;

  g_test_summary ("A process of another user is refused, over TCP and over a Unix socket");
  if (geteuid () != 0)
    {
      g_test_skip ("Needs root, to become another user");
      return;
    }

  listening = listen_on_loopback (AF_INET, &address, &length);
  check_other_user (listening, (struct sockaddr *) &address, length);
  close (listening);

  /* An abstract name (given by the kernel): another user could not enter the directory of the test.
   */
  listening = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (listening, (struct sockaddr *) &name, sizeof name.sun_family), ==, 0);
  g_assert_cmpint (listen (listening, 1), ==, 0);
  length = sizeof name;
  g_assert_cmpint (getsockname (listening, (struct sockaddr *) &name, &length), ==, 0);
  check_other_user (listening, (struct sockaddr *) &name, length);
  close (listening);
}

/* What systemd's RestrictAddressFamilies= does to a service. */
static gboolean
forbid_netlink (void)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0])),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (filter), filter };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
check_without_netlink (void)
{
  g_autoptr (McpPeerCheck) check = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];
  Pair pair;
  McpSocketPeer peer;

  if (!forbid_netlink ())
    return;
  check = mcp_peer_check_new (geteuid ());
  g_assert_false (mcp_peer_check_tcp_available (check));

  g_assert_true (pair_open (&pair, AF_INET));
  g_assert_false (mcp_peer_check_admit (check, pair.accepted, &peer, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  /* no word on the peer is not its end */
  g_assert_false (mcp_peer_check_is_gone (check, pair.accepted));
  pair_close (&pair);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  g_assert_true (mcp_peer_check_admit (check, fds[0], &peer, &error));
  g_assert_no_error (error);
  close (fds[0]);
  close (fds[1]);
}

static void
test_without_netlink (void)
{
  g_test_summary ("Where the kernel does not name TCP peers, they are refused; Unix peers are not");
  if (g_test_subprocess ())
    {
      check_without_netlink ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/peer-check/own-ipv4", test_own_ipv4);
  g_test_add_func ("/http/peer-check/own-ipv6", test_own_ipv6);
  g_test_add_func ("/http/peer-check/mapped-ipv4", test_mapped);
  g_test_add_func ("/http/peer-check/not-the-user", test_other_user_wanted);
  g_test_add_func ("/http/peer-check/unix", test_unix);
  g_test_add_func ("/http/peer-check/orphan", test_orphan);
  g_test_add_func ("/http/peer-check/half-closed", test_half_closed);
  g_test_add_func ("/http/peer-check/reset", test_reset);
  g_test_add_func ("/http/peer-check/listener-on-peer-port", test_listener_on_peer_port);
  g_test_add_func ("/http/peer-check/other-user", test_other_user);
  g_test_add_func ("/http/peer-check/without-netlink", test_without_netlink);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-peer-process.h"

#include "mcp-test-await.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Another process, which holds one end of a pair of sockets until it reads the end of the other. */
typedef struct
{
  int fd;
  guint64 inode; /* of the end that the process holds */
  pid_t pid;
} Holder;

static void
hold (int fd)
{
  char byte;

  _exit (write (fd, "x", 1) == 1 && read (fd, &byte, 1) == 0 ? 0 : 1);
}

static void
holder_begin (Holder *self)
{
  int ends[2];
  struct stat status;
  char byte;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  g_assert_cmpint (fstat (ends[1], &status), ==, 0);
  self->inode = status.st_ino;
  self->pid = fork ();
  if (self->pid == 0)
    {
      close (ends[0]);
      hold (ends[1]);
    }
  close (ends[1]);
  self->fd = ends[0];
  g_assert_cmpint (read (self->fd, &byte, 1), ==, 1);
}

static void
holder_end (Holder *self)
{
  close (self->fd);
  g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
}

typedef struct
{
  guint n_found;
  pid_t pid;
} Found;

static void
found_cb (pid_t pid, gpointer user_data)
{
  Found *found = user_data;

  found->n_found++;
  found->pid = pid;
}

static void
test_known (void)
{
  g_autoptr (McpPeerSearch) search = mcp_peer_process_search_new ();
  const McpSocketPeer peer = { .pid = 42 };
  g_autoptr (McpPeerProcess) process = mcp_peer_process_new (&peer, search);
  Found found = { 0 };

  g_test_summary ("A process that the kernel has named is told at once");
  g_assert_true (mcp_peer_process_is_known (process));
  mcp_peer_process_find (process, found_cb, &found);
  g_assert_cmpuint (found.n_found, ==, 1);
  g_assert_cmpint (found.pid, ==, 42);
}

static void
test_found (void)
{
  g_autoptr (McpPeerSearch) search = mcp_peer_process_search_new ();
  g_autoptr (McpPeerProcess) first = NULL;
  g_autoptr (McpPeerProcess) second = NULL;
  Holder holders[2];
  Found found[3] = { 0 };

  g_test_summary ("Processes are found while others are looked for, each is told to all who asked, "
                  "and nothing is said before it is known");
  for (guint i = 0; i < G_N_ELEMENTS (holders); i++)
    holder_begin (&holders[i]);
  first = mcp_peer_process_new (&(McpSocketPeer){ .inode = holders[0].inode }, search);
  second = mcp_peer_process_new (&(McpSocketPeer){ .inode = holders[1].inode }, search);
  mcp_peer_process_find (first, found_cb, &found[0]);
  mcp_peer_process_find (second, found_cb, &found[1]);
  mcp_peer_process_find (first, found_cb, &found[2]);
  g_assert_false (mcp_peer_process_is_known (first));
  g_assert_cmpint (mcp_peer_process_get_pid (first), ==, 0);
  g_assert_cmpuint (found[0].n_found + found[1].n_found + found[2].n_found, ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      AWAIT (found[i].n_found == 1);
      g_assert_cmpint (found[i].pid, ==, holders[i % 2].pid);
    }
  g_assert_cmpint (mcp_peer_process_get_pid (second), ==, holders[1].pid);
  /* the second has inherited what ends the first */
  holder_end (&holders[1]);
  holder_end (&holders[0]);
}

static void
test_not_found (void)
{
  g_autoptr (McpPeerSearch) search = mcp_peer_process_search_new ();
  g_autoptr (McpPeerProcess) process = NULL;
  Holder holder;
  Found found = { 0 };

  g_test_summary ("A process that has ended is nobody, for good");
  holder_begin (&holder);
  process = mcp_peer_process_new (&(McpSocketPeer){ .inode = holder.inode }, search);
  holder_end (&holder);
  mcp_peer_process_find (process, found_cb, &found);
  AWAIT (found.n_found == 1);
  g_assert_cmpint (found.pid, ==, 0);
  g_assert_true (mcp_peer_process_is_known (process));
}

static void
test_let_go (void)
{
  McpPeerSearch *search = mcp_peer_process_search_new ();
  McpPeerProcess *process = NULL;
  Holder holder;
  Found found = { 0 };

  g_test_summary ("Whoever asked is told, also when everybody else has let go");
  holder_begin (&holder);
  process = mcp_peer_process_new (&(McpSocketPeer){ .inode = holder.inode }, search);
  mcp_peer_process_find (process, found_cb, &found);
  mcp_peer_process_unref (process);
  mcp_peer_process_search_unref (search);
  AWAIT (found.n_found == 1);
  g_assert_cmpint (found.pid, ==, holder.pid);
  holder_end (&holder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/peer-process/known", test_known);
  g_test_add_func ("/http/peer-process/found", test_found);
  g_test_add_func ("/http/peer-process/not-found", test_not_found);
  g_test_add_func ("/http/peer-process/let-go", test_let_go);
  return g_test_run ();
}

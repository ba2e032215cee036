/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mcp-sessiond-keeper [--grace-ms=N] [--nofile=SOFT:HARD] [--cgroup=DIRECTORY] --control-fd=N
 *   -- COMMAND [ARGUMENT…]
 *
 * Runs COMMAND and sees to it that nothing of its process tree stays behind.
 * It adopts every orphan of the tree (PR_SET_CHILD_SUBREAPER), and ends all of
 * it by SIGTERM, then after the grace by SIGKILL, as soon as
 *   - the command has ended, or
 *   - the control pipe is at its end: the daemon closed its side, or is gone
 *     in whatever way, or
 *   - it gets SIGTERM, SIGINT or SIGHUP itself.
 * It leaves when no descendant is left, with the command's exit status, or 128
 * and the signal's number. 126 and 127: the command could not be run, was not
 * found; 125: wrong use of the keeper itself.
 *
 * With --cgroup, it and all of the tree are in that control group.
 *
 * Standard input, output and error are the command's. No GLib: a keeper is
 * there for each upstream process, and should cost nothing.
 */
#include "mcp-keeper-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_GRACE_MS 2000
/* Stopping comes before killing, so that what forks faster than we look stands still. Something in
 * uninterruptible sleep never looks stopped: it is killed all the same. */
#define MAX_STOP_ROUNDS  8
#define MAX_LOOK_WAIT_MS 500
/* What runs as another user by then is out of our reach for good. */
#define MAX_REFUSED      10

#define EXIT_USAGE        125
#define EXIT_NOT_RUN      126
#define EXIT_NOT_FOUND    127
#define EXIT_BY_SIGNAL(n) (128 + (n))
#define MESSAGE_PREFIX    "mcp-sessiond-keeper: "

typedef struct
{
  char **command; /* (unowned) */
  int control_fd; /* -1: at its end */
  int signal_fd;
  int grace_ms;
  bool sets_nofile;
  struct rlimit nofile;
  const char *cgroup; /* (nullable) */

  pid_t child; /* 0: reaped */
  int exit_status;
  McpKeeperTree tree;
} Keeper;

static long long
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (long long) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
parse_number (const char *text, char terminator, const char **rest, unsigned long long *number)
{
  char *end;

  if (*text < '0' || *text > '9')
    return false;
  errno = 0;
  *number = strtoull (text, &end, 10);
  if (errno != 0 || *end != terminator)
    return false;
  if (rest != NULL)
    *rest = end + 1;
  return true;
}

static bool
parse_option (Keeper *self, const char *option)
{
  const char *rest;
  unsigned long long number;
  unsigned long long hard;

  if (strncmp (option, "--control-fd=", 13) == 0)
    {
      if (!parse_number (option + 13, '\0', NULL, &number) || number <= STDERR_FILENO ||
          number > INT_MAX)
        return false;
      self->control_fd = (int) number;
      return true;
    }
  if (strncmp (option, "--grace-ms=", 11) == 0)
    {
      if (!parse_number (option + 11, '\0', NULL, &number) || number > INT_MAX)
        return false;
      self->grace_ms = (int) number;
      return true;
    }
  if (strncmp (option, "--nofile=", 9) == 0)
    {
      if (!parse_number (option + 9, ':', &rest, &number) ||
          !parse_number (rest, '\0', NULL, &hard) || number > hard)
        return false;
      self->nofile.rlim_cur = number;
      self->nofile.rlim_max = hard;
      self->sets_nofile = true;
      return true;
    }
  if (strncmp (option, "--cgroup=", 9) == 0 && option[9] == '/')
    {
      self->cgroup = option + 9;
      return true;
    }
  return false;
}

static bool
parse_arguments (Keeper *self, int argc, char **argv)
{
  int i;

  for (i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    {
      if (!parse_option (self, argv[i]))
        {
          fprintf (stderr, MESSAGE_PREFIX "bad option “%s”\n", argv[i]);
          return false;
        }
    }
  if (i + 1 >= argc || self->control_fd < 0 || fcntl (self->control_fd, F_GETFD) < 0)
    {
      fputs (MESSAGE_PREFIX "usage: [--grace-ms=N] [--nofile=SOFT:HARD] [--cgroup=DIRECTORY] "
                            "--control-fd=N -- COMMAND [ARGUMENT…]\n",
             stderr);
      return false;
    }
  self->command = argv + i + 1;
  return true;
}

/* In the child. An ignored signal would stay ignored over exec: the command starts with defaults.
 */
static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* The command runs without one too: groups only say who belongs together. */
static void
enter_cgroup (const char *directory)
{
  char path[PATH_MAX];
  int fd;

  if (snprintf (path, sizeof path, "%s/cgroup.procs", directory) >= (int) sizeof path)
    return;
  fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write (fd, "0", 1) != 1)
    fprintf (stderr, MESSAGE_PREFIX "%s cannot be entered: %s\n", directory, strerror (errno));
  if (fd >= 0)
    close (fd);
}

static void
close_other_descriptors (void)
{
  if (syscall (SYS_close_range, STDERR_FILENO + 1, ~0u, 0) == 0)
    return;

  /* A kernel or a sandbox without close_range(): Linux 5.9 */
  for (int fd = STDERR_FILENO + 1; fd < 65536; fd++)
    close (fd);
}

_Noreturn static void
run_command (Keeper *self, pid_t keeper)
{
  int error;

  /* A group of its own: what it sends to its group must not reach the keeper. */
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != keeper)
    _exit (EXIT_NOT_RUN);

  reset_signals ();
  if (self->sets_nofile && setrlimit (RLIMIT_NOFILE, &self->nofile) < 0)
    dprintf (STDERR_FILENO, MESSAGE_PREFIX "cannot set the limit of open files: %s\n",
             strerror (errno));
  close_other_descriptors ();

  execvp (self->command[0], self->command);
  error = errno;
  dprintf (STDERR_FILENO, MESSAGE_PREFIX "cannot run “%s”: %s\n", self->command[0],
           strerror (error));
  _exit (error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* The command's pipes must come to their end when its own tree lets go of them, and its directory
 * must not be held. Standard error stays, for what the keeper itself may have to say. */
static void
detach_from_command (void)
{
  int null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (null_fd >= 0)
    {
      dup2 (null_fd, STDIN_FILENO);
      dup2 (null_fd, STDOUT_FILENO);
      if (null_fd > STDERR_FILENO)
        close (null_fd);
    }
  else
    {
      close (STDIN_FILENO);
      close (STDOUT_FILENO);
    }
  if (chdir ("/") < 0)
    fputs (MESSAGE_PREFIX "cannot leave the working directory\n", stderr);
}

static bool
start (Keeper *self)
{
  pid_t keeper = getpid ();
  sigset_t handled;
  sigset_t all;

  /* A session of its own, so that no terminal's Ctrl-C gets here. */
  setsid ();
  if (prctl (PR_SET_CHILD_SUBREAPER, 1) < 0)
    {
      fprintf (stderr, MESSAGE_PREFIX "cannot adopt orphans: %s\n", strerror (errno));
      return false;
    }

  /* With SIGCHLD ignored, as may be inherited, children vanish without a status. All else stays
   * blocked. The command runs as the same user and can still stop the keeper, or kill it: the
   * daemon then continues it, or adopts what it leaves. */
  signal (SIGCHLD, SIG_DFL);
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  sigemptyset (&handled);
  sigaddset (&handled, SIGCHLD);
  sigaddset (&handled, SIGTERM);
  sigaddset (&handled, SIGINT);
  sigaddset (&handled, SIGHUP);
  self->signal_fd = signalfd (-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->signal_fd < 0)
    {
      fprintf (stderr, MESSAGE_PREFIX "signalfd: %s\n", strerror (errno));
      return false;
    }

  self->child = fork ();
  if (self->child < 0)
    {
      fprintf (stderr, MESSAGE_PREFIX "cannot fork: %s\n", strerror (errno));
      return false;
    }
  if (self->child == 0)
    run_command (self, keeper);
  detach_from_command ();
  return true;
}

/* Returns: whether a descendant is left; each comes here when its own parent is gone */
static bool
reap (Keeper *self)
{
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    {
      if (pid != self->child)
        continue;
      self->child = 0;
      self->exit_status =
          WIFSIGNALED (status) ? EXIT_BY_SIGNAL (WTERMSIG (status)) : WEXITSTATUS (status);
    }
  return pid == 0 || errno != ECHILD;
}

/* Waits for a signal or the control pipe. Returns: whether the keeper is asked to end the tree */
static bool
wait_for_event (Keeper *self, int timeout_ms)
{
  struct pollfd fds[] = {
    { .fd = self->signal_fd, .events = POLLIN },
    { .fd = self->control_fd, .events = POLLIN },
  };
  struct signalfd_siginfo info;
  char ignored[64];
  bool asked = false;

  if (poll (fds, 2, timeout_ms) <= 0)
    return false;

  while (read (self->signal_fd, &info, sizeof info) == (ssize_t) sizeof info)
    asked = asked || info.ssi_signo != SIGCHLD;

  if (fds[1].revents != 0 && read (self->control_fd, ignored, sizeof ignored) <= 0)
    {
      close (self->control_fd);
      self->control_fd = -1;
      asked = true;
    }
  return asked;
}

/* Returns: whether nothing is left */
static bool
wait_until_gone (Keeper *self, long long deadline_ms)
{
  while (reap (self))
    {
      long long left_ms = deadline_ms - now_ms ();

      if (left_ms <= 0)
        return false;
      wait_for_event (self, (int) left_ms);
    }
  return true;
}

/* Returns: whether nothing is left */
static bool
terminate_tree (Keeper *self)
{
  long long deadline_ms = now_ms () + self->grace_ms;
  unsigned long long since = 0;
  int wait_ms = 20;

  while (reap (self))
    {
      unsigned long long next_since = mcp_keeper_tree_get_ticks_before ();
      long long left_ms = deadline_ms - now_ms ();

      if (left_ms <= 0)
        return false;
      mcp_keeper_tree_signal (&self->tree, SIGTERM, since);
      since = next_since;
      wait_for_event (self, left_ms < wait_ms ? (int) left_ms : wait_ms);
      wait_ms = wait_ms * 2 < MAX_LOOK_WAIT_MS ? wait_ms * 2 : MAX_LOOK_WAIT_MS;
    }
  return true;
}

static void
kill_tree (Keeper *self)
{
  int wait_ms = 5;
  int n_refused = 0;

  for (;;)
    {
      McpKeeperCount count;
      int rounds = 0;

      do
        count = mcp_keeper_tree_signal (&self->tree, SIGSTOP, 0);
      while (count.n_running > 0 && ++rounds < MAX_STOP_ROUNDS);

      count = mcp_keeper_tree_signal (&self->tree, SIGKILL, 0);
      /* The command itself can be killed even where /proc cannot be read. */
      if (self->child > 0)
        kill (self->child, SIGKILL);
      if (wait_until_gone (self, now_ms () + wait_ms))
        return;

      if (count.n_reached == 0 && count.n_refused > 0 && ++n_refused == MAX_REFUSED)
        {
          fprintf (stderr, MESSAGE_PREFIX "%zu processes of another user are left behind\n",
                   count.n_refused);
          return;
        }
      wait_ms = wait_ms * 2 < MAX_LOOK_WAIT_MS ? wait_ms * 2 : MAX_LOOK_WAIT_MS;
    }
}

static void
end_tree (Keeper *self)
{
  if (!terminate_tree (self) && reap (self))
    kill_tree (self);
}

int
main (int argc, char **argv)
{
  Keeper self = { .control_fd = -1, .grace_ms = DEFAULT_GRACE_MS };

  if (!parse_arguments (&self, argc, argv))
    return EXIT_USAGE;
  if (self.cgroup != NULL)
    enter_cgroup (self.cgroup);
  if (!start (&self))
    return EXIT_NOT_RUN;

  do
    reap (&self);
  while (self.child != 0 && !wait_for_event (&self, -1));

  end_tree (&self);
  mcp_keeper_tree_clear (&self.tree);
  return self.exit_status;
}

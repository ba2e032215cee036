/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-activation.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

/* Above all that the test's own libraries hold. */
#define FIRST_FD 200

static void
hand_over (guint n_fds, const char *names, pid_t pid, guint n_said)
{
  g_autofree char *pid_text = g_strdup_printf ("%d", (int) pid);
  g_autofree char *n_text = g_strdup_printf ("%u", n_said);

  for (guint i = 0; i < n_fds; i++)
    {
      int fd = open ("/dev/null", O_RDONLY);

      g_assert_cmpint (dup2 (fd, FIRST_FD + (int) i), ==, FIRST_FD + (int) i);
      close (fd);
    }
  g_setenv ("LISTEN_PID", pid_text, TRUE);
  g_setenv ("LISTEN_FDS", n_text, TRUE);
  if (names != NULL)
    g_setenv ("LISTEN_FDNAMES", names, TRUE);
}

static void
assert_no_variables (void)
{
  g_assert_null (g_getenv ("LISTEN_PID"));
  g_assert_null (g_getenv ("LISTEN_FDS"));
  g_assert_null (g_getenv ("LISTEN_FDNAMES"));
}

static void
test_taken (void)
{
  g_auto (McpdActivation) activation = { 0 };
  g_auto (McpdActivation) again = { 0 };

  g_test_summary ("Sockets for this process are taken once, with their names, and not inherited");
  hand_over (3, "unix:tcp", getpid (), 3);
  mcpd_activation_take (&activation, FIRST_FD);
  assert_no_variables ();
  g_assert_cmpuint (activation.n_fds, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (activation.fds[i], ==, FIRST_FD + (int) i);
      g_assert_cmpint (fcntl (activation.fds[i], F_GETFD), ==, FD_CLOEXEC);
    }
  g_assert_cmpstr (activation.names[0], ==, "unix");
  g_assert_cmpstr (activation.names[1], ==, "tcp");
  g_assert_cmpstr (activation.names[2], ==, "unknown");

  mcpd_activation_take (&again, FIRST_FD);
  g_assert_cmpuint (again.n_fds, ==, 0);
}

static void
test_cleared (void)
{
  McpdActivation activation;

  g_test_summary ("What nobody uses is closed, what somebody took is not");
  hand_over (2, NULL, getpid (), 2);
  mcpd_activation_take (&activation, FIRST_FD);
  activation.fds[0] = -1;
  mcpd_activation_clear (&activation);
  g_assert_cmpint (fcntl (FIRST_FD, F_GETFD), >=, 0);
  g_assert_cmpint (fcntl (FIRST_FD + 1, F_GETFD), <, 0);
  close (FIRST_FD);
}

static void
test_foreign (void)
{
  static const char *const numbers[] = { "", "x", "-1", "0", "99999999999999999999", "1x" };

  g_test_summary ("Sockets for another process, and numbers that are none, are left alone");
  hand_over (1, NULL, getppid (), 1);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_auto (McpdActivation) activation = { 0 };

      mcpd_activation_take (&activation, FIRST_FD);
      g_assert_cmpuint (activation.n_fds, ==, 0);
      assert_no_variables ();
      hand_over (0, NULL, getpid (), 0);
      g_setenv ("LISTEN_FDS", numbers[i], TRUE);
    }
  g_assert_cmpint (fcntl (FIRST_FD, F_GETFD), >=, 0);
  close (FIRST_FD);
}

static void
test_too_many (void)
{
  g_auto (McpdActivation) missing = { 0 };
  McpdActivation many;

  g_test_summary ("Sockets that are not there, and more than anybody needs, are told");
  hand_over (1, NULL, getpid (), 3);
  mcpd_activation_take (&missing, FIRST_FD);
  g_assert_cmpuint (missing.n_fds, ==, 1);
  g_assert_cmpuint (missing.n_missing, ==, 2);

  hand_over (MCPD_ACTIVATION_MAX_FDS + 1, NULL, getpid (), MCPD_ACTIVATION_MAX_FDS + 1);
  mcpd_activation_take (&many, FIRST_FD);
  g_assert_cmpuint (many.n_fds, ==, MCPD_ACTIVATION_MAX_FDS);
  g_assert_cmpuint (many.n_missing, ==, 1);
  mcpd_activation_clear (&many);
  close (FIRST_FD + MCPD_ACTIVATION_MAX_FDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/activation/taken", test_taken);
  g_test_add_func ("/daemon/activation/cleared", test_cleared);
  g_test_add_func ("/daemon/activation/foreign", test_foreign);
  g_test_add_func ("/daemon/activation/too-many", test_too_many);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "session/store/mcp-cwd.h"

#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *directory; /* (owned): real */
  char *target;    /* (owned): a directory below it */
  char *link;      /* (owned): a link to the target */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("mcp-cwd-XXXXXX", &error);
  char *real;

  g_assert_no_error (error);
  real = realpath (directory, NULL);
  f->directory = g_strdup (real);
  free (real);
  f->target = g_build_filename (f->directory, "target", NULL);
  f->link = g_build_filename (f->directory, "link", NULL);
  g_assert_cmpint (g_mkdir (f->target, 0700), ==, 0);
  g_assert_cmpint (symlink ("target", f->link), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->link);
  g_rmdir (f->target);
  g_assert_cmpint (g_rmdir (f->directory), ==, 0);
  g_free (f->link);
  g_free (f->target);
  g_free (f->directory);
}

/* The home itself may be reached by a link, or not be there at all. */
static char *
dup_home (void)
{
  char *real = realpath (g_get_home_dir (), NULL);
  char *home = real != NULL ? g_strdup (real) : g_canonicalize_filename (g_get_home_dir (), "/");

  free (real);
  return home;
}

/* As the finder of a store does it. */
static char *
resolve (const char *cwd, const char *fallback, GError **error)
{
  g_autofree char *path = mcp_cwd_choose (cwd, fallback, error);

  return path != NULL ? mcp_cwd_resolve (path, error) : NULL;
}

static void
assert_resolves (const char *cwd, const char *fallback, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *resolved = resolve (cwd, fallback, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (resolved, ==, expected);
}

static void
assert_refused (const char *cwd)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (resolve (cwd, "/", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
}

static void
test_absolute (Fixture *f, gconstpointer data)
{
  g_autofree char *messy = g_strconcat (f->directory, "//./target/../target/", NULL);

  g_test_summary ("An absolute path is taken, tidied up");
  assert_resolves ("/", NULL, "/");
  assert_resolves (f->target, NULL, f->target);
  assert_resolves (messy, NULL, f->target);
}

static void
test_symlink (Fixture *f, gconstpointer data)
{
  g_autofree char *trick = g_strconcat (f->link, "/..", NULL);

  g_test_summary ("Symbolic links are resolved, as the kernel does it");
  assert_resolves (f->link, NULL, f->target);
  assert_resolves (trick, NULL, f->directory);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->directory, "no", "such", NULL);
  g_autofree char *messy = g_strconcat (f->directory, "/no/./other//../such/", NULL);

  g_test_summary ("A directory that does not exist is taken, tidied up");
  assert_resolves (missing, NULL, missing);
  assert_resolves (messy, NULL, missing);
}

static void
test_home (Fixture *f, gconstpointer data)
{
  g_autofree char *below = g_build_filename (g_get_home_dir (), "no-such-directory", NULL);
  g_autofree char *home = dup_home ();

  g_test_summary ("~ is the user's home; nobody else's is looked up");
  assert_resolves ("~", "/", home);
  assert_resolves ("~/", "/", home);
  assert_resolves ("~/no-such-directory", "/", below);
  assert_refused ("~root");
  assert_refused ("~root/x");
}

static void
test_fallback (Fixture *f, gconstpointer data)
{
  g_autofree char *home = dup_home ();

  g_test_summary ("Without a path it is where the client works, else the home");
  assert_resolves (NULL, f->link, f->target);
  assert_resolves ("", f->link, f->target);
  assert_resolves (NULL, NULL, home);
  assert_resolves ("", NULL, home);
  assert_resolves (NULL, "", home);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *not_utf8 = g_build_filename (f->directory, "\xff", NULL);
  g_autofree char *evil_link = g_build_filename (f->directory, "evil", NULL);
  g_autofree char *too_long = g_strnfill (PATH_MAX, 'x');

  g_test_summary ("Relative, overlong and undecodable paths are refused");
  too_long[0] = '/';
  assert_refused ("relative");
  assert_refused ("./relative");
  assert_refused ("..");
  assert_refused (" /");
  assert_refused (too_long);
  assert_refused (not_utf8);

  g_assert_cmpint (g_mkdir (not_utf8, 0700), ==, 0);
  g_assert_cmpint (symlink ("\xff", evil_link), ==, 0);
  assert_refused (evil_link);
  g_unlink (evil_link);
  g_rmdir (not_utf8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/cwd/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("absolute", test_absolute);
  ADD ("symlink", test_symlink);
  ADD ("missing", test_missing);
  ADD ("home", test_home);
  ADD ("fallback", test_fallback);
  ADD ("refused", test_refused);
  return g_test_run ();
}

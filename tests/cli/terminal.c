/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * As much of a terminal as the command uses: line ends, moving up, erasing to the end of the line
 * or of the screen, colours. What leaves at the top stays readable.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#define TIMEOUT_SECONDS 20
#define MAX_ROWS        4000

struct _Terminal
{
  int fd;
  pid_t pid;
  gboolean exited;
  int status;
  GString *raw;    /* all bytes */
  gsize parsed;    /* of them on the screen */
  GPtrArray *rows; /* (element-type GArray of gunichar) */
  guint row, column;
  guint columns;
};

static GArray *
ensure_row (Terminal *self)
{
  while (self->rows->len <= self->row)
    g_ptr_array_add (self->rows, g_array_new (FALSE, TRUE, sizeof (gunichar)));
  return g_ptr_array_index (self->rows, self->row);
}

static void
put (Terminal *self, gunichar c)
{
  GArray *row;
  guint width = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

  if (self->column + width > self->columns)
    {
      self->column = 0;
      self->row++;
    }
  row = ensure_row (self);
  if (row->len < self->column + width)
    g_array_set_size (row, self->column + width);
  if (width > 0)
    g_array_index (row, gunichar, self->column) = c;
  if (width == 2) /* its other half */
    g_array_index (row, gunichar, self->column + 1) = G_MAXUINT32;
  self->column += width;
}

static void
control (Terminal *self, char final, guint n)
{
  switch (final)
    {
    case 'A':
      self->row -= MIN (MAX (n, 1), self->row);
      break;
    case 'J':
      if (self->rows->len > self->row + 1)
        g_ptr_array_set_size (self->rows, (int) self->row + 1);
      G_GNUC_FALLTHROUGH;
    case 'K':
      if (ensure_row (self)->len > self->column)
        g_array_set_size (ensure_row (self), self->column);
      break;
    case 'm':
      break;
    default:
      g_error ("unknown control sequence ending in “%c”", final);
    }
}

/* Returns: the bytes that were a whole sequence, 0: more must come */
static gsize
take_escape (Terminal *self, const char *text, gsize length)
{
  gsize i = 2;

  if (length < 3)
    return 0;
  if (text[1] != '[')
    return 2;
  while (i < length && !g_ascii_isalpha (text[i]))
    i++;
  if (i == length)
    return 0;
  if (text[2] != '?') /* modes: a shell's bracketed paste */
    control (self, text[i], (guint) atoi (text + 2));
  return i + 1;
}

static void
draw (Terminal *self)
{
  while (self->parsed < self->raw->len)
    {
      const char *at = self->raw->str + self->parsed;
      gsize length = self->raw->len - self->parsed;
      gsize used = 1;

      if (*at == '\033')
        used = take_escape (self, at, length);
      else if (*at == '\n')
        self->row++;
      else if (*at == '\r')
        self->column = 0;
      else if (*at == '\b')
        self->column -= MIN (self->column, 1);
      else if ((guchar) *at >= 0x20)
        {
          gunichar c = g_utf8_get_char_validated (at, (gssize) length);

          if (c == (gunichar) -2)
            return;
          used = (gsize) (g_utf8_next_char (at) - at);
          put (self, c);
        }
      if (used == 0)
        return;
      self->parsed += used;
      g_assert_cmpuint (self->row, <, MAX_ROWS);
    }
}

static void
read_some (Terminal *self)
{
  char buffer[4096];
  gssize n;

  while ((n = read (self->fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (self->raw, buffer, n);
  draw (self);
}

/* A new session whose terminal is @slave. */
static pid_t
fork_on_terminal (int slave,
                  const char *const *argv,
                  const char *const *environment,
                  const char *cwd)
{
  pid_t pid = fork ();

  if (pid != 0)
    return pid;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  login_tty (slave);
  if (chdir (cwd) == 0)
    execvpe (argv[0], (char **) argv, (char **) environment);
  _exit (127);
}

Terminal *
terminal_new (const char *const *argv,
              const char *const *environment,
              const char *cwd,
              guint columns,
              guint rows)
{
  Terminal *self = g_new0 (Terminal, 1);
  struct winsize size = { .ws_col = (gushort) columns, .ws_row = (gushort) rows };
  int slave;

  self->raw = g_string_new (NULL);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->columns = columns;
  g_assert_cmpint (openpty (&self->fd, &slave, NULL, NULL, &size), ==, 0);
  g_assert_true (g_unix_set_fd_nonblocking (self->fd, TRUE, NULL));
  g_assert_cmpint (fcntl (self->fd, F_SETFD, FD_CLOEXEC), ==, 0);
  self->pid = fork_on_terminal (slave, argv, environment, cwd);
  g_assert_cmpint (self->pid, >, 0);
  close (slave);
  return self;
}

void
terminal_free (Terminal *self)
{
  if (!self->exited)
    {
      kill (self->pid, SIGKILL);
      waitpid (self->pid, NULL, 0);
    }
  close (self->fd);
  g_string_free (self->raw, TRUE);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
terminal_type (Terminal *self, const char *text)
{
  g_assert_cmpint (write (self->fd, text, strlen (text)), ==, strlen (text));
}

/* Lines are not broken again after a change of the width, as in xterm. */
void
terminal_resize (Terminal *self, guint columns, guint rows)
{
  struct winsize size = { .ws_col = (gushort) columns, .ws_row = (gushort) rows };

  read_some (self);
  self->columns = columns;
  g_assert_cmpint (ioctl (self->fd, TIOCSWINSZ, &size), ==, 0);
}

/* All that is and was to be seen, without spaces at the ends of lines. */
char *
terminal_dup_screen (Terminal *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  read_some (self);
  for (guint i = 0; i < self->rows->len; i++)
    {
      GArray *row = g_ptr_array_index (self->rows, i);

      for (guint j = 0; j < row->len; j++)
        {
          gunichar c = g_array_index (row, gunichar, j);

          if (c != G_MAXUINT32)
            g_string_append_unichar (text, c != 0 ? c : ' ');
        }
      while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate (text, text->len - 1);
      g_string_append_c (text, '\n');
    }
  return g_strdup (text->str);
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  read_some (user_data);
  return (condition & G_IO_HUP) == 0;
}

typedef gboolean (*Condition) (Terminal *self, const char *text);

/* The main context runs meanwhile: a daemon's log is read. */
static void
await (Terminal *self, Condition condition, const char *text)
{
  gint64 deadline_us = g_get_monotonic_time () + TIMEOUT_SECONDS * G_USEC_PER_SEC;
  guint wake_id = g_timeout_add (50, wake_cb, NULL);
  GSource *source = g_unix_fd_source_new (self->fd, G_IO_IN | G_IO_HUP);

  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (source, NULL);
  while (!condition (self, text))
    {
      if (g_get_monotonic_time () > deadline_us)
        g_error ("“%s” never came; the screen is:\n%s", text, terminal_dup_screen (self));
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_destroy (source);
  g_source_unref (source);
  g_source_remove (wake_id);
}

static gboolean
is_on_screen (Terminal *self, const char *text)
{
  g_autofree char *screen = terminal_dup_screen (self);

  return strstr (screen, text) != NULL;
}

/* Waits until the text is to be seen. */
void
terminal_await (Terminal *self, const char *text)
{
  await (self, is_on_screen, text);
}

/* Whether the bytes were ever sent. */
gboolean
terminal_has_seen (Terminal *self, const char *bytes)
{
  read_some (self);
  return strstr (self->raw->str, bytes) != NULL;
}

static gboolean
has_exited (Terminal *self, const char *text)
{
  if (!self->exited)
    self->exited = waitpid (self->pid, &self->status, WNOHANG) == self->pid;
  return self->exited;
}

/* The exit status; -1: by a signal. */
int
terminal_await_exit (Terminal *self)
{
  await (self, has_exited, "the program's end");
  read_some (self);
  return WIFEXITED (self->status) ? WEXITSTATUS (self->status) : -1;
}

pid_t
terminal_get_pid (Terminal *self)
{
  return self->pid;
}

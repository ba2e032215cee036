/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-mark.h"

#include <string.h>

#define N_TIME_DIGITS   19
#define N_NUMBER_DIGITS 9

static void
write_digits (char *place, guint n_digits, guint64 value)
{
  while (n_digits-- > 0)
    {
      place[n_digits] = (char) ('0' + value % 10);
      value /= 10;
    }
}

static guint64
read_digits (const char *place, guint n_digits)
{
  guint64 value = 0;

  for (guint i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit (place[i]))
        g_error ("An event came that nobody has sent");
      value = 10 * value + (guint64) (place[i] - '0');
    }
  return value;
}

/**
 * load_mark_write:
 * @place: where a mark is
 *
 * Writes other numbers.
 */
void
load_mark_write (char *place, const LoadMark *mark)
{
  write_digits (place + 1, N_TIME_DIGITS, mark->sent_ns);
  write_digits (place + 2 + N_TIME_DIGITS, N_NUMBER_DIGITS, mark->number);
}

static void
take_mark (const char *place, LoadMarkFunc func, gpointer user_data)
{
  LoadMark mark = {
    .sent_ns = read_digits (place + 1, N_TIME_DIGITS),
    .number = read_digits (place + 2 + N_TIME_DIGITS, N_NUMBER_DIGITS),
  };

  func (&mark, user_data);
}

/* Returns how many bytes belonged to the mark that had begun. */
static gsize
end_begun (LoadMarkReader *self,
           const char *data,
           gsize length,
           LoadMarkFunc func,
           gpointer user_data)
{
  gsize n = MIN (LOAD_MARK_BYTES - self->n_begun, length);

  memcpy (self->begun + self->n_begun, data, n);
  self->n_begun += n;
  if (self->n_begun == LOAD_MARK_BYTES)
    {
      take_mark (self->begun, func, user_data);
      self->n_begun = 0;
    }
  return n;
}

/**
 * load_mark_reader_take:
 * @data: (array length=length): the next piece
 * @func: (scope call): called for each mark that is whole now
 */
void
load_mark_reader_take (LoadMarkReader *self,
                       const char *data,
                       gsize length,
                       LoadMarkFunc func,
                       gpointer user_data)
{
  const char *end = data + length;

  if (self->n_begun > 0)
    data += end_begun (self, data, length, func, user_data);
  while (data < end && (data = memchr (data, '@', (gsize) (end - data))) != NULL)
    {
      if (end - data < LOAD_MARK_BYTES)
        {
          self->n_begun = (gsize) (end - data);
          memcpy (self->begun, data, self->n_begun);
          return;
        }
      take_mark (data, func, user_data);
      data += LOAD_MARK_BYTES;
    }
}

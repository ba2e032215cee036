/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Globs: “*” stands for any text, “?” for one character, everything else for itself.
 *
 * A matcher that tries and goes back takes quadratic time and worse for a glob like
 * “*a*a*a*b”. This one goes through the glob once and keeps the set of all places in the text
 * that the glob so far may end at, one bit for each: linear in the glob, whatever the text is.
 */
#include "common/mcp-glob.h"

#include <string.h>

static gboolean
has_place (const McpGlobPlaces *places, gsize n)
{
  return (places->words[n / 64] >> (n % 64) & 1) != 0;
}

static void
add_place (McpGlobPlaces *places, gsize n)
{
  places->words[n / 64] |= G_GUINT64_CONSTANT (1) << (n % 64);
}

/* Every place moves on by one byte. Places behind the end of the text do no harm: nothing begins
 * there. */
static void
move_on (McpGlobPlaces *places, gsize n_words)
{
  for (gsize i = n_words; i-- > 1;)
    places->words[i] = places->words[i] << 1 | places->words[i - 1] >> 63;
  places->words[0] <<= 1;
}

/* “*”: all places from the first one on, but for those inside a character. */
static void
fill_up (McpGlobPlaces *places, const McpGlobText *text)
{
  gsize i = 0;

  while (i < text->n_words && places->words[i] == 0)
    i++;
  if (i == text->n_words)
    return;

  places->words[i] |= ~(places->words[i] - 1) & ~text->continuations.words[i];
  while (++i < text->n_words)
    places->words[i] = ~text->continuations.words[i];
}

/* Takes one byte from those that begin at the places; says whether a place is left. */
static gboolean
take_byte (McpGlobPlaces *places, const McpGlobPlaces *allowed, gsize n_words)
{
  guint64 any = 0;

  for (gsize i = 0; i < n_words; i++)
    any |= places->words[i] &= allowed->words[i];
  move_on (places, n_words);
  return any != 0;
}

/* “?”: past one byte, and past those that belong to the same character. */
static void
take_character (McpGlobPlaces *places, const McpGlobText *text)
{
  move_on (places, text->n_words);
  for (;;)
    {
      McpGlobPlaces inside = *places;

      for (gsize i = 0; i < text->n_words; i++)
        places->words[i] &= ~text->continuations.words[i];
      if (!take_byte (&inside, &text->continuations, text->n_words))
        return;
      for (gsize i = 0; i < text->n_words; i++)
        places->words[i] |= inside.words[i];
    }
}

/* Takes one byte of the glob; says whether anything can still match. */
static gboolean
step (McpGlobPlaces *places, char byte, const McpGlobText *text)
{
  if (byte == '*')
    fill_up (places, text);
  else if (byte == '?')
    take_character (places, text);
  else
    return take_byte (places, &text->of_byte[(guchar) byte], text->n_words);
  return TRUE;
}

/**
 * mcp_glob_text_init:
 * @self: (out caller-allocates): the text, ready to be asked about
 * @text: UTF-8; borrowed for the call alone
 *
 * Any thread.
 */
void
mcp_glob_text_init (McpGlobText *self, const char *text)
{
  memset (self, 0, sizeof *self);
  self->length = strlen (text);
  if (self->length > MCP_GLOB_MAX_TEXT)
    return;

  self->n_words = self->length / 64 + 1;
  for (gsize n = 0; n < self->length; n++)
    {
      add_place (&self->of_byte[(guchar) text[n]], n);
      if (((guchar) text[n] & 0xc0) == 0x80)
        add_place (&self->continuations, n);
    }
}

/**
 * mcp_glob_text_matches:
 * @self: a text
 * @glob: a glob
 *
 * Takes a time that is linear in the glob. Any thread.
 *
 * Returns: whether the glob matches the whole text; no glob matches one of more than
 *   %MCP_GLOB_MAX_TEXT bytes
 */
gboolean
mcp_glob_text_matches (const McpGlobText *self, const char *glob)
{
  McpGlobPlaces places = { { 1 } };

  if (self->n_words == 0)
    return FALSE;
  for (const char *at = glob; *at != '\0'; at++)
    if (!step (&places, *at, self))
      return FALSE;
  return has_place (&places, self->length);
}

/**
 * mcp_glob_text_begins:
 * @self: a text
 * @glob: a glob
 *
 * Any thread.
 *
 * Returns: whether the glob matches some text that begins with this one
 */
gboolean
mcp_glob_text_begins (const McpGlobText *self, const char *glob)
{
  McpGlobPlaces places = { { 1 } };

  if (self->n_words == 0)
    return FALSE;
  for (const char *at = glob; *at != '\0'; at++)
    {
      /* the whole text is matched: what is left of the glob matches what may follow */
      if (has_place (&places, self->length))
        return TRUE;
      if (!step (&places, *at, self))
        return FALSE;
    }
  return has_place (&places, self->length);
}

/**
 * mcp_glob_matches:
 * @glob: a glob
 * @text: UTF-8
 *
 * mcp_glob_text_matches() for one glob. Any thread.
 *
 * Returns: whether the glob matches the whole text
 */
gboolean
mcp_glob_matches (const char *glob, const char *text)
{
  McpGlobText prepared;

  mcp_glob_text_init (&prepared, text);
  return mcp_glob_text_matches (&prepared, glob);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A hash for tables whose keys are chosen by others. With g_str_hash() anybody can find
 * thousands of names with one hash, and a table of them takes quadratic time. SipHash with a
 * key that nobody else knows leaves no way to find them. The result differs from one process
 * to the next: it is for tables, never for names that are shown or kept.
 */
#include "common/mcp-keyed-hash.h"

#include <string.h>
#include <sys/random.h>

/* Aumasson and Bernstein: SipHash, a fast short-input PRF. One round for each word and three at
 * the end are enough for tables, as Rust and Python have them. */
#define WORD_ROUNDS 1
#define LAST_ROUNDS 3

typedef struct
{
  guint64 v0, v1, v2, v3;
} State;

static guint64
rotate (guint64 word, guint n_bits)
{
  return (word << n_bits) | (word >> (64 - n_bits));
}

static void
mix (State *s, guint n_rounds)
{
  while (n_rounds-- > 0)
    {
      s->v0 += s->v1;
      s->v2 += s->v3;
      s->v1 = rotate (s->v1, 13) ^ s->v0;
      s->v3 = rotate (s->v3, 16) ^ s->v2;
      s->v0 = rotate (s->v0, 32);
      s->v2 += s->v1;
      s->v0 += s->v3;
      s->v1 = rotate (s->v1, 17) ^ s->v2;
      s->v3 = rotate (s->v3, 21) ^ s->v0;
      s->v2 = rotate (s->v2, 32);
    }
}

static void
take_word (State *s, guint64 word)
{
  s->v3 ^= word;
  mix (s, WORD_ROUNDS);
  s->v0 ^= word;
}

static gpointer
make_key (gpointer data)
{
  guint64 *key = g_new (guint64, 2);

  /* 16 bytes come whole or not at all; without them, what differs between two starts has to do */
  if (getrandom (key, 2 * sizeof *key, 0) != 2 * sizeof *key)
    {
      key[0] = ((guint64) g_random_int () << 32) | g_random_int ();
      key[1] = (guint64) g_get_monotonic_time ();
    }
  return key;
}

static const guint64 *
get_key (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_key, NULL);
}

static guint64
read_word (const guint8 *bytes, gsize n_bytes)
{
  guint64 word = 0;

  memcpy (&word, bytes, n_bytes);
  return GUINT64_FROM_LE (word);
}

/**
 * mcp_keyed_hash:
 * @data: (array length=length): any bytes
 * @length: how many
 *
 * Any thread.
 *
 * Returns: a hash of the bytes that nobody outside this process can foresee
 */
guint64
mcp_keyed_hash (const void *data, gsize length)
{
  const guint64 *key = get_key ();
  const guint8 *at = data;
  const guint8 *tail = at + (length & ~(gsize) 7);
  State s = {
    key[0] ^ G_GUINT64_CONSTANT (0x736f6d6570736575),
    key[1] ^ G_GUINT64_CONSTANT (0x646f72616e646f6d),
    key[0] ^ G_GUINT64_CONSTANT (0x6c7967656e657261),
    key[1] ^ G_GUINT64_CONSTANT (0x7465646279746573),
  };

  for (; at < tail; at += 8)
    take_word (&s, read_word (at, 8));
  take_word (&s, read_word (tail, length & 7) | ((guint64) (length & 0xff) << 56));
  s.v2 ^= 0xff;
  mix (&s, LAST_ROUNDS);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/**
 * mcp_keyed_hash_str:
 * @text: (type utf8): a text
 *
 * A #GHashFunc in the place of g_str_hash(), for keys that a peer chooses. Any thread.
 *
 * Returns: the hash
 */
guint
mcp_keyed_hash_str (gconstpointer text)
{
  return (guint) mcp_keyed_hash (text, strlen (text));
}

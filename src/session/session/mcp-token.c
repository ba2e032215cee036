/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-token.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>

/**
 * mcp_token_generate:
 * @error: return location
 *
 * A new secret: 128 bits from the kernel. Any thread.
 *
 * Errors: those of getrandom(), as #GIOErrorEnum.
 *
 * Returns: (transfer full) (nullable): %MCP_TOKEN_LENGTH lower-case hexadecimal digits
 */
char *
mcp_token_generate (GError **error)
{
  static const char digits[] = "0123456789abcdef";
  guint8 bytes[MCP_TOKEN_LENGTH / 2];
  char *token;
  ssize_t n_bytes;

  do
    n_bytes = getrandom (bytes, sizeof bytes, 0);
  while (n_bytes < 0 && errno == EINTR);
  if (n_bytes != sizeof bytes)
    {
      int saved_errno = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "The kernel gives no random bytes: %s", g_strerror (saved_errno));
      return NULL;
    }

  token = g_malloc (MCP_TOKEN_LENGTH + 1);
  for (gsize i = 0; i < sizeof bytes; i++)
    {
      token[2 * i] = digits[bytes[i] >> 4];
      token[2 * i + 1] = digits[bytes[i] & 15];
    }
  token[MCP_TOKEN_LENGTH] = '\0';
  return token;
}

/* RFC 9562 section 4: groups of 8, 4, 4, 4 and 12 digits */
static char *
group_digits (const char *digits)
{
  char *uuid = g_malloc (MCP_TOKEN_LENGTH + 4 + 1);
  char *end = uuid;

  for (gsize i = 0; i < MCP_TOKEN_LENGTH; i++)
    {
      if (i == 8 || i == 12 || i == 16 || i == 20)
        *end++ = '-';
      *end++ = digits[i];
    }
  *end = '\0';
  return uuid;
}

/**
 * mcp_token_generate_uuid:
 * @error: return location
 *
 * A new UUID of version 4 (RFC 9562 section 5.4) of the kernel's random bits;
 * g_uuid_string_random() takes others, which can be predicted. Any thread.
 *
 * Errors: those of getrandom(), as #GIOErrorEnum.
 *
 * Returns: (transfer full) (nullable): 36 characters, lower case
 */
char *
mcp_token_generate_uuid (GError **error)
{
  static const char variants[] = "89ab";
  g_autofree char *digits = mcp_token_generate (error);

  if (digits == NULL)
    return NULL;
  digits[12] = '4';
  digits[16] = variants[g_ascii_xdigit_value (digits[16]) & 3];
  return group_digits (digits);
}

/**
 * mcp_token_hash:
 * @token: any text
 * @hash: (out caller-allocates): what is kept of it
 *
 * Any thread.
 */
void
mcp_token_hash (const char *token, McpTokenHash *hash)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = sizeof hash->bytes;

  g_checksum_update (checksum, (const guchar *) token, (gssize) strlen (token));
  g_checksum_get_digest (checksum, hash->bytes, &length);
}

/**
 * mcp_token_hash_equal:
 * @a: a hash
 * @b: another
 *
 * Compares in a time that does not tell where they differ. Any thread.
 *
 * Returns: whether they are equal
 */
gboolean
mcp_token_hash_equal (const McpTokenHash *a, const McpTokenHash *b)
{
  /* volatile: the compiler must not leave the loop early */
  volatile guint8 difference = 0;

  for (gsize i = 0; i < sizeof a->bytes; i++)
    difference = (guint8) (difference | (a->bytes[i] ^ b->bytes[i]));
  return difference == 0;
}

/**
 * mcp_token_matches:
 * @hash: what is kept of the right token
 * @token: what somebody presents; any text
 *
 * Compares in a time that tells nothing about the right token. Any thread.
 *
 * Returns: whether it is the right one
 */
gboolean
mcp_token_matches (const McpTokenHash *hash, const char *token)
{
  McpTokenHash presented;

  mcp_token_hash (token, &presented);
  return mcp_token_hash_equal (hash, &presented);
}

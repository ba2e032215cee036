/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/secrets/mcp-secret-text.h"

#include "upstream/secrets/mcp-secret.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

/* A text that grows leaves copies behind, so that it begins with room for all that it will hold:
 * two tokens, a client and its secret. */
#define STRING_BYTES (16 * 1024)

/* What stands before a text in its pages. */
typedef struct
{
  gsize n_bytes; /* of the pages */
  char text[];
} Pages;

static Pages *
get_pages (char *text)
{
  return (Pages *) (gpointer) (text - offsetof (Pages, text));
}

/**
 * mcp_secret_text_new:
 * @value: (nullable): a secret
 *
 * The copy has pages of its own, which are in no core file where the kernel is willing. For what is
 * kept for long and is not much: a page is 4 KiB. Any thread.
 *
 * Returns: (transfer full) (nullable): a copy, for mcp_secret_text_free() alone
 */
char *
mcp_secret_text_new (const char *value)
{
  gsize n_bytes = value != NULL ? sizeof (Pages) + strlen (value) + 1 : 0;
  Pages *pages;

  if (value == NULL)
    return NULL;
  pages = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  /* As g_malloc() does. */
  g_assert (pages != MAP_FAILED);
  if (madvise (pages, n_bytes, MADV_DONTDUMP) < 0)
    g_debug ("A secret may be in a core file");
  pages->n_bytes = n_bytes;
  strcpy (pages->text, value);
  return pages->text;
}

/**
 * mcp_secret_text_free:
 * @text: (transfer full) (nullable): what mcp_secret_text_new() gave
 *
 * Overwrites the text before its memory is given back. Any thread.
 */
void
mcp_secret_text_free (char *text)
{
  Pages *pages;

  if (text == NULL)
    return;
  pages = get_pages (text);
  explicit_bzero (text, strlen (text));
  munmap (pages, pages->n_bytes);
}

/**
 * mcp_secret_text_new_string:
 * @begin: (nullable): its first part
 *
 * Returns: (transfer full): a text that will hold secrets, with room for 16 KiB
 */
McpSecretString *
mcp_secret_text_new_string (const char *begin)
{
  McpSecretString *self = g_string_sized_new (STRING_BYTES);

  if (begin != NULL)
    g_string_append (self, begin);
  return self;
}

/**
 * mcp_secret_text_free_string:
 * @self: (transfer full): a text that held secrets
 *
 * Overwrites the text before its memory is given back.
 */
void
mcp_secret_text_free_string (McpSecretString *self)
{
  explicit_bzero (self->str, self->len);
  g_string_free (self, TRUE);
}

/**
 * mcp_secret_text_free_copy:
 * @copy: (transfer full): a secret, in memory of g_malloc()
 *
 * As mcp_secret_free(), for g_autoptr().
 */
void
mcp_secret_text_free_copy (McpSecretCopy *copy)
{
  mcp_secret_free (copy);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * / and /page/: the files of the daemon's own page. They are the same for everybody and hold no
 * secret; what the page shows comes by the other routes, with the owner key.
 */
#include "http/page/mcp-page-routes.h"
#include "http/request/mcp-http-reply.h"

#include <mcp-page-resources.h>
#include <string.h>

#define FOLDER "/org/mcpsessiond/page/"
#define INDEX  "index.html"

static const struct
{
  const char *suffix;
  const char *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".json", "application/json" },
  { ".svg", "image/svg+xml" },
};

/*
 * The page runs its own files only, asks this daemon only, shows pictures of its own making only,
 * and cannot be framed. Texts cannot become markup (trusted types), whatever they say.
 */
static const struct
{
  const char *name;
  const char *value;
} fields[] = {
  { "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'" },
  { "Cross-Origin-Opener-Policy", "same-origin" },
  { "Cross-Origin-Embedder-Policy", "require-corp" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()" },
  { "Referrer-Policy", "no-referrer" },
  { "X-Content-Type-Options", "nosniff" },
  { "X-Frame-Options", "DENY" },
  /* Asked for again each time, and answered by 304: a new daemon has a new page at once. */
  { "Cache-Control", "no-cache" },
};

static const char *
get_type (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].suffix))
      return types[i].type;
  return "application/octet-stream";
}

static void
set_fields (McpHttpRequest *request, const char *name, const char *etag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    mcp_http_request_set_reply_header (request, fields[i].name, fields[i].value);
  mcp_http_request_set_reply_header (request, "Content-Type", get_type (name));
  mcp_http_request_set_reply_header (request, "ETag", etag);
}

/* RFC 9110 section 13.1.2. A tag is a digest in quotes, so that no other tag has it inside. */
static gboolean
is_known (McpHttpRequest *request, const char *etag)
{
  const char *known = mcp_http_request_get_header (request, "If-None-Match");

  return known != NULL && (strcmp (known, "*") == 0 || strstr (known, etag) != NULL);
}

/**
 * mcp_route_page_get:
 * @request: GET /, or GET /page/{name}
 *
 * Answers with a file of the page.
 */
void
mcp_route_page_get (McpHttpRequest *request)
{
  const char *name = request->parameter != NULL ? request->parameter : INDEX;
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  g_autoptr (GBytes) file =
      g_resource_lookup_data (mcp_page_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *digest = NULL;
  g_autofree char *etag = NULL;

  if (file == NULL)
    {
      mcp_http_reply_error (request, 404, "The page has no such file");
      return;
    }

  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, file);
  etag = g_strdup_printf ("\"%.32s\"", digest);
  set_fields (request, name, etag);
  if (is_known (request, etag))
    mcp_http_request_reply (request, 304, NULL);
  else
    mcp_http_request_reply (request, 200, file);
}

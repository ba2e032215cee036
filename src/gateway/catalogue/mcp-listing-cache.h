/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-listing.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpListingCache:
 *
 * What servers listed when they last ran, in a directory: a file for each server, named by the
 * fingerprint of its configuration. A file that cannot be read counts as missing. All work is
 * done by one thread, in order. Main context only.
 */
typedef struct _McpListingCache McpListingCache;

McpListingCache *mcp_listing_cache_new (const char *directory);
McpListingCache *mcp_listing_cache_ref (McpListingCache *self);
void mcp_listing_cache_unref (McpListingCache *self);
void mcp_listing_cache_load_async (McpListingCache *self,
                                   const char *fingerprint,
                                   gsize max_bytes,
                                   guint max_items,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
McpListing *mcp_listing_cache_load_finish (GAsyncResult *result, GError **error);
void
mcp_listing_cache_store (McpListingCache *self, const char *fingerprint, const McpListing *listing);
void mcp_listing_cache_remove (McpListingCache *self, const char *fingerprint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpListingCache, mcp_listing_cache_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is called of libsecret, for mcp-secret-service.c. The library is opened when the keyring is
 * needed first; a name of one of its functions stands for the function there.
 */
#include "common/mcp-late-library.h"

#include "config.h"

#include <libsecret/secret.h>

G_BEGIN_DECLS

static const McpLateLibrary mcp_libsecret = { "libsecret-1.so.0", MCP_LIBSECRET_PATH };

#define MCP_LIBSECRET(function) MCP_LATE_LIBRARY_FUNCTION (mcp_libsecret, function)

#define secret_service_get_type(...)      MCP_LIBSECRET (secret_service_get_type) (__VA_ARGS__)
#define secret_item_get_type(...)         MCP_LIBSECRET (secret_item_get_type) (__VA_ARGS__)
#define secret_collection_get_type(...)   MCP_LIBSECRET (secret_collection_get_type) (__VA_ARGS__)
#define secret_service_open(...)          MCP_LIBSECRET (secret_service_open) (__VA_ARGS__)
#define secret_service_open_finish(...)   MCP_LIBSECRET (secret_service_open_finish) (__VA_ARGS__)
#define secret_service_unlock(...)        MCP_LIBSECRET (secret_service_unlock) (__VA_ARGS__)
#define secret_service_unlock_finish(...) MCP_LIBSECRET (secret_service_unlock_finish) (__VA_ARGS__)
#define secret_service_search(...)        MCP_LIBSECRET (secret_service_search) (__VA_ARGS__)
#define secret_service_search_finish(...) MCP_LIBSECRET (secret_service_search_finish) (__VA_ARGS__)
#define secret_service_store(...)         MCP_LIBSECRET (secret_service_store) (__VA_ARGS__)
#define secret_service_store_finish(...)  MCP_LIBSECRET (secret_service_store_finish) (__VA_ARGS__)
#define secret_item_get_locked(...)       MCP_LIBSECRET (secret_item_get_locked) (__VA_ARGS__)
#define secret_item_get_secret(...)       MCP_LIBSECRET (secret_item_get_secret) (__VA_ARGS__)
#define secret_item_get_attributes(...)   MCP_LIBSECRET (secret_item_get_attributes) (__VA_ARGS__)
#define secret_item_delete(...)           MCP_LIBSECRET (secret_item_delete) (__VA_ARGS__)
#define secret_item_delete_finish(...)    MCP_LIBSECRET (secret_item_delete_finish) (__VA_ARGS__)
#define secret_value_get_text(...)        MCP_LIBSECRET (secret_value_get_text) (__VA_ARGS__)
#define secret_value_unref                MCP_LIBSECRET (secret_value_unref)
#define secret_value_new(...)             MCP_LIBSECRET (secret_value_new) (__VA_ARGS__)
#define secret_collection_for_alias(...)  MCP_LIBSECRET (secret_collection_for_alias) (__VA_ARGS__)
#define secret_collection_for_alias_finish(...) \
  MCP_LIBSECRET (secret_collection_for_alias_finish) (__VA_ARGS__)
#define secret_collection_get_locked(...) MCP_LIBSECRET (secret_collection_get_locked) (__VA_ARGS__)

G_END_DECLS

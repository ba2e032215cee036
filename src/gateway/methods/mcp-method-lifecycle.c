/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * basic/lifecycle and basic/utilities/ping.
 */

#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/client/mcp-server-info.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/methods/mcp-own-capabilities.h"

#include <string.h>

/* The gateway relays all that servers offer, now or later. Where no server offers a kind, its list
 * is empty. */
#define CAPABILITIES                                                            \
  "\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"        \
  "\"resources\":{\"subscribe\":true,\"listChanged\":true},\"completions\":{}," \
  "\"logging\":{}"
/* 2026-07-28: extensions that are relayed. */
#define EXTENSIONS ",\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}"

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static McpRevision
negotiate (McpJsonSlice asked)
{
  g_autofree char *text = mcp_json_dup_string (asked);
  McpRevision revision = text != NULL ? mcp_revision_from_string (text) : MCP_REVISION_UNKNOWN;

  /* basic/lifecycle, "Version Negotiation": the same if it is spoken, else our latest */
  if (revision == MCP_REVISION_UNKNOWN || mcp_revision_is_stateless (revision))
    return MCP_REVISION_NEWEST_HANDSHAKE;
  return revision;
}

static char *
dup_client_name (McpJsonSlice params)
{
  McpJsonSlice info;
  McpJsonSlice name;

  if (!mcp_json_find_typed (params, "clientInfo", MCP_JSON_OBJECT, &info) ||
      !mcp_json_find_typed (info, "name", MCP_JSON_STRING, &name))
    return NULL;

  return mcp_json_dup_string (name);
}

/* What the servers say of themselves, as far as they were listed. */
static void
append_instructions (McpAttachment *attachment, McpClient *client, GString *result)
{
  g_autofree char *text = mcp_catalogue_build_instructions (
      mcp_attachment_get_services (attachment)->catalogue, client);

  if (text == NULL)
    return;
  g_string_append (result, ",\"instructions\":");
  mcp_json_append_string (result, text);
}

/* What the only server of the client offers, of all that is relayed; of a server that is not known
 * yet, all. */
static void
append_capabilities (McpAttachment *attachment, McpClient *client, GString *result)
{
  const char *own =
      mcp_catalogue_get_capabilities (mcp_attachment_get_services (attachment)->catalogue, client);
  g_autofree char *relayed =
      own != NULL ? mcp_own_capabilities_build (slice (own), client->revision) : NULL;

  g_string_append (result, ",\"capabilities\":");
  if (relayed != NULL)
    g_string_append (result, relayed);
  else if (mcp_client_is_stateless (client))
    g_string_append (result, "{" CAPABILITIES EXTENSIONS "}");
  else
    g_string_append (result, "{" CAPABILITIES "}");
}

typedef void (*AnswerFunc) (McpAttachment *attachment, McpRequest *request);

/* A client that introduces itself, while its only server is asked what it is. */
typedef struct
{
  McpAttachment *attachment; /* (owned) */
  McpRequest *request;       /* (owned) */
  AnswerFunc answer;
} Meeting;

static Meeting *
meeting_new (McpAttachment *attachment, McpRequest *request, AnswerFunc answer)
{
  Meeting *meeting = g_new0 (Meeting, 1);

  meeting->attachment = g_object_ref (attachment);
  meeting->request = g_object_ref (request);
  meeting->answer = answer;
  return meeting;
}

static void
meeting_free (Meeting *meeting)
{
  g_object_unref (meeting->attachment);
  g_object_unref (meeting->request);
  g_free (meeting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Meeting, meeting_free)

static void
met_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Meeting) meeting = user_data;
  g_autoptr (GError) error = NULL;

  if (mcp_catalogue_prepare_finish (MCP_CATALOGUE (source), result, &error))
    meeting->answer (meeting->attachment, meeting->request);
  else
    mcp_request_respond_gerror (meeting->request, error, NULL);
}

/* A client of all servers need not wait for any of them. */
static void
meet (McpAttachment *attachment, McpRequest *request, McpClient *client, AnswerFunc answer)
{
  if (client->server == NULL)
    answer (attachment, request);
  else
    mcp_catalogue_meet_async (mcp_attachment_get_services (attachment)->catalogue, client,
                              mcp_request_get_cancellable (request), met_cb,
                              meeting_new (attachment, request, answer));
}

/* A session that was made for this client bears the client's name, rather than that of a process:
 * node calls its main thread “MainThread”. */
static void
name_session (McpAttachment *attachment, McpJsonSlice params)
{
  g_autofree char *name = NULL;
  McpJsonSlice info;
  McpJsonSlice text;

  if (!mcp_attachment_owns_session (attachment) ||
      !mcp_json_find_typed (params, "clientInfo", MCP_JSON_OBJECT, &info))
    return;
  if (!mcp_json_find_typed (info, "title", MCP_JSON_STRING, &text) &&
      !mcp_json_find_typed (info, "name", MCP_JSON_STRING, &text))
    return;
  name = mcp_json_dup_string (text);
  if (name != NULL)
    mcp_session_store_name_session (mcp_attachment_get_services (attachment)->store,
                                    mcp_attachment_get_session (attachment), name);
}

static void
answer_initialize (McpAttachment *attachment, McpRequest *request)
{
  McpClient *client = mcp_attachment_get_client (attachment);
  g_autoptr (GString) result = g_string_new ("{\"protocolVersion\":");
  g_autofree char *server_info =
      mcp_server_info_dup (mcp_attachment_get_services (attachment)->catalogue, client);

  mcp_json_append_string (result, mcp_revision_to_string (client->revision));
  append_capabilities (attachment, client, result);
  g_string_append_printf (result, ",\"serverInfo\":%s", server_info);
  append_instructions (attachment, client, result);
  g_string_append_c (result, '}');
  mcp_request_respond_result (request, (McpJsonSlice){ result->str, result->len });
}

/**
 * mcp_method_initialize:
 * @attachment: the attachment that received the request
 * @request: an initialize
 *
 * Settles revision and capabilities, once for each attachment.
 */
void
mcp_method_initialize (McpAttachment *attachment, McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  g_autofree char *client = NULL;
  McpJsonSlice capabilities = MCP_JSON_SLICE_NONE;
  McpJsonSlice asked;

  if (mcp_attachment_is_initialized (attachment))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                                 "initialize was answered already", MCP_JSON_SLICE_NONE);
      return;
    }
  if (params.data == NULL ||
      !mcp_json_find_typed (params, "protocolVersion", MCP_JSON_STRING, &asked))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "initialize needs a string “protocolVersion”",
                                 MCP_JSON_SLICE_NONE);
      return;
    }

  client = dup_client_name (params);
  mcp_json_find_typed (params, "capabilities", MCP_JSON_OBJECT, &capabilities);
  mcp_attachment_initialize (attachment, negotiate (asked), client, capabilities);
  name_session (attachment, params);
  meet (attachment, request, mcp_attachment_get_client (attachment), answer_initialize);
}

static void
answer_discover (McpAttachment *attachment, McpRequest *request)
{
  const char *const *revisions = mcp_revision_list ();
  McpClient *client = mcp_request_get_client (request);
  g_autoptr (GString) result = g_string_new ("{\"supportedVersions\":[");

  for (gsize i = 0; revisions[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (result, ',');
      mcp_json_append_string (result, revisions[i]);
    }
  g_string_append_c (result, ']');
  append_capabilities (attachment, client, result);
  append_instructions (attachment, client, result);
  g_string_append_c (result, '}');
  mcp_request_respond_result (request, (McpJsonSlice){ result->str, result->len });
}

/**
 * mcp_method_discover:
 * @attachment: the attachment that received the request
 * @request: a server/discover (2026-07-28, server/discover)
 *
 * Says what the gateway offers. Nothing is settled by it.
 */
void
mcp_method_discover (McpAttachment *attachment, McpRequest *request)
{
  meet (attachment, request, mcp_request_get_client (request), answer_discover);
}

/**
 * mcp_method_ping:
 * @attachment: the attachment that received the request
 * @request: a ping
 *
 * Answers at once; exactly empty, for some clients check.
 */
void
mcp_method_ping (McpAttachment *attachment, McpRequest *request)
{
  mcp_request_respond_result (request, (McpJsonSlice){ "{}", 2 });
}

/**
 * mcp_method_note_initialized:
 * @attachment: the attachment that received the notification
 * @params: ignored
 *
 * The client is ready.
 */
void
mcp_method_note_initialized (McpAttachment *attachment, McpJsonSlice params)
{
  mcp_attachment_confirm (attachment);
}

static gboolean
reaches (const McpClient *client, McpProvider *provider)
{
  return client->server == NULL || strcmp (client->server, mcp_provider_get_name (provider)) == 0;
}

/**
 * mcp_method_note_roots_changed:
 * @attachment: the attachment that received the notification
 * @params: ignored
 *
 * Tells the servers of this session that its roots have changed: the client's are among them.
 */
void
mcp_method_note_roots_changed (McpAttachment *attachment, McpJsonSlice params)
{
  g_autoptr (GPtrArray) providers =
      mcp_provider_pool_dup_running (mcp_attachment_get_services (attachment)->pool,
                                     mcp_session_get_id (mcp_attachment_get_session (attachment)));

  for (guint i = 0; i < providers->len; i++)
    if (reaches (mcp_attachment_get_client (attachment), g_ptr_array_index (providers, i)) &&
        !mcp_revision_is_stateless (mcp_provider_get_revision (g_ptr_array_index (providers, i))))
      mcp_provider_notify (g_ptr_array_index (providers, i), "notifications/roots/list_changed",
                           NULL);
}

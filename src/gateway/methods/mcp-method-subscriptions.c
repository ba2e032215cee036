/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Hearing of changes: resources/subscribe of server/resources, and
 * subscriptions/listen of 2026-07-28 (basic/patterns/subscriptions).
 */

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/methods/mcp-resource-watch.h"

#include <string.h>

/* Of one client. */
#define MAX_WATCHES   1024
/* RFC 9110, 4.1: 8,000 should do. */
#define MAX_URI_BYTES 8192

static char *
find_uri (McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice value;

  return params.data != NULL && mcp_json_find_typed (params, "uri", MCP_JSON_STRING, &value)
             ? mcp_json_dup_string (value)
             : NULL;
}

static void
respond_missing_uri (McpRequest *request)
{
  mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                             "The request needs a string “uri”", MCP_JSON_SLICE_NONE);
}

/* resources/subscribe, while the server is asked */
typedef struct
{
  McpAttachment *attachment; /* (owned) */
  McpRequest *request;       /* (owned) */
  char *uri;                 /* (owned) */
} Subscribing;

static void
respond_refusal (McpRequest *request, McpJsonrpcMessage *refusal)
{
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (refusal);
  McpJsonSlice data;

  mcp_json_find (mcp_jsonrpc_message_get_error (refusal), "data", &data);
  mcp_request_respond_error (request, mcp_jsonrpc_message_get_error_code (refusal), text, data);
}

static void
respond_not_found (McpRequest *request, const char *uri, const char *text)
{
  g_autoptr (GString) data = g_string_new ("{\"uri\":");

  mcp_json_append_string (data, uri);
  g_string_append_c (data, '}');
  mcp_request_respond_error (request, MCP_ERROR_CODE_RESOURCE_NOT_FOUND, text,
                             (McpJsonSlice){ data->str, data->len });
}

static void
subscribed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Subscribing *self = user_data;
  McpChangeListener *listener = mcp_attachment_get_listener (self->attachment);
  g_autofree char *own = NULL;
  g_autoptr (McpJsonrpcMessage) refusal = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpProviderLease) lease = mcp_resource_watch_finish (result, &own, &refusal, &error);

  if (refusal != NULL)
    respond_refusal (self->request, refusal);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    respond_not_found (self->request, self->uri, error->message);
  else if (lease == NULL)
    mcp_request_respond_gerror (self->request, error, NULL);
  else
    {
      if (listener != NULL)
        mcp_change_notifier_watch (mcp_attachment_get_services (self->attachment)->change_notifier,
                                   listener, g_steal_pointer (&lease), own, self->uri);
      mcp_attachment_note_subscribed (self->attachment, self->uri, TRUE);
      mcp_request_respond_result (self->request, (McpJsonSlice){ "{}", 2 });
    }
  g_object_unref (self->attachment);
  g_object_unref (self->request);
  g_free (self->uri);
  g_free (self);
}

/**
 * mcp_method_subscribe:
 * @attachment: the attachment that received the request
 * @request: a resources/subscribe
 */
void
mcp_method_subscribe (McpAttachment *attachment, McpRequest *request)
{
  McpServices *services = mcp_attachment_get_services (attachment);
  McpChangeListener *listener = mcp_attachment_get_listener (attachment);
  g_autofree char *uri = find_uri (request);
  Subscribing *self;

  if (uri == NULL)
    {
      respond_missing_uri (request);
      return;
    }
  if (strlen (uri) > MAX_URI_BYTES)
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "The URI of a subscription has at most 8,192 bytes",
                                 MCP_JSON_SLICE_NONE);
      return;
    }
  if (listener == NULL)
    {
      mcp_request_respond_error (
          request, MCP_JSONRPC_ERROR_INVALID_REQUEST,
          "Changes are sent on the stream of an initialized client: send initialize first",
          MCP_JSON_SLICE_NONE);
      return;
    }
  if (mcp_change_notifier_count_watches (services->change_notifier, listener) >= MAX_WATCHES)
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INTERNAL, "Too many subscriptions",
                                 MCP_JSON_SLICE_NONE);
      return;
    }

  self = g_new0 (Subscribing, 1);
  self->attachment = g_object_ref (attachment);
  self->request = g_object_ref (request);
  self->uri = g_steal_pointer (&uri);
  mcp_resource_watch_async (services, mcp_request_get_client (request), self->uri,
                            mcp_request_get_cancellable (request), subscribed_cb, self);
}

/**
 * mcp_method_unsubscribe:
 * @attachment: the attachment that received the request
 * @request: a resources/unsubscribe
 */
void
mcp_method_unsubscribe (McpAttachment *attachment, McpRequest *request)
{
  McpChangeListener *listener = mcp_attachment_get_listener (attachment);
  g_autofree char *uri = find_uri (request);

  if (uri == NULL)
    {
      respond_missing_uri (request);
      return;
    }
  if (listener != NULL)
    mcp_change_notifier_unwatch (mcp_attachment_get_services (attachment)->change_notifier,
                                 listener, uri);
  mcp_attachment_note_subscribed (attachment, uri, FALSE);
  mcp_request_respond_result (request, (McpJsonSlice){ "{}", 2 });
}

/* Subscriptions of a client that goes on after the daemon was restarted. */

typedef struct
{
  McpAttachment *attachment; /* (owned) */
  char *uri;                 /* (owned) */
} Restoring;

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Restoring *self = user_data;
  McpChangeListener *listener = mcp_attachment_get_listener (self->attachment);
  g_autofree char *own = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpProviderLease) lease = mcp_resource_watch_finish (result, &own, NULL, &error);

  if (lease != NULL && listener != NULL)
    mcp_change_notifier_watch (mcp_attachment_get_services (self->attachment)->change_notifier,
                               listener, g_steal_pointer (&lease), own, self->uri);
  else if (error != NULL)
    g_debug ("A subscription to %s is lost: %s", self->uri, error->message);
  g_object_unref (self->attachment);
  g_free (self->uri);
  g_free (self);
}

/**
 * mcp_method_restore_subscriptions:
 * @attachment: of a client that initialized with an earlier daemon
 * @uris: (nullable) (array zero-terminated=1): what the client watched then
 */
void
mcp_method_restore_subscriptions (McpAttachment *attachment, const char *const *uris)
{
  McpServices *services = mcp_attachment_get_services (attachment);

  for (guint i = 0; uris != NULL && uris[i] != NULL && i < MAX_WATCHES; i++)
    {
      Restoring *self = g_new0 (Restoring, 1);

      self->attachment = g_object_ref (attachment);
      self->uri = g_strdup (uris[i]);
      /* kept also where the server cannot be asked now */
      mcp_attachment_note_subscribed (attachment, self->uri, TRUE);
      mcp_resource_watch_async (
          services, mcp_attachment_get_client (attachment), self->uri,
          mcp_session_get_cancellable (mcp_attachment_get_session (attachment)), restored_cb, self);
    }
}

/* subscriptions/listen */

typedef struct
{
  McpRequest *request;         /* (owned) */
  McpServices *services;       /* (owned) */
  McpChangeListener *listener; /* (owned) (nullable): until its end */
  McpItemKinds wanted;
  char **uris; /* (owned): wanted */
  guint n_open;
  GPtrArray *honoured; /* (owned): char *: URIs */
  gulong cancelled_id;
} Listening;

/* One URI of it, while its server is asked. */
typedef struct
{
  Listening *listening; /* (owned) */
  char *uri;            /* (owned) */
} Watching;

static void
listening_clear (gpointer data)
{
  Listening *self = data;

  g_object_unref (self->request);
  mcp_services_unref (self->services);
  g_strfreev (self->uris);
  g_ptr_array_unref (self->honoured);
}

static void
listening_unref (Listening *self)
{
  g_rc_box_release_full (self, listening_clear);
}

static void
send_tagged (Listening *self, const char *method, McpJsonSlice params)
{
  const McpJsonSlice empty = { "{}", 2 };
  McpJsonSlice id = mcp_request_get_id (self->request);
  McpJsonSlice meta = empty;
  g_autofree char *tagged_meta = NULL;
  g_autofree char *tagged = NULL;
  g_autoptr (GBytes) message = NULL;

  if (params.data == NULL)
    params = empty;
  mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta);
  if (meta.data == NULL)
    meta = empty;
  tagged_meta = mcp_json_edit_replace_member (meta, MCP_META_SUBSCRIPTION_ID, id);
  tagged = mcp_json_edit_replace_member (params, "_meta",
                                         (McpJsonSlice){ tagged_meta, strlen (tagged_meta) });
  message = mcp_jsonrpc_build_notification (method, (McpJsonSlice){ tagged, strlen (tagged) });
  mcp_request_send (self->request, message);
}

static void
notice_cb (const char *method, McpJsonSlice params, McpServerConfig *server, gpointer user_data)
{
  send_tagged (user_data, method, params);
}

static void
append_flag (GString *out, const char *name)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  g_string_append_printf (out, "\"%s\":true", name);
}

/* The first frame: what is listened to. */
static void
acknowledge (Listening *self)
{
  g_autoptr (GString) params = g_string_new ("{\"notifications\":{");

  if (self->wanted & 1u << MCP_ITEM_TOOL)
    append_flag (params, "toolsListChanged");
  if (self->wanted & 1u << MCP_ITEM_PROMPT)
    append_flag (params, "promptsListChanged");
  if (self->wanted & 1u << MCP_ITEM_RESOURCE)
    append_flag (params, "resourcesListChanged");
  if (self->honoured->len > 0)
    {
      if (params->str[params->len - 1] != '{')
        g_string_append_c (params, ',');
      g_string_append (params, "\"resourceSubscriptions\":[");
      for (guint i = 0; i < self->honoured->len; i++)
        {
          if (i > 0)
            g_string_append_c (params, ',');
          mcp_json_append_string (params, g_ptr_array_index (self->honoured, i));
        }
      g_string_append_c (params, ']');
    }
  g_string_append (params, "}}");
  send_tagged (self, "notifications/subscriptions/acknowledged",
               (McpJsonSlice){ params->str, params->len });
}

static void
stop_listening (GCancellable *cancellable, Listening *self)
{
  g_clear_signal_handler (&self->cancelled_id, cancellable);
  if (self->listener != NULL)
    mcp_change_notifier_remove (self->services->change_notifier, g_steal_pointer (&self->listener));
  listening_unref (self);
}

static void
finish_one (Listening *self)
{
  if (--self->n_open == 0 && self->listener != NULL)
    acknowledge (self);
}

static void
watched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Watching *watching = user_data;
  Listening *self = watching->listening;
  g_autofree char *own = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpProviderLease) lease = mcp_resource_watch_finish (result, &own, NULL, &error);

  if (lease != NULL && self->listener != NULL)
    {
      mcp_change_notifier_watch (self->services->change_notifier, self->listener,
                                 g_steal_pointer (&lease), own, watching->uri);
      g_ptr_array_add (self->honoured, g_strdup (watching->uri));
    }
  else if (error != NULL)
    g_debug ("subscriptions/listen: %s", error->message);

  finish_one (self);
  listening_unref (self);
  g_free (watching->uri);
  g_free (watching);
}

static void
start_watching (Listening *self, const char *uri)
{
  Watching *watching = g_new0 (Watching, 1);

  watching->listening = g_rc_box_acquire (self);
  watching->uri = g_strdup (uri);
  self->n_open++;
  mcp_resource_watch_async (self->services, mcp_request_get_client (self->request), uri,
                            mcp_request_get_cancellable (self->request), watched_cb, watching);
}

static gboolean
is_wanted (McpJsonSlice filter, const char *name)
{
  McpJsonSlice value;

  return mcp_json_find_typed (filter, name, MCP_JSON_BOOLEAN, &value) &&
         mcp_json_get_boolean (value);
}

static char **
read_uris (McpJsonSlice filter)
{
  g_autoptr (GPtrArray) uris = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice list;
  McpJsonSlice value;
  McpJsonIter iter;

  if (mcp_json_find_typed (filter, "resourceSubscriptions", MCP_JSON_ARRAY, &list))
    {
      mcp_json_iter_init (&iter, list);
      while (mcp_json_iter_next_element (&iter, &value) && uris->len < MAX_WATCHES)
        {
          char *uri =
              mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;

          if (uri != NULL)
            g_ptr_array_add (uris, uri);
        }
    }
  g_ptr_array_add (uris, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&uris), FALSE);
}

static Listening *
listening_new (McpAttachment *attachment, McpRequest *request, McpJsonSlice filter)
{
  Listening *self = g_rc_box_new0 (Listening);

  self->request = g_object_ref (request);
  self->services = mcp_services_ref (mcp_attachment_get_services (attachment));
  self->honoured = g_ptr_array_new_with_free_func (g_free);
  self->uris = read_uris (filter);
  if (is_wanted (filter, "toolsListChanged"))
    self->wanted |= 1u << MCP_ITEM_TOOL;
  if (is_wanted (filter, "promptsListChanged"))
    self->wanted |= 1u << MCP_ITEM_PROMPT;
  if (is_wanted (filter, "resourcesListChanged"))
    self->wanted |= 1u << MCP_ITEM_RESOURCE | 1u << MCP_ITEM_TEMPLATE;
  return self;
}

/**
 * mcp_method_listen:
 * @attachment: the attachment that received the request
 * @request: a subscriptions/listen
 *
 * Says what is listened to, then what changes, until the client goes or the session ends.
 */
void
mcp_method_listen (McpAttachment *attachment, McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  Listening *self;
  McpJsonSlice filter;

  if (params.data == NULL ||
      !mcp_json_find_typed (params, "notifications", MCP_JSON_OBJECT, &filter))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "subscriptions/listen needs an object “notifications”",
                                 MCP_JSON_SLICE_NONE);
      return;
    }

  self = listening_new (attachment, request, filter);
  self->listener =
      mcp_change_notifier_add (self->services->change_notifier, mcp_request_get_client (request),
                               self->wanted, notice_cb, self);
  self->cancelled_id = g_signal_connect (mcp_request_get_cancellable (request), "cancelled",
                                         G_CALLBACK (stop_listening), self);
  self->n_open = 1;
  for (guint i = 0; self->uris[i] != NULL; i++)
    start_watching (self, self->uris[i]);
  finish_one (self);
}

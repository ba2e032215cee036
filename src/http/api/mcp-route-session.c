/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /session: making, listing, showing, changing and ending sessions, and renewing their tokens.
 */
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-process.h"
#include "common/mcp-time.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-directory.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "session/session/mcp-session-json.h"

/* Sessions of a list that are written at a time. */
#define LIST_SLICE 500

/* What POST /session asks for. */
typedef struct
{
  char *cwd;                /* (owned) (nullable) */
  char *label;              /* (owned) (nullable) */
  GPtrArray *allowed_tools; /* (owned) (nullable) (element-type utf8) */
  gint64 idle_seconds;
} SessionParams;

static void
session_params_clear (SessionParams *wanted)
{
  g_free (wanted->cwd);
  g_free (wanted->label);
  g_clear_pointer (&wanted->allowed_tools, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SessionParams, session_params_clear)

static gboolean
set_cwd (McpJsonSlice value, gpointer target, GError **error)
{
  return mcp_http_body_read_string (value, "cwd", &((SessionParams *) target)->cwd, error);
}

static gboolean
set_label (McpJsonSlice value, gpointer target, GError **error)
{
  return mcp_http_body_read_string (value, "label", &((SessionParams *) target)->label, error);
}

static gboolean
set_allowed_tools (McpJsonSlice value, gpointer target, GError **error)
{
  SessionParams *wanted = target;
  McpJsonIter iter;
  McpJsonSlice item;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“allowed_tools” must be an array of strings");
      return FALSE;
    }

  g_clear_pointer (&wanted->allowed_tools, g_ptr_array_unref);
  wanted->allowed_tools = g_ptr_array_new_with_free_func (g_free);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      char *glob = NULL;

      if (!mcp_http_body_read_string (item, "allowed_tools[…]", &glob, error))
        return FALSE;
      g_ptr_array_add (wanted->allowed_tools, glob);
    }
  g_ptr_array_add (wanted->allowed_tools, NULL);

  return TRUE;
}

static gboolean
set_idle_seconds (McpJsonSlice value, gpointer target, GError **error)
{
  SessionParams *wanted = target;

  if (mcp_json_get_type (value) == MCP_JSON_NUMBER &&
      mcp_json_get_int64 (value, &wanted->idle_seconds) && wanted->idle_seconds >= 0 &&
      wanted->idle_seconds <= G_MAXUINT32)
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "“idle_seconds” must be a whole number from 0 to %u", G_MAXUINT32);
  return FALSE;
}

static const McpHttpMember params_members[] = {
  { "cwd", set_cwd },
  { "label", set_label },
  { "allowed_tools", set_allowed_tools },
  { "idle_seconds", set_idle_seconds },
};

static gboolean
is_bridge (McpHttpRequest *request)
{
  return mcp_http_request_get_header (request, MCP_HEADER_BRIDGE) != NULL;
}

/* What a client does not say is known from its process. */
static gboolean
needs_process (McpHttpRequest *request, const SessionParams *wanted)
{
  return is_bridge (request) || wanted->cwd == NULL || wanted->label == NULL;
}

static McpSession *
create_session (McpHttpRequest *request, const SessionParams *wanted, char **token, GError **error)
{
  pid_t pid = needs_process (request, wanted) ? mcp_http_process_get_pid (request) : 0;
  g_autofree char *process_name = mcp_process_dup_name (pid);
  McpSessionParams params = {
    .cwd = request->directory,
    .label = wanted->label != NULL ? wanted->label : process_name,
    .allowed_tools =
        wanted->allowed_tools == NULL ? NULL : (const char *const *) wanted->allowed_tools->pdata,
    .idle_seconds = wanted->idle_seconds,
    .ends_with_processes = is_bridge (request),
    .creator = pid,
  };

  return mcp_session_store_create (request->context->store, &params, token, error);
}

static void
append_member (GString *json, const char *key, const char *text)
{
  g_string_append (json, json->len > 1 ? ",\"" : "\"");
  g_string_append (json, key);
  g_string_append (json, "\":");
  mcp_json_append_string (json, text);
}

/**
 * mcp_route_session_create:
 * @request: POST /session
 *
 * Makes a session, and hands out its token, once both survive the daemon.
 */
void
mcp_route_session_create (McpHttpRequest *request)
{
  g_auto (SessionParams) wanted = { .idle_seconds = -1 };
  g_autofree char *token = NULL;
  g_autofree char *created_at = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;
  GString *json;

  if (!mcp_http_body_read_members (request, params_members, G_N_ELEMENTS (params_members), &wanted))
    return;
  if (needs_process (request, &wanted) && !mcp_http_process_is_known (request))
    {
      mcp_http_process_await (request, mcp_route_session_create);
      return;
    }
  if (!mcp_http_directory_is_known (request, wanted.cwd))
    {
      mcp_http_directory_await (request, wanted.cwd, mcp_route_session_create);
      return;
    }

  session = create_session (request, &wanted, &token, &error);
  if (session == NULL)
    {
      mcp_http_reply_no_session (request, error);
      return;
    }

  created_at = mcp_time_format (mcp_session_get_created_at (session));
  json = g_string_new ("{");
  append_member (json, "session_id", mcp_session_get_id (session));
  append_member (json, "token", token);
  append_member (json, "cwd", mcp_session_get_cwd (session));
  if (mcp_session_get_label (session) != NULL)
    append_member (json, "label", mcp_session_get_label (session));
  append_member (json, "created_at", created_at);
  g_string_append_c (json, '}');

  mcp_http_reply_string_when_settled (request, 200, json);
}

/* A list of all sessions that is being written. */
typedef struct
{
  McpHttpRequest *request; /* (owned) */
  GPtrArray *sessions;     /* (owned) */
  guint n_written;
  GString *json; /* (owned) (nullable) */
} SessionList;

static void
session_list_free (gpointer data)
{
  SessionList *self = data;

  mcp_http_request_unref (self->request);
  g_ptr_array_unref (self->sessions);
  if (self->json != NULL)
    g_string_free (self->json, TRUE);
  g_free (self);
}

/* Sessions that ended in the meantime are left out. */
static void
append_session (SessionList *self, McpSession *session)
{
  g_autofree char *json = NULL;

  if (mcp_session_is_closed (session))
    return;

  json = mcp_session_json_build (session);
  if (self->json->str[self->json->len - 1] != '[')
    g_string_append_c (self->json, ',');
  g_string_append (self->json, json);
}

/* Returns: whether more is to be written */
static gboolean
write_slice (gpointer data)
{
  SessionList *self = data;
  guint end = MIN (self->n_written + LIST_SLICE, self->sessions->len);

  if (!mcp_http_request_is_open (self->request))
    return G_SOURCE_REMOVE;
  while (self->n_written < end)
    append_session (self, g_ptr_array_index (self->sessions, self->n_written++));
  if (end < self->sessions->len)
    return G_SOURCE_CONTINUE;

  g_string_append (self->json, "]}");
  mcp_http_reply_string (self->request, 200, g_steal_pointer (&self->json));
  return G_SOURCE_REMOVE;
}

/**
 * mcp_route_session_list:
 * @request: GET /session
 *
 * Shows all sessions. With thousands of them, others are served in between.
 */
void
mcp_route_session_list (McpHttpRequest *request)
{
  SessionList *self = g_new0 (SessionList, 1);
  g_autoptr (GSource) source = NULL;

  self->request = mcp_http_request_ref (request);
  self->sessions = mcp_session_store_list (request->context->store);
  self->json = g_string_new ("{\"sessions\":[");
  if (!write_slice (self))
    {
      session_list_free (self);
      return;
    }

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[mcp] list of sessions");
  g_source_set_callback (source, write_slice, self, session_list_free);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/**
 * mcp_route_session_get:
 * @request: GET /session/{id}
 *
 * Shows one session.
 */
void
mcp_route_session_get (McpHttpRequest *request)
{
  g_autofree char *json = mcp_session_json_build (request->session);

  mcp_http_reply_string (request, 200, g_string_new (json));
}

/**
 * mcp_route_session_delete:
 * @request: DELETE /session/{id}
 *
 * Ends a session, for good.
 */
void
mcp_route_session_delete (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (mcp_session_store_close (request->context->store, mcp_session_get_id (request->session),
                               MCP_REASON_CLOSED, &error))
    mcp_http_reply_empty_when_settled (request, 204);
  else
    mcp_http_reply_gerror (request, error);
}

/**
 * mcp_route_session_rotate_token:
 * @request: POST /session/{id}/token
 *
 * Makes a new token; the old one is worth nothing from then on.
 */
void
mcp_route_session_rotate_token (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token =
      mcp_session_store_rotate_token (request->context->store, request->session, &error);
  GString *json;

  if (token == NULL)
    {
      mcp_http_reply_gerror (request, error);
      return;
    }

  json = g_string_new ("{");
  append_member (json, "token", token);
  g_string_append_c (json, '}');
  mcp_http_reply_string_when_settled (request, 200, json);
}

/* What PATCH /session/{id} asks for. */
typedef struct
{
  SessionParams to;
  gboolean sets_label;
  gboolean sets_allowed_tools;
} SessionChange;

static void
session_change_clear (SessionChange *self)
{
  session_params_clear (&self->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SessionChange, session_change_clear)

static gboolean
change_label (McpJsonSlice value, gpointer target, GError **error)
{
  SessionChange *change = target;

  change->sets_label = TRUE;
  return mcp_json_get_type (value) == MCP_JSON_NULL || set_label (value, &change->to, error);
}

static gboolean
change_allowed_tools (McpJsonSlice value, gpointer target, GError **error)
{
  SessionChange *change = target;

  change->sets_allowed_tools = TRUE;
  return mcp_json_get_type (value) == MCP_JSON_NULL ||
         set_allowed_tools (value, &change->to, error);
}

static const McpHttpMember change_members[] = {
  { "label", change_label },
  { "allowed_tools", change_allowed_tools },
};

static gboolean
read_change (McpHttpRequest *request, SessionChange *wanted)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return FALSE;
  if (mcp_http_body_read_object (root, change_members, G_N_ELEMENTS (change_members), wanted,
                                 &error))
    return TRUE;

  mcp_http_reply_gerror (request, error);
  return FALSE;
}

static gboolean
change_session (McpHttpRequest *request, const SessionChange *wanted, GError **error)
{
  McpSessionStore *store = request->context->store;
  McpSession *session = mcp_session_store_lookup (store, request->parameter);
  GPtrArray *globs = wanted->to.allowed_tools;
  McpSessionChange change = {
    .sets_label = wanted->sets_label,
    .label = wanted->to.label,
    .sets_allowed_tools = wanted->sets_allowed_tools,
    .allowed_tools = globs != NULL ? (const char *const *) globs->pdata : NULL,
  };

  if (session != NULL)
    return mcp_session_store_change_session (store, session, &change, error);
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no such session");
  return FALSE;
}

/**
 * mcp_route_session_change:
 * @request: PATCH /session/{id}
 *
 * Changes a session's label, or the tools that it is allowed. The change survives the daemon.
 */
void
mcp_route_session_change (McpHttpRequest *request)
{
  g_auto (SessionChange) wanted = { { NULL } };
  g_autoptr (GError) error = NULL;

  if (!read_change (request, &wanted))
    return;
  if (change_session (request, &wanted, &error))
    mcp_http_reply_empty_when_settled (request, 204);
  else
    mcp_http_reply_gerror (request, error);
}

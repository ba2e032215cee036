/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The login to one server. What a request meets:
 *
 *   get       no grant: the request goes out without a token. A grant that is close to its end is
 *             renewed first, and the request waits
 *   refused   401 with an old token: there is a new one already, or it is fetched; the request goes
 *             out again. 401 otherwise, and 403 for want of scopes: a person is needed, unless the
 *             server has no authorization server at all, which is looked for once
 */
#include "mcp-oauth-server-private.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "mcp-oauth-configured-private.h"
#include "mcp-oauth-machine-private.h"
#include "mcp-oauth-text-private.h"
#include "upstream/fetch/mcp-http-warrant.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

/* A login, and twice more for scopes that it already asked for: then the server is not to be
 * pleased (MCP 2025-11-25, basic/authorization, “Step-Up Authorization Flow”). */
#define MAX_STEP_UPS  2
/* A server without an authorization server is not asked again for one at every refusal. */
#define ABSENT_US     (60 * G_USEC_PER_SEC)
/* A browser that was sent this long ago is not waited for by whoever wants to log in now. */
#define MIN_FLOW_LEFT 60

struct _McpOauthServer
{
  GObject parent_instance;

  McpOauthBook *book;      /* (owned) */
  McpServerConfig *config; /* (owned) */
  McpOauthWeb *web;        /* (owned) */
  char *url;
  McpOauthClient *configured; /* (owned) (nullable): registered by hand */

  McpOauthChallenge *challenge; /* (owned) (nullable): the last one that wanted a login */
  McpOauthGrant *grant;         /* (owned) (nullable): once it was needed */
  gulong changed_id;
  char *why;              /* (nullable): what went wrong last */
  char *wanted;           /* (nullable): scopes that a request lacked */
  guint n_step_ups;       /* logins for scopes that were asked for before */
  gint64 absent_until_us; /* monotonic: until then the server is known to have no OAuth */
  gboolean is_needed;     /* a person must log in */
  gboolean is_refused;    /* the last login failed */
  gboolean is_locked;     /* the keyring is locked */
  GPtrArray *beginners;   /* (owned) (nullable): GTask (owned): while a login begins */
  gboolean wants_device;  /* meanwhile: a person would rather enter a code on another device */
  guint n_probes;         /* meanwhile: requests that were to be refused */
  guint n_completing;     /* browsers that are back, and what they brought is being redeemed */
  GSource *flow_timer;    /* (owned) (nullable): until a browser that was sent comes too late */
};

static void probe (McpOauthServer *self);
static void mcp_oauth_server_warrant_init (McpHttpWarrantInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpOauthServer,
                               mcp_oauth_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MCP_TYPE_HTTP_WARRANT,
                                                      mcp_oauth_server_warrant_init))

enum
{
  SIGNAL_CHANGED,
  SIGNAL_NEEDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
emit_changed (McpOauthServer *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
note_need (McpOauthServer *self)
{
  if (self->is_needed)
    return;
  self->is_needed = TRUE;
  g_message ("Server “%s” needs a login; run: mcp-session server login %s", self->config->name,
             self->config->name);
  emit_changed (self);
  g_signal_emit (self, signals[SIGNAL_NEEDED], 0);
}

static void
grant_changed_cb (McpOauthGrant *grant, McpOauthServer *self)
{
  if (mcp_oauth_grant_is_spent (grant))
    note_need (self);
  else
    emit_changed (self);
}

/* @grant: (nullable) */
static void
set_grant (McpOauthServer *self, McpOauthGrant *grant)
{
  if (self->grant == grant)
    return;
  if (self->grant != NULL)
    g_clear_signal_handler (&self->changed_id, self->grant);
  g_set_object (&self->grant, grant);
  if (grant != NULL)
    self->changed_id = g_signal_connect (grant, "changed", G_CALLBACK (grant_changed_cb), self);
}

static void
set_why (McpOauthServer *self, const char *why)
{
  g_free (self->why);
  self->why = g_strdup (why);
}

static McpOauthOccasion
build_occasion (McpOauthServer *self, const char *scope)
{
  return (McpOauthOccasion){ self->book,       self->web, self->config,      self->challenge,
                             self->configured, scope,     self->wants_device };
}

/* Returns: whether it is known who we are, where a person says so */
static gboolean
take_configured (McpOauthServer *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  McpOauthClient *client = mcp_oauth_configured_find_finish (result, &local_error);

  g_clear_pointer (&self->configured, mcp_oauth_client_unref);
  self->configured = client;
  if (local_error == NULL)
    return TRUE;
  self->is_locked = g_error_matches (local_error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* All scopes that the next login must ask for beside those of the server's last refusal. */
static char *
build_wanted_scope (McpOauthServer *self)
{
  const char *asked = self->grant != NULL ? mcp_oauth_grant_get_asked (self->grant) : NULL;

  return self->wanted != NULL ? mcp_oauth_text_join_scopes (asked, self->wanted) : NULL;
}

/* Errors: their messages go on after “it”. */

static GError *
new_login_needed (McpOauthServer *self)
{
  return g_error_new (MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                      self->wanted != NULL && !self->is_needed
                          ? "wants more than its login allows; run: mcp-session server login %s"
                          : "needs a login; run: mcp-session server login %s",
                      self->config->name);
}

static GError *
new_failure (McpOauthServer *self, const GError *error)
{
  if (self->is_locked)
    return g_error_new_literal (MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED,
                                "has its login in the keyring, which is locked; unlock the keyring "
                                "and try again");
  return g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "has a login that is of no use now: %s",
                      error->message);
}

/* The field Authorization */

static char *
build_field (McpOauthServer *self)
{
  return self->grant != NULL && !mcp_oauth_grant_is_spent (self->grant)
             ? g_strconcat ("Bearer ", mcp_oauth_grant_get_token (self->grant), NULL)
             : NULL;
}

static void
get_refreshed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  /* Without a token the server says what it wants. */
  if (mcp_oauth_grant_refresh_finish (MCP_OAUTH_GRANT (source), result, &error) ||
      g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED))
    g_task_return_pointer (task, build_field (self), g_free);
  else
    g_task_return_error (task, new_failure (self, error));
}

/* @task: (transfer full) */
static void
get_with_grant (GTask *task)
{
  McpOauthServer *self = g_task_get_source_object (task);

  if (self->grant != NULL && !mcp_oauth_grant_is_fresh (self->grant) &&
      mcp_oauth_grant_can_refresh (self->grant))
    {
      mcp_oauth_grant_refresh_async (self->grant, self->web, get_refreshed_cb, task);
      return;
    }
  g_task_return_pointer (task, build_field (self), g_free);
  g_object_unref (task);
}

static void
grant_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthGrant) grant = mcp_oauth_book_get_grant_finish (result, &error);
  gboolean was_locked = self->is_locked;

  self->is_locked = g_error_matches (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED);
  if (error != NULL)
    {
      if (was_locked != self->is_locked)
        emit_changed (self);
      g_task_return_error (task, new_failure (self, error));
      return;
    }
  if (self->grant == NULL && grant != NULL)
    set_grant (self, grant);
  if (was_locked || grant == NULL)
    emit_changed (self);
  get_with_grant (g_steal_pointer (&task));
}

static void
mcp_oauth_server_get_async (McpHttpWarrant *warrant,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  McpOauthServer *self = MCP_OAUTH_SERVER (warrant);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  const char *name = mcp_oauth_book_find (self->book, self->config->name, self->url);

  g_task_set_source_tag (task, mcp_oauth_server_get_async);
  if (self->grant == NULL && name != NULL)
    mcp_oauth_book_get_grant_async (self->book, name, grant_loaded_cb, task);
  else
    get_with_grant (task);
}

static char *
mcp_oauth_server_get_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Refusals */

static void
set_challenge (McpOauthServer *self, McpOauthChallenge *challenge)
{
  g_clear_pointer (&self->challenge, mcp_oauth_challenge_free);
  self->challenge = challenge;
}

static void
machine_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthGrant) grant = mcp_oauth_machine_begin_finish (result, &error);

  self->is_refused = grant == NULL;
  set_why (self, error != NULL ? error->message : NULL);
  if (grant != NULL)
    set_grant (self, grant);
  emit_changed (self);
  if (grant != NULL)
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_ABSENT))
    g_task_return_boolean (task, FALSE);
  else
    g_task_return_error (task, new_failure (self, error));
}

static void
machine_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *scope = build_wanted_scope (self);
  McpOauthOccasion occasion;

  if (!take_configured (self, result, &error))
    {
      g_task_return_error (task, new_failure (self, error));
      g_object_unref (task);
      return;
    }
  occasion = build_occasion (self, scope);
  mcp_oauth_machine_begin_async (&occasion, machine_cb, task);
}

/* @task: (transfer full) */
static void
ask_as_machine (GTask *task)
{
  McpOauthServer *self = g_task_get_source_object (task);

  mcp_oauth_configured_find_async (mcp_oauth_book_get_store (self->book), self->config,
                                   machine_known_cb, task);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthMetadata) metadata = mcp_oauth_discovery_run_finish (result, &error);

  if (g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_ABSENT))
    {
      self->absent_until_us = g_get_monotonic_time () + ABSENT_US;
      g_task_return_boolean (task, FALSE);
      return;
    }
  if (error != NULL)
    set_why (self, error->message);
  note_need (self);
  g_task_return_error (task, new_login_needed (self));
}

/* Only a person can go on, if the server has an authorization server. @task: (transfer full) */
static void
need_person (GTask *task)
{
  McpOauthServer *self = g_task_get_source_object (task);
  const McpOauthWish wish = { self->config->oauth.issuer, self->config->oauth.resource, FALSE };

  if (self->config->oauth.is_machine)
    {
      ask_as_machine (task);
      return;
    }
  if (self->absent_until_us > g_get_monotonic_time ())
    g_task_return_boolean (task, FALSE);
  else if (self->is_needed || self->grant != NULL ||
           (self->challenge != NULL && self->challenge->metadata != NULL))
    {
      note_need (self);
      g_task_return_error (task, new_login_needed (self));
    }
  else
    {
      mcp_oauth_discovery_run_async (self->web, self->challenge, &wish, looked_cb, task);
      return;
    }
  g_object_unref (task);
}

static void
refused_refreshed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (mcp_oauth_grant_refresh_finish (MCP_OAUTH_GRANT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED))
    {
      set_why (self, error->message);
      need_person (g_steal_pointer (&task));
    }
  else
    g_task_return_error (task, new_failure (self, error));
}

/* The token is not, or no longer, good. @task: (transfer full) */
static void
take_unauthorized (GTask *task, const McpHttpRefusal *refusal)
{
  McpOauthServer *self = g_task_get_source_object (task);
  g_autoptr (McpSecretCopy) field = build_field (self);

  if (field != NULL && g_strcmp0 (field, refusal->authorization) != 0)
    {
      /* Another request, or a person, has fetched a new one meanwhile. */
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (self->grant != NULL && refusal->n_before == 0 &&
           mcp_oauth_grant_can_refresh (self->grant))
    mcp_oauth_grant_refresh_async (self->grant, self->web, refused_refreshed_cb, task);
  else
    need_person (task);
}

/* The token is good for other things. @task: (transfer full) */
static void
take_forbidden (GTask *task, const char *scope)
{
  McpOauthServer *self = g_task_get_source_object (task);
  g_autofree char *wanted = self->wanted;

  if (mcp_oauth_text_has_scopes (mcp_oauth_grant_get_asked (self->grant), scope))
    self->n_step_ups++;
  if (self->n_step_ups > MAX_STEP_UPS - 1)
    {
      self->wanted = NULL;
      g_task_return_boolean (task, FALSE);
      g_object_unref (task);
      return;
    }
  self->wanted = mcp_oauth_text_join_scopes (wanted, scope);
  if (self->config->oauth.is_machine)
    {
      ask_as_machine (task);
      return;
    }
  emit_changed (self);
  g_task_return_error (task, new_login_needed (self));
  g_object_unref (task);
}

static void
mcp_oauth_server_refused_async (McpHttpWarrant *warrant,
                                const McpHttpRefusal *refusal,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  McpOauthServer *self = MCP_OAUTH_SERVER (warrant);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  McpOauthChallenge *challenge = mcp_oauth_challenge_parse (refusal->challenge);

  g_task_set_source_tag (task, mcp_oauth_server_refused_async);
  set_challenge (self, challenge);
  if (refusal->status == 401)
    take_unauthorized (task, refusal);
  else if (self->grant != NULL && g_strcmp0 (challenge->error, "insufficient_scope") == 0)
    take_forbidden (task, challenge->scope);
  else
    {
      g_task_return_boolean (task, FALSE);
      g_object_unref (task);
    }
}

static gboolean
mcp_oauth_server_refused_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mcp_oauth_server_warrant_init (McpHttpWarrantInterface *iface)
{
  iface->get_async = mcp_oauth_server_get_async;
  iface->get_finish = mcp_oauth_server_get_finish;
  iface->refused_async = mcp_oauth_server_refused_async;
  iface->refused_finish = mcp_oauth_server_refused_finish;
}

/* A person logs in */

static gboolean
flow_late_cb (gpointer data)
{
  McpOauthServer *self = data;

  mcp_timer_clear (&self->flow_timer);
  emit_changed (self);
  return G_SOURCE_REMOVE;
}

/* Whoever looks learns that a browser does not come back any more. */
static void
watch_flow (McpOauthServer *self, const McpOauthFlow *flow)
{
  guint seconds = (guint) mcp_oauth_flow_get_seconds_left (flow) + 1;

  mcp_timer_clear (&self->flow_timer);
  self->flow_timer = mcp_timer_new_seconds ("oauth-flow", seconds, flow_late_cb, self);
}

/* @flow: (nullable); @error: (nullable) (transfer none) */
static void
finish_beginning (McpOauthServer *self, McpOauthFlow *flow, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->beginners);

  self->is_refused = flow == NULL;
  set_why (self, error != NULL ? error->message : NULL);
  if (flow != NULL)
    watch_flow (self, flow);
  emit_changed (self);
  for (guint i = 0; i < tasks->len; i++)
    {
      if (flow != NULL)
        g_task_return_pointer (tasks->pdata[i], mcp_oauth_flow_ref (flow),
                               (GDestroyNotify) mcp_oauth_flow_unref);
      else
        g_task_return_error (tasks->pdata[i], g_error_copy (error));
    }
}

/* @noted: (nullable): called with @user_data when it is on the disk who uses the grant */
static void
take_grant (McpOauthServer *self,
            McpOauthGrant *grant,
            GAsyncReadyCallback noted,
            gpointer user_data)
{
  set_grant (self, grant);
  mcp_oauth_book_note_async (self->book, self->config->name, self->url, grant, noted, user_data);
  g_message ("Server “%s”: logged in", self->config->name);
  self->is_needed = self->is_refused = self->is_locked = FALSE;
  g_clear_pointer (&self->wanted, g_free);
  set_why (self, NULL);
  emit_changed (self);
  mcp_http_warrant_granted (MCP_HTTP_WARRANT (self));
}

/* A login on another device. */
typedef struct
{
  McpOauthServer *server; /* (owned) */
  char *state;            /* of its flow */
} WaitingLogin;

static WaitingLogin *
waiting_new (McpOauthServer *self, const char *state)
{
  WaitingLogin *waiting = g_new0 (WaitingLogin, 1);

  waiting->server = g_object_ref (self);
  waiting->state = g_strdup (state);
  return waiting;
}

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WaitingLogin *waiting = user_data;
  McpOauthServer *self = waiting->server;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthGrant) grant = mcp_oauth_login_complete_finish (result, &error);
  g_autoptr (McpOauthFlow) flow =
      mcp_oauth_flows_take (mcp_oauth_book_get_flows (self->book), waiting->state);

  /* Without its flow, the login was given up, or another one has taken its place. */
  if (flow != NULL && grant != NULL)
    take_grant (self, grant, NULL, NULL);
  else if (flow != NULL)
    mcp_oauth_server_note_refused (self, error->message);
  g_free (waiting->state);
  g_free (waiting);
  g_object_unref (self);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOauthServer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthFlow) flow = mcp_oauth_login_begin_finish (result, &error);
  McpOauthOccasion occasion = build_occasion (self, NULL);

  if (flow != NULL && flow->device_code != NULL)
    mcp_oauth_login_wait_async (&occasion, flow, waited_cb, waiting_new (self, flow->state));
  finish_beginning (self, flow, error);
}

static void
begin_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOauthServer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *scope = build_wanted_scope (self);
  McpOauthOccasion occasion;

  if (!take_configured (self, result, &error))
    {
      finish_beginning (self, NULL, error);
      return;
    }
  occasion = build_occasion (self, scope);
  mcp_oauth_login_begin_async (&occasion, begun_cb, g_object_ref (self));
}

static void
begin (McpOauthServer *self)
{
  mcp_oauth_configured_find_async (mcp_oauth_book_get_store (self->book), self->config,
                                   begin_known_cb, g_object_ref (self));
}

/* What a server is asked without a token, one after the other, until it refuses: many let anybody
 * say hello. */
static const char *const probes[] = {
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"0\"}}}",
  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}",
  NULL,
};

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOauthServer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, &error);

  if (reply == NULL)
    {
      finish_beginning (self, NULL, error);
      return;
    }
  if (reply->status == 401)
    set_challenge (self, mcp_oauth_challenge_parse (reply->challenge));
  if (reply->status == 401 || probes[self->n_probes] == NULL)
    begin (self);
  else
    probe (self);
}

/* Nobody has asked the server for anything yet: it says what it wants. */
static void
probe (McpOauthServer *self)
{
  mcp_oauth_web_post_async (self->web, self->url, "application/json", probes[self->n_probes++],
                            NULL, probed_cb, g_object_ref (self));
}

/* A login that is on its way will do, if it asks for enough. */
static McpOauthFlow *
find_flow (McpOauthServer *self)
{
  McpOauthFlow *flow =
      mcp_oauth_flows_find_of_server (mcp_oauth_book_get_flows (self->book), self->config->name);

  if (flow == NULL || mcp_oauth_flow_get_seconds_left (flow) < MIN_FLOW_LEFT ||
      flow->device_code != NULL || !mcp_oauth_text_has_scopes (flow->scope, self->wanted))
    return NULL;
  return flow;
}

/**
 * mcp_oauth_server_forgive:
 * @self: a server
 *
 * A person wants to log in by own will: what was in vain before may work now.
 */
void
mcp_oauth_server_forgive (McpOauthServer *self)
{
  self->n_step_ups = 0;
}

/**
 * mcp_oauth_server_login_async:
 * @self: a server
 * @wants_device: a person would rather enter a code on another device, where the authorization
 * server lets them
 * @callback: (scope async): when a browser can be sent
 * @user_data: for @callback
 *
 * Begins a login, or finds the one that is on its way.
 */
void
mcp_oauth_server_login_async (McpOauthServer *self,
                              gboolean wants_device,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  McpOauthFlow *flow = wants_device ? NULL : find_flow (self);

  g_task_set_source_tag (task, mcp_oauth_server_login_async);
  if (self->config->oauth.is_machine)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                             "Server “%s” logs in by itself: “grant” is “client_credentials”",
                             self->config->name);
  else if (flow != NULL)
    g_task_return_pointer (task, mcp_oauth_flow_ref (flow), (GDestroyNotify) mcp_oauth_flow_unref);
  else if (self->beginners != NULL)
    g_ptr_array_add (self->beginners, g_steal_pointer (&task));
  else
    {
      self->beginners = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (self->beginners, g_steal_pointer (&task));
      self->n_probes = 0;
      self->wants_device = wants_device;
      emit_changed (self);
      if (self->challenge == NULL)
        probe (self);
      else
        begin (self);
    }
}

/**
 * mcp_oauth_server_login_finish:
 * @self: a server
 * @result: what the callback got
 * @seconds_left: (out) (optional): how long the browser may take
 * @user_code: (out) (optional) (nullable) (transfer full): what a person enters at the address
 * @error: return location
 *
 * Errors: #McpOauthError, %MCP_ERROR_INVALID_ARGUMENTS, and those of the store.
 *
 * Returns: (transfer full) (nullable): the address that a browser is to be sent to; https, or this
 *   machine
 */
char *
mcp_oauth_server_login_finish (McpOauthServer *self,
                               GAsyncResult *result,
                               guint *seconds_left,
                               char **user_code,
                               GError **error)
{
  g_autoptr (McpOauthFlow) flow = g_task_propagate_pointer (G_TASK (result), error);

  if (flow == NULL)
    return NULL;
  if (seconds_left != NULL)
    *seconds_left = (guint) mcp_oauth_flow_get_seconds_left (flow);
  if (user_code != NULL)
    *user_code = g_strdup (flow->user_code);
  return g_strdup (flow->address);
}

static void
noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  /* The book has warned, where it could not; the login holds all the same. */
  mcp_oauth_book_note_finish (result, NULL);
  g_task_return_boolean (task, TRUE);
}

/* A person who reads that the login is there need not fear a crash. */
static void
completed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (McpOauthGrant) grant = mcp_oauth_login_complete_finish (result, &error);

  self->n_completing--;
  if (grant == NULL)
    {
      mcp_oauth_server_note_refused (self, error->message);
      g_task_return_error (task, error);
      return;
    }
  take_grant (self, grant, noted_cb, g_steal_pointer (&task));
}

typedef struct
{
  McpOauthFlow *flow; /* (owned) */
  char *code;
} Completion;

static void
completion_free (gpointer data)
{
  Completion *completion = data;

  mcp_oauth_flow_unref (completion->flow);
  mcp_secret_free (completion->code);
  g_free (completion);
}

static void
complete_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  McpOauthServer *self = g_task_get_source_object (task);
  Completion *completion = g_task_get_task_data (task);
  GError *error = NULL;
  McpOauthOccasion occasion;

  if (!take_configured (self, result, &error))
    {
      self->n_completing--;
      mcp_oauth_server_note_refused (self, error->message);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  occasion = build_occasion (self, NULL);
  mcp_oauth_login_complete_async (&occasion, completion->flow, completion->code, completed_cb,
                                  task);
}

/**
 * mcp_oauth_server_complete_async:
 * @self: a server
 * @flow: the login to it that a browser came back from
 * @code: what the browser brought
 * @callback: (scope async): when the login is done
 * @user_data: for @callback
 */
void
mcp_oauth_server_complete_async (McpOauthServer *self,
                                 McpOauthFlow *flow,
                                 const char *code,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Completion *completion = g_new0 (Completion, 1);

  g_task_set_source_tag (task, mcp_oauth_server_complete_async);
  completion->flow = mcp_oauth_flow_ref (flow);
  completion->code = g_strdup (code);
  g_task_set_task_data (task, completion, completion_free);
  self->n_completing++;
  mcp_oauth_configured_find_async (mcp_oauth_book_get_store (self->book), self->config,
                                   complete_known_cb, task);
}

/**
 * mcp_oauth_server_complete_finish:
 * @self: a server
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError, and those of the store.
 *
 * Returns: whether there is a login now
 */
gboolean
mcp_oauth_server_complete_finish (McpOauthServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_oauth_server_note_refused:
 * @self: a server
 * @why: its login came to nothing, for people
 */
void
mcp_oauth_server_note_refused (McpOauthServer *self, const char *why)
{
  self->is_refused = TRUE;
  set_why (self, why);
  g_message ("The login to server “%s” failed: %s", self->config->name, why);
  emit_changed (self);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  emit_changed (g_task_get_source_object (task));
  if (mcp_oauth_book_forget_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_server_logout_async:
 * @self: a server
 * @callback: (scope async): when nothing is left
 * @user_data: for @callback
 *
 * Forgets the login, and what it was made with.
 */
void
mcp_oauth_server_logout_async (McpOauthServer *self,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_server_logout_async);
  self->is_needed = self->is_needed || self->grant != NULL;
  self->is_refused = self->is_locked = FALSE;
  self->n_step_ups = 0;
  set_grant (self, NULL);
  set_why (self, NULL);
  set_challenge (self, NULL);
  g_clear_pointer (&self->wanted, g_free);
  mcp_oauth_book_forget_async (self->book, self->config->name, forgotten_cb, task);
}

/**
 * mcp_oauth_server_logout_finish:
 * @self: a server
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: whether nothing is left
 */
gboolean
mcp_oauth_server_logout_finish (McpOauthServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* How it stands */

/**
 * mcp_oauth_server_state_to_string:
 * @state: a state
 *
 * Returns: (transfer none): its name in the outward contract
 */
const char *
mcp_oauth_server_state_to_string (McpOauthState state)
{
  static const char *const names[] = { "none",       "needs-login", "logging-in",    "authorized",
                                       "refreshing", "refused",     "keyring-locked" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == MCP_OAUTH_N_STATES);
  return names[state];
}

static McpOauthState
get_state (McpOauthServer *self)
{
  McpOauthFlows *flows = mcp_oauth_book_get_flows (self->book);

  if (self->is_locked)
    return MCP_OAUTH_STATE_KEYRING_LOCKED;
  if (self->beginners != NULL || self->n_completing > 0 ||
      mcp_oauth_flows_find_of_server (flows, self->config->name) != NULL)
    return MCP_OAUTH_STATE_LOGGING_IN;
  if (self->grant != NULL && mcp_oauth_grant_is_refreshing (self->grant))
    return MCP_OAUTH_STATE_REFRESHING;
  if (self->is_refused)
    return MCP_OAUTH_STATE_REFUSED;
  if (self->is_needed)
    return MCP_OAUTH_STATE_NEEDS_LOGIN;
  if (self->grant != NULL ||
      mcp_oauth_book_find (self->book, self->config->name, self->url) != NULL)
    return MCP_OAUTH_STATE_AUTHORIZED;
  return MCP_OAUTH_STATE_NONE;
}

/**
 * mcp_oauth_server_get_status:
 * @self: a server
 * @status: (out caller-allocates): how it stands with its login
 */
void
mcp_oauth_server_get_status (McpOauthServer *self, McpOauthStatus *status)
{
  *status = (McpOauthStatus){ .state = get_state (self), .why = self->why };
  if (self->grant == NULL)
    return;
  status->issuer = mcp_oauth_grant_get_issuer (self->grant);
  status->scope = mcp_oauth_grant_get_scope (self->grant);
  status->expires_at = mcp_oauth_grant_get_expires_at (self->grant);
}

/**
 * mcp_oauth_server_wants_login:
 * @self: a server
 *
 * Returns: whether requests fail that would not after a person had logged in
 */
gboolean
mcp_oauth_server_wants_login (McpOauthServer *self)
{
  return (self->is_needed || self->wanted != NULL) && !self->config->oauth.is_machine;
}

/**
 * mcp_oauth_server_get_name:
 * @self: a server
 *
 * Returns: (transfer none): its name in the configuration
 */
const char *
mcp_oauth_server_get_name (McpOauthServer *self)
{
  return self->config->name;
}

/**
 * mcp_oauth_server_is_of:
 * @self: a server
 * @config: an entry of the configuration
 *
 * Returns: whether the entry is the one that the server was made for
 */
gboolean
mcp_oauth_server_is_of (McpOauthServer *self, McpServerConfig *config)
{
  return g_str_equal (self->config->name, config->name) &&
         g_str_equal (self->config->fingerprint, config->fingerprint);
}

static void
mcp_oauth_server_dispose (GObject *object)
{
  McpOauthServer *self = MCP_OAUTH_SERVER (object);

  mcp_timer_clear (&self->flow_timer);
  set_grant (self, NULL);

  G_OBJECT_CLASS (mcp_oauth_server_parent_class)->dispose (object);
}

static void
mcp_oauth_server_finalize (GObject *object)
{
  McpOauthServer *self = MCP_OAUTH_SERVER (object);

  g_clear_pointer (&self->challenge, mcp_oauth_challenge_free);
  g_clear_pointer (&self->configured, mcp_oauth_client_unref);
  g_clear_pointer (&self->beginners, g_ptr_array_unref);
  g_free (self->why);
  g_free (self->wanted);
  g_free (self->url);
  mcp_oauth_web_unref (self->web);
  mcp_server_config_unref (self->config);
  mcp_oauth_book_unref (self->book);

  G_OBJECT_CLASS (mcp_oauth_server_parent_class)->finalize (object);
}

static void
mcp_oauth_server_class_init (McpOauthServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_oauth_server_dispose;
  object_class->finalize = mcp_oauth_server_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MCP_TYPE_OAUTH_SERVER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_NEEDED] = g_signal_new ("needed", MCP_TYPE_OAUTH_SERVER, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_oauth_server_init (McpOauthServer *self)
{
}

static gboolean
is_authorized_otherwise (McpServerConfig *config)
{
  for (char **at = config->headers; *at != NULL; at += 2)
    if (g_ascii_strcasecmp (at[0], "Authorization") == 0)
      return TRUE;
  return FALSE;
}

/**
 * mcp_oauth_server_new:
 * @book: what is known of all logins
 * @config: a server that is reached over HTTP
 *
 * Returns: (transfer full) (nullable): its login; %NULL: it has none to do with, since the entry
 * says so, or brings an Authorization of its own
 */
McpOauthServer *
mcp_oauth_server_new (McpOauthBook *book, McpServerConfig *config)
{
  McpOauthServer *self;
  McpOauthFlow *flow;
  g_autoptr (GUri) uri = NULL;

  if (config->url == NULL || config->oauth.is_off || is_authorized_otherwise (config))
    return NULL;
  uri = mcp_server_config_build_url (config, g_get_home_dir (), NULL);
  if (uri == NULL)
    return NULL;
  self = g_object_new (MCP_TYPE_OAUTH_SERVER, NULL);
  self->book = mcp_oauth_book_ref (book);
  self->config = mcp_server_config_ref (config);
  self->web = mcp_oauth_web_new (uri);
  self->url = g_uri_to_string (uri);
  flow = mcp_oauth_flows_find_of_server (mcp_oauth_book_get_flows (book), config->name);
  if (flow != NULL)
    watch_flow (self, flow);
  return self;
}

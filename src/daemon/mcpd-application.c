/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-application.h"

#include "common/mcp-json.h"
#include "common/mcp-names.h"
#include "common/mcp-time.h"
#include "common/mcp-timer.h"
#include "daemon/mcpd-activity.h"
#include "daemon/mcpd-bus.h"
#include "daemon/mcpd-discovery.h"
#include "daemon/mcpd-expiry-timer.h"
#include "daemon/mcpd-file-report.h"
#include "daemon/mcpd-idle-exit.h"
#include "daemon/mcpd-notifier.h"
#include "daemon/mcpd-owner-key.h"
#include "daemon/mcpd-page-opener.h"
#include "daemon/mcpd-portal.h"
#include "daemon/mcpd-provider-files.h"
#include "daemon/mcpd-servers-file.h"
#include "daemon/mcpd-settings.h"
#include "daemon/mcpd-state.h"
#include "daemon/mcpd-supervisor.h"
#include "daemon/mcpd-trusted-file.h"
#include "daemon/mcpd-watched-file.h"
#include "dbus/mcp-dbus-service.h"
#include "gateway/api/mcp-gateway-consent.h"
#include "gateway/api/mcp-gateway-dump.h"
#include "gateway/api/mcp-gateway.h"
#include "http/request/mcp-http-daemon.h"
#include "http/server/mcp-http-server.h"
#include "session/store/mcp-session-store.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* All of a stop takes less than the 5 s that a supervisor or --replace counts on. */
#define STOP_TIMEOUT_MS  4000
/* That end in one turn of the main context. */
#define SESSIONS_AT_ONCE 50

struct _McpdApplication
{
  GObject parent_instance;

  int port;                   /* -1: as the settings say */
  McpdActivation *activation; /* (unowned): until it has started */
  char *keeper_path;
  char *cgroup; /* (nullable) */
  char *socket_path;
  char *discovery_path;
  char *owner_key_path;
  char *state_home;
  char *cache_dir;
  char *config_dir;
  char *owner_key;

  McpdInotify *inotify; /* (owned) */
  McpdSettings settings;
  McpdWatchedFile *settings_file;
  McpdFileReport settings_report;
  McpdServersFile *servers_file;
  McpdProviderFiles *provider_files;

  McpSessionStore *store;
  McpdState *state;
  McpdExpiryTimer *expiry;
  McpGateway *gateway;
  McpHttpServer *http;
  McpDbusService *service;
  char *url;              /* (nullable): of the MCP endpoint over TCP */
  gboolean has_socket;    /* the Unix socket is listened on */
  gboolean may_idle_exit; /* somebody else's listeners start the daemon again, whoever comes */
  gboolean is_activated;  /* listeners stay when we go: the discovery file, too */
  McpdBus *bus;
  McpdNotifier *notifier;
  McpdPortal *portal; /* (nullable): while there is a bus */
  McpdSupervisor *supervisor;
  McpdActivity *activity;
  McpdIdleExit *idle_exit;
  GMainLoop *loop; /* (owned): until the daemon has stopped */

  guint sigterm_id;
  guint sigint_id;
  guint sighup_id;
  guint sigusr1_id;
  guint stop_timeout_id;
  GSource *closing; /* (owned) (nullable): while sessions are closed */
  gboolean stopping;
};

G_DEFINE_FINAL_TYPE (McpdApplication, mcpd_application, G_TYPE_OBJECT)

/* Settings. */

static void
apply_settings (McpdApplication *self)
{
  const McpdSettings *settings = &self->settings;

  mcp_session_store_set_limits (self->store, &settings->limits);
  mcp_session_store_set_idle_seconds (self->store, settings->idle_seconds);
  mcp_call_history_set_limits (mcpd_state_get_history (self->state), settings->history_days,
                               settings->history_calls);
  mcp_gateway_set_limits (self->gateway, &settings->limits);
  mcp_gateway_set_call_timeout (self->gateway, settings->timeout_seconds * 1000);
  mcp_gateway_set_list_patience (self->gateway, settings->list_seconds * 1000);
  mcp_gateway_consent_set (self->gateway, settings->consent_seconds, settings->ask_destructive);
  mcp_gateway_set_max_name (self->gateway, settings->max_name);
  mcp_gateway_set_path (self->gateway, settings->servers_path);
  mcp_gateway_set_client_document (self->gateway, settings->client_document);
  mcp_http_server_set_limits (self->http, &settings->limits);
  mcp_http_server_set_require_key (self->http, settings->require_key);
  mcp_http_server_set_direct (self->http, settings->direct);
  if (self->service != NULL)
    mcp_dbus_service_set_limits (self->service, &settings->limits);
  if (self->notifier != NULL)
    mcpd_notifier_set (self->notifier, &settings->notifications);
  mcpd_idle_exit_set (self->idle_exit, self->may_idle_exit ? settings->idle_exit_seconds : 0);
}

/* Takes what was read. @kept: what holds where the file cannot be used, for people */
static void
take_settings (McpdApplication *self, GBytes *contents, const GError *error, const char *kept)
{
  McpdFileReport *report = &self->settings_report;
  McpdSettings settings = self->settings;
  gsize length = 0;
  const char *text = contents != NULL ? g_bytes_get_data (contents, &length) : NULL;

  mcpd_file_report_begin (report, contents != NULL || error != NULL);
  if (error != NULL)
    g_ptr_array_add (report->problems,
                     mcpd_problem_new (0, g_strdup_printf ("%s; %s", error->message, kept)));
  else if (text == NULL)
    mcpd_settings_init_defaults (&settings);
  else
    mcpd_settings_parse (&settings, &self->settings, text, length,
                         mcpd_watched_file_get_path (self->settings_file), report->problems);
  mcpd_file_report_log (report);

  self->settings = settings;
}

static void
settings_changed_cb (McpdWatchedFile *file, GBytes *contents, GError *error, gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);
  guint old_port = self->settings.port;

  take_settings (self, contents, error, _ ("the settings stay as they are"));
  if (error != NULL)
    return;

  apply_settings (self);
  g_message (_ ("%s was read again"), mcpd_watched_file_get_path (file));
  if (self->settings.port != old_port)
    g_message (_ ("The new port %u takes effect at the next start"), self->settings.port);
}

static void
load_settings (McpdApplication *self)
{
  g_autofree char *path = g_build_filename (self->config_dir, MCP_SETTINGS_FILE, NULL);
  g_autoptr (GError) watch_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = NULL;

  self->settings_file = mcpd_watched_file_new (self->inotify, path);
  g_signal_connect (self->settings_file, "changed", G_CALLBACK (settings_changed_cb), self);
  self->settings_report.is_watched = mcpd_watched_file_watch (self->settings_file, &watch_error);
  if (!self->settings_report.is_watched)
    g_warning (_ ("Changes of %s take effect at the next start only: %s"), path,
               watch_error->message);

  contents = mcpd_trusted_file_read (path, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&error);
  take_settings (self, contents, error, _ ("the defaults are used"));
}

/* What routes ask of the daemon. */

static void
append_text (GString *json, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (json, ",\"%s\":", key);
  mcp_json_append_string (json, text);
}

static char *
build_settings (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);
  g_autoptr (GString) json = g_string_new ("\"settings\":");

  mcpd_settings_append_json (&self->settings, json);
  g_string_append (json, ",\"files\":[");
  mcpd_file_report_append_json (&self->settings_report,
                                mcpd_watched_file_get_path (self->settings_file), json);
  g_string_append_c (json, ',');
  mcpd_servers_file_append_json (self->servers_file, json);
  g_string_append (json, "],\"database\":");
  mcpd_state_append_json (self->state, json);
  append_text (json, "url", self->url);
  append_text (json, "socket", self->has_socket ? self->socket_path : NULL);
  append_text (json, "cgroup", self->cgroup);
  append_text (json, "path", g_getenv ("PATH"));
  g_string_append_printf (json, ",\"bus\":%s",
                          mcpd_bus_get_application (self->bus) != NULL ? "true" : "false");
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static void
set_server_disabled_async (const char *name,
                           gboolean disabled,
                           GAsyncReadyCallback callback,
                           gpointer callback_data,
                           gpointer user_data)
{
  mcpd_servers_file_set_disabled_async (MCPD_APPLICATION (user_data)->servers_file, name, disabled,
                                        callback, callback_data);
}

static const McpHttpDaemonFuncs daemon_funcs = {
  .set_server_disabled_async = set_server_disabled_async,
  .set_server_disabled_finish = mcpd_servers_file_set_disabled_finish,
  .build_settings = build_settings,
};

/* HTTP. */

static gboolean
listen_tcp (McpdApplication *self, GError **error)
{
  guint16 wanted = (guint16) (self->port >= 0 ? (guint) self->port : self->settings.port);
  guint16 port = mcp_http_server_listen_tcp (self->http, wanted, error);

  if (port == 0 && wanted != 0 && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_clear_error (error);
      port = mcp_http_server_listen_tcp (self->http, 0, error);
      if (port != 0)
        g_message (_ ("Port %u is taken by another program, so it is %u this time"), wanted, port);
    }
  if (port == 0)
    return FALSE;

  self->url = g_strdup_printf ("http://127.0.0.1:%u/mcp", port);
  return TRUE;
}

/* Uses what was handed over, whatever its kind. */
static void
adopt_socket (McpdApplication *self, guint index)
{
  McpdActivation *activation = self->activation;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  if (!mcp_http_server_listen_fd (self->http, activation->fds[index], &port, &path, &error))
    {
      g_warning (_ ("The socket “%s” that was handed over is not used: %s"),
                 activation->names[index], error->message);
      return;
    }

  activation->fds[index] = -1;
  self->is_activated = TRUE;
  if (port != 0 && self->url == NULL)
    self->url = g_strdup_printf ("http://127.0.0.1:%u/mcp", port);
  if (path != NULL)
    {
      self->has_socket = TRUE;
      g_free (self->socket_path);
      self->socket_path = g_steal_pointer (&path);
    }
}

/* One of the two kinds of listeners is enough to be of use. */
static gboolean
start_listening (McpdApplication *self, GError **error)
{
  g_autoptr (GError) unix_error = NULL;
  g_autoptr (GError) tcp_error = NULL;

  for (guint i = 0; i < self->activation->n_fds; i++)
    adopt_socket (self, i);
  self->may_idle_exit = self->has_socket && self->url != NULL;
  if (self->activation->n_missing > 0)
    g_warning (_ ("%u more sockets were to be handed over, and were not"),
               self->activation->n_missing);

  if (!self->has_socket)
    self->has_socket = mcp_http_server_listen_unix (self->http, self->socket_path, &unix_error);
  if (self->url == NULL && !listen_tcp (self, &tcp_error) && !self->has_socket)
    {
      g_propagate_error (error, g_steal_pointer (&tcp_error));
      return FALSE;
    }

  if (unix_error != NULL)
    g_warning (_ ("No Unix socket, HTTP is served over TCP only: %s"), unix_error->message);
  if (tcp_error != NULL)
    g_warning (_ ("No TCP port, HTTP is served over the Unix socket only: %s"), tcp_error->message);
  return TRUE;
}

static gboolean
write_discovery (McpdApplication *self, GError **error)
{
  g_autofree char *started_at = mcp_time_format (mcp_http_server_get_started_at (self->http));
  McpdDiscovery discovery = {
    .url = self->url,
    .pid = getpid (),
    .started_at = started_at,
    .socket_path = self->has_socket ? self->socket_path : NULL,
    .owner_key = self->owner_key,
  };

  return mcpd_discovery_write (&discovery, self->discovery_path, error);
}

/* Somebody else's listeners start the daemon again: who reads the file finds them. */
static void
remove_discovery (McpdApplication *self)
{
  if (!self->is_activated)
    g_unlink (self->discovery_path);
}

/* Stopping. */

static void
finish_stop (McpdApplication *self)
{
  g_clear_handle_id (&self->stop_timeout_id, g_source_remove);
  mcp_timer_clear (&self->closing);
  mcp_http_server_close (self->http);
  g_main_loop_quit (self->loop);
}

static void
bus_flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdApplication) self = MCPD_APPLICATION (user_data);

  mcpd_bus_flush_finish (MCPD_BUS (source), result);
  finish_stop (self);
}

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdApplication) self = MCPD_APPLICATION (user_data);

  mcpd_state_flush_finish (MCPD_STATE (source), result, NULL);
  mcpd_bus_flush_async (self->bus, bus_flushed_cb, g_object_ref (self));
}

static void
gateway_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdApplication) self = MCPD_APPLICATION (user_data);
  g_autoptr (GError) error = NULL;

  if (!mcp_gateway_close_finish (MCP_GATEWAY (source), result, &error))
    g_warning (_ ("Upstream servers did not end cleanly: %s"), error->message);
  /* after the last call has said its end */
  if (self->state != NULL)
    mcpd_state_flush_async (self->state, flushed_cb, g_object_ref (self));
}

static gboolean
stop_timeout_cb (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  self->stop_timeout_id = 0;
  g_warning (_ ("Upstream servers took too long to end and are left to their keepers"));
  finish_stop (self);
  return G_SOURCE_REMOVE;
}

/* Each session takes some signals on the bus and the last event of its streams: a few at a time. */
static gboolean
close_cb (gpointer user_data)
{
  McpdApplication *self = user_data;

  if (mcp_session_store_close_some (self->store, MCP_REASON_SHUTDOWN, SESSIONS_AT_ONCE) > 0)
    return G_SOURCE_CONTINUE;
  mcp_timer_clear (&self->closing);
  mcp_gateway_close_async (self->gateway, gateway_closed_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static gboolean
signal_cb (gpointer user_data)
{
  mcpd_application_stop (MCPD_APPLICATION (user_data));
  return G_SOURCE_CONTINUE;
}

/**
 * mcpd_application_stop:
 * @self: a started application
 *
 * Begins to end: no new connections, streams get their last event, upstream
 * processes end, and mcpd_application_run() returns within 5 s. A second call ends
 * at once.
 */
void
mcpd_application_stop (McpdApplication *self)
{
  g_return_if_fail (MCPD_IS_APPLICATION (self));
  g_return_if_fail (self->http != NULL);

  if (self->stopping)
    {
      finish_stop (self);
      return;
    }
  self->stopping = TRUE;
  mcpd_supervisor_tell (self->supervisor, "STOPPING=1");
  g_message (_ ("Stopping"));

  mcp_http_server_stop (self->http);
  remove_discovery (self);
  self->stop_timeout_id = g_timeout_add (STOP_TIMEOUT_MS, stop_timeout_cb, self);
  self->closing = mcp_timer_new_idle ("session-shutdown", G_PRIORITY_DEFAULT, close_cb, self);
}

/* Seeing inside. */

static void
dumped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = mcp_gateway_dump_finish (MCP_GATEWAY (source), result, &error);
  gsize length;
  const char *text;

  if (json == NULL)
    {
      g_message (_ ("The state cannot be told: %s"), error->message);
      return;
    }
  text = g_bytes_get_data (json, &length);
  g_message (_ ("State: %.*s"), (int) length, text);
}

static gboolean
dump_signal_cb (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  mcp_gateway_dump_async (self->gateway, dumped_cb, NULL);
  return G_SOURCE_CONTINUE;
}

/* Ending when nobody needs the daemon. */

static gboolean
is_busy_cb (gpointer user_data)
{
  return mcpd_activity_look (MCPD_APPLICATION (user_data)->activity);
}

static void
is_over_cb (gpointer user_data)
{
  g_message (_ ("Nobody needs the daemon; whoever comes starts it again"));
  mcpd_application_stop (MCPD_APPLICATION (user_data));
}

static const McpdIdleExitFuncs idle_exit_funcs = {
  .is_busy = is_busy_cb,
  .is_over = is_over_cb,
};

/* The bus. */

static void
exported_cb (gboolean is_exported, gpointer user_data)
{
  mcpd_bus_prepared (MCPD_APPLICATION (user_data)->bus);
}

static gboolean
joining_cb (GDBusConnection *connection, gpointer user_data, GError **error)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  return mcp_dbus_service_export_by_steps (self->service, connection, exported_cb, self, error);
}

static gboolean
joined_cb (GDBusConnection *connection, gpointer user_data, GError **error)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  if (!mcp_dbus_service_is_exported_on (self->service, connection) &&
      !mcp_dbus_service_export (self->service, connection, error))
    return FALSE;
  mcp_gateway_set_bus (self->gateway, connection);
  return TRUE;
}

static void
left_cb (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  mcpd_notifier_left (self->notifier);
  g_clear_pointer (&self->portal, mcpd_portal_free);
  mcp_gateway_set_bus (self->gateway, NULL);
  mcp_dbus_service_unexport (self->service);
}

static GDBusConnection *
get_connection (McpdApplication *self)
{
  GApplication *application = self->bus != NULL ? mcpd_bus_get_application (self->bus) : NULL;

  return application != NULL ? g_application_get_dbus_connection (application) : NULL;
}

static void
page_opened_cb (const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_message (_ ("The browser cannot be started; “mcp-session dashboard” opens the page: %s"),
               error->message);
}

static void
activated_cb (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *url = mcp_http_server_issue_page (self->http, &error);

  if (url == NULL)
    g_message (_ ("The page cannot be opened: %s"), error->message);
  else
    mcpd_page_opener_open (get_connection (self), NULL, url, page_opened_cb, NULL);
}

/* For the gateway: a login. */
static void
open_cb (const char *address, McpPageOpenedFunc done, gpointer done_data, gpointer user_data)
{
  McpdApplication *self = user_data;

  mcpd_page_opener_open (get_connection (self), self->settings.opener, address, done, done_data);
}

static void
answered_cb (const char *secret, gpointer user_data)
{
  mcpd_notifier_answered (MCPD_APPLICATION (user_data)->notifier, secret);
}

static void
login_begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_opened;
  guint seconds_left;
  g_autofree char *user_code = NULL;
  g_autofree char *url = mcp_gateway_login_finish (MCP_GATEWAY (source), result, &seconds_left,
                                                   &user_code, &is_opened, &error);

  if (url == NULL)
    g_message (_ ("The login cannot begin: %s"), error->message);
  else if (!is_opened)
    g_message (_ ("No browser was opened for the login; “mcp-session server login” shows its "
                  "address"));
}

static void
login_cb (const char *server, gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);

  mcp_gateway_login_async (self->gateway, server, MCP_LOGIN_WAY_BROWSER, login_begun_cb,
                           g_object_ref (self));
}

static void
ready_cb (gpointer user_data)
{
  McpdApplication *self = MCPD_APPLICATION (user_data);
  GApplication *application = mcpd_bus_get_application (self->bus);

  mcpd_notifier_joined (self->notifier);
  if (application != NULL)
    self->portal = mcpd_portal_new (g_application_get_dbus_connection (application));
}

static const McpdDesktopFuncs desktop_funcs = {
  .joining = joining_cb,
  .joined = joined_cb,
  .left = left_cb,
  .activated = activated_cb,
  .answered = answered_cb,
  .login = login_cb,
  .ready = ready_cb,
};

static void
mcpd_application_dispose (GObject *object)
{
  McpdApplication *self = MCPD_APPLICATION (object);

  g_clear_handle_id (&self->sigterm_id, g_source_remove);
  g_clear_handle_id (&self->sigint_id, g_source_remove);
  g_clear_handle_id (&self->sighup_id, g_source_remove);
  g_clear_handle_id (&self->sigusr1_id, g_source_remove);
  g_clear_handle_id (&self->stop_timeout_id, g_source_remove);
  mcp_timer_clear (&self->closing);
  if (self->bus != NULL)
    mcpd_bus_leave (self->bus);
  g_clear_object (&self->notifier);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->idle_exit, mcpd_idle_exit_free);
  g_clear_pointer (&self->activity, mcpd_activity_free);
  if (self->settings_file != NULL)
    g_signal_handlers_disconnect_by_data (self->settings_file, self);
  g_clear_object (&self->settings_file);
  g_clear_object (&self->servers_file);
  g_clear_object (&self->provider_files);
  g_clear_object (&self->service);
  g_clear_object (&self->expiry);
  g_clear_object (&self->http);
  g_clear_object (&self->gateway);
  g_clear_object (&self->store);
  g_clear_object (&self->state);

  G_OBJECT_CLASS (mcpd_application_parent_class)->dispose (object);
}

static void
mcpd_application_finalize (GObject *object)
{
  McpdApplication *self = MCPD_APPLICATION (object);

  mcpd_file_report_clear (&self->settings_report);
  g_main_loop_unref (self->loop);
  mcpd_inotify_unref (self->inotify);
  mcpd_supervisor_free (self->supervisor);
  g_free (self->keeper_path);
  g_free (self->cgroup);
  g_free (self->socket_path);
  g_free (self->discovery_path);
  g_free (self->owner_key_path);
  g_free (self->state_home);
  g_free (self->cache_dir);
  g_free (self->config_dir);
  g_free (self->owner_key);
  g_free (self->url);

  G_OBJECT_CLASS (mcpd_application_parent_class)->finalize (object);
}

static void
mcpd_application_class_init (McpdApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcpd_application_dispose;
  object_class->finalize = mcpd_application_finalize;
}

static void
mcpd_application_init (McpdApplication *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  self->inotify = mcpd_inotify_new ();
  self->supervisor = mcpd_supervisor_new ();
  self->idle_exit = mcpd_idle_exit_new (&idle_exit_funcs, self);
  mcpd_settings_init_defaults (&self->settings);
  mcpd_file_report_init (&self->settings_report);
}

/**
 * mcpd_application_new:
 * @options: what it is to be
 *
 * Returns: (transfer full): an application that has done nothing yet
 */
McpdApplication *
mcpd_application_new (const McpdOptions *options)
{
  McpdApplication *self;

  g_return_val_if_fail (options != NULL, NULL);

  self = g_object_new (MCPD_TYPE_APPLICATION, NULL);
  self->port = options->port;
  self->activation = options->activation;
  self->keeper_path = g_strdup (options->keeper_path);
  self->cgroup = g_strdup (options->cgroup);
  self->state_home = g_strdup (options->state_home);
  self->cache_dir =
      g_build_filename (options->cache_home, MCP_DIRECTORY, MCP_CATALOGUE_DIRECTORY, NULL);
  self->config_dir = g_strdup (options->config_dir);
  self->socket_path = g_build_filename (options->runtime_dir, MCP_SOCKET_FILE, NULL);
  self->discovery_path = g_build_filename (options->runtime_dir, MCP_DISCOVERY_FILE, NULL);
  self->owner_key_path = g_build_filename (options->runtime_dir, MCPD_OWNER_KEY_FILE, NULL);
  return self;
}

static void
load_tool_prints (McpdApplication *self)
{
  g_autofree char *path = mcpd_state_build_path (self->state, MCP_TOOLS_FILE);
  g_autoptr (GError) error = NULL;

  if (path != NULL && !mcp_gateway_load_tool_prints (self->gateway, path, &error))
    g_message ("%s cannot be read; the tools of pinned servers are to be accepted again: %s", path,
               error->message);
}

static void
set_secrets (McpdApplication *self)
{
  g_autofree char *directory = g_build_filename (self->state_home, MCP_DIRECTORY, NULL);

  mcp_gateway_set_secrets (self->gateway, directory);
}

static void
start_provider_files (McpdApplication *self)
{
  g_auto (GStrv) directories = mcpd_provider_files_dup_directories ();

  self->provider_files =
      mcpd_provider_files_new (self->inotify, (const char *const *) directories, self->gateway);
  mcpd_provider_files_start (self->provider_files);
}

/**
 * mcpd_application_start:
 * @self: a new application, whose runtime directory is locked
 * @error: return location
 *
 * Reads the settings, makes the rooms, binds the listeners and writes the
 * discovery file. Blocks on files: before the main loop only.
 *
 * Returns: whether HTTP is served once the main loop runs
 */
gboolean
mcpd_application_start (McpdApplication *self, GError **error)
{
  g_autofree char *servers_path = NULL;

  g_return_val_if_fail (MCPD_IS_APPLICATION (self), FALSE);
  g_return_val_if_fail (self->store == NULL, FALSE);

  /* Watching a file needs its directory. */
  if (g_mkdir_with_parents (self->config_dir, 0700) < 0)
    g_debug ("%s cannot be made", self->config_dir);
  load_settings (self);

  self->owner_key = mcpd_owner_key_load (self->owner_key_path, error);
  if (self->owner_key == NULL)
    return FALSE;

  self->store = mcp_session_store_new (&self->settings.limits);
  self->expiry = mcpd_expiry_timer_new (self->store);
  self->state = mcpd_state_open (self->store, self->state_home);
  self->gateway = mcp_gateway_new (self->store, &self->settings.limits, self->keeper_path);
  mcp_gateway_set_cgroup (self->gateway, self->cgroup);
  mcp_gateway_set_opener (self->gateway, open_cb, self);
  set_secrets (self);
  mcp_gateway_set_cache (self->gateway, self->cache_dir);
  mcp_gateway_set_history (self->gateway, mcpd_state_get_history (self->state));
  mcp_gateway_set_attachment_keep (self->gateway, mcpd_state_get_attachments (self->state));
  mcp_gateway_set_grant_keep (self->gateway, mcpd_state_get_grants (self->state));
  load_tool_prints (self);
  self->http =
      mcp_http_server_new (self->store, self->gateway, &self->settings.limits, self->owner_key);
  mcp_http_server_set_daemon (self->http, &daemon_funcs, self);
  apply_settings (self);

  servers_path = g_build_filename (self->config_dir, MCP_SERVERS_FILE, NULL);
  self->servers_file = mcpd_servers_file_new (self->inotify, servers_path, self->gateway);
  mcpd_servers_file_start (self->servers_file);
  start_provider_files (self);

  if (!start_listening (self, error) || !write_discovery (self, error))
    return FALSE;
  self->activity = mcpd_activity_new (self->gateway, self->http);
  if (self->may_idle_exit)
    mcpd_idle_exit_set (self->idle_exit, self->settings.idle_exit_seconds);
  if (self->url != NULL)
    g_message (_ ("Listening on %s"), self->url);
  if (self->has_socket)
    g_message (_ ("Listening on %s"), self->socket_path);

  self->sigterm_id = g_unix_signal_add (SIGTERM, signal_cb, self);
  self->sigint_id = g_unix_signal_add (SIGINT, signal_cb, self);
  /* The end of the terminal that the daemon was started from. */
  self->sighup_id = g_unix_signal_add (SIGHUP, signal_cb, self);
  self->sigusr1_id = g_unix_signal_add (SIGUSR1, dump_signal_cb, self);
  return TRUE;
}

/**
 * mcpd_application_join_bus:
 * @self: a started application
 * @error: return location
 *
 * Publishes everything on the session bus, then asks for the name. Without a
 * session bus the daemon serves HTTP only, which is no error.
 *
 * Returns: %FALSE if there is a bus, but the name is not to be had
 */
gboolean
mcpd_application_join_bus (McpdApplication *self, GError **error)
{
  g_return_val_if_fail (MCPD_IS_APPLICATION (self), FALSE);
  g_return_val_if_fail (self->store != NULL, FALSE);

  self->service = mcp_dbus_service_new (self->store, self->gateway);
  mcp_dbus_service_set_limits (self->service, &self->settings.limits);
  mcp_dbus_service_set_addresses (self->service, self->url != NULL ? self->url : "",
                                  self->has_socket ? self->socket_path : "");
  self->bus = mcpd_bus_new (self->inotify, &desktop_funcs, self);
  self->notifier = mcpd_notifier_new (self->gateway, self->bus);
  mcpd_notifier_set (self->notifier, &self->settings.notifications);
  if (!mcpd_bus_join (self->bus, error))
    {
      g_prefix_error (
          error, _ ("The name %s is not to be had on the session bus; is it another daemon’s? "),
          MCP_BUS_NAME);
      mcp_http_server_close (self->http);
      remove_discovery (self);
      return FALSE;
    }

  return TRUE;
}

/**
 * mcpd_application_run:
 * @self: a started application
 *
 * Serves until mcpd_application_stop() has ended all work.
 */
void
mcpd_application_run (McpdApplication *self)
{
  g_return_if_fail (MCPD_IS_APPLICATION (self));

  mcpd_supervisor_tell (self->supervisor, "READY=1");
  g_main_loop_run (self->loop);
  mcpd_bus_leave (self->bus);
}

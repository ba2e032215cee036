/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One process for each run of the server:
 *
 *   open()           a process is spawned below its keeper
 *   established()    `notifications/initialized` is sent, and the server is ready
 *   exited_cb()      STARTING with status 127: the login shell is asked for its PATH, then once
 * more STARTING after server/discover alone: spawned once more, asked `initialize` STARTING, READY:
 * the run has failed CLOSING: the run has ended as was asked for drop()           the process is
 * left to its keeper, which ends it
 *
 * The process object belongs to the provider and calls nothing after drop().
 */
#include "upstream/stdio/mcp-stdio-provider.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-server-intake-inner.h"
#include "upstream/stdio/mcp-shell-path.h"
#include "upstream/stdio/mcp-stdio-launch.h"
#include "upstream/stdio/mcp-stdio-process.h"

#include <string.h>

/* npx and uvx download a server's packages at its first run. */
#define DEFAULT_START_MS        300000
/* A server that is up answers at once, even what it does not understand. */
#define DEFAULT_PROBE_MS        5000
#define DEFAULT_PROBE_SPOKEN_MS 2000
#define DEFAULT_STOP_GRACE_MS   2000
#define DEFAULT_KILL_GRACE_MS   2000
#define DEFAULT_BACKOFF_MIN_MS  500
#define DEFAULT_BACKOFF_MAX_MS  30000

struct _McpStdioProvider
{
  McpServerLink parent_instance;

  char *keeper_path;
  char *cgroup;             /* (nullable): where to make control groups */
  McpStdioProcess *process; /* (owned) (nullable): none when stopped, or while the shell is asked */
  char *path;               /* (nullable): PATH of its processes, in place of the daemon's */
  gboolean has_asked_shell;
  char *missing;        /* (nullable): how a command that is not found has failed */
  GCancellable *asking; /* (owned) (nullable): while the shell is asked for its PATH */
  GSource *stop_timer;  /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (McpStdioProvider, mcp_stdio_provider, MCP_TYPE_SERVER_LINK)

/* What goes to the server */

static gboolean
mcp_stdio_provider_send_request (McpServerLink *link,
                                 gint64 id,
                                 const McpProviderRequest *request,
                                 GError **error)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (link);
  g_autoptr (GBytes) message = mcp_server_link_build_request (link, id, request);

  if (mcp_stdio_process_send (self->process, message))
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
               "Server “%s” does not read what it is sent: %d MiB are waiting",
               mcp_server_link_get_setup (link)->config->name, MCP_STDIO_PROCESS_MAX_QUEUED_MIB);
  return FALSE;
}

static void
mcp_stdio_provider_send (McpServerLink *link, GBytes *message)
{
  if (MCP_STDIO_PROVIDER (link)->process == NULL)
    return;
  if (!mcp_stdio_process_send (MCP_STDIO_PROVIDER (link)->process, message))
    mcp_server_link_count_stray (link, "does not read what it is sent");
}

static void
mcp_stdio_provider_send_own (McpServerLink *link, gint64 id, const char *method, GBytes *message)
{
  mcp_stdio_provider_send (link, message);
}

static void
mcp_stdio_provider_withdraw (McpServerLink *link, gint64 id, const char *reason)
{
  g_autoptr (GBytes) message = mcp_provider_messages_build_cancelled (id, reason);

  mcp_stdio_provider_send (link, message);
}

static void
mcp_stdio_provider_established (McpServerLink *link, gint64 id)
{
  g_autoptr (GBytes) message = NULL;

  if (!mcp_server_link_is_stateless (link))
    {
      message = mcp_provider_messages_build_initialized ();
      mcp_stdio_provider_send (link, message);
    }
  mcp_server_link_take_ready (link);
}

/* What comes from the process. Each function holds a reference: it runs foreign code. */

/* The server is up; that it stays silent from now on says more. */
static void
spoke_cb (gpointer user_data)
{
  McpServerLink *link = user_data;

  mcp_handshake_expect_answer_in (mcp_server_link_get_handshake (link),
                                  mcp_server_link_get_setup (link)->times.probe_spoken_ms);
}

static void
line_cb (const char *text, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_link_tell (link, text);
}

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_intake_take_message (link, 0, message);
}

static void
malformed_cb (const char *id, const GError *error, gpointer user_data)
{
  g_autoptr (McpServerLink) link = g_object_ref (user_data);

  mcp_server_intake_take_malformed (link, id, error);
}

static void exited_cb (const char *how, gpointer user_data);

static McpStdioProcess *
spawn (McpStdioProvider *self, GError **error)
{
  static const McpStdioProcessFuncs funcs = { spoke_cb, line_cb, message_cb, malformed_cb,
                                              exited_cb };
  const McpServerLinkSetup *setup = mcp_server_link_get_setup (MCP_SERVER_LINK (self));
  g_auto (McpStdioLaunch) launch = { 0 };
  McpStdioProcessOptions options;

  if (!mcp_stdio_launch_prepare (&launch, setup, self->path, error))
    return NULL;
  options = (McpStdioProcessOptions){
    .server = setup->config->name,
    .keeper_path = self->keeper_path,
    .cgroup = self->cgroup,
    .argv = (const char *const *) launch.plan.argv->pdata,
    .environment = (const char *const *) launch.environment,
    .cwd = launch.cwd,
    .max_message_bytes = setup->limits.upstream_message_bytes,
    .max_log_lines_per_second = setup->limits.stderr_lines_per_second,
    .stop_grace_ms = setup->times.stop_grace_ms,
    .kill_grace_ms = setup->times.kill_grace_ms,
  };
  return mcp_stdio_process_new (&options, &funcs, self, error);
}

/* Begins the handshake with a process that takes the place of another one. */
static void
begin_handshake (McpStdioProvider *self)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  McpHandshake *handshake = mcp_server_link_get_handshake (link);
  const McpServerTimes *times = &mcp_server_link_get_setup (link)->times;

  mcp_handshake_begin (handshake, times->start_ms, times->probe_ms);
  mcp_handshake_ask (handshake);
}

/* A server that dies of `server/discover` is asked `initialize` instead, once. Returns: whether it
   was started again */
static gboolean
start_without_probe (McpStdioProvider *self, const char *how)
{
  McpServerLink *link = MCP_SERVER_LINK (self);
  McpHandshake *handshake = mcp_server_link_get_handshake (link);
  McpServerFacts *facts = mcp_server_link_get_facts (link);
  g_autofree char *text =
      g_strdup_printf ("%s after server/discover, is started again without", how);

  if (handshake->discover_id == 0 || facts->lifecycle != MCP_LIFECYCLE_UNKNOWN)
    return FALSE;
  g_clear_object (&self->process);
  self->process = spawn (self, NULL);
  if (self->process == NULL)
    return FALSE;
  mcp_server_link_log (link, text);
  facts->lifecycle = MCP_LIFECYCLE_HANDSHAKE;
  begin_handshake (self);
  return TRUE;
}

static void
shell_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (McpStdioProvider) self = g_weak_ref_get (weak);
  McpServerLink *link = (McpServerLink *) self;
  g_autofree char *path = mcp_shell_path_ask_finish (result, NULL);
  gboolean was_given_up = self == NULL || self->asking == NULL;

  g_weak_ref_clear (weak);
  g_free (weak);
  if (self != NULL)
    g_clear_object (&self->asking);
  if (was_given_up || mcp_server_link_get_state (link) != MCP_PROVIDER_STARTING)
    return;
  if (path != NULL && g_strcmp0 (path, g_getenv ("PATH")) != 0)
    {
      mcp_server_link_log (link, "is looked for in the PATH of the login shell");
      self->path = g_steal_pointer (&path);
      self->process = spawn (self, NULL);
    }
  if (self->process != NULL)
    begin_handshake (self);
  else
    mcp_server_link_fail (link, self->missing);
}

/* Whether its command may be one that the daemon's PATH does not have: the status says so, and the
   entry names no PATH and no place. */
static gboolean
may_be_elsewhere (McpStdioProvider *self, const char *how)
{
  McpServerConfig *config = mcp_server_link_get_setup (MCP_SERVER_LINK (self))->config;

  return g_str_has_suffix (how, "status 127") && !self->has_asked_shell && self->path == NULL &&
         strchr (config->command, '/') == NULL && g_environ_getenv (config->env, "PATH") == NULL;
}

/* Returns: whether the login shell is asked first */
static gboolean
ask_shell (McpStdioProvider *self, const char *how)
{
  g_autofree char *reason = NULL;
  GWeakRef *weak;

  if (!may_be_elsewhere (self, how))
    return FALSE;
  reason = mcp_stdio_process_dup_reason (self->process);
  g_free (self->missing);
  self->missing = g_strdup_printf ("%s: %s (in the PATH of the login shell neither)", how,
                                   reason != NULL ? reason : "not found");
  self->has_asked_shell = TRUE;
  mcp_handshake_stop (mcp_server_link_get_handshake (MCP_SERVER_LINK (self)));
  g_clear_object (&self->process);
  self->asking = g_cancellable_new ();
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  mcp_shell_path_ask_async (self->asking, shell_answered_cb, weak);
  return TRUE;
}

/* Status 127 is that of a program that is not there: says where the program was looked for. */
static void
fail_start (McpStdioProvider *self, const char *how)
{
  gboolean is_missing = self->path != NULL && g_str_has_suffix (how, "status 127");
  g_autofree char *text =
      g_strdup_printf ("%s%s", how, is_missing ? " (with the PATH of the login shell)" : "");

  mcp_server_link_fail (MCP_SERVER_LINK (self), text);
}

static void
exited_cb (const char *how, gpointer user_data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (user_data);
  McpServerLink *link = MCP_SERVER_LINK (self);

  switch (mcp_server_link_get_state (link))
    {
    case MCP_PROVIDER_STARTING:
      if (!ask_shell (self, how) && !start_without_probe (self, how))
        fail_start (self, how);
      break;
    case MCP_PROVIDER_READY:
      mcp_server_link_fail (link, how);
      break;
    case MCP_PROVIDER_CLOSING:
      g_clear_object (&self->process);
      mcp_server_link_take_stopped (link);
      break;
    case MCP_PROVIDER_STOPPED:
      break;
    }
}

static gboolean
mcp_stdio_provider_open (McpServerLink *link, GError **error)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (link);

  self->process = spawn (self, error);
  return self->process != NULL;
}

static void
give_up_shell (McpStdioProvider *self)
{
  mcp_timer_clear (&self->stop_timer);
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
}

static gboolean
stop_timer_cb (gpointer data)
{
  g_autoptr (McpServerLink) link = g_object_ref (data);

  mcp_server_link_take_stopped (link);
  return G_SOURCE_REMOVE;
}

static void
mcp_stdio_provider_stop (McpServerLink *link)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (link);

  give_up_shell (self);
  if (self->process != NULL)
    mcp_stdio_process_stop (self->process);
  else
    self->stop_timer = mcp_timer_new_ms ("server-stopped", 0, stop_timer_cb, self);
}

static void
mcp_stdio_provider_drop (McpServerLink *link)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (link);

  give_up_shell (self);
  g_clear_object (&self->process);
}

/* What it last said on standard error may say why it does not answer. */
static char *
mcp_stdio_provider_dup_reason (McpServerLink *link)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (link);

  return self->process != NULL ? mcp_stdio_process_dup_reason (self->process) : NULL;
}

static void
mcp_stdio_provider_finalize (GObject *object)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (object);

  g_free (self->keeper_path);
  g_free (self->cgroup);
  g_free (self->path);
  g_free (self->missing);

  G_OBJECT_CLASS (mcp_stdio_provider_parent_class)->finalize (object);
}

static void
mcp_stdio_provider_class_init (McpStdioProviderClass *klass)
{
  McpServerLinkClass *link_class = MCP_SERVER_LINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_stdio_provider_finalize;
  link_class->open = mcp_stdio_provider_open;
  link_class->send_request = mcp_stdio_provider_send_request;
  link_class->send_own = mcp_stdio_provider_send_own;
  link_class->send = mcp_stdio_provider_send;
  link_class->withdraw = mcp_stdio_provider_withdraw;
  link_class->established = mcp_stdio_provider_established;
  link_class->stop = mcp_stdio_provider_stop;
  link_class->drop = mcp_stdio_provider_drop;
  link_class->dup_reason = mcp_stdio_provider_dup_reason;
}

static void
mcp_stdio_provider_init (McpStdioProvider *self)
{
}

/**
 * mcp_stdio_provider_new:
 * @config: the server
 * @cwd: absolute; where its process starts, and its MCP root
 * @keeper_path: the program mcp-sessiond-keeper
 * @limits: how large a message of the server may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 *
 * A server that is started by its first request, in the thread-default main context
 * of then. Dropping the last reference ends it without waiting: the keeper sees to
 * it that nothing is left.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_stdio_provider_new (McpServerConfig *config,
                        const char *cwd,
                        const char *keeper_path,
                        const McpLimits *limits,
                        guint timeout_ms)
{
  const McpServerTimes times = {
    .start_ms = DEFAULT_START_MS,
    .probe_ms = DEFAULT_PROBE_MS,
    .probe_spoken_ms = DEFAULT_PROBE_SPOKEN_MS,
    .stop_grace_ms = DEFAULT_STOP_GRACE_MS,
    .kill_grace_ms = DEFAULT_KILL_GRACE_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };
  McpStdioProvider *self;

  g_return_val_if_fail (keeper_path != NULL, NULL);

  self = g_object_new (MCP_TYPE_STDIO_PROVIDER, NULL);
  self->keeper_path = g_strdup (keeper_path);
  mcp_server_link_construct (MCP_SERVER_LINK (self), config, cwd, limits, timeout_ms, &times);
  return MCP_PROVIDER (self);
}

/**
 * mcp_stdio_provider_set_cgroup:
 * @self: a provider that has not started anything
 * @cgroup: (nullable): directory of a control group that belongs to the daemon
 *
 * Each of its processes gets a control group of its own in there.
 */
void
mcp_stdio_provider_set_cgroup (McpStdioProvider *self, const char *cgroup)
{
  g_return_if_fail (MCP_IS_STDIO_PROVIDER (self));

  g_free (self->cgroup);
  self->cgroup = g_strdup (cgroup);
}

/**
 * mcp_stdio_provider_set_path:
 * @self: a provider that has not started anything
 * @path: (nullable): directories with colons in between
 *
 * Looks commands up there, and not in the daemon's PATH or in that of the login shell.
 */
void
mcp_stdio_provider_set_path (McpStdioProvider *self, const char *path)
{
  g_return_if_fail (MCP_IS_STDIO_PROVIDER (self));

  g_free (self->path);
  self->path = g_strdup (path);
}

/**
 * mcp_stdio_provider_get_pid:
 * @self: a provider
 *
 * Returns: the keeper's process number, under which all of the server is; 0 when none runs
 */
int
mcp_stdio_provider_get_pid (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), 0);
  return self->process != NULL ? mcp_stdio_process_get_pid (self->process) : 0;
}

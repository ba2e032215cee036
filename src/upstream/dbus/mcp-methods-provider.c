/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Chosen methods of a service on the bus. The service is asked what its object offers before it is
 * ready: so the types of the arguments are those of the service that runs.
 */
#include "upstream/dbus/mcp-methods-provider.h"

#include "common/mcp-error.h"
#include "mcp-bus-link-private.h"
#include "mcp-bus-method-private.h"
#include "upstream/config/mcp-bus-description.h"

#include <string.h>

#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

/* A result that is larger is written by a thread. */
#define MAX_INLINE_BYTES (64 * 1024)

#define DEFAULT_START_MS       30000
#define DEFAULT_BACKOFF_MIN_MS 250
#define DEFAULT_BACKOFF_MAX_MS 2000

/* Never used for a request. */
#define INTROSPECT_ID 0

#define MCP_TYPE_METHODS_PROVIDER (mcp_methods_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpMethodsProvider, mcp_methods_provider, MCP, METHODS_PROVIDER, McpBusLink)

/* The description of the service, while a thread reads it. */
typedef struct _Reading Reading;

struct _McpMethodsProvider
{
  McpBusLink parent_instance;

  GPtrArray *methods; /* (owned) (element-type McpBusMethod): while ready */
  GHashTable *called; /* (owned): gint64 *id -> GDBusMethodInfo: of calls without an answer */
  Reading *reading;   /* (unowned) (nullable): whose end makes the provider ready */
};

G_DEFINE_FINAL_TYPE (McpMethodsProvider, mcp_methods_provider, MCP_TYPE_BUS_LINK)

/* What the service offers. GDBus takes minutes for a description of 1 MiB that is nested deeply,
 * and a tenth of a second for a flat one: a thread reads it. */

struct _Reading
{
  McpMethodsProvider *provider; /* (owned): for the main context alone */
  McpServerConfig *config;      /* (owned): for the main context alone; keeps the address */
  const McpServerBus *address;
  GVariant *body; /* (owned) */

  GPtrArray *methods;  /* (owned) (element-type McpBusMethod) */
  GPtrArray *problems; /* (owned) (element-type utf8): why others are no tools */
  GError *error;       /* (owned) (nullable) */
};

static void
reading_free (Reading *self)
{
  g_object_unref (self->provider);
  mcp_server_config_unref (self->config);
  g_variant_unref (self->body);
  g_ptr_array_unref (self->methods);
  g_ptr_array_unref (self->problems);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void
add_method (Reading *self, GDBusNodeInfo *node, gsize index)
{
  const char *name = self->address->methods[index];
  g_autofree char *tool = mcp_server_bus_build_tool_name (self->address, index);
  g_autoptr (GError) error = NULL;
  McpBusMethod *method = mcp_bus_method_new (tool, name, node, &error);

  if (method == NULL)
    {
      g_ptr_array_add (self->problems,
                       g_strdup_printf ("the method %s %s, and is no tool", name, error->message));
      return;
    }
  method->is_read_only = mcp_server_bus_is_read_only (self->address, tool);
  g_ptr_array_add (self->methods, method);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer reading, GCancellable *cancellable)
{
  Reading *self = reading;
  GDBusNodeInfo *node = mcp_bus_description_read (self->body, &self->error);

  for (gsize i = 0; node != NULL && self->address->methods[i] != NULL; i++)
    add_method (self, node, i);
  g_clear_pointer (&node, g_dbus_node_info_unref);
  g_task_return_boolean (task, TRUE);
}

static void
fail_to_offer (McpBusLink *link, const GError *error)
{
  g_autofree char *how = g_strdup_printf ("does not say what it offers: %s", error->message);

  mcp_server_link_fail (MCP_SERVER_LINK (link), how);
}

/* The service may have gone meanwhile, and come back. */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) reading = user_data;
  McpMethodsProvider *self = reading->provider;

  if (self->reading != reading)
    return;
  self->reading = NULL;
  if (reading->error != NULL)
    {
      fail_to_offer (MCP_BUS_LINK (self), reading->error);
      return;
    }
  g_ptr_array_unref (self->methods);
  self->methods = g_ptr_array_ref (reading->methods);
  for (guint i = 0; i < reading->problems->len; i++)
    mcp_server_link_log (MCP_SERVER_LINK (self), reading->problems->pdata[i]);
  mcp_server_link_take_ready (MCP_SERVER_LINK (self));
}

static void
read_description (McpMethodsProvider *self, GVariant *body)
{
  Reading *reading = g_new0 (Reading, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, read_cb, reading);

  reading->provider = g_object_ref (self);
  reading->config =
      mcp_server_config_ref (mcp_server_link_get_setup (MCP_SERVER_LINK (self))->config);
  reading->address = reading->config->bus;
  reading->body = g_variant_ref (body);
  reading->methods = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_bus_method_free);
  reading->problems = g_ptr_array_new_with_free_func (g_free);
  self->reading = reading;
  g_task_set_source_tag (task, read_description);
  /* The callback owns the reading: the thread is no place to end a provider. */
  g_task_set_task_data (task, reading, NULL);
  g_task_run_in_thread (task, read_in_thread);
}

static void
introspected (McpBusLink *link, gint64 id, GVariant *body, const GError *error)
{
  if (error != NULL)
    fail_to_offer (link, error);
  else
    read_description (MCP_METHODS_PROVIDER (link), body);
}

static void
mcp_methods_provider_attached (McpBusLink *link)
{
  mcp_bus_link_send (link, INTROSPECT_ID, INTROSPECTABLE, "Introspect", NULL, introspected);
}

static void
mcp_methods_provider_detached (McpBusLink *link)
{
  McpMethodsProvider *self = MCP_METHODS_PROVIDER (link);

  self->reading = NULL;
  g_hash_table_remove_all (self->called);
  g_ptr_array_set_size (self->methods, 0);
}

/* Requests */

static void
mcp_methods_provider_list (McpBusLink *link, gint64 id)
{
  McpMethodsProvider *self = MCP_METHODS_PROVIDER (link);
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; i < self->methods->len; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_bus_method_append_tool (g_ptr_array_index (self->methods, i), json);
    }
  g_string_append_c (json, ']');
  mcp_bus_link_answer_tools (link, id, json->str, json->len);
}

static const McpBusMethod *
find_method (McpMethodsProvider *self, const char *tool)
{
  for (guint i = 0; i < self->methods->len; i++)
    {
      const McpBusMethod *method = g_ptr_array_index (self->methods, i);

      if (strcmp (method->tool, tool) == 0)
        return method;
    }
  return NULL;
}

/* An answer that is being written as JSON. */
typedef struct
{
  McpBusLink *link; /* (owned) */
  gint64 id;
  GDBusMethodInfo *info; /* (owned) */
  GVariant *body;        /* (owned) */
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_object_unref (writing->link);
  g_dbus_method_info_unref (writing->info);
  g_variant_unref (writing->body);
  g_free (writing);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Writing *writing = task_data;

  g_task_return_pointer (task, mcp_bus_method_build_result (writing->info, writing->body), g_free);
}

/* The link must not be dropped by the thread: the task of whoever waits holds it until here. */
static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autoptr (McpBusLink) link = g_object_ref (writing->link);
  g_autofree char *json = g_task_propagate_pointer (G_TASK (result), NULL);

  if (mcp_server_link_is_open (MCP_SERVER_LINK (link)))
    mcp_bus_link_answer_result (link, writing->id, json, strlen (json));
}

static void
write_result (McpBusLink *link, gint64 id, GDBusMethodInfo *info, GVariant *body)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *json = NULL;
  Writing *writing;

  if (g_variant_get_size (body) <= MAX_INLINE_BYTES)
    {
      json = mcp_bus_method_build_result (info, body);
      mcp_bus_link_answer_result (link, id, json, strlen (json));
      return;
    }
  writing = g_new (Writing, 1);
  *writing =
      (Writing){ g_object_ref (link), id, g_dbus_method_info_ref (info), g_variant_ref (body) };
  task = g_task_new (NULL, NULL, written_cb, NULL);
  g_task_set_source_tag (task, write_result);
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_in_thread);
}

static void
called (McpBusLink *link, gint64 id, GVariant *body, const GError *error)
{
  McpMethodsProvider *self = MCP_METHODS_PROVIDER (link);
  GDBusMethodInfo *known = g_hash_table_lookup (self->called, &id);
  GDBusMethodInfo *info = known != NULL ? g_dbus_method_info_ref (known) : NULL;

  g_hash_table_remove (self->called, &id);
  if (error != NULL || info == NULL)
    mcp_bus_link_answer_failure (link, id, error);
  else
    write_result (link, id, info, body);
  g_clear_pointer (&info, g_dbus_method_info_unref);
}

static void
mcp_methods_provider_call (McpBusLink *link,
                           gint64 id,
                           const char *tool,
                           McpJsonSlice arguments,
                           const McpProviderRequest *request)
{
  McpMethodsProvider *self = MCP_METHODS_PROVIDER (link);
  const McpBusMethod *method = find_method (self, tool);
  g_autoptr (GError) error = NULL;
  GVariant *tuple = NULL;

  if (method != NULL)
    tuple = mcp_bus_method_read_arguments (method, arguments, &error);
  else
    g_set_error (&error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "The service has no method for the tool “%s” any more", tool);
  if (tuple == NULL)
    {
      mcp_bus_link_answer_failure (link, id, error);
      return;
    }
  g_hash_table_insert (self->called, g_memdup2 (&id, sizeof id),
                       g_dbus_method_info_ref (method->info));
  mcp_bus_link_send (link, id, method->interface, method->info->name, tuple, called);
}

static void
mcp_methods_provider_withdraw (McpBusLink *link, gint64 id)
{
  g_hash_table_remove (MCP_METHODS_PROVIDER (link)->called, &id);
}

static void
mcp_methods_provider_finalize (GObject *object)
{
  McpMethodsProvider *self = MCP_METHODS_PROVIDER (object);

  g_hash_table_unref (self->called);
  g_ptr_array_unref (self->methods);

  G_OBJECT_CLASS (mcp_methods_provider_parent_class)->finalize (object);
}

static void
mcp_methods_provider_class_init (McpMethodsProviderClass *klass)
{
  McpBusLinkClass *link_class = MCP_BUS_LINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_methods_provider_finalize;
  link_class->attached = mcp_methods_provider_attached;
  link_class->detached = mcp_methods_provider_detached;
  link_class->list = mcp_methods_provider_list;
  link_class->call = mcp_methods_provider_call;
  link_class->withdraw = mcp_methods_provider_withdraw;
}

static void
mcp_methods_provider_init (McpMethodsProvider *self)
{
  self->methods = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_bus_method_free);
  self->called = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                        (GDestroyNotify) g_dbus_method_info_unref);
}

/**
 * mcp_methods_provider_new:
 * @config: the server, which has methods
 * @bus: the session bus
 * @cwd: absolute; of no meaning for a service
 * @limits: how large an answer of the service may be; copied
 * @timeout_ms: for requests that name none, without an answer, where @config has none
 *
 * Chosen methods of a service on the bus, each a tool.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_methods_provider_new (McpServerConfig *config,
                          McpBus *bus,
                          const char *cwd,
                          const McpLimits *limits,
                          guint timeout_ms)
{
  const McpServerTimes times = {
    .start_ms = DEFAULT_START_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };
  McpMethodsProvider *self;

  g_return_val_if_fail (config != NULL && config->bus != NULL && config->bus->methods != NULL,
                        NULL);

  self = g_object_new (MCP_TYPE_METHODS_PROVIDER, NULL);
  mcp_server_link_construct (MCP_SERVER_LINK (self), config, cwd, limits, timeout_ms, &times);
  mcp_bus_link_set_bus (MCP_BUS_LINK (self), bus);
  return MCP_PROVIDER (self);
}

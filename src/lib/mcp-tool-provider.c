/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-tool-provider.h"

#include "mcp-lib-dbus.h"
#include "mcp-tool-call-private.h"
#include "mcp-tool-registration-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define PATH_PREFIX  "/org/mcpsessiond/ToolProvider/"
#define EMPTY_SCHEMA "{\"type\":\"object\",\"properties\":{}}"

typedef struct
{
  char *name;
  JsonNode *definition;
  McpToolHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
} Tool;

struct _McpToolProvider
{
  GObject parent_instance;

  char *name;
  GPtrArray *tools;              /* (element-type Tool): in the order in which they were added */
  GHashTable *calls;             /* (element-type utf8 McpToolCall): by build_key(); not answered */
  McpLibToolProvider1 *skeleton; /* (owned) (nullable): while it is exported */
  McpToolRegistration *registration; /* (owned) (nullable): while it is to be known */
};

G_DEFINE_FINAL_TYPE (McpToolProvider, mcp_tool_provider, G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  PROP_REGISTERED,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

/* Tools */

static void
tool_clear (gpointer data)
{
  Tool *tool = data;

  if (tool->destroy != NULL)
    tool->destroy (tool->user_data);
  g_free (tool->name);
  json_node_unref (tool->definition);
}

static void
tool_unref (gpointer data)
{
  g_rc_box_release_full (data, tool_clear);
}

static gboolean
find_tool (McpToolProvider *self, const char *name, guint *index)
{
  for (guint i = 0; i < self->tools->len; i++)
    if (strcmp (((Tool *) self->tools->pdata[i])->name, name) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static void
tools_changed (McpToolProvider *self)
{
  if (self->skeleton != NULL)
    mcp_lib_tool_provider1_emit_tools_changed (self->skeleton);
}

static char *
build_list (McpToolProvider *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->tools->len; i++)
    json_array_add_element (array, json_node_copy (((Tool *) self->tools->pdata[i])->definition));
  json_node_take_array (root, array);
  return json_to_string (root, FALSE);
}

/* Calls */

static void
call_gone_cb (gpointer data, GObject *where_the_call_was)
{
  GHashTable *calls = data;
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, calls);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    if (call == where_the_call_was)
      g_hash_table_iter_remove (&iter);
  g_hash_table_unref (calls);
}

/* Another program may call under the same id, and must not take the daemon's call away. */
static char *
build_key (GDBusMethodInvocation *invocation, const char *id)
{
  return g_strconcat (g_dbus_method_invocation_get_sender (invocation), " ", id, NULL);
}

static void
note_call (McpToolProvider *self, McpToolCall *call, char *key)
{
  g_hash_table_replace (self->calls, key, call);
  g_object_weak_ref (G_OBJECT (call), call_gone_cb, g_hash_table_ref (self->calls));
}

static gboolean
handle_list_tools (McpLibToolProvider1 *skeleton,
                   GDBusMethodInvocation *invocation,
                   McpToolProvider *self)
{
  g_autofree char *list = build_list (self);

  mcp_lib_tool_provider1_complete_list_tools (skeleton, invocation, list);
  return TRUE;
}

static gboolean
handle_call_tool (McpLibToolProvider1 *skeleton,
                  GDBusMethodInvocation *invocation,
                  const char *id,
                  const char *name,
                  const char *arguments,
                  GVariant *context,
                  McpToolProvider *self)
{
  g_autoptr (McpToolProvider) kept = g_object_ref (self);
  g_autofree char *key = build_key (invocation, id);
  g_autoptr (McpToolCall) call = mcp_tool_call_new (invocation, id, name, arguments, context);
  Tool *tool;
  guint index;

  if (!find_tool (kept, name, &index))
    {
      mcp_tool_call_return_invalid_arguments (call, "There is no such tool");
      return TRUE;
    }
  if (!mcp_tool_call_can_be_read (call))
    {
      mcp_tool_call_return_invalid_arguments (call, "The arguments are nested too deeply");
      return TRUE;
    }
  note_call (kept, call, g_steal_pointer (&key));
  /* The handler may take the tool back. */
  tool = g_rc_box_acquire (kept->tools->pdata[index]);
  tool->handler (call, tool->user_data);
  tool_unref (tool);
  return TRUE;
}

static gboolean
handle_cancel_call (McpLibToolProvider1 *skeleton,
                    GDBusMethodInvocation *invocation,
                    const char *id,
                    McpToolProvider *self)
{
  g_autofree char *key = build_key (invocation, id);
  McpToolCall *call = g_hash_table_lookup (self->calls, key);
  const char *sender = g_dbus_method_invocation_get_sender (invocation);

  if (call != NULL && mcp_tool_call_is_from (call, sender))
    g_cancellable_cancel (mcp_tool_call_get_cancellable (call));
  mcp_lib_tool_provider1_complete_cancel_call (skeleton, invocation);
  return TRUE;
}

/* Registration */

static void
registration_changed (gpointer user_data)
{
  g_object_notify_by_pspec (user_data, props[PROP_REGISTERED]);
}

/* Takes @task. */
static void
register_on (GTask *task, GDBusConnection *connection)
{
  McpToolProvider *self = g_task_get_source_object (task);
  g_autofree char *path = g_strconcat (PATH_PREFIX, self->name, NULL);
  GError *error = NULL;

  g_strdelimit (path, "-", '_');
  if (self->skeleton == NULL && !mcp_tool_provider_export (self, connection, path, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (self->registration == NULL)
    self->registration = mcp_tool_registration_new (
        connection, self->name,
        g_dbus_interface_skeleton_get_object_path (G_DBUS_INTERFACE_SKELETON (self->skeleton)),
        registration_changed, self);
  mcp_tool_registration_start (self->registration, task);
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (connection != NULL)
    {
      register_on (task, connection);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* GObject */

static void
mcp_tool_provider_dispose (GObject *object)
{
  McpToolProvider *self = MCP_TOOL_PROVIDER (object);

  mcp_tool_provider_unexport (self);
  g_ptr_array_set_size (self->tools, 0);

  G_OBJECT_CLASS (mcp_tool_provider_parent_class)->dispose (object);
}

static void
mcp_tool_provider_finalize (GObject *object)
{
  McpToolProvider *self = MCP_TOOL_PROVIDER (object);

  g_free (self->name);
  g_ptr_array_unref (self->tools);
  g_hash_table_unref (self->calls);

  G_OBJECT_CLASS (mcp_tool_provider_parent_class)->finalize (object);
}

static void
mcp_tool_provider_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  McpToolProvider *self = MCP_TOOL_PROVIDER (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_REGISTERED:
      g_value_set_boolean (value, mcp_tool_provider_is_registered (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mcp_tool_provider_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NAME)
    MCP_TOOL_PROVIDER (object)->name = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_tool_provider_class_init (McpToolProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_tool_provider_dispose;
  object_class->finalize = mcp_tool_provider_finalize;
  object_class->get_property = mcp_tool_provider_get_property;
  object_class->set_property = mcp_tool_provider_set_property;
  /**
   * McpToolProvider:name:
   *
   * The name of the provider, which prefixes the names of its tools.
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "app",
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * McpToolProvider:registered:
   *
   * Whether the daemon knows the provider at this moment.
   */
  props[PROP_REGISTERED] = g_param_spec_boolean ("registered", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mcp_tool_provider_init (McpToolProvider *self)
{
  self->tools = g_ptr_array_new_with_free_func (tool_unref);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * mcp_tool_provider_new:
 * @name: 1 to 32 lower-case letters, digits and “-”; no “-” in front. Prefixes the names of the
 *   tools: the tool `add` of `notes` is `notes__add`
 *
 * Makes a provider, which nobody knows of yet.
 *
 * Returns: (transfer full): a provider without tools
 */
McpToolProvider *
mcp_tool_provider_new (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (MCP_TYPE_TOOL_PROVIDER, "name", name, NULL);
}

/**
 * mcp_tool_provider_get_name:
 * @self: a provider
 *
 * Tells the name that all tools of the provider begin with.
 *
 * Returns: the name
 */
const char *
mcp_tool_provider_get_name (McpToolProvider *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self), NULL);
  return self->name;
}

/* Takes @definition. */
static void
add_tool (McpToolProvider *self,
          const char *name,
          JsonNode *definition,
          McpToolHandler handler,
          gpointer user_data,
          GDestroyNotify destroy)
{
  Tool *tool = g_rc_box_new0 (Tool);
  guint index;

  tool->name = g_strdup (name);
  tool->definition = definition;
  tool->handler = handler;
  tool->user_data = user_data;
  tool->destroy = destroy;
  if (find_tool (self, name, &index))
    g_ptr_array_remove_index (self->tools, index);
  g_ptr_array_add (self->tools, tool);
  tools_changed (self);
}

static JsonNode *
parse_schema (const char *schema, GError **error)
{
  JsonNode *node = json_from_string (schema != NULL ? schema : EMPTY_SCHEMA, error);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return node;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "A schema is a JSON object");
  g_clear_pointer (&node, json_node_unref);
  return NULL;
}

/**
 * mcp_tool_provider_add_tool:
 * @self: a provider
 * @name: of the tool; a tool of that name is replaced
 * @description: what the tool does, for the model to read
 * @schema: (nullable): a JSON Schema of the arguments, whose type is object; %NULL: there are none
 * @handler: (scope notified): runs the tool
 * @user_data: for @handler
 * @destroy: (nullable): frees @user_data
 * @error: return location
 *
 * Offers a tool. May be called at any time; the daemon asks for the list again.
 *
 * Errors: %G_IO_ERROR_INVALID_ARGUMENT, or of #JsonParserError, for a schema that is none.
 *
 * Returns: whether the tool was added
 */
gboolean
mcp_tool_provider_add_tool (McpToolProvider *self,
                            const char *name,
                            const char *description,
                            const char *schema,
                            McpToolHandler handler,
                            gpointer user_data,
                            GDestroyNotify destroy,
                            GError **error)
{
  JsonNode *parsed;
  JsonNode *definition;
  JsonObject *object;

  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);
  g_return_val_if_fail (description != NULL && handler != NULL, FALSE);

  parsed = parse_schema (schema, error);
  if (parsed == NULL)
    return FALSE;
  object = json_object_new ();
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "description", description);
  json_object_set_member (object, "inputSchema", parsed);
  definition = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (definition, object);
  add_tool (self, name, definition, handler, user_data, destroy);
  return TRUE;
}

/**
 * mcp_tool_provider_add_definition:
 * @self: a provider
 * @definition_json: a tool as `tools/list` of the Model Context Protocol has it: a JSON object with
 *   `name`, `inputSchema`, and if wanted `title`, `description`, `outputSchema`, `annotations`
 * @handler: (scope notified): runs the tool
 * @user_data: for @handler
 * @destroy: (nullable): frees @user_data
 * @error: return location
 *
 * Offers a tool of which more is to be said than [method@McpSession.ToolProvider.add_tool] can say.
 *
 * Errors: %G_IO_ERROR_INVALID_ARGUMENT, or of #JsonParserError.
 *
 * Returns: whether the tool was added
 */
gboolean
mcp_tool_provider_add_definition (McpToolProvider *self,
                                  const char *definition_json,
                                  McpToolHandler handler,
                                  gpointer user_data,
                                  GDestroyNotify destroy,
                                  GError **error)
{
  JsonNode *definition;
  const char *name;

  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self), FALSE);
  g_return_val_if_fail (definition_json != NULL && handler != NULL, FALSE);

  definition = parse_schema (definition_json, error);
  if (definition == NULL)
    return FALSE;
  name = json_object_get_string_member_with_default (json_node_get_object (definition), "name", "");
  if (*name == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "A tool needs a name");
      json_node_unref (definition);
      return FALSE;
    }
  add_tool (self, name, definition, handler, user_data, destroy);
  return TRUE;
}

/**
 * mcp_tool_provider_remove_tool:
 * @self: a provider
 * @name: of the tool
 *
 * Takes a tool back. Calls that run go on.
 *
 * Returns: whether there was such a tool
 */
gboolean
mcp_tool_provider_remove_tool (McpToolProvider *self, const char *name)
{
  guint index;

  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (!find_tool (self, name, &index))
    return FALSE;
  g_ptr_array_remove_index (self->tools, index);
  tools_changed (self);
  return TRUE;
}

/**
 * mcp_tool_provider_export:
 * @self: a provider that is not exported
 * @connection: to the session bus
 * @object_path: as the app's `.provider` file names it
 * @error: return location
 *
 * Answers the daemon at @object_path, without telling the daemon about it: the app's `.provider`
 * file does that.
 *
 * Errors: of g_dbus_interface_skeleton_export().
 *
 * Returns: whether the provider is exported
 */
gboolean
mcp_tool_provider_export (McpToolProvider *self,
                          GDBusConnection *connection,
                          const char *object_path,
                          GError **error)
{
  g_autoptr (McpLibToolProvider1) skeleton = NULL;

  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self) && self->skeleton == NULL, FALSE);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (g_variant_is_object_path (object_path), FALSE);

  skeleton = mcp_lib_tool_provider1_skeleton_new ();
  g_signal_connect_object (skeleton, "handle-list-tools", G_CALLBACK (handle_list_tools), self, 0);
  g_signal_connect_object (skeleton, "handle-call-tool", G_CALLBACK (handle_call_tool), self, 0);
  g_signal_connect_object (skeleton, "handle-cancel-call", G_CALLBACK (handle_cancel_call), self,
                           0);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (skeleton), connection,
                                         object_path, error))
    return FALSE;
  self->skeleton = g_steal_pointer (&skeleton);
  return TRUE;
}

/**
 * mcp_tool_provider_unexport:
 * @self: a provider
 *
 * Takes all tools back from the daemon. Calls that run can still be answered.
 */
void
mcp_tool_provider_unexport (McpToolProvider *self)
{
  g_return_if_fail (MCP_IS_TOOL_PROVIDER (self));

  g_clear_pointer (&self->registration, mcp_tool_registration_end);
  if (self->skeleton != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_clear_object (&self->skeleton);
}

/**
 * mcp_tool_provider_register_async:
 * @self: a provider
 * @connection: (nullable): to the session bus; %NULL: the shared one
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Makes the tools known to the daemon, which is started for that if need be. The registration lasts
 * as long as the app runs: when the daemon starts anew, the provider registers itself again.
 */
void
mcp_tool_provider_register_async (McpToolProvider *self,
                                  GDBusConnection *connection,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_TOOL_PROVIDER (self));
  g_return_if_fail (connection == NULL || G_IS_DBUS_CONNECTION (connection));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mcp_tool_provider_register_async);
  if (connection != NULL)
    register_on (task, connection);
  else
    g_bus_get (G_BUS_TYPE_SESSION, cancellable, bus_cb, task);
}

/**
 * mcp_tool_provider_register_finish:
 * @self: the provider
 * @result: the result
 * @error: return location
 *
 * Errors: of the bus; `org.mcpsessiond.Error.InvalidArguments` for a name that is taken or
 * ill-formed.
 *
 * Returns: whether the daemon knows the tools
 */
gboolean
mcp_tool_provider_register_finish (McpToolProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_tool_provider_is_registered:
 * @self: a provider
 *
 * The library registers by itself again when the daemon was away.
 *
 * Returns: whether the daemon knows the provider at this moment
 */
gboolean
mcp_tool_provider_is_registered (McpToolProvider *self)
{
  g_return_val_if_fail (MCP_IS_TOOL_PROVIDER (self), FALSE);
  return self->registration != NULL && mcp_tool_registration_is_known (self->registration);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-search-application.h"

#include "mcp-search.h"

/* Whoever searches often searches again soon. */
#define IDLE_MS 60000

struct _McpSearchApplication
{
  GApplication parent_instance;

  McpToolProvider *provider; /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpSearchApplication, mcp_search_application, G_TYPE_APPLICATION)

static void
search_cb (McpToolCall *call, gpointer user_data)
{
  mcp_search_answer (call, user_data);
}

/* Before the name is asked for: whoever finds the name finds the tool. */
static gboolean
mcp_search_application_dbus_register (GApplication *application,
                                      GDBusConnection *connection,
                                      const char *object_path,
                                      GError **error)
{
  McpSearchApplication *self = MCP_SEARCH_APPLICATION (application);

  return G_APPLICATION_CLASS (mcp_search_application_parent_class)
             ->dbus_register (application, connection, object_path, error) &&
         mcp_tool_provider_export (self->provider, connection, object_path, error);
}

static void
mcp_search_application_dbus_unregister (GApplication *application,
                                        GDBusConnection *connection,
                                        const char *object_path)
{
  mcp_tool_provider_unexport (MCP_SEARCH_APPLICATION (application)->provider);

  G_APPLICATION_CLASS (mcp_search_application_parent_class)
      ->dbus_unregister (application, connection, object_path);
}

static void
mcp_search_application_finalize (GObject *object)
{
  g_object_unref (MCP_SEARCH_APPLICATION (object)->provider);

  G_OBJECT_CLASS (mcp_search_application_parent_class)->finalize (object);
}

static void
mcp_search_application_class_init (McpSearchApplicationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_search_application_finalize;
  G_APPLICATION_CLASS (klass)->dbus_register = mcp_search_application_dbus_register;
  G_APPLICATION_CLASS (klass)->dbus_unregister = mcp_search_application_dbus_unregister;
}

static void
mcp_search_application_init (McpSearchApplication *self)
{
  g_autoptr (GError) error = NULL;

  self->provider = mcp_tool_provider_new ("desktop-search");
  if (!mcp_tool_provider_add_definition (self->provider, mcp_search_definition, search_cb, self,
                                         NULL, &error))
    g_critical ("%s", error->message);
}

/**
 * mcp_search_application_new:
 *
 * Returns: (transfer full): the app
 */
GApplication *
mcp_search_application_new (void)
{
  return g_object_new (MCP_TYPE_SEARCH_APPLICATION, "application-id", "org.mcpsessiond.Search",
                       "flags", G_APPLICATION_IS_SERVICE, "inactivity-timeout", IDLE_MS, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A window with what the tools of all AI clients are doing, and one tool of its own: bars__tell,
 * by which a model tells something to the person at the desk.
 *
 *   cc *.c $(pkg-config --cflags --libs gtk4 libmcpsession-1) -o bars
 */
#include "bars-message.h"
#include "bars-session.h"

#define SCHEMA                                       \
  "{\"type\": \"object\", \"required\": [\"text\"]," \
  " \"properties\": {\"text\": {\"type\": \"string\", \"description\": \"one or two sentences\"}}}"

static const char style[] =
    "list, row { background: none; padding: 0; }"
    ".session { margin: 6px 12px; padding: 12px; border-radius: 10px;"
    "           background: @theme_base_color; border: 1px solid alpha(@theme_fg_color, 0.12); }"
    ".heading { font-weight: bold; }"
    ".call { margin-top: 12px; }"
    ".tool { font-family: monospace; }"
    ".numeric { font-feature-settings: \"tnum\"; }"
    ".call.ok progress { background: #2ea043; border-color: #2ea043; }"
    ".call.error progress { background: #d1242f; border-color: #d1242f; }"
    ".call.cancelled progress { background: #8a8a8a; border-color: #8a8a8a; }"
    ".message { padding: 12px 18px; background: alpha(@theme_selected_bg_color, 0.15);"
    "           border-bottom: 1px solid alpha(@theme_fg_color, 0.12); }"
    ".empty { margin: 48px; }";

typedef struct
{
  GtkBox *messages;
  GtkListBox *sessions;
  McpDaemon *daemon;         /* (owned) (nullable) */
  McpToolProvider *provider; /* (owned) (nullable) */
} Bars;

/* A client that does not say its name is known by that of its session. */
static char *
dup_caller (Bars *bars, McpToolCall *call)
{
  const char *client = mcp_tool_call_get_client (call);
  const char *session_id = mcp_tool_call_get_session_id (call);
  McpDaemonSession *session = NULL;

  if (client != NULL)
    return g_strdup (client);
  if (bars->daemon != NULL && session_id != NULL)
    session = mcp_daemon_find_session (bars->daemon, session_id);
  return session != NULL ? mcp_daemon_session_dup_label (session) : g_strdup ("Somebody");
}

static void
tell (McpToolCall *call, gpointer user_data)
{
  Bars *bars = user_data;
  g_autofree char *from = dup_caller (bars, call);

  gtk_box_append (bars->messages, bars_message_new (call, from));
}

static GtkWidget *
make_session (gpointer item, gpointer user_data)
{
  return bars_session_new (MCP_DAEMON_SESSION (item));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Bars *bars = user_data;
  g_autoptr (GError) error = NULL;

  bars->daemon = mcp_daemon_new_finish (result, &error);
  if (bars->daemon != NULL)
    gtk_list_box_bind_model (bars->sessions, G_LIST_MODEL (bars->daemon), make_session, NULL, NULL);
  else
    g_warning ("The daemon cannot be watched: %s", error->message);
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mcp_tool_provider_register_finish (MCP_TOOL_PROVIDER (source), result, &error))
    g_warning ("The tool cannot be offered: %s", error->message);
}

static void
load_style (GdkDisplay *display)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (provider, style, -1);
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static GtkWidget *
make_sessions (Bars *bars)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *empty = gtk_label_new ("No AI client is at work.");

  gtk_widget_add_css_class (empty, "empty");
  gtk_widget_add_css_class (empty, "dim-label");
  bars->sessions = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (bars->sessions, GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (bars->sessions, empty);
  gtk_widget_set_margin_top (GTK_WIDGET (bars->sessions), 6);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (bars->sessions));
  return scrolled;
}

static void
show_window (GtkApplication *application, Bars *bars)
{
  GtkWidget *window = gtk_application_window_new (application);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  bars->messages = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (bars->messages));
  gtk_box_append (GTK_BOX (content), make_sessions (bars));
  gtk_window_set_title (GTK_WINDOW (window), "Tools at Work");
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 560);
  gtk_window_set_titlebar (GTK_WINDOW (window), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (window), content);
  load_style (gtk_widget_get_display (window));
  gtk_window_present (GTK_WINDOW (window));
}

static void
activate_cb (GtkApplication *application, Bars *bars)
{
  GtkWindow *window = gtk_application_get_active_window (application);

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  show_window (application, bars);
  mcp_daemon_new_async (NULL, NULL, found_cb, bars);
  bars->provider = mcp_tool_provider_new ("bars");
  mcp_tool_provider_add_tool (
      bars->provider, "tell",
      "Tells the user something, and waits until the user has read the text", SCHEMA, tell, bars,
      NULL, NULL);
  mcp_tool_provider_register_async (bars->provider, NULL, NULL, registered_cb, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application =
      gtk_application_new ("org.example.Bars", G_APPLICATION_DEFAULT_FLAGS);
  Bars bars = { 0 };
  int status;

  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &bars);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  g_clear_object (&bars.daemon);
  g_clear_object (&bars.provider);
  return status;
}

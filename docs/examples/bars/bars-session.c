/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bars-session.h"

#include "bars-call.h"

struct _BarsSession
{
  GtkBox parent_instance;

  GtkBox *calls;
};

G_DEFINE_FINAL_TYPE (BarsSession, bars_session, GTK_TYPE_BOX)

static void
bars_session_class_init (BarsSessionClass *klass)
{
}

static void
bars_session_init (BarsSession *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "session");
  self->calls = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
}

static BarsCall *
find_call (BarsSession *self, const char *id)
{
  GtkWidget *call = gtk_widget_get_first_child (GTK_WIDGET (self->calls));

  while (call != NULL && g_strcmp0 (bars_call_get_id (BARS_CALL (call)), id) != 0)
    call = gtk_widget_get_next_sibling (call);
  return call != NULL ? BARS_CALL (call) : NULL;
}

static void
progress_cb (McpDaemonSession *session, McpProgress *progress, BarsSession *self)
{
  BarsCall *call = find_call (self, mcp_progress_get_call_id (progress));

  if (call != NULL)
    bars_call_update (call, progress);
  else
    gtk_box_append (self->calls, bars_call_new (progress));
}

static GtkWidget *
make_heading (McpDaemonSession *session)
{
  GtkWidget *heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *cwd = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (cwd, "dim-label");
  gtk_widget_set_hexpand (cwd, TRUE);
  gtk_label_set_xalign (GTK_LABEL (cwd), 1);
  gtk_label_set_ellipsize (GTK_LABEL (cwd), PANGO_ELLIPSIZE_START);
  g_object_bind_property (session, "label", label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (session, "cwd", cwd, "label", G_BINDING_SYNC_CREATE);
  gtk_box_append (GTK_BOX (heading), label);
  gtk_box_append (GTK_BOX (heading), cwd);
  return heading;
}

GtkWidget *
bars_session_new (McpDaemonSession *session)
{
  BarsSession *self = g_object_new (BARS_TYPE_SESSION, NULL);

  gtk_box_append (GTK_BOX (self), make_heading (session));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->calls));
  g_signal_connect_object (session, "progress", G_CALLBACK (progress_cb), self, 0);
  return GTK_WIDGET (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bars-call.h"

/* So long a call that has ended can be seen. */
#define SHOWN_SECONDS 8
/* A tool that does not say how much is left moves the bar to and fro. */
#define PULSE_MS      100

struct _BarsCall
{
  GtkBox parent_instance;

  char *id;
  GtkProgressBar *bar;
  GtkLabel *count;
  GtkLabel *message;
  guint pulse_id;
  guint leave_id;
};

G_DEFINE_FINAL_TYPE (BarsCall, bars_call, GTK_TYPE_BOX)

static gboolean
pulse_cb (gpointer user_data)
{
  gtk_progress_bar_pulse (BARS_CALL (user_data)->bar);
  return G_SOURCE_CONTINUE;
}

static gboolean
leave_cb (gpointer user_data)
{
  BarsCall *self = user_data;

  self->leave_id = 0;
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (self))), GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
bars_call_dispose (GObject *object)
{
  BarsCall *self = BARS_CALL (object);

  g_clear_handle_id (&self->pulse_id, g_source_remove);
  g_clear_handle_id (&self->leave_id, g_source_remove);

  G_OBJECT_CLASS (bars_call_parent_class)->dispose (object);
}

static void
bars_call_finalize (GObject *object)
{
  g_free (BARS_CALL (object)->id);

  G_OBJECT_CLASS (bars_call_parent_class)->finalize (object);
}

static void
bars_call_class_init (BarsCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bars_call_dispose;
  G_OBJECT_CLASS (klass)->finalize = bars_call_finalize;
}

static void
bars_call_init (BarsCall *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  gtk_widget_add_css_class (GTK_WIDGET (self), "call");
}

static GtkLabel *
make_label (const char *text, PangoEllipsizeMode ellipsize, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  gtk_widget_add_css_class (label, css_class);
  return GTK_LABEL (label);
}

/* bars_call_new: @progress: the first event of the call */
GtkWidget *
bars_call_new (McpProgress *progress)
{
  BarsCall *self = g_object_new (BARS_TYPE_CALL, NULL);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkLabel *tool = make_label (mcp_progress_get_tool (progress), PANGO_ELLIPSIZE_MIDDLE, "tool");

  self->id = g_strdup (mcp_progress_get_call_id (progress));
  self->count = make_label (NULL, PANGO_ELLIPSIZE_NONE, "numeric");
  self->message = make_label (NULL, PANGO_ELLIPSIZE_END, "dim-label");
  self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  self->pulse_id = g_timeout_add (PULSE_MS, pulse_cb, self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (tool), -1);

  gtk_widget_set_hexpand (GTK_WIDGET (tool), TRUE);
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (tool));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->count));
  gtk_box_append (GTK_BOX (self), line);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->bar));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->message));
  bars_call_update (self, progress);
  return GTK_WIDGET (self);
}

const char *
bars_call_get_id (BarsCall *self)
{
  return self->id;
}

static void
show_fraction (BarsCall *self, double fraction)
{
  g_clear_handle_id (&self->pulse_id, g_source_remove);
  gtk_progress_bar_set_fraction (self->bar, fraction);
}

static void
show_count (BarsCall *self, McpProgress *progress)
{
  double done = mcp_progress_get_progress (progress);
  double total = mcp_progress_get_total (progress);
  g_autofree char *text = NULL;

  if (total > 0)
    text = g_strdup_printf ("%g / %g", done, total);
  else if (done > 0)
    text = g_strdup_printf ("%g", done);
  gtk_label_set_text (self->count, text != NULL ? text : "");
}

static void
show_end (BarsCall *self, const char *state)
{
  show_fraction (self, 1);
  gtk_widget_add_css_class (GTK_WIDGET (self), state);
  gtk_label_set_text (self->count, g_str_equal (state, "ok") ? "done" : state);
  self->leave_id = g_timeout_add_seconds (SHOWN_SECONDS, leave_cb, self);
}

/* bars_call_update: @progress: a further event of the call */
void
bars_call_update (BarsCall *self, McpProgress *progress)
{
  const char *message = mcp_progress_get_message (progress);
  double fraction = mcp_progress_get_fraction (progress);

  g_clear_handle_id (&self->leave_id, g_source_remove);
  if (message != NULL)
    gtk_label_set_text (self->message, message);
  gtk_widget_set_visible (GTK_WIDGET (self->message), *gtk_label_get_text (self->message) != '\0');
  if (mcp_progress_is_end (progress))
    {
      show_end (self, mcp_progress_get_state (progress));
      return;
    }
  show_count (self, progress);
  if (fraction >= 0)
    show_fraction (self, fraction);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bars-message.h"

struct _BarsMessage
{
  GtkBox parent_instance;

  McpToolCall *call; /* (owned) */
};

G_DEFINE_FINAL_TYPE (BarsMessage, bars_message, GTK_TYPE_BOX)

static void
bars_message_finalize (GObject *object)
{
  g_clear_object (&BARS_MESSAGE (object)->call);

  G_OBJECT_CLASS (bars_message_parent_class)->finalize (object);
}

static void
bars_message_class_init (BarsMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bars_message_finalize;
}

static void
bars_message_init (BarsMessage *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 12);
  gtk_widget_add_css_class (GTK_WIDGET (self), "message");
}

static void
leave (BarsMessage *self)
{
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (self))), GTK_WIDGET (self));
}

static void
read_cb (GtkButton *button, BarsMessage *self)
{
  mcp_tool_call_return_text (self->call, "The user has read the message.");
  leave (self);
}

static GtkWidget *
make_texts (McpToolCall *call, const char *from)
{
  g_autofree char *text = mcp_tool_call_dup_string (call, "text");
  g_autofree char *says = g_strdup_printf ("%s says", from);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_label_new (says);
  GtkWidget *body = gtk_label_new (text);

  gtk_widget_add_css_class (head, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (head), 0);
  gtk_label_set_xalign (GTK_LABEL (body), 0);
  gtk_label_set_wrap (GTK_LABEL (body), TRUE);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), head);
  gtk_box_append (GTK_BOX (texts), body);
  return texts;
}

/* bars_message_new: @call: of the tool, kept until the person has answered; @from: who calls */
GtkWidget *
bars_message_new (McpToolCall *call, const char *from)
{
  BarsMessage *self = g_object_new (BARS_TYPE_MESSAGE, NULL);
  GtkWidget *button = gtk_button_new_with_label ("Got it");

  self->call = g_object_ref (call);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (read_cb), self);
  g_signal_connect_object (mcp_tool_call_get_cancellable (call), "cancelled", G_CALLBACK (leave),
                           self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self), make_texts (call, from));
  gtk_box_append (GTK_BOX (self), button);
  return GTK_WIDGET (self);
}

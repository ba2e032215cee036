/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>
#include <mcpsession.h>

/* What a model wants to tell the person at the desk. The call is answered when the person has read
 * the text; the message goes when nobody waits for the answer any more. */
#define BARS_TYPE_MESSAGE (bars_message_get_type ())
G_DECLARE_FINAL_TYPE (BarsMessage, bars_message, BARS, MESSAGE, GtkBox)

GtkWidget *bars_message_new (McpToolCall *call, const char *from);

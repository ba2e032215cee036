/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>
#include <mcpsession.h>

/* One session: its name, its directory, and the calls that run in it. */
#define BARS_TYPE_SESSION (bars_session_get_type ())
G_DECLARE_FINAL_TYPE (BarsSession, bars_session, BARS, SESSION, GtkBox)

GtkWidget *bars_session_new (McpDaemonSession *session);

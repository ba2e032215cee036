/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most events that one request may hold. */
#define EVENT_BURST_MAX 1000

typedef void (*EventBurstWaitFunc) (gpointer user_data);

void event_burst_post (int fd,
                       const char *session_id,
                       guint first,
                       guint n_events,
                       EventBurstWaitFunc wait,
                       gpointer user_data);

G_END_DECLS

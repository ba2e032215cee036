/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdPageOpenedFunc:
 * @error: (nullable): why no browser was started; %NULL: one was. Whether it shows anything, nobody
 *   knows
 * @user_data: data
 */
typedef void (*McpdPageOpenedFunc) (const GError *error, gpointer user_data);

void mcpd_page_opener_open (GDBusConnection *connection,
                            const char *command,
                            const char *url,
                            McpdPageOpenedFunc done,
                            gpointer user_data);

G_END_DECLS

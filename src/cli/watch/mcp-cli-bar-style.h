/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpCliBarStyle:
 * @columns: how wide a line may be
 * @rows: how many lines there may be
 * @colour: whether colours may be used
 * @unicode: whether characters beyond ASCII may be drawn
 */
typedef struct
{
  guint columns;
  guint rows;
  gboolean colour;
  gboolean unicode;
} McpCliBarStyle;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "e2e.h"

G_BEGIN_DECLS

void kill_loop_run (E2e *e2e, guint n_kills);

G_END_DECLS

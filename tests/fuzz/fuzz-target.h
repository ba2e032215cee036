/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What libFuzzer calls, and what fuzz-replay-main.c calls with each seed. Returns 0. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

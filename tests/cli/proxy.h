/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli-test.h"

G_BEGIN_DECLS

typedef struct _CliProxy CliProxy;

CliProxy *cli_proxy_new (CliTest *test);
void cli_proxy_free (CliProxy *self);
void cli_proxy_cut (CliProxy *self);
void cli_proxy_cut_at (CliProxy *self, const char *text);
void cli_proxy_await (CliProxy *self, const char *text);
void cli_proxy_refuse (CliProxy *self, gboolean refuses);
guint cli_proxy_count_cuts (CliProxy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProxy, cli_proxy_free)

G_END_DECLS

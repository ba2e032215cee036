/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A directory of a test's own; freeing it removes all that is in it. */
typedef struct _TestDir TestDir;

TestDir *test_dir_new (void);
void test_dir_free (TestDir *self);
const char *test_dir_get_path (TestDir *self);
char *test_dir_build (TestDir *self, const char *name);
char *test_dir_write (TestDir *self, const char *name, const char *text, int mode);

/* As AWAIT(); @what is for the message. */
void test_await (const gboolean *done, const char *what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestDir, test_dir_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finding the working directories of sessions. A directory may lie on a mount whose server is gone:
 * a look at the directory may then never return. So a thread looks where the kernel does not know
 * the path by heart, and nobody waits for longer than a deadline: then the directory is taken as it
 * was named, as one is that does not exist.
 *
 * States of a look:
 *
 *   BEGUN ---- the thread is done ----> gone
 *     '---- the deadline passes ---> OVERDUE ---- the thread is done ----> gone
 *
 * All who name a directory in the same way share a look; of an overdue one nobody waits for the
 * end.
 */
#include "session/store/mcp-cwd-finder.h"

#include "common/mcp-error.h"
#include "common/mcp-keyed-hash.h"
#include "common/mcp-timer.h"
#include "session/store/mcp-cwd.h"

#include <string.h>

/* So many directories may hang at a time before others have to wait for a thread. */
#define MAX_THREADS 8
/* Looks that may wait for a thread or hang: up to 4 KiB each. */
#define MAX_LOOKS   256
/* A disk that has to start turning needs several seconds; a client waits for 10. */
#define DEADLINE_MS 5000

typedef struct
{
  McpCwdFoundFunc found;
  gpointer user_data;
} Waiter;

struct _McpCwdFinder
{
  GMainContext *context; /* (owned) */
  GHashTable *looks;     /* (owned) path (of the look) -> Look (owned) */
  GThreadPool *threads;  /* (owned) (nullable): until the first look */
};

/* The main context's, but for what is the thread's until the look has ended. */
typedef struct
{
  gatomicrefcount n_refs;
  McpCwdFinder *finder;  /* (unowned) (nullable): NULL: nobody waits any more */
  GMainContext *context; /* (owned) */
  char *path;            /* (owned) */
  GArray *waiters;       /* (owned) (element-type Waiter): none once it is OVERDUE */
  GSource *deadline;     /* (owned) (nullable): NULL: OVERDUE */

  /* The thread's. */
  char *cwd;     /* (owned) (nullable) */
  GError *error; /* (owned) (nullable) */
} Look;

static void
look_unref (gpointer data)
{
  Look *self = data;

  if (!g_atomic_ref_count_dec (&self->n_refs))
    return;
  g_main_context_unref (self->context);
  g_array_unref (self->waiters);
  g_free (self->path);
  g_free (self->cwd);
  g_clear_error (&self->error);
  g_free (self);
}

static void
tell_waiters (Look *self, const char *cwd, const GError *error)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->found (cwd, error, waiter->user_data);
    }
}

/* The look has ended for the finder, which had a reference to it. */
static void
end_look (Look *self, const char *cwd, const GError *error)
{
  self->finder = NULL;
  mcp_timer_clear (&self->deadline);
  tell_waiters (self, cwd, error);
  look_unref (self);
}

static void
drop_look (gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, MCP_ERROR_CLOSED, "The daemon ends");

  end_look (data, NULL, error);
}

/**
 * mcp_cwd_finder_new:
 *
 * Returns: (transfer full): a finder for the main context of this thread
 */
McpCwdFinder *
mcp_cwd_finder_new (void)
{
  McpCwdFinder *self = g_rc_box_new0 (McpCwdFinder);

  self->context = g_main_context_ref_thread_default ();
  self->looks = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, NULL, drop_look);
  return self;
}

static void
finder_clear (gpointer data)
{
  McpCwdFinder *self = data;

  g_hash_table_unref (self->looks);
  /* A thread that hangs is left to itself. */
  if (self->threads != NULL)
    g_thread_pool_free (self->threads, FALSE, FALSE);
  g_main_context_unref (self->context);
}

/**
 * mcp_cwd_finder_unref:
 * @self: (transfer full): a finder; those who wait get %MCP_ERROR_CLOSED
 */
void
mcp_cwd_finder_unref (McpCwdFinder *self)
{
  g_rc_box_release_full (self, finder_clear);
}

static gboolean
overdue_cb (gpointer user_data)
{
  Look *self = user_data;
  g_autofree char *tidy = mcp_cwd_tidy (self->path);

  g_atomic_ref_count_inc (&self->n_refs);
  mcp_timer_clear (&self->deadline);
  g_info ("A directory does not answer; a session takes it as it was named");
  tell_waiters (self, tidy, NULL);
  look_unref (self);
  return G_SOURCE_REMOVE;
}

static gboolean
looked_cb (gpointer user_data)
{
  Look *self = user_data;

  if (self->finder == NULL)
    return G_SOURCE_REMOVE;
  /* Whoever asks from now on sees what there is from now on. */
  g_hash_table_steal (self->finder->looks, self->path);
  end_look (self, self->cwd, self->error);
  return G_SOURCE_REMOVE;
}

static void
look_in_thread (gpointer data, gpointer user_data)
{
  Look *self = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  self->cwd = mcp_cwd_resolve (self->path, &self->error);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "directory-found");
  g_source_set_callback (source, looked_cb, self, look_unref);
  g_source_attach (source, self->context);
}

static Look *
begin_look (McpCwdFinder *self, const char *path)
{
  Look *look = g_new0 (Look, 1);

  g_atomic_ref_count_init (&look->n_refs);
  look->finder = self;
  look->context = g_main_context_ref (self->context);
  look->path = g_strdup (path);
  look->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  look->deadline = mcp_timer_new_ms ("directory-deadline", DEADLINE_MS, overdue_cb, look);
  g_hash_table_insert (self->looks, look->path, look);

  if (self->threads == NULL)
    self->threads = g_thread_pool_new (look_in_thread, NULL, MAX_THREADS, FALSE, NULL);
  g_atomic_ref_count_inc (&look->n_refs);
  g_thread_pool_push (self->threads, look, NULL);
  return look;
}

static void
look (McpCwdFinder *self, const char *path, const Waiter *waiter)
{
  g_autofree char *tidy = NULL;
  Look *look = g_hash_table_lookup (self->looks, path);

  if (look == NULL && g_hash_table_size (self->looks) < MAX_LOOKS)
    look = begin_look (self, path);
  if (look != NULL && look->deadline != NULL)
    {
      g_array_append_val (look->waiters, *waiter);
      return;
    }
  tidy = mcp_cwd_tidy (path);
  waiter->found (tidy, NULL, waiter->user_data);
}

/**
 * mcp_cwd_finder_find_known:
 * @cwd: (nullable): as for mcp_cwd_finder_find()
 * @fallback: (nullable): as for mcp_cwd_finder_find()
 *
 * Asks no disk. Any thread.
 *
 * Returns: (transfer full) (nullable): the directory; %NULL: only mcp_cwd_finder_find() can tell
 */
char *
mcp_cwd_finder_find_known (const char *cwd, const char *fallback)
{
  g_autofree char *path = mcp_cwd_choose (cwd, fallback, NULL);

  return path != NULL ? mcp_cwd_resolve_known (path) : NULL;
}

/**
 * mcp_cwd_finder_find:
 * @self: a finder
 * @cwd: (nullable): what was asked for: absolute, or beginning with ~; %NULL or "": not given
 * @fallback: (nullable): where the client works, used where @cwd is not given
 * @found: called once; before this returns, where the kernel knows the path without asking a disk
 * @user_data: for @found; must live until then
 *
 * Decides on a session's working directory: @cwd, else @fallback, else the home directory. Symbolic
 * links are resolved where the directory exists and answers within 5 seconds. Main context only.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS for a relative path, another user's home, one that is too
 * long, or not UTF-8 (also after links were resolved).
 */
void
mcp_cwd_finder_find (McpCwdFinder *self,
                     const char *cwd,
                     const char *fallback,
                     McpCwdFoundFunc found,
                     gpointer user_data)
{
  const Waiter waiter = { found, user_data };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = mcp_cwd_choose (cwd, fallback, &error);
  g_autofree char *known = path != NULL ? mcp_cwd_resolve_known (path) : NULL;

  if (path == NULL || known != NULL)
    found (known, error, user_data);
  else
    look (self, path, &waiter);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GLib's locks are its own, on futexes, and GLib is not built for ThreadSanitizer: it sees
 * no order where GLib makes one. Preloaded, this tells it of those that our code relies on. What is
 * called within GLib itself does not come by here.
 *
 * Where GLib orders only the last of several (reference counts), all are ordered here: a race that
 * hides behind one is missed, none is invented.
 */
#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>

/* Not there in programs of others that are started by ours. */
#pragma weak __tsan_acquire
#pragma weak __tsan_release

/* The function of that name that would be called without us. */
#define REAL(function) ((__typeof__ (&function)) find_real (#function))

/* The headers have macros of these names. */
#undef g_atomic_rc_box_acquire
#undef g_atomic_ref_count_dec
#undef g_atomic_ref_count_inc
#undef g_object_ref
#undef g_object_unref
#undef g_task_new

static gpointer
find_real (const char *name)
{
  gpointer function = dlsym (RTLD_NEXT, name);

  if (function == NULL)
    g_error ("%s is nowhere", name);
  return function;
}

static void
acquire (gconstpointer thing)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire ((gpointer) thing);
}

static void
release (gconstpointer thing)
{
  if (__tsan_release != NULL)
    __tsan_release ((gpointer) thing);
}

/* Locks */

void
g_mutex_lock (GMutex *mutex)
{
  static void (*real) (GMutex *);

  if (real == NULL)
    real = REAL (g_mutex_lock);
  real (mutex);
  acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  if (!REAL (g_mutex_trylock) (mutex))
    return FALSE;
  acquire (mutex);
  return TRUE;
}

void
g_mutex_unlock (GMutex *mutex)
{
  static void (*real) (GMutex *);

  if (real == NULL)
    real = REAL (g_mutex_unlock);
  release (mutex);
  real (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;

  release (mutex);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  acquire (mutex);
  return signalled;
}

/* Queues */

void
g_async_queue_lock (GAsyncQueue *queue)
{
  REAL (g_async_queue_lock) (queue);
  acquire (queue);
}

void
g_async_queue_unlock (GAsyncQueue *queue)
{
  release (queue);
  REAL (g_async_queue_unlock) (queue);
}

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  release (queue);
  REAL (g_async_queue_push) (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_pop) (queue);

  acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_try_pop) (queue);

  acquire (queue);
  return data;
}

void
g_async_queue_unref (GAsyncQueue *queue)
{
  release (queue);
  acquire (queue);
  REAL (g_async_queue_unref) (queue);
}

/* Reference counts */

static void
order (gconstpointer thing)
{
  release (thing);
  acquire (thing);
}

gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  static gboolean (*real) (gatomicrefcount *);

  if (real == NULL)
    real = REAL (g_atomic_ref_count_dec);
  order (count);
  return real (count);
}

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  order (box);
  REAL (g_atomic_rc_box_release_full) (box, clear);
}

void
g_atomic_rc_box_release (gpointer box)
{
  order (box);
  REAL (g_atomic_rc_box_release) (box);
}

void
g_object_unref (gpointer object)
{
  static void (*real) (gpointer);

  if (real == NULL)
    real = REAL (g_object_unref);
  order (object);
  real (object);
}

void
g_bytes_unref (GBytes *bytes)
{
  if (bytes != NULL)
    order (bytes);
  REAL (g_bytes_unref) (bytes);
}

/* Callbacks of a main context, which may be another thread's */

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static gboolean
call_back (gpointer user_data)
{
  Callback *callback = user_data;
  gboolean again;

  acquire (callback);
  again = callback->func (callback->data);
  release (callback);
  return again;
}

static void
callback_free (gpointer user_data)
{
  Callback *callback = user_data;

  acquire (callback);
  if (callback->notify != NULL)
    callback->notify (callback->data);
  g_free (callback);
}

static Callback *
callback_new (GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Callback *callback = g_new0 (Callback, 1);

  callback->func = func;
  callback->data = data;
  callback->notify = notify;
  release (callback);
  return callback;
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  release (source);
  return REAL (g_source_attach) (source, context);
}

void
g_main_context_invoke_full (GMainContext *context,
                            int priority,
                            GSourceFunc func,
                            gpointer data,
                            GDestroyNotify notify)
{
  REAL (g_main_context_invoke_full)
  (context, priority, call_back, callback_new (func, data, notify), callback_free);
}

/* Only of idle sources, and those that are given to other threads, is the function one of this
 * type; others are of the thread that made them. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Callback *callback;

  if (func == NULL || source->source_funcs != &g_idle_funcs)
    {
      REAL (g_source_set_callback) (source, func, data, notify);
      return;
    }

  callback = callback_new (func, data, notify);
  REAL (g_source_set_callback) (source, call_back, callback, callback_free);
  /* also of what GLib has made to hold it */
  release (callback);
}

guint
g_idle_add_full (int priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  return REAL (g_idle_add_full) (priority, call_back, callback_new (func, data, notify),
                                 callback_free);
}

/* Tasks that a thread of GIO's pool runs */

typedef struct
{
  GAsyncReadyCallback func;
  gpointer data;
} Ready;

/* Who has the task's data by other ways needs no function of the task to see what a thread left. */
static void
task_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ready *self = user_data;

  acquire (result);
  self->func (source, result, self->data);
  g_free (self);
}

GTask *
g_task_new (gpointer source, GCancellable *cancellable, GAsyncReadyCallback func, gpointer data)
{
  Ready *self;

  if (func == NULL)
    return REAL (g_task_new) (source, cancellable, NULL, data);
  self = g_new0 (Ready, 1);
  self->func = func;
  self->data = data;
  return REAL (g_task_new) (source, cancellable, task_ready, self);
}

typedef struct
{
  GTaskThreadFunc func;
} Work;

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *self = g_object_get_data (G_OBJECT (task), "tsan-work");

  acquire (self);
  acquire (task);
  self->func (task, source, data, cancellable);
  release (task);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  Work *self = g_new0 (Work, 1);

  self->func = func;
  g_object_set_data_full (G_OBJECT (task), "tsan-work", self, g_free);
  release (self);
  release (task);
  REAL (g_task_run_in_thread) (task, work);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  release (task);
  REAL (g_task_return_pointer) (task, result, destroy);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  release (task);
  REAL (g_task_return_boolean) (task, result);
}

/* In the callback, of what the thread left there. */
gpointer
g_task_get_task_data (GTask *task)
{
  acquire (task);
  return REAL (g_task_get_task_data) (task);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  acquire (task);
  return REAL (g_task_propagate_pointer) (task, error);
}

gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  acquire (task);
  return REAL (g_task_propagate_boolean) (task, error);
}

/* Pools of threads of our own */

typedef struct
{
  GFunc func;
  gpointer data;
} Pool;

static void
pool_work (gpointer job, gpointer user_data)
{
  Pool *self = user_data;

  acquire (job);
  self->func (job, self->data);
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, gint max_threads, gboolean exclusive, GError **error)
{
  Pool *self = g_new0 (Pool, 1);

  self->func = func;
  self->data = data;
  return REAL (g_thread_pool_new) (pool_work, self, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer job, GError **error)
{
  release (job);
  return REAL (g_thread_pool_push) (pool, job, error);
}

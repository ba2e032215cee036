/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The calls that run: events in, lines out. It needs neither clock nor terminal; mcp-cli-bar-draw.c
 * draws the lines.
 */
#include "cli/watch/mcp-cli-bars.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "cli/watch/mcp-cli-bar-draw.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

/* Work without calls has no event for its end; it is shown this long after its last event. */
#define STALE_US (30 * G_USEC_PER_SEC)

struct _McpCliBars
{
  GPtrArray *running; /* (owned) (element-type McpCliBar): oldest first */
  GHashTable *labels; /* (owned) char *session id -> char *label */
  gboolean is_all;    /* all sessions are shown */
  char *chosen;       /* (nullable): the key of the bar that the user has chosen */
  gboolean with_details;
};

static void
free_bar (gpointer data)
{
  McpCliBar *bar = data;

  g_free (bar->key);
  g_free (bar->session_id);
  g_free (bar->label);
  g_free (bar->tool);
  g_free (bar->message);
  g_free (bar);
}

/**
 * mcp_cli_bars_new:
 * @is_all: whether all sessions are shown, and not one
 *
 * Returns: (transfer full): no bars yet
 */
McpCliBars *
mcp_cli_bars_new (gboolean is_all)
{
  McpCliBars *self = g_new0 (McpCliBars, 1);

  self->is_all = is_all;
  self->running = g_ptr_array_new_with_free_func (free_bar);
  self->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * mcp_cli_bars_free:
 * @self: (transfer full): bars
 */
void
mcp_cli_bars_free (McpCliBars *self)
{
  g_ptr_array_unref (self->running);
  g_hash_table_unref (self->labels);
  g_free (self->chosen);
  g_free (self);
}

/**
 * mcp_cli_bars_set_label:
 * @self: bars
 * @session_id: of a session
 * @label: (nullable): what its bars begin with; %NULL: the beginning of its id
 */
void
mcp_cli_bars_set_label (McpCliBars *self, const char *session_id, const char *label)
{
  g_hash_table_insert (self->labels, g_strdup (session_id),
                       label != NULL ? mcp_text_clean (label) : g_strndup (session_id, 8));
}

static gint64
read_time (McpJsonSlice event)
{
  g_autofree char *text = mcp_cli_json_dup_member (event, "timestamp");
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (time == NULL)
    return 0;
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

/* The key of a piece of work: its call, or else its session and token. */
static char *
build_key (McpJsonSlice event, const char *session_id)
{
  g_autofree char *call_id = mcp_cli_json_dup_member (event, "call_id");
  McpJsonSlice token;

  if (call_id != NULL)
    return g_strdup_printf ("%s/call/%s", session_id != NULL ? session_id : "", call_id);
  if (!mcp_json_find (event, "token", &token))
    token = (McpJsonSlice){ "0", 1 };
  return g_strdup_printf ("%s/token/%.*s", session_id != NULL ? session_id : "", (int) token.length,
                          token.data);
}

static McpCliBar *
find_bar (McpCliBars *self, const char *key, guint *index)
{
  for (*index = 0; *index < self->running->len; (*index)++)
    {
      McpCliBar *bar = g_ptr_array_index (self->running, *index);

      if (strcmp (bar->key, key) == 0)
        return bar;
    }
  return NULL;
}

static McpCliBar *
ensure_bar (McpCliBars *self, McpJsonSlice event, guint *index)
{
  g_autofree char *session_id = mcp_cli_json_dup_member (event, "session_id");
  g_autofree char *key = build_key (event, session_id);
  McpCliBar *bar = find_bar (self, key, index);

  if (bar != NULL)
    return bar;

  bar = g_new0 (McpCliBar, 1);
  bar->key = g_steal_pointer (&key);
  bar->total = -1;
  bar->session_id = g_steal_pointer (&session_id);
  if (bar->session_id != NULL)
    {
      const char *label = g_hash_table_lookup (self->labels, bar->session_id);

      bar->label = label != NULL ? g_strdup (label) : g_strndup (bar->session_id, 8);
    }
  *index = self->running->len;
  g_ptr_array_add (self->running, bar);
  return bar;
}

static void
replace_text (char **text, McpJsonSlice event, const char *key)
{
  g_autofree char *value = mcp_cli_json_dup_member (event, key);

  if (value == NULL)
    return;
  g_free (*text);
  *text = g_strstrip (mcp_text_clean (value));
}

static void
update_bar (McpCliBar *bar, McpJsonSlice event)
{
  gint64 time_us = read_time (event);
  double progress;

  replace_text (&bar->tool, event, "tool");
  replace_text (&bar->message, event, "message");
  if (!mcp_cli_json_get_number (event, "progress", &progress))
    progress = bar->progress;
  mcp_cli_json_get_number (event, "total", &bar->total);

  if (bar->n_events == 0)
    {
      g_autofree char *state = mcp_cli_json_dup_member (event, "state");

      bar->start_us = time_us;
      bar->start_progress = progress;
      bar->seen_start = g_strcmp0 (state, "running") == 0 && progress <= 0;
    }
  bar->progress = progress;
  bar->last_us = time_us;
  bar->n_events++;
}

/* Work without states ends when it reaches its total. */
static char *
dup_outcome (McpCliBar *bar, McpJsonSlice event)
{
  g_autofree char *state = mcp_cli_json_dup_member (event, "state");

  if (state != NULL)
    return strcmp (state, "running") == 0 ? NULL : g_steal_pointer (&state);
  return bar->total > 0 && bar->progress >= bar->total ? g_strdup ("ok") : NULL;
}

/**
 * mcp_cli_bars_take_event:
 * @self: bars
 * @event: of progress
 * @style: how lines look
 *
 * Updates the bar of the event.
 *
 * Returns: (transfer full) (nullable): the line that scrolls up, if the event ended its work
 */
char *
mcp_cli_bars_take_event (McpCliBars *self, McpJsonSlice event, const McpCliBarStyle *style)
{
  guint index;
  McpCliBar *bar = ensure_bar (self, event, &index);
  g_autofree char *outcome = NULL;
  char *line;

  update_bar (bar, event);
  outcome = dup_outcome (bar, event);
  if (outcome == NULL)
    return NULL;
  line = mcp_cli_bar_draw_finished (bar, outcome, style);
  g_ptr_array_remove_index (self->running, index);
  return line;
}

/**
 * mcp_cli_bars_describe_event:
 * @self: bars
 * @event: of progress
 *
 * Returns: (transfer full): the event as one plain line, for output that is not a terminal
 */
char *
mcp_cli_bars_describe_event (McpCliBars *self, McpJsonSlice event)
{
  g_autofree char *state = mcp_cli_json_dup_member (event, "state");
  g_autofree char *clean_state = state != NULL ? mcp_text_clean (state) : NULL;
  guint index;
  McpCliBar *bar = ensure_bar (self, event, &index);
  g_autofree char *outcome = NULL;
  char *line;

  update_bar (bar, event);
  outcome = dup_outcome (bar, event);
  line = mcp_cli_bar_draw_plain (bar, clean_state);
  if (outcome != NULL)
    g_ptr_array_remove_index (self->running, index);
  return line;
}

static void
drop_stale (McpCliBars *self, gint64 now_us)
{
  for (guint i = self->running->len; i-- > 0;)
    {
      McpCliBar *bar = g_ptr_array_index (self->running, i);

      if (strstr (bar->key, "/token/") != NULL && now_us - bar->last_us > STALE_US)
        g_ptr_array_remove_index (self->running, i);
    }
}

/* What a screen without bars says. */
static char *
describe_idle (McpCliBars *self, const McpCliBarStyle *style)
{
  guint n_sessions = g_hash_table_size (self->labels);
  g_autofree char *text =
      !self->is_all ? g_strdup (_ ("No tool is running"))
                    : g_strdup_printf (ngettext ("%u session; no tool is running",
                                                 "%u sessions; no tool is running", n_sessions),
                                       n_sessions);

  return mcp_cli_text_fit (text, style->columns);
}

static gboolean
is_chosen (McpCliBars *self, const McpCliBar *bar)
{
  return self->chosen != NULL && strcmp (self->chosen, bar->key) == 0;
}

/* The chosen bar has a mark, and the others make room for it. */
static void
add_bar (McpCliBars *self,
         GPtrArray *lines,
         McpCliBar *bar,
         const McpCliBarStyle *style,
         gint64 now_us)
{
  McpCliBarStyle narrow = *style;
  g_autofree char *line = NULL;

  if (self->chosen == NULL || style->columns < 4)
    {
      g_ptr_array_add (lines, mcp_cli_bar_draw_running (bar, style, now_us));
      return;
    }
  narrow.columns -= 2;
  line = mcp_cli_bar_draw_running (bar, &narrow, now_us);
  g_ptr_array_add (lines, g_strconcat (is_chosen (self, bar) ? "> " : "  ", line, NULL));
  if (is_chosen (self, bar) && self->with_details)
    mcp_cli_bar_draw_details (bar, style, lines);
}

/* What the keys do, once somebody uses them. */
static void
add_hint (McpCliBars *self, GPtrArray *lines, const McpCliBarStyle *style)
{
  if (self->chosen != NULL && lines->len < style->rows)
    g_ptr_array_add (
        lines,
        mcp_cli_text_fit (_ ("Enter: details   c: cancel   Esc: back   q: quit"), style->columns));
}

/* The rows that the chosen bar takes beside its own, and the hint. */
static guint
count_extra_rows (McpCliBars *self)
{
  return self->chosen == NULL ? 0 : self->with_details ? 7 : 1;
}

/**
 * mcp_cli_bars_layout:
 * @self: bars
 * @style: how much room there is
 * @now_us: the time, as g_get_real_time() has it
 *
 * Returns: (transfer full) (element-type utf8): a line for each call that runs; if there are more
 *   than fit, the newest, and how many are left out; if there are none, a line that says so
 */
GPtrArray *
mcp_cli_bars_layout (McpCliBars *self, const McpCliBarStyle *style, gint64 now_us)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  guint first = 0, index;
  guint n_rows = style->rows > count_extra_rows (self) ? style->rows - count_extra_rows (self) : 1;

  drop_stale (self, now_us);
  if (self->chosen != NULL && find_bar (self, self->chosen, &index) == NULL)
    g_clear_pointer (&self->chosen, g_free);
  if (self->running->len > n_rows && style->rows > 0)
    {
      char *more;

      first = self->running->len - (n_rows - 1);
      if (self->chosen != NULL)
        first = MIN (first, index);
      more = g_strdup_printf (ngettext ("… and %u more", "… and %u more", first), first);
      g_ptr_array_add (lines, more);
    }
  for (guint i = first; i < self->running->len && i < first + n_rows; i++)
    add_bar (self, lines, g_ptr_array_index (self->running, i), style, now_us);
  add_hint (self, lines, style);
  if (self->running->len == 0)
    g_ptr_array_add (lines, describe_idle (self, style));
  return lines;
}

/**
 * mcp_cli_bars_choose:
 * @self: bars
 * @step: 1: the next bar, -1: the one before; 0: none
 */
void
mcp_cli_bars_choose (McpCliBars *self, int step)
{
  guint index = 0;
  guint n = self->running->len;
  gboolean has_one = self->chosen != NULL && find_bar (self, self->chosen, &index) != NULL;
  McpCliBar *bar;

  g_clear_pointer (&self->chosen, g_free);
  if (step == 0 || n == 0)
    return;
  if (!has_one)
    index = step > 0 ? 0 : n - 1;
  else
    index = (index + n + (guint) step) % n;
  bar = g_ptr_array_index (self->running, index);
  self->chosen = g_strdup (bar->key);
}

/**
 * mcp_cli_bars_toggle_details:
 * @self: bars
 *
 * Shows or hides all that is known of the chosen call; the first is chosen if none is.
 */
void
mcp_cli_bars_toggle_details (McpCliBars *self)
{
  if (self->chosen == NULL)
    mcp_cli_bars_choose (self, 1);
  self->with_details = !self->with_details;
}

/**
 * mcp_cli_bars_dup_chosen_call:
 * @self: bars
 *
 * Returns: (transfer full) (nullable): the id of the call that is chosen, or of the only one
 */
char *
mcp_cli_bars_dup_chosen_call (McpCliBars *self)
{
  const char *key = self->chosen;
  const char *call;

  if (key == NULL && self->running->len == 1)
    key = ((McpCliBar *) g_ptr_array_index (self->running, 0))->key;
  call = key != NULL ? strstr (key, "/call/") : NULL;
  return call != NULL ? g_strdup (call + strlen ("/call/")) : NULL;
}

/**
 * mcp_cli_bars_get_n_running:
 * @self: bars
 *
 * Returns: the number of calls that run
 */
guint
mcp_cli_bars_get_n_running (McpCliBars *self)
{
  return self->running->len;
}

/**
 * mcp_cli_bars_drop_session:
 * @self: bars
 * @session_id: of a session that has ended
 */
void
mcp_cli_bars_drop_session (McpCliBars *self, const char *session_id)
{
  for (guint i = self->running->len; i-- > 0;)
    {
      McpCliBar *bar = g_ptr_array_index (self->running, i);

      if (g_strcmp0 (bar->session_id, session_id) == 0)
        g_ptr_array_remove_index (self->running, i);
    }
  g_hash_table_remove (self->labels, session_id);
}

/**
 * mcp_cli_bars_clear:
 * @self: bars
 *
 * Forgets what runs: the daemon has ended, and its calls with it. Labels stay, because sessions do.
 */
void
mcp_cli_bars_clear (McpCliBars *self)
{
  g_ptr_array_set_size (self->running, 0);
}

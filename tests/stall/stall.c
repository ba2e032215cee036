/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An innocent session beside each worst case. No turn of the daemon's main
 * context may take longer than the budget: from one return of poll() to the next
 * call of it, by the main thread's own run time.
 *
 * The daemon says itself what its longest turn was, and whose (GET /metrics), and says it once more
 * when it has ended, so that its end counts. A daemon that does not is judged by the innocent
 * session's waits.
 *
 *   MCP_STALL_BUDGET_MS  the budget; 20 where it is not set
 *   MCP_STALL_FULL=1     the sizes of docs/performance.md, which take minutes
 */
#include "stall.h"

#include "stall-probe.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GAUGE             "mcp_sessiond_longest_dispatch_seconds{source=\""
#define DEFAULT_BUDGET_MS 20
#define FULL_PATIENCE_S   600
#define PATIENCE_S        60
#define N_TRIES           2
/* The sentence in the log has one decimal. */
#define ROUNDING_MS       0.1

typedef struct
{
  const StallCase *stall_case;
  guint size;
  double longest_ms;
  char *source; /* (nullable) */
} Row;

static GArray *rows; /* (nullable) (element-type Row) */

static gboolean
is_full (void)
{
  return g_strcmp0 (g_getenv ("MCP_STALL_FULL"), "1") == 0;
}

static double
get_budget_ms (void)
{
  const char *text = g_getenv ("MCP_STALL_BUDGET_MS");

  return text != NULL ? g_ascii_strtod (text, NULL) : DEFAULT_BUDGET_MS;
}

/* Returns: whether the daemon says it */
static gboolean
read_gauge (Attack *attack, Row *row)
{
  g_autoptr (AttackAnswer) answer = attack_ask (attack, "GET", "/metrics", NULL, NULL, NULL);
  const char *at = answer->body;
  gboolean found = FALSE;

  while (at != NULL && (at = strstr (at, GAUGE)) != NULL)
    {
      gsize length;
      double ms;

      at += strlen (GAUGE);
      length = strcspn (at, "\"");
      ms = 1000 * g_ascii_strtod (at + length + strlen ("\"}"), NULL);
      if (!found || ms > row->longest_ms)
        {
          g_free (row->source);
          row->source = g_strndup (at, length);
          row->longest_ms = ms;
        }
      found = TRUE;
    }
  return found;
}

/* What a start and a first session take where there is nothing to remember. */
static guint64
get_plain_start_ns (void)
{
  static guint64 run_ns;
  Attack *attack;

  if (run_ns != 0)
    return run_ns;
  attack = attack_new (E2E_WITHOUT_BUS);
  attack_start (attack);
  json_object_unref (attack_create_session (attack, "{\"cwd\":\"/\"}"));
  stall_probe_read_run_time (attack->pid, &run_ns);
  attack_free (attack);
  return run_ns;
}

static void
set_longest (Row *row, double longest_ms, const char *source)
{
  if (longest_ms <= row->longest_ms)
    return;
  g_free (row->source);
  row->source = g_strdup (source);
  row->longest_ms = longest_ms;
}

/* What happened until now. */
static void
measure (Stall *stall, Row *row, const StallWaits *waits, guint64 start_ns)
{
  gboolean has_gauge = attack_is_alive (stall->attack) && read_gauge (stall->attack, row);

  if (!has_gauge)
    set_longest (row, 1e-6 * (double) waits->run_ns, "unknown");
  if (stall->judges_start)
    set_longest (row, 1e-6 * ((double) start_ns - (double) get_plain_start_ns ()), "start");
  g_test_message ("%s (%u): longest turn %.1f ms%s%s; innocent: %u events, longest wait %.1f ms, "
                  "of which the main thread ran %.1f ms",
                  row->stall_case->name, stall->size, row->longest_ms, has_gauge ? ", source " : "",
                  has_gauge ? row->source : "", waits->n_events, 1e-3 * (double) waits->wait_us,
                  1e-6 * (double) waits->run_ns);
  if (!attack_is_alive (stall->attack))
    attack_fail ("the daemon has ended");
  if (!waits->ok)
    attack_fail ("the innocent session's event %u was not taken", waits->n_events);
}

/* The end counts. @row: as measure() left it; the daemon has ended since then */
static void
add_end (Stall *stall, Row *row)
{
  static const char sentence[] = "The longest turn of the main context took ";
  g_autofree char *log = attack_dup_log (stall->attack);
  const char *said = strstr (log, sentence);

  if (said == NULL)
    attack_fail ("the daemon does not say what its longest turn was");
  else
    set_longest (row, g_ascii_strtod (said + strlen (sentence), NULL) - ROUNDING_MS, "end");
}

static void
run_beside_probe (Stall *stall, Row *row)
{
  StallProbe *probe;
  StallWaits waits;
  guint64 start_ns = 0;

  stall->session = attack_create_session (stall->attack, "{\"cwd\":\"/\"}");
  probe = stall_probe_new (stall->attack);
  stall_probe_read_run_time (stall->attack->pid, &start_ns);
  row->stall_case->run (stall);
  waits = stall_probe_end (probe);
  measure (stall, row, &waits, start_ns);
  g_clear_pointer (&stall->session, json_object_unref);
}

/* With a daemon of its own. */
static void
run_once (Row *row)
{
  const StallCase *stall_case = row->stall_case;
  Stall stall = { .size = row->size };

  stall.attack = attack_new (stall_case->bus);
  stall.attack->option = "--verbose";
  stall.attack->patience_seconds = is_full () ? FULL_PATIENCE_S : PATIENCE_S;
  if (stall_case->prepare != NULL)
    stall_case->prepare (&stall);
  attack_start (stall.attack);
  run_beside_probe (&stall, row);
  if (attack_end (stall.attack, SIGTERM))
    add_end (&stall, row);
  else
    attack_fail ("the daemon did not end as it should");
  if (stall_case->clean_up != NULL)
    stall_case->clean_up (&stall);
  attack_free (stall.attack);
}

/* What the daemon does itself takes long each time. What a busy machine does to it (page faults
 * that wait for one another, cold caches) is charged to its thread as well, but not twice in a row.
 */
static void
run_case (gconstpointer data)
{
  const StallCase *stall_case = data;
  gint64 began_us = g_get_monotonic_time ();
  Row row = { .stall_case = stall_case };
  guint64 unused;

  if (!stall_probe_read_run_time (getpid (), &unused))
    {
      g_test_skip ("the kernel has no schedstat");
      return;
    }
  for (guint i = 0; i < N_TRIES && (i == 0 || row.longest_ms > get_budget_ms ()); i++)
    {
      g_free (row.source);
      row = (Row){ .stall_case = stall_case,
                   .size = is_full () ? stall_case->full_size : stall_case->size };
      run_once (&row);
    }
  if (row.longest_ms > get_budget_ms ())
    attack_fail ("a turn took %.1f ms, more than %.0f, source %s", row.longest_ms, get_budget_ms (),
                 row.source);

  if (rows == NULL)
    rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_append_val (rows, row);
  g_test_message ("%s: %.1f s", stall_case->name,
                  1e-6 * (double) (g_get_monotonic_time () - began_us));
}

void
stall_add_cases (const StallCase *cases)
{
  for (; cases->name != NULL; cases++)
    {
      g_autofree char *path = g_strconcat ("/stall/", cases->name, NULL);

      g_test_add_data_func (path, cases, run_case);
    }
}

/* As people write it: 32,768. */
static char *
format_number (guint number)
{
  g_autofree char *rest = NULL;

  if (number < 1000)
    return g_strdup_printf ("%u", number);
  rest = format_number (number / 1000);
  return g_strdup_printf ("%s,%03u", rest, number % 1000);
}

/* Markdown, for docs/performance.md. */
void
stall_print_table (FILE *file)
{
  fprintf (file, "\n| case | who | how | source | longest turn, ms |\n"
                 "| --- | --- | --- | --- | --: |\n");
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      g_auto (GStrv) parts = g_strsplit (row->stall_case->how, "%u", 2);
      g_autofree char *size = format_number (row->size);
      g_autofree char *how = g_strjoinv (size, parts);

      fprintf (file, "| `%s` | %s | %s | %s | %.1f |\n", row->stall_case->name,
               row->stall_case->who, how, row->source != NULL ? row->source : "–", row->longest_ms);
    }
}

/* A request of the session's default attachment, whatever the daemon answers. */
void
stall_call (Stall *stall, const char *method, const char *params)
{
  g_autoptr (JsonObject) response = attack_rpc (stall->attack, stall->session, method, params);
}

char *
stall_initialize (Stall *stall, const char *revision)
{
  static const char name[] = "\r\nMcp-Session-Id: ";
  g_autofree char *params =
      g_strdup_printf ("{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":"
                       "{\"name\":\"c\",\"version\":\"1\"}}",
                       revision);
  g_autofree char *body = attack_build_rpc ("initialize", params);
  g_autoptr (AttackAnswer) answer =
      attack_ask (stall->attack, "POST", "/mcp", attack_token (stall->session), NULL, body);
  const char *id = answer->head != NULL ? strstr (answer->head, name) : NULL;

  if (id == NULL)
    g_error ("initialize: %u", answer->status);
  id += strlen (name);
  return g_strdup_printf ("Mcp-Session-Id: %.*s\r\nMCP-Protocol-Version: %s\r\n",
                          (int) strcspn (id, "\r"), id, revision);
}

char *
stall_repeat (const char *text, guint n_times)
{
  GString *all = g_string_sized_new (strlen (text) * n_times + 1);

  for (guint i = 0; i < n_times; i++)
    g_string_append (all, text);
  return g_string_free (all, FALSE);
}

char *
stall_build_twin (const char *one, const char *other, guint n_pieces, guint number)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_pieces; i++)
    g_string_append (text, (number >> i) & 1 ? one : other);
  return g_string_free (text, FALSE);
}

/* The members of an answer to a list; @item_format: JSON with one %u, the item's number. */
char *
stall_build_list (const char *member, const char *item_format, guint n_items)
{
  g_auto (GStrv) parts = g_strsplit (item_format, "%u", 0);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "\"result\":{\"%s\":[", member);
  for (guint i = 0; i < n_items; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      g_autofree char *item = g_strjoinv (number, parts);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", item);
    }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

/* The session becomes one that may use what so many globs say; @glob with one %u. */
void
stall_use_globs (Stall *stall, const char *glob, guint n_globs)
{
  g_auto (GStrv) parts = g_strsplit (glob, "%u", 2);
  g_autoptr (GString) body = g_string_new ("{\"cwd\":\"/\",\"allowed_tools\":[");

  for (guint i = 0; i < n_globs; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      g_autofree char *one = g_strjoinv (number, parts);

      g_string_append_printf (body, "%s\"%s\"", i > 0 ? "," : "", one);
    }
  g_string_append (body, "]}");
  json_object_unref (stall->session);
  stall->session = attack_create_session (stall->attack, body->str);
}

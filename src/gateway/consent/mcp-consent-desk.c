/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of a question:
 *
 *   WAITING ---- an answer, no answer in time, the call is withdrawn ----> ENDED
 *
 * The desk owns a question while it waits. What has ended is known by its id for a while, so that
 * a second answer learns that it came too late.
 */
#include "gateway/consent/mcp-consent-desk.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-timer.h"
#include "mcp-consent-grants-private.h"

/* Until the settings say otherwise. */
#define DEFAULT_WAIT_SECONDS 120

/* How many questions that have ended are known by their ids. */
#define MAX_ENDED 256

struct _McpConsentDesk
{
  GObject parent_instance;

  guint max_waiting;
  guint max_waiting_per_session;
  guint wait_seconds;
  gboolean ask_destructive;
  McpConsentGrants *grants; /* (owned) */
  GHashTable *waiting;      /* (owned): id (of the question) -> Waiting (owned) */
  GPtrArray *order; /* (owned): McpConsentQuestion (unowned): those that wait, oldest first */
  GQueue ended;     /* (owned): ids (owned), newest first */
  McpConsentStats stats;
};

/* A question that waits. */
typedef struct
{
  McpConsentDesk *desk;         /* (unowned) */
  McpConsentQuestion *question; /* (owned) */
  GSource *timer;               /* (owned) */
  GCancellable *cancellable;    /* (owned): of the call */
  gulong cancelled_id;
  McpConsentDoneFunc done;
  gpointer user_data;
} Waiting;

enum
{
  SIGNAL_QUESTION_ADDED,
  SIGNAL_QUESTION_REMOVED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpConsentDesk, mcp_consent_desk, G_TYPE_OBJECT)

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  mcp_timer_clear (&waiting->timer);
  g_clear_signal_handler (&waiting->cancelled_id, waiting->cancellable);
  g_object_unref (waiting->cancellable);
  g_object_unref (waiting->question);
  g_free (waiting);
}

/* Judging */

/**
 * mcp_consent_desk_judge:
 * @self: the desk
 * @client: who calls
 * @target: the tool
 *
 * What is written in mcp.json comes first, then what the tool says of itself, then what holds for
 * servers of that kind; a question is not put again in a session that the owner allowed the tool.
 *
 * Returns: what happens with the call; never %MCP_CONSENT_UNSET
 */
McpConsentWord
mcp_consent_desk_judge (McpConsentDesk *self, McpClient *client, McpTarget *target)
{
  const McpServerConfig *config = target->config;
  McpConsentWord word = MCP_CONSENT_UNSET;

  if (config->consent != NULL)
    word = mcp_consent_rules_find (config->consent, target->name);
  if (word == MCP_CONSENT_UNSET)
    word = mcp_server_config_get_default_consent (config, target->name);
  else if (word == MCP_CONSENT_ALLOW)
    return word;
  if (word == MCP_CONSENT_ALLOW && self->ask_destructive && target->is_destructive)
    word = MCP_CONSENT_ASK;
  if (word == MCP_CONSENT_ASK && mcp_consent_grants_has (self->grants, client->session, target))
    word = MCP_CONSENT_ALLOW;
  return word;
}

/* Questions */

static void
log_question (McpConsentQuestion *question, const char *what)
{
  const McpLogSubject subject = {
    .session = mcp_session_get_id (mcp_consent_question_get_session (question)),
    .provider = mcp_consent_question_get_server (question),
  };

  mcp_log (G_LOG_LEVEL_INFO, &subject, "consent to %s: %s",
           mcp_consent_question_get_tool (question), what);
}

static void
note_ended (McpConsentDesk *self, McpConsentQuestion *question)
{
  g_queue_push_head (&self->ended, g_strdup (mcp_consent_question_get_id (question)));
  if (self->ended.length > MAX_ENDED)
    g_free (g_queue_pop_tail (&self->ended));
}

/* The one place where a question ends. */
static void
end (Waiting *waiting, McpConsentAnswer answer, const char *answered_by)
{
  g_autoptr (McpConsentDesk) self = g_object_ref (waiting->desk);
  g_autoptr (McpConsentQuestion) question = g_object_ref (waiting->question);
  McpConsentDoneFunc done = waiting->done;
  gpointer user_data = waiting->user_data;

  mcp_consent_question_settle (question, answer, answered_by);
  self->stats.n_ended[answer]++;
  note_ended (self, question);
  g_ptr_array_remove (self->order, question);
  g_hash_table_remove (self->waiting, mcp_consent_question_get_id (question)); /* frees @waiting */
  if (answer == MCP_CONSENT_ANSWER_SESSION)
    mcp_consent_grants_add (self->grants, mcp_consent_question_get_session (question),
                            mcp_consent_question_get_target (question));
  log_question (question, mcp_consent_answer_to_string (answer));
  g_signal_emit (self, signals[SIGNAL_QUESTION_REMOVED], 0, question);
  done (question, user_data);
}

static gboolean
timeout_cb (gpointer user_data)
{
  end (user_data, MCP_CONSENT_ANSWER_TIMEOUT, NULL);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, Waiting *waiting)
{
  end (waiting, MCP_CONSENT_ANSWER_WITHDRAWN, NULL);
}

static guint
count_of_session (McpConsentDesk *self, McpSession *session)
{
  guint n = 0;

  for (guint i = 0; i < self->order->len; i++)
    if (mcp_consent_question_get_session (self->order->pdata[i]) == session)
      n++;
  return n;
}

static gboolean
has_room (McpConsentDesk *self, McpSession *session, GError **error)
{
  if (self->order->len >= self->max_waiting)
    g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                 "%u questions wait for the owner already; answer some, or raise the limit "
                 "Questions",
                 self->order->len);
  else if (count_of_session (self, session) >= self->max_waiting_per_session)
    g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                 "%u questions of this session wait for the owner already; answer some, or raise "
                 "the limit QuestionsPerSession",
                 self->max_waiting_per_session);
  else
    return TRUE;

  self->stats.n_over_limit++;
  return FALSE;
}

static Waiting *
waiting_new (McpConsentDesk *self, const McpConsentAsker *asker, GCancellable *cancellable)
{
  gint64 expires_at = g_get_real_time () + (gint64) self->wait_seconds * G_TIME_SPAN_SECOND;
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->desk = self;
  waiting->question = mcp_consent_question_new (asker, expires_at);
  waiting->cancellable = g_object_ref (cancellable);
  waiting->cancelled_id =
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), waiting);
  waiting->timer =
      mcp_timer_new_ms ("consent-deadline", self->wait_seconds * 1000, timeout_cb, waiting);
  return waiting;
}

/**
 * mcp_consent_desk_ask:
 * @self: the desk
 * @asker: the call that needs the owner's word
 * @cancellable: withdraws the question; main context only
 * @done: called when the question no longer waits; not before this returns
 * @user_data: for @done; must live until then
 * @error: return location
 *
 * Puts a question to the owner, by everybody who can show one.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_CANCELLED.
 *
 * Returns: (transfer none) (nullable): the question; %NULL: it is not put, and @done not called
 */
McpConsentQuestion *
mcp_consent_desk_ask (McpConsentDesk *self,
                      const McpConsentAsker *asker,
                      GCancellable *cancellable,
                      McpConsentDoneFunc done,
                      gpointer user_data,
                      GError **error)
{
  Waiting *waiting;

  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CANCELLED, "The call was cancelled");
      return NULL;
    }
  if (!has_room (self, asker->client->session, error))
    return NULL;

  waiting = waiting_new (self, asker, cancellable);
  waiting->done = done;
  waiting->user_data = user_data;
  g_ptr_array_add (self->order, waiting->question);
  g_hash_table_insert (self->waiting, (gpointer) mcp_consent_question_get_id (waiting->question),
                       waiting);
  log_question (waiting->question, "asked");
  g_signal_emit (self, signals[SIGNAL_QUESTION_ADDED], 0, waiting->question);
  return waiting->question;
}

/* Answers */

static gboolean
set_unknown (McpConsentDesk *self, const char *id, GError **error)
{
  if (g_queue_find_custom (&self->ended, id, (GCompareFunc) g_strcmp0) != NULL)
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                         "The question has ended: it was answered, withdrawn, or nobody answered "
                         "in time");
  else
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no such question");
  return FALSE;
}

/**
 * mcp_consent_desk_answer:
 * @self: the desk
 * @id: any text
 * @answer: the owner's: once, session or deny
 * @answered_by: the way by which it came, for the history
 * @error: return location
 *
 * Ends a question by an answer that certainly is the owner's.
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS where another answer came first.
 *
 * Returns: whether the answer counts
 */
gboolean
mcp_consent_desk_answer (McpConsentDesk *self,
                         const char *id,
                         McpConsentAnswer answer,
                         const char *answered_by,
                         GError **error)
{
  Waiting *waiting = g_hash_table_lookup (self->waiting, id);

  if (waiting == NULL)
    return set_unknown (self, id, error);
  end (waiting, answer, answered_by);
  return TRUE;
}

/**
 * mcp_consent_desk_answer_from:
 * @self: the desk
 * @id: any text
 * @answer: once, session or deny
 * @answered_by: the way by which it came, for the history
 * @pid: the process that answers; 0: not known
 * @error: return location
 *
 * Ends a question by the answer of a program. Errors: as for mcp_consent_desk_answer(), and
 * %MCP_ERROR_AUTHENTICATION_FAILED as for mcp_consent_question_may_answer().
 *
 * Returns: whether the answer counts
 */
gboolean
mcp_consent_desk_answer_from (McpConsentDesk *self,
                              const char *id,
                              McpConsentAnswer answer,
                              const char *answered_by,
                              pid_t pid,
                              GError **error)
{
  McpConsentQuestion *question = mcp_consent_desk_lookup (self, id);

  if (question == NULL)
    return set_unknown (self, id, error);
  if (mcp_consent_question_may_answer (question, pid, error))
    return mcp_consent_desk_answer (self, id, answer, answered_by, error);

  self->stats.n_refused++;
  log_question (question, "an answer was refused");
  return FALSE;
}

/**
 * mcp_consent_desk_lookup:
 * @self: the desk
 * @id: any text
 *
 * Returns: (transfer none) (nullable): the question of that id, if it waits
 */
McpConsentQuestion *
mcp_consent_desk_lookup (McpConsentDesk *self, const char *id)
{
  Waiting *waiting = g_hash_table_lookup (self->waiting, id);

  return waiting != NULL ? waiting->question : NULL;
}

/**
 * mcp_consent_desk_list:
 * @self: the desk
 *
 * Returns: (transfer none) (element-type McpConsentQuestion): the questions that wait, oldest first
 */
GPtrArray *
mcp_consent_desk_list (McpConsentDesk *self)
{
  return self->order;
}

/**
 * mcp_consent_desk_get_n_waiting:
 * @self: the desk
 *
 * Returns: how many questions wait
 */
guint
mcp_consent_desk_get_n_waiting (McpConsentDesk *self)
{
  return self->order->len;
}

/**
 * mcp_consent_desk_get_stats:
 * @self: the desk
 *
 * Returns: (transfer none): what it has done
 */
const McpConsentStats *
mcp_consent_desk_get_stats (McpConsentDesk *self)
{
  return &self->stats;
}

/**
 * mcp_consent_desk_set_grant_keep:
 * @self: a desk that was asked nothing yet
 * @keep: (nullable): where answers for a session last as long as the session; %NULL: they end with
 *   the desk
 */
void
mcp_consent_desk_set_grant_keep (McpConsentDesk *self, McpGrantKeep *keep)
{
  mcp_consent_grants_set_keep (self->grants, keep);
}

/**
 * mcp_consent_desk_drop_session:
 * @self: the desk
 * @session_id: of a session that has ended
 *
 * Forgets what was allowed in it. Its questions end with its calls.
 */
void
mcp_consent_desk_drop_session (McpConsentDesk *self, const char *session_id)
{
  mcp_consent_grants_drop_session (self->grants, session_id);
}

/**
 * mcp_consent_desk_set_limits:
 * @self: the desk
 * @limits: those of questions hold from now on; what waits stays
 */
void
mcp_consent_desk_set_limits (McpConsentDesk *self, const McpLimits *limits)
{
  self->max_waiting = limits->questions;
  self->max_waiting_per_session = limits->questions_per_session;
}

/**
 * mcp_consent_desk_set_wait:
 * @self: the desk
 * @wait_seconds: how long the next questions wait for an answer; above 0
 */
void
mcp_consent_desk_set_wait (McpConsentDesk *self, guint wait_seconds)
{
  self->wait_seconds = wait_seconds;
}

/**
 * mcp_consent_desk_set_ask_destructive:
 * @self: the desk
 * @ask_destructive: whether tools that call themselves destructive need the owner's word, where
 *   mcp.json says nothing of them
 */
void
mcp_consent_desk_set_ask_destructive (McpConsentDesk *self, gboolean ask_destructive)
{
  self->ask_destructive = ask_destructive;
}

static void
mcp_consent_desk_finalize (GObject *object)
{
  McpConsentDesk *self = MCP_CONSENT_DESK (object);

  g_hash_table_unref (self->waiting);
  g_ptr_array_unref (self->order);
  g_queue_clear_full (&self->ended, g_free);
  mcp_consent_grants_free (self->grants);

  G_OBJECT_CLASS (mcp_consent_desk_parent_class)->finalize (object);
}

static void
mcp_consent_desk_class_init (McpConsentDeskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_consent_desk_finalize;

  signals[SIGNAL_QUESTION_ADDED] =
      g_signal_new ("question-added", MCP_TYPE_CONSENT_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, MCP_TYPE_CONSENT_QUESTION);
  signals[SIGNAL_QUESTION_REMOVED] =
      g_signal_new ("question-removed", MCP_TYPE_CONSENT_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, MCP_TYPE_CONSENT_QUESTION);
}

static void
mcp_consent_desk_init (McpConsentDesk *self)
{
  self->wait_seconds = DEFAULT_WAIT_SECONDS;
  self->grants = mcp_consent_grants_new ();
  self->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, waiting_free);
  self->order = g_ptr_array_new ();
}

/**
 * mcp_consent_desk_new:
 * @limits: copied
 *
 * Returns: (transfer full): a desk without questions
 */
McpConsentDesk *
mcp_consent_desk_new (const McpLimits *limits)
{
  McpConsentDesk *self = g_object_new (MCP_TYPE_CONSENT_DESK, NULL);

  mcp_consent_desk_set_limits (self, limits);
  return self;
}

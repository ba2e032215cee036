/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-rounds-to-client.h"

#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* What a server asks at once comes as several requests; a client is asked all of it together. */
#define BUNDLE_MS 50
/* In the "_meta" of a server's request: the key that the server would like the client to see.
 * Requests before 2026-07-28 carry no key. */
#define KEY_HINT  "org.mcpsessiond/inputKey"

/* One question. */
typedef struct
{
  McpAsk *ask;  /* (owned) */
  char *key;    /* (owned): under which the client is asked, and answers */
  char *params; /* (owned) (nullable): JSON object: as the client is asked */
} Question;

struct _McpRoundsToClient
{
  const McpRoundsToClientFuncs *funcs;
  gpointer user_data;
  McpClient *client;    /* (owned) (nullable): as it was when it was there last */
  gboolean is_there;    /* the client */
  GPtrArray *questions; /* (owned): Question (owned): open ones */
  guint n_questions;    /* so far, for keys */
  GSource *bundle;      /* (owned) (nullable): the round is being collected */
};

static char *
find_hint (McpJsonSlice params)
{
  McpJsonSlice meta;
  McpJsonSlice hint;

  if (params.data == NULL || !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) ||
      !mcp_json_find_typed (meta, KEY_HINT, MCP_JSON_STRING, &hint))
    return NULL;
  return mcp_json_dup_string (hint);
}

/* @translated: (nullable): the params in the client's revision; %NULL: as they are */
static Question *
question_new (McpAsk *ask, guint number, const char *translated)
{
  Question *self = g_new0 (Question, 1);
  McpJsonSlice params = mcp_ask_get_params (ask);

  self->ask = g_object_ref (ask);
  self->key = find_hint (params);
  if (self->key == NULL)
    self->key = g_strdup_printf ("input-%u", number);
  if (translated != NULL)
    self->params = g_strdup (translated);
  else if (params.data != NULL)
    self->params = g_strndup (params.data, params.length);
  return self;
}

static gpointer
question_copy (gconstpointer question, gpointer unused)
{
  const Question *self = question;
  Question *copy = g_new0 (Question, 1);

  copy->ask = g_object_ref (self->ask);
  copy->key = g_strdup (self->key);
  copy->params = g_strdup (self->params);
  return copy;
}

static void
question_free (Question *self)
{
  g_object_unref (self->ask);
  g_free (self->key);
  g_free (self->params);
  g_free (self);
}

/* Collecting a round */

static void
clear_bundle (McpRoundsToClient *self)
{
  if (self->bundle != NULL)
    g_source_destroy (self->bundle);
  g_clear_pointer (&self->bundle, g_source_unref);
}

static gboolean
bundle_cb (gpointer user_data)
{
  McpRoundsToClient *self = user_data;

  clear_bundle (self);
  if (self->questions->len > 0)
    self->funcs->ask_client (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
start_bundle (McpRoundsToClient *self)
{
  clear_bundle (self);
  if (!self->is_there || self->questions->len == 0)
    return;

  self->bundle = g_timeout_source_new (BUNDLE_MS);
  g_source_set_callback (self->bundle, bundle_cb, self, NULL);
  g_source_attach (self->bundle, g_main_context_get_thread_default ());
}

static void
ask_closed_cb (McpAsk *ask, McpRoundsToClient *self)
{
  for (guint i = 0; i < self->questions->len; i++)
    if (((Question *) g_ptr_array_index (self->questions, i))->ask == ask)
      {
        g_signal_handlers_disconnect_by_data (ask, self);
        g_ptr_array_remove_index (self->questions, i);
        return;
      }
}

/**
 * mcp_rounds_to_client_add:
 * @self: the rounds
 * @ask: what a server asks
 *
 * Takes a question for the round, or refuses it where the client cannot be asked.
 */
void
mcp_rounds_to_client_add (McpRoundsToClient *self, McpAsk *ask)
{
  g_autofree char *translated = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  if (mcp_translate_ask (mcp_ask_get_method (ask), mcp_ask_get_params (ask), self->client->revision,
                         self->client->capabilities, &translated, &required, &error))
    {
      g_ptr_array_add (self->questions, question_new (ask, ++self->n_questions, translated));
      g_signal_connect (ask, "closed", G_CALLBACK (ask_closed_cb), self);
      start_bundle (self);
    }
  else if (self->is_there && required != NULL)
    self->funcs->lacks_capability (required, self->user_data);
  else
    mcp_ask_answer_error (ask, error->code, error->message, MCP_JSON_SLICE_NONE);
}

/**
 * mcp_rounds_to_client_set_client:
 * @self: the rounds
 * @client: (nullable): the client that is there now; %NULL: it has gone, or was sent away
 *
 * Rounds are made only while a client is there.
 */
void
mcp_rounds_to_client_set_client (McpRoundsToClient *self, McpClient *client)
{
  clear_bundle (self);
  self->is_there = client != NULL;
  if (client == NULL)
    return;

  g_clear_pointer (&self->client, mcp_client_unref);
  self->client = mcp_client_ref (client);
}

/* Answers */

/* Hands the client's answer to the server, if there is one that can be an answer. */
static void
take_response (const Question *question, McpJsonSlice responses, McpRevision from)
{
  g_autofree char *translated = NULL;
  McpJsonSlice response;

  if (responses.data == NULL ||
      !mcp_json_find_typed (responses, question->key, MCP_JSON_OBJECT, &response))
    return;

  translated = mcp_translate_ask_result (mcp_ask_get_method (question->ask), response, from,
                                         mcp_ask_get_server_revision (question->ask));
  if (translated != NULL)
    response = (McpJsonSlice){ translated, strlen (translated) };
  mcp_ask_answer_result (question->ask, response);
}

/**
 * mcp_rounds_to_client_take_responses:
 * @self: the rounds; may end within
 * @responses: what the client brought, an object; or %MCP_JSON_SLICE_NONE
 *
 * Hands the answers to the server. Questions without an answer are asked in the next round.
 */
void
mcp_rounds_to_client_take_responses (McpRoundsToClient *self, McpJsonSlice responses)
{
  McpRevision from = self->client->revision;
  g_autoptr (GPtrArray) questions = g_ptr_array_copy (self->questions, question_copy, NULL);

  g_ptr_array_set_free_func (questions, (GDestroyNotify) question_free);
  start_bundle (self);
  for (guint i = 0; i < questions->len; i++)
    take_response (g_ptr_array_index (questions, i), responses, from);
}

/**
 * mcp_rounds_to_client_build_result:
 * @self: the rounds
 * @state: plain ASCII that the client is to bring back
 *
 * Returns: (transfer full): an InputRequiredResult with all open questions
 */
char *
mcp_rounds_to_client_build_result (McpRoundsToClient *self, const char *state)
{
  GString *out = g_string_new ("{\"resultType\":\"input_required\",\"inputRequests\":{");

  for (guint i = 0; i < self->questions->len; i++)
    {
      const Question *question = g_ptr_array_index (self->questions, i);

      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, question->key);
      g_string_append (out, ":{\"method\":");
      mcp_json_append_string (out, mcp_ask_get_method (question->ask));
      g_string_append (out, ",\"params\":");
      g_string_append (out, question->params != NULL ? question->params : "{}");
      g_string_append_c (out, '}');
    }
  g_string_append (out, "},\"requestState\":");
  mcp_json_append_string (out, state);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * mcp_rounds_to_client_new:
 * @funcs: static: what happens with rounds
 * @user_data: for @funcs
 *
 * Returns: (transfer full): rounds without questions, while no client is there
 */
McpRoundsToClient *
mcp_rounds_to_client_new (const McpRoundsToClientFuncs *funcs, gpointer user_data)
{
  McpRoundsToClient *self = g_new0 (McpRoundsToClient, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) question_free);
  return self;
}

/**
 * mcp_rounds_to_client_free:
 * @self: (transfer full): the rounds; open questions stay open
 */
void
mcp_rounds_to_client_free (McpRoundsToClient *self)
{
  clear_bundle (self);
  for (guint i = 0; i < self->questions->len; i++)
    g_signal_handlers_disconnect_by_data (
        ((Question *) g_ptr_array_index (self->questions, i))->ask, self);
  g_ptr_array_unref (self->questions);
  g_clear_pointer (&self->client, mcp_client_unref);
  g_free (self);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * mcp_rounds_to_client_build_digest:
 * @method: of a request
 * @params: of it; or %MCP_JSON_SLICE_NONE
 *
 * A digest of what a client must repeat when it comes back: everything but "_meta",
 * "inputResponses" and "requestState", in whatever order.
 *
 * Returns: (transfer full): hexadecimal digits
 */
char *
mcp_rounds_to_client_build_digest (const char *method, McpJsonSlice params)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) all = g_string_new (method);
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;

  if (params.data != NULL)
    mcp_json_iter_init (&iter, params);
  while (params.data != NULL && mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autoptr (GString) member = g_string_new (NULL);

      if (mcp_json_string_equal (key, "_meta") || mcp_json_string_equal (key, "inputResponses") ||
          mcp_json_string_equal (key, "requestState"))
        continue;
      mcp_json_append_slice (member, key);
      mcp_json_append_slice (member, value);
      g_ptr_array_add (members, g_compute_checksum_for_string (G_CHECKSUM_SHA256, member->str, -1));
    }
  g_ptr_array_sort (members, compare_texts);
  for (guint i = 0; i < members->len; i++)
    g_string_append (all, g_ptr_array_index (members, i));
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
}

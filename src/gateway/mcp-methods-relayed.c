/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is asked of the one server that a prompt or a resource belongs to:
 * prompts/get, resources/read, completion/complete.
 */

#include "mcp-attachment-private.h"
#include "mcp-downstream.h"
#include "mcp-error.h"
#include "mcp-method.h"
#include "mcp-rpc-error.h"

#include <string.h>

typedef struct _Relayed Relayed;

/* Who answers, found in the catalogue as it is now: the server, and the params as it is to see
 * them. */
typedef McpServerConfig *(*FindFunc) (Relayed *self, char **params);

struct _Relayed
{
  McpRequest *request;       /* (owned) */
  McpDownstream *downstream; /* (owned) */
  FindFunc find;
  char *name;              /* (owned): of the prompt, or the resource's URI */
  McpServerConfig *config; /* (owned) (nullable) */
};

static McpServices *
get_services (Relayed *self)
{
  return mcp_attachment_get_services (mcp_request_get_attachment (self->request));
}

static McpSession *
get_session (Relayed *self)
{
  return mcp_attachment_get_session (mcp_request_get_attachment (self->request));
}

static void
relayed_free (Relayed *self)
{
  g_clear_pointer (&self->config, mcp_server_config_unref);
  g_object_unref (self->downstream);
  g_object_unref (self->request);
  g_free (self->name);
  g_free (self);
}

static void
relayed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Relayed *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  answer = mcp_relay_run_finish (MCP_RELAY (source), result, &error);
  if (answer != NULL)
    mcp_downstream_answer (self->downstream, answer);
  else
    mcp_downstream_fail (self->downstream, error, self->config->name);
  relayed_free (self);
}

static void
run (Relayed *self, McpProviderLease *lease, const char *params)
{
  McpRelayClient client;
  g_autoptr (McpRelay) relay = NULL;

  mcp_downstream_get_client (self->downstream, &client);
  relay = mcp_relay_new (lease, mcp_request_get_method (self->request),
                         (McpJsonSlice){ params, strlen (params) }, &client);
  mcp_relay_set_timeout (relay,
                         mcp_router_choose_timeout (get_services (self)->router, self->config));
  mcp_downstream_set_server (self->downstream, self->config);
  mcp_downstream_follow_relay (self->downstream, relay);
  mcp_relay_run_async (relay, mcp_downstream_get_cancellable (self->downstream), relayed_cb, self);
}

static gboolean
try_run (Relayed *self)
{
  g_autofree char *params = NULL;
  g_autoptr (GError) error = NULL;
  McpServerConfig *config = self->find (self, &params);
  McpProviderLease *lease;

  if (config == NULL)
    return FALSE;

  self->config = mcp_server_config_ref (config);
  lease = mcp_provider_pool_acquire (get_services (self)->pool, config, get_session (self), &error);
  if (lease != NULL)
    {
      run (self, lease, params);
      return TRUE;
    }
  mcp_downstream_fail (self->downstream, error, config->name);
  relayed_free (self);
  return TRUE;
}

/* server/resources, "Error Handling"; each revision says it in its own way. */
static void
respond_unknown (Relayed *self)
{
  McpRevision revision = mcp_attachment_get_revision (mcp_request_get_attachment (self->request));
  gboolean is_read = strcmp (mcp_request_get_method (self->request), "resources/read") == 0;
  g_autofree char *text = NULL;
  g_autoptr (GString) data = NULL;
  int code = MCP_JSONRPC_ERROR_INVALID_PARAMS;

  if (!is_read)
    {
      text = g_strdup_printf ("Unknown prompt or resource: %s", self->name);
      mcp_request_respond_error (self->request, code, text, MCP_JSON_SLICE_NONE);
      return;
    }

  if (!mcp_revision_is_modern (revision))
    code = MCP_ERROR_CODE_RESOURCE_NOT_FOUND;
  text = g_strdup_printf ("Resource not found: %s", self->name);
  data = g_string_new ("{\"uri\":");
  mcp_json_append_string (data, self->name);
  g_string_append_c (data, '}');
  mcp_request_respond_error (self->request, code, text, (McpJsonSlice){ data->str, data->len });
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Relayed *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mcp_catalogue_prepare_finish (MCP_CATALOGUE (source), result, &error))
    mcp_request_respond_gerror (self->request, error, NULL);
  else if (try_run (self))
    return;
  else
    respond_unknown (self);
  relayed_free (self);
}

/* What is not known is looked for at the servers that were never listed. */
static void
start (McpRequest *request, FindFunc find, char *name)
{
  g_autoptr (GError) error = NULL;
  McpDownstream *downstream = mcp_downstream_new (request, &error);
  Relayed *self;

  if (downstream == NULL)
    {
      g_free (name);
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  self = g_new0 (Relayed, 1);
  self->request = g_object_ref (request);
  self->downstream = downstream;
  self->find = find;
  self->name = name;
  mcp_catalogue_prepare_async (get_services (self)->catalogue, get_session (self), NULL,
                               mcp_downstream_get_cancellable (downstream), prepared_cb, self);
}

static void
respond_missing (McpRequest *request, const char *text)
{
  mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS, text, MCP_JSON_SLICE_NONE);
}

static char *
dup_member (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return object.data != NULL && mcp_json_find_typed (object, key, MCP_JSON_STRING, &value)
             ? mcp_json_dup_string (value)
             : NULL;
}

static char *
rename_member (McpJsonSlice object, const char *key, const char *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  mcp_json_append_string (text, value);
  return mcp_json_object_replace (object, key, (McpJsonSlice){ text->str, text->len });
}

static McpServerConfig *
find_prompt (Relayed *self, const char **own_name)
{
  McpCatalogueItem found;

  if (!mcp_catalogue_find (get_services (self)->catalogue, MCP_ITEM_PROMPT, get_session (self),
                           self->name, &found))
    return NULL;
  *own_name = found.name;
  return found.config;
}

static McpServerConfig *
find_for_get (Relayed *self, char **params)
{
  const char *own_name;
  McpServerConfig *config = find_prompt (self, &own_name);

  if (config != NULL)
    *params = rename_member (mcp_request_get_params (self->request), "name", own_name);
  return config;
}

/**
 * mcp_method_get_prompt:
 * @request: a prompts/get
 *
 * Asks the server that has the prompt.
 */
void
mcp_method_get_prompt (McpRequest *request)
{
  char *name;

  if (mcp_downstream_resume (request))
    return;
  name = dup_member (mcp_request_get_params (request), "name");
  if (name != NULL)
    start (request, find_for_get, name);
  else
    respond_missing (request, "prompts/get needs a string “name”");
}

static McpServerConfig *
find_for_read (Relayed *self, char **params)
{
  McpJsonSlice own = mcp_request_get_params (self->request);

  mcp_downstream_set_uri (self->downstream, self->name);
  *params = g_strndup (own.data, own.length);
  return mcp_catalogue_find_resource (get_services (self)->catalogue, self->name);
}

/**
 * mcp_method_read_resource:
 * @request: a resources/read
 *
 * Asks the server that has the resource.
 */
void
mcp_method_read_resource (McpRequest *request)
{
  char *uri;

  if (mcp_downstream_resume (request))
    return;
  uri = dup_member (mcp_request_get_params (request), "uri");
  if (uri != NULL)
    start (request, find_for_read, uri);
  else
    respond_missing (request, "resources/read needs a string “uri”");
}

static McpServerConfig *
find_for_prompt_completion (Relayed *self, char **params)
{
  McpJsonSlice own = mcp_request_get_params (self->request);
  const char *own_name;
  McpServerConfig *config = find_prompt (self, &own_name);
  g_autofree char *reference = NULL;
  McpJsonSlice ref;

  if (config == NULL)
    return NULL;
  mcp_json_find (own, "ref", &ref);
  reference = rename_member (ref, "name", own_name);
  *params = mcp_json_object_replace (own, "ref", (McpJsonSlice){ reference, strlen (reference) });
  return config;
}

/**
 * mcp_method_complete:
 * @request: a completion/complete
 *
 * Asks the server that has the prompt or the resource.
 */
void
mcp_method_complete (McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  g_autofree char *type = NULL;
  char *name = NULL;
  McpJsonSlice ref;

  if (params.data != NULL && mcp_json_find_typed (params, "ref", MCP_JSON_OBJECT, &ref))
    type = dup_member (ref, "type");
  if (g_strcmp0 (type, "ref/prompt") == 0 && (name = dup_member (ref, "name")) != NULL)
    start (request, find_for_prompt_completion, name);
  else if (g_strcmp0 (type, "ref/resource") == 0 && (name = dup_member (ref, "uri")) != NULL)
    start (request, find_for_read, name);
  else
    respond_missing (request, "completion/complete needs a “ref” of type ref/prompt with a “name”, "
                              "or of type ref/resource with a “uri”");
}

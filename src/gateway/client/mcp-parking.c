/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-parking.h"

#include "common/mcp-error.h"
#include "session/session/mcp-token.h"

#include <string.h>

/* A person may have to think; the server waits all the while. */
#define PATIENCE_MS (10 * 60 * 1000)
/* Tells a handle of the daemon from a server's own state. */
#define HANDLE_HEAD "mcpsd-"

typedef struct
{
  McpParking *parking; /* (unowned) */
  char *handle;        /* (owned) */
  GObject *parked;     /* (owned) */
  McpParkingExpiredFunc expired;
  char *session_id; /* (owned) */
  char *digest;     /* (owned) */
  GSource *timer;   /* (owned) */
} Place;

struct _McpParking
{
  GObject parent_instance;

  GHashTable *places; /* (owned): handle (unowned) -> Place (owned) */
  guint patience_ms;
  guint max_per_session;
};

G_DEFINE_FINAL_TYPE (McpParking, mcp_parking, G_TYPE_OBJECT)

static void
place_free (Place *place)
{
  g_source_destroy (place->timer);
  g_source_unref (place->timer);
  g_object_unref (place->parked);
  g_free (place->handle);
  g_free (place->session_id);
  g_free (place->digest);
  g_free (place);
}

static gboolean
expired_cb (gpointer user_data)
{
  Place *place = user_data;
  g_autoptr (GObject) parked = g_object_ref (place->parked);
  McpParkingExpiredFunc expired = place->expired;

  g_hash_table_remove (place->parking->places, place->handle);
  expired (parked);
  return G_SOURCE_REMOVE;
}

static guint
count_places (McpParking *self, const char *session_id)
{
  GHashTableIter iter;
  gpointer item;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->places);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    count += strcmp (((Place *) item)->session_id, session_id) == 0;
  return count;
}

/**
 * mcp_parking_set_max:
 * @self: the parking
 * @max_per_session: how many requests of one session may wait at once; at first any number
 */
void
mcp_parking_set_max (McpParking *self, guint max_per_session)
{
  self->max_per_session = max_per_session;
}

/**
 * mcp_parking_park:
 * @self: the parking
 * @parked: what waits
 * @expired: called when nobody came back in time
 * @session_id: the session that may come back
 * @digest: of the request
 * @error: return location
 *
 * The handle is 128 bits from the kernel, so that nobody can guess it.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; those of mcp_token_generate().
 *
 * Returns: (transfer full) (nullable): the handle, plain ASCII
 */
char *
mcp_parking_park (McpParking *self,
                  GObject *parked,
                  McpParkingExpiredFunc expired,
                  const char *session_id,
                  const char *digest,
                  GError **error)
{
  g_autofree char *token = NULL;
  Place *place;

  if (count_places (self, session_id) >= self->max_per_session)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u requests of the session wait for input already; answer or cancel some, or "
                   "raise the limit ParkedCallsPerSession",
                   self->max_per_session);
      return NULL;
    }
  token = mcp_token_generate (error);
  if (token == NULL)
    return NULL;

  place = g_new0 (Place, 1);
  place->parking = self;
  place->handle = g_strconcat (HANDLE_HEAD, token, NULL);
  place->parked = g_object_ref (parked);
  place->expired = expired;
  place->session_id = g_strdup (session_id);
  place->digest = g_strdup (digest);
  place->timer = g_timeout_source_new (self->patience_ms);
  g_source_set_callback (place->timer, expired_cb, place, NULL);
  g_source_attach (place->timer, g_main_context_get_thread_default ());
  g_hash_table_insert (self->places, place->handle, place);
  return g_strdup (place->handle);
}

/**
 * mcp_parking_is_handle:
 * @state: a requestState
 *
 * Returns: whether it looks like a handle of the daemon; if not, it is a server's own state
 */
gboolean
mcp_parking_is_handle (McpJsonSlice state)
{
  return mcp_json_get_type (state) == MCP_JSON_STRING && state.length > strlen (HANDLE_HEAD) + 2 &&
         strncmp (state.data + 1, HANDLE_HEAD, strlen (HANDLE_HEAD)) == 0;
}

/**
 * mcp_parking_take:
 * @self: the parking
 * @state: a requestState
 * @session_id: who comes back
 * @digest: of the request it comes back with
 * @error: return location
 *
 * Uses up a handle. A handle that was altered, used, expired, or given to another session or for
 * another request fits nothing, and spoils nothing.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: (transfer full) (nullable): what waited
 */
GObject *
mcp_parking_take (McpParking *self,
                  McpJsonSlice state,
                  const char *session_id,
                  const char *digest,
                  GError **error)
{
  g_autofree char *handle = mcp_json_dup_string (state);
  Place *place = handle != NULL ? g_hash_table_lookup (self->places, handle) : NULL;
  GObject *parked;

  if (place == NULL || strcmp (place->session_id, session_id) != 0 ||
      strcmp (place->digest, digest) != 0)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "“requestState” is unknown, used up or expired: make the request again");
      return NULL;
    }

  parked = g_object_ref (place->parked);
  g_hash_table_remove (self->places, handle);
  return parked;
}

/**
 * mcp_parking_drop:
 * @self: the parking
 * @handle: what waits under it waits no more; unknown ones are ignored
 */
void
mcp_parking_drop (McpParking *self, const char *handle)
{
  g_hash_table_remove (self->places, handle);
}

/**
 * mcp_parking_get_n_parked:
 * @self: the parking
 *
 * Returns: how many requests wait
 */
guint
mcp_parking_get_n_parked (McpParking *self)
{
  return g_hash_table_size (self->places);
}

/**
 * mcp_parking_clear:
 * @self: the parking
 *
 * Nothing waits any more.
 */
void
mcp_parking_clear (McpParking *self)
{
  g_hash_table_remove_all (self->places);
}

/**
 * mcp_parking_set_patience:
 * @self: the parking
 * @patience_ms: for what is parked from now on
 */
void
mcp_parking_set_patience (McpParking *self, guint patience_ms)
{
  self->patience_ms = patience_ms;
}

static void
mcp_parking_finalize (GObject *object)
{
  g_hash_table_unref (MCP_PARKING (object)->places);

  G_OBJECT_CLASS (mcp_parking_parent_class)->finalize (object);
}

static void
mcp_parking_class_init (McpParkingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_parking_finalize;
}

static void
mcp_parking_init (McpParking *self)
{
  self->patience_ms = PATIENCE_MS;
  self->max_per_session = G_MAXUINT;
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) place_free);
}

/**
 * mcp_parking_new:
 *
 * Returns: (transfer full): an empty one, where requests wait for 10 minutes
 */
McpParking *
mcp_parking_new (void)
{
  return g_object_new (MCP_TYPE_PARKING, NULL);
}

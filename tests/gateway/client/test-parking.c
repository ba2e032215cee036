/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests that wait for their client to come back.
 */
#include "gateway/client/mcp-parking.h"

#include "common/mcp-error.h"
#include "gateway-fixture.h"
#include "gateway/client/mcp-task-owners.h"

#include <string.h>

typedef struct
{
  McpParking *parking;
  GObject *parked;
} ParkingFixture;

static guint n_expired;

static void
expired_cb (GObject *parked)
{
  n_expired++;
}

static void
set_up (ParkingFixture *f, gconstpointer data)
{
  f->parking = mcp_parking_new ();
  f->parked = g_object_new (G_TYPE_OBJECT, NULL);
  n_expired = 0;
}

static void
tear_down (ParkingFixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->parking);
  g_assert_finalize_object (f->parked);
}

static char *
park (ParkingFixture *f)
{
  g_autoptr (GError) error = NULL;
  char *handle = mcp_parking_park (f->parking, f->parked, expired_cb, "session", "digest", &error);

  g_assert_no_error (error);
  return handle;
}

static gboolean
take (ParkingFixture *f, const char *handle, const char *session, const char *digest)
{
  g_autofree char *json = g_strdup_printf ("\"%s\"", handle);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) parked =
      mcp_parking_take (f->parking, (McpJsonSlice){ json, strlen (json) }, session, digest, &error);

  g_assert_true (parked == NULL || parked == f->parked);
  if (parked == NULL)
    g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  return parked != NULL;
}

static void
test_once (ParkingFixture *f, gconstpointer data)
{
  g_autofree char *handle = park (f);

  g_test_summary ("A handle is good once, for its session and its request; others spoil nothing");
  g_assert_false (take (f, handle, "another", "digest"));
  g_assert_false (take (f, handle, "session", "another"));
  g_assert_false (take (f, "mcpsd-0123456789abcdef0123456789abcdef", "session", "digest"));
  g_assert_true (take (f, handle, "session", "digest"));
  g_assert_false (take (f, handle, "session", "digest"));
  g_assert_cmpuint (mcp_parking_get_n_parked (f->parking), ==, 0);
  g_assert_cmpuint (n_expired, ==, 0);
}

static void
test_expires (ParkingFixture *f, gconstpointer data)
{
  g_autofree char *dropped = NULL;
  g_autofree char *handle = NULL;

  g_test_summary ("What nobody comes back for expires, and is told; what was dropped does not");
  mcp_parking_set_patience (f->parking, 1);
  dropped = park (f);
  handle = park (f);
  mcp_parking_drop (f->parking, dropped);
  AWAIT (n_expired > 0);
  g_assert_cmpuint (n_expired, ==, 1);
  g_assert_false (take (f, handle, "session", "digest"));
}

static void
test_limit (ParkingFixture *f, gconstpointer data)
{
  g_autofree char *handle = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One request more than a session may have waiting is refused");
  mcp_parking_set_max (f->parking, 1);
  handle = park (f);
  g_assert_null (mcp_parking_park (f->parking, f->parked, expired_cb, "session", "d", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (strstr (error->message, "ParkedCallsPerSession"));
}

static void
test_task_owners (void)
{
  g_autoptr (McpTaskOwners) owners = mcp_task_owners_new ();
  g_autofree char *long_id = g_strnfill (2000, 'x');

  g_test_summary ("A task belongs to the session that it was made in, until that ends; of very "
                  "many tasks the oldest is forgotten");
  mcp_task_owners_add (owners, "a", "srv/1");
  g_assert_true (mcp_task_owners_has (owners, "a", "srv/1"));
  g_assert_false (mcp_task_owners_has (owners, "b", "srv/1"));
  mcp_task_owners_add (owners, "a", long_id);
  g_assert_false (mcp_task_owners_has (owners, "a", long_id));
  for (guint i = 2; i <= 1025; i++)
    {
      g_autofree char *id = g_strdup_printf ("srv/%u", i);

      mcp_task_owners_add (owners, "a", id);
    }
  g_assert_false (mcp_task_owners_has (owners, "a", "srv/1"));
  g_assert_true (mcp_task_owners_has (owners, "a", "srv/2"));
  mcp_task_owners_drop_session (owners, "a");
  g_assert_false (mcp_task_owners_has (owners, "a", "srv/2"));
}

#define ADD(name, function) \
  g_test_add ("/gateway/parking/" name, ParkingFixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("once", test_once);
  ADD ("expires", test_expires);
  ADD ("limit", test_limit);
  g_test_add_func ("/gateway/task-owners", test_task_owners);
  return g_test_run ();
}

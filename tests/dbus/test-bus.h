/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-test-await.h"

#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "dbus/mcp-dbus-service.h"

G_BEGIN_DECLS

#define STORE_INTERFACE   "org.mcpsessiond.SessionStore1"
#define SESSION_INTERFACE "org.mcpsessiond.Session1"
#define TOOLS_INTERFACE   "org.mcpsessiond.Tools1"

/* One signal as the client got it. */
typedef struct
{
  char *path;
  char *interface;
  char *name;
  GVariant *args;
} TestSignal;

/* A private bus, the service on one connection, and a client on another. */
typedef struct
{
  GTestDBus *dbus;
  GDBusConnection *server; /* owns the daemon's name */
  GDBusConnection *client;
  McpSessionStore *store;
  McpGateway *gateway;
  McpDbusService *service;
  GPtrArray *signals; /* of TestSignal, in order */
} TestBus;

#define test_add(path, function) \
  g_test_add (path, TestBus, NULL, test_bus_set_up, function, test_bus_tear_down)

void test_bus_set_up (TestBus *bus, gconstpointer data);
void test_bus_tear_down (TestBus *bus, gconstpointer data);
GDBusConnection *test_bus_connect (TestBus *bus);
void test_bus_disconnect (GDBusConnection *connection);
void test_bus_reconnect (TestBus *bus);

GVariant *test_bus_call_from (GDBusConnection *client,
                              const char *path,
                              const char *interface,
                              const char *method,
                              GVariant *args,
                              GError **error);
GVariant *test_bus_call (TestBus *bus,
                         const char *path,
                         const char *interface,
                         const char *method,
                         GVariant *args,
                         GError **error);
void test_bus_assert_fails (TestBus *bus,
                            const char *path,
                            const char *interface,
                            const char *method,
                            GVariant *args,
                            const char *error_name,
                            const char *text);
GVariant *
test_bus_get_property (TestBus *bus, const char *path, const char *interface, const char *name);
McpSession *test_bus_create (TestBus *bus, char **path);
void test_bus_round_trip (TestBus *bus);
guint test_bus_count (TestBus *bus, const char *path, const char *name);
TestSignal *test_bus_nth (TestBus *bus, const char *path, const char *name, guint n);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-address-private.h"

#include <string.h>

/* A network: the first @n_bits bits of its addresses. */
typedef struct
{
  guint8 bytes[4];
  guint n_bits;
} Network;

/* The IANA registry of special-purpose addresses (RFC 6890), beside loopback. */
static const Network private_networks[] = {
  { { 0, 0, 0, 0 }, 8 },      { { 10, 0, 0, 0 }, 8 },    { { 100, 64, 0, 0 }, 10 },
  { { 169, 254, 0, 0 }, 16 }, { { 172, 16, 0, 0 }, 12 }, { { 192, 0, 0, 0 }, 24 },
  { { 192, 168, 0, 0 }, 16 }, { { 198, 18, 0, 0 }, 15 }, { { 224, 0, 0, 0 }, 3 },
};

static gboolean
is_in (const guint8 *bytes, const Network *network)
{
  guint32 mask = G_MAXUINT32 << (32 - network->n_bits);
  guint32 a;
  guint32 b;

  memcpy (&a, bytes, sizeof a);
  memcpy (&b, network->bytes, sizeof b);
  return (g_ntohl (a) & mask) == (g_ntohl (b) & mask);
}

static McpOauthPlace
get_place_of_ipv4 (const guint8 *bytes)
{
  if (bytes[0] == 127)
    return MCP_OAUTH_PLACE_LOOPBACK;
  for (gsize i = 0; i < G_N_ELEMENTS (private_networks); i++)
    if (is_in (bytes, &private_networks[i]))
      return MCP_OAUTH_PLACE_PRIVATE;
  return MCP_OAUTH_PLACE_PUBLIC;
}

/* Where an IPv4 address is written in an IPv6 address: RFC 4291 section 2.5.5, RFC 6052 section 2.1
 * and RFC 3056. */
static const guint8 *
find_ipv4 (const guint8 *bytes)
{
  static const guint8 zeros[12];
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  static const guint8 translated[12] = { 0x00, 0x64, 0xff, 0x9b };
  static const guint8 six_to_four[2] = { 0x20, 0x02 };

  if (memcmp (bytes, mapped, sizeof mapped) == 0 ||
      memcmp (bytes, translated, sizeof translated) == 0 ||
      memcmp (bytes, zeros, sizeof zeros) == 0)
    return bytes + 12;
  return memcmp (bytes, six_to_four, sizeof six_to_four) == 0 ? bytes + 2 : NULL;
}

static McpOauthPlace
get_place_of_ipv6 (const guint8 *bytes)
{
  const guint8 *ipv4 = find_ipv4 (bytes);

  if (ipv4 != NULL)
    return get_place_of_ipv4 (ipv4);
  /* All that is not global unicast, 2000::/3 (RFC 4291 section 2.4). */
  return (bytes[0] & 0xe0) == 0x20 ? MCP_OAUTH_PLACE_PUBLIC : MCP_OAUTH_PLACE_PRIVATE;
}

/**
 * mcp_oauth_address_get_place:
 * @address: of a host
 *
 * Returns: where it is
 */
McpOauthPlace
mcp_oauth_address_get_place (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_is_loopback (address))
    return MCP_OAUTH_PLACE_LOOPBACK;
  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 ? get_place_of_ipv4 (bytes)
                                                                     : get_place_of_ipv6 (bytes);
}

/**
 * mcp_oauth_address_get_place_of_host:
 * @host: a name, or an address
 *
 * Returns: where it is, as far as it says; a name may turn out to be elsewhere
 */
McpOauthPlace
mcp_oauth_address_get_place_of_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  gsize length = strlen (host);

  if (address != NULL)
    return mcp_oauth_address_get_place (address);
  /* RFC 6761 section 6.3 */
  if (g_ascii_strcasecmp (host, "localhost") == 0 ||
      (length > 10 && g_ascii_strcasecmp (host + length - 10, ".localhost") == 0))
    return MCP_OAUTH_PLACE_LOOPBACK;
  return MCP_OAUTH_PLACE_PUBLIC;
}

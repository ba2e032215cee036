/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who we are, signed with a private key (RFC 7523 section 3, RFC 7515 section 3.1).
 */
#include "mcp-oauth-jwt-private.h"

#include "config.h"
#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

#ifdef HAVE_GNUTLS

#include "common/mcp-late-library.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* The library is large, and such logins are rare. */
static const McpLateLibrary gnutls = { "libgnutls.so.30", MCP_GNUTLS_PATH };

#define LATE(function)                       MCP_LATE_LIBRARY_FUNCTION (gnutls, function)
#define gnutls_decode_rs_value(...)          LATE (gnutls_decode_rs_value) (__VA_ARGS__)
#define gnutls_privkey_deinit(...)           LATE (gnutls_privkey_deinit) (__VA_ARGS__)
#define gnutls_privkey_get_pk_algorithm(...) LATE (gnutls_privkey_get_pk_algorithm) (__VA_ARGS__)
#define gnutls_privkey_import_x509_raw(...)  LATE (gnutls_privkey_import_x509_raw) (__VA_ARGS__)
#define gnutls_privkey_init(...)             LATE (gnutls_privkey_init) (__VA_ARGS__)
#define gnutls_privkey_sign_data2(...)       LATE (gnutls_privkey_sign_data2) (__VA_ARGS__)
#define gnutls_strerror(...)                 LATE (gnutls_strerror) (__VA_ARGS__)
/* A variable. */
#define gnutls_free                          (*LATE (gnutls_free))

/* A request takes a moment; clocks differ. */
#define LIFE_SECONDS 300

/* A key and the name of how it signs (RFC 7518 section 3.1). */
typedef struct
{
  gnutls_privkey_t key;
  gnutls_sign_algorithm_t algorithm;
  const char *name;
  guint n_half; /* of a signature of two numbers: bytes of each; 0: it is one */
} Signer;

static gboolean
fail (GError **error, int code)
{
  g_set_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
               "The private key of “oauth” cannot be used: %s", gnutls_strerror (code));
  return FALSE;
}

static gboolean
choose (Signer *signer, GError **error)
{
  unsigned int n_bits = 0;
  int algorithm = gnutls_privkey_get_pk_algorithm (signer->key, &n_bits);

  if (algorithm == GNUTLS_PK_ECDSA && n_bits == 256)
    *signer = (Signer){ signer->key, GNUTLS_SIGN_ECDSA_SHA256, "ES256", 32 };
  else if (algorithm == GNUTLS_PK_ECDSA && n_bits == 384)
    *signer = (Signer){ signer->key, GNUTLS_SIGN_ECDSA_SHA384, "ES384", 48 };
  else if (algorithm == GNUTLS_PK_RSA)
    *signer = (Signer){ signer->key, GNUTLS_SIGN_RSA_SHA256, "RS256", 0 };
  else if (algorithm == GNUTLS_PK_EDDSA_ED25519)
    *signer = (Signer){ signer->key, GNUTLS_SIGN_EDDSA_ED25519, "EdDSA", 0 };
  else
    return fail (error, GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM);
  return TRUE;
}

/* A number of exactly @length bytes, whatever zeros it begins with. */
static void
append_number (GByteArray *bytes, const gnutls_datum_t *number, guint length)
{
  static const guint8 zeros[64];
  guint skipped = number->size > length ? number->size - length : 0;

  g_byte_array_append (bytes, zeros, length - (number->size - skipped));
  g_byte_array_append (bytes, number->data + skipped, number->size - skipped);
}

/* RFC 7518 section 3.4 */
static char *
encode (const Signer *signer, const gnutls_datum_t *signature)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gnutls_datum_t r = { 0 };
  gnutls_datum_t s = { 0 };

  if (signer->n_half == 0)
    return mcp_oauth_text_build_base64url (signature->data, signature->size);
  if (gnutls_decode_rs_value (signature, &r, &s) < 0)
    return NULL;
  append_number (bytes, &r, signer->n_half);
  append_number (bytes, &s, signer->n_half);
  gnutls_free (r.data);
  gnutls_free (s.data);
  return mcp_oauth_text_build_base64url (bytes->data, bytes->len);
}

static char *
sign (const Signer *signer, const char *text, GError **error)
{
  gnutls_datum_t data = { (unsigned char *) text, (unsigned int) strlen (text) };
  gnutls_datum_t signature = { 0 };
  int code = gnutls_privkey_sign_data2 (signer->key, signer->algorithm, 0, &data, &signature);
  char *encoded = code < 0 ? NULL : encode (signer, &signature);

  gnutls_free (signature.data);
  if (encoded == NULL)
    fail (error, code);
  return encoded;
}

static char *
build_claims (const char *client_id, const char *audience, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *id = mcp_oauth_text_new_random (error);
  g_autoptr (GString) json = g_string_new ("{");

  if (id == NULL)
    return NULL;
  mcp_oauth_text_append (json, "iss", client_id);
  mcp_oauth_text_append (json, "sub", client_id);
  mcp_oauth_text_append (json, "aud", audience);
  mcp_oauth_text_append (json, "jti", id);
  mcp_oauth_text_append_number (json, "iat", now);
  mcp_oauth_text_append_number (json, "exp", now + LIFE_SECONDS);
  g_string_append_c (json, '}');
  return mcp_oauth_text_build_base64url ((const guint8 *) json->str, json->len);
}

static char *
build (const Signer *signer, const char *client_id, const char *audience, GError **error)
{
  g_autofree char *header = g_strdup_printf ("{\"alg\":\"%s\",\"typ\":\"JWT\"}", signer->name);
  g_autofree char *first =
      mcp_oauth_text_build_base64url ((const guint8 *) header, strlen (header));
  g_autofree char *claims = build_claims (client_id, audience, error);
  g_autofree char *text = NULL;
  g_autofree char *signature = NULL;

  if (claims == NULL)
    return NULL;
  text = g_strconcat (first, ".", claims, NULL);
  signature = sign (signer, text, error);
  return signature != NULL ? g_strconcat (text, ".", signature, NULL) : NULL;
}

/**
 * mcp_oauth_jwt_build:
 * @client_id: who says so
 * @audience: the issuer of the authorization server
 * @key: PEM: a private key: EC (P-256, P-384), RSA or Ed25519
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED.
 *
 * Returns: (transfer full) (nullable): a signed JWT that is good for five minutes
 */
char *
mcp_oauth_jwt_build (const char *client_id, const char *audience, const char *key, GError **error)
{
  gnutls_datum_t pem = { (unsigned char *) key, (unsigned int) strlen (key) };
  Signer signer = { 0 };
  char *text = NULL;
  int code;

  if (!mcp_late_library_open (&gnutls, error))
    {
      g_prefix_error (error, "The private key of “oauth” cannot be used: ");
      return NULL;
    }
  code = gnutls_privkey_init (&signer.key);
  if (code >= 0)
    code = gnutls_privkey_import_x509_raw (signer.key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
  if (code < 0)
    fail (error, code);
  else if (choose (&signer, error))
    text = build (&signer, client_id, audience, error);
  gnutls_privkey_deinit (signer.key);
  return text;
}

#else

/**
 * mcp_oauth_jwt_build:
 * @client_id: who says so
 * @audience: the issuer of the authorization server
 * @key: PEM: a private key
 * @error: return location
 *
 * Returns: (nullable): %NULL: built without GnuTLS, which signs
 */
char *
mcp_oauth_jwt_build (const char *client_id, const char *audience, const char *key, GError **error)
{
  g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                       "This daemon was built without GnuTLS: a private key cannot be used");
  return NULL;
}

#endif

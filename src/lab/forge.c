#include "config.h"

#include "lab/forge.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

static int next_serial = 1;

static void
must(int result)
{
  if (result < 0)
    g_error("GnuTLS: %s", gnutls_strerror(result));
}

ForgeTemplate
forge_authority(const char *name)
{
  return (ForgeTemplate){.name = name,
                         .organization = "Forge",
                         .authority = 1,
                         .path_length = -1,
                         .key_usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN};
}

ForgeTemplate
forge_server(const char *name, const char *dns)
{
  return (ForgeTemplate){.name = name,
                         .dns = dns,
                         .path_length = -1,
                         .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
                         .purpose = GNUTLS_KP_TLS_WWW_SERVER,
                         .not_before = FORGE_START,
                         .not_after = FORGE_LEAF_END};
}

static gnutls_x509_privkey_t
make_key(const ForgeTemplate *template)
{
  gnutls_x509_privkey_t key;
  gnutls_pk_algorithm_t algorithm =
      template->key_algorithm ? template->key_algorithm : GNUTLS_PK_ECDSA;
  unsigned bits =
      template->key_bits ? template->key_bits : GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  must(gnutls_x509_privkey_init(&key));
  must(gnutls_x509_privkey_generate(key, algorithm, bits, 0));
  return key;
}

static void
add_address(gnutls_x509_crt_t crt, const char *text)
{
  unsigned char bytes[16];
  gboolean six = strchr(text, ':') != NULL;
  if (inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1)
    g_error("\"%s\" is no address", text);
  must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, bytes, six ? 16 : 4,
                                            GNUTLS_FSAN_APPEND));
}

static void
add_name(gnutls_x509_crt_t crt, const char *name)
{
  static const struct {
    const char *prefix;
    gnutls_x509_subject_alt_name_t type;
  } kinds[] = {
      {"DNS:", GNUTLS_SAN_DNSNAME}, {"email:", GNUTLS_SAN_RFC822NAME}, {"URI:", GNUTLS_SAN_URI}};
  if (g_str_has_prefix(name, "IP:")) {
    add_address(crt, name + strlen("IP:"));
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const char *value = name + strlen(kinds[i].prefix);
    if (!g_str_has_prefix(name, kinds[i].prefix))
      continue;
    must(gnutls_x509_crt_set_subject_alt_name(crt, kinds[i].type, value, strlen(value),
                                              GNUTLS_FSAN_APPEND));
    return;
  }
  g_error("\"%s\" is no name of a known kind", name);
}

static void
set_names(gnutls_x509_crt_t crt, const ForgeTemplate *template)
{
  if (template->organization)
    must(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0,
                                       template->organization, strlen(template->organization)));
  if (template->name)
    must(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, template->name,
                                       strlen(template->name)));
  if (template->dns && template->version != 1)
    must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, template->dns,
                                              strlen(template->dns), GNUTLS_FSAN_SET));
  gboolean named = template->names != NULL && template->version != 1;
  g_auto(GStrv) names = g_strsplit(named ? template->names : "", ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    add_name(crt, names[i]);
}

static void
set_key_ids(gnutls_x509_crt_t crt, const Forged *issuer)
{
  unsigned char id[64];
  size_t size = sizeof id;
  must(gnutls_x509_crt_get_key_id(crt, 0, id, &size));
  must(gnutls_x509_crt_set_subject_key_id(crt, id, size));
  if (!issuer)
    return;
  size = sizeof id;
  must(gnutls_x509_privkey_get_key_id(issuer->key, 0, id, &size));
  must(gnutls_x509_crt_set_authority_key_id(crt, id, size));
}

static void
set_extensions(gnutls_x509_crt_t crt, const ForgeTemplate *template, const Forged *issuer)
{
  if (template->version == 1)
    return;
  if (template->authority >= 0)
    must(gnutls_x509_crt_set_basic_constraints(crt, template->authority, template->path_length));
  if (template->key_usage)
    must(gnutls_x509_crt_set_key_usage(crt, template->key_usage));
  if (template->purpose)
    must(gnutls_x509_crt_set_key_purpose_oid(crt, template->purpose, 0));
  if (!template->no_key_ids)
    set_key_ids(crt, issuer);
}

static GBytes *
finish(gnutls_x509_crt_t crt)
{
  gnutls_datum_t der;
  must(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der));
  GBytes *bytes = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
  return bytes;
}

static Certificate *
parse(GBytes *der)
{
  GError *error = NULL;
  gsize length;
  const void *bytes = g_bytes_get_data(der, &length);
  Certificate *certificate = certificate_new_from_der(bytes, length, &error);
  if (certificate == NULL)
    g_error("%s", error->message);
  return certificate;
}

/* Signed as if the issuer were fit for it. */
static void
sign(gnutls_x509_crt_t crt, const Forged *issuer, gnutls_x509_privkey_t key,
     gnutls_digest_algorithm_t digest)
{
  gnutls_x509_crt_t issuer_crt = crt;
  g_autofree char *pem = NULL;
  if (issuer) {
    pem = certificate_to_pem(issuer->certificate);
    gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)};
    must(gnutls_x509_crt_init(&issuer_crt));
    must(gnutls_x509_crt_import(issuer_crt, &text, GNUTLS_X509_FMT_PEM));
  }
  must(gnutls_x509_crt_sign2(crt, issuer_crt, issuer ? issuer->key : key,
                             digest ? digest : GNUTLS_DIG_SHA256, 0));
  if (issuer)
    gnutls_x509_crt_deinit(issuer_crt);
}

static GBytes *
make_certificate(const ForgeTemplate *t, const Forged *issuer, gnutls_x509_privkey_t key)
{
  gnutls_x509_crt_t crt;
  unsigned char serial[4] = {1, 0, next_serial >> 8, next_serial & 0xff};
  next_serial++;
  must(gnutls_x509_crt_init(&crt));
  must(gnutls_x509_crt_set_version(crt, t->version ? t->version : 3));
  must(gnutls_x509_crt_set_serial(crt, serial, sizeof serial));
  must(gnutls_x509_crt_set_key(crt, key));
  must(gnutls_x509_crt_set_activation_time(crt, t->not_before ? t->not_before : FORGE_START));
  must(gnutls_x509_crt_set_expiration_time(crt, t->not_after ? t->not_after : FORGE_END));
  set_names(crt, t);
  set_extensions(crt, t, issuer);
  if (t->tweak)
    t->tweak(crt);
  sign(crt, issuer, key, t->digest);
  GBytes *der = finish(crt);
  gnutls_x509_crt_deinit(crt);
  return der;
}

static Forged *
forge_from(const ForgeTemplate *template, const Forged *issuer, gnutls_x509_privkey_t key)
{
  Forged *forged = g_new0(Forged, 1);
  g_autoptr(GBytes) der = make_certificate(template, issuer, key);
  forged->key = key;
  forged->certificate = parse(der);
  return forged;
}

Forged *
forge(const ForgeTemplate *template, const Forged *issuer)
{
  return forge_from(template, issuer, make_key(template));
}

Forged *
forge_with_key(const ForgeTemplate *template, const Forged *issuer, const Forged *key)
{
  gnutls_x509_privkey_t copy;
  must(gnutls_x509_privkey_init(&copy));
  must(gnutls_x509_privkey_cpy(copy, key->key));
  return forge_from(template, issuer, copy);
}

GBytes *
forge_der(const ForgeTemplate *template)
{
  gnutls_x509_privkey_t key = make_key(template);
  GBytes *der = make_certificate(template, NULL, key);
  gnutls_x509_privkey_deinit(key);
  return der;
}

void
forged_free(Forged *forged)
{
  certificate_unref(forged->certificate);
  gnutls_x509_privkey_deinit(forged->key);
  g_free(forged);
}

char *
forged_key_pem(const Forged *forged, const char *password)
{
  gnutls_datum_t pem;
  must(gnutls_x509_privkey_export2_pkcs8(
      forged->key, GNUTLS_X509_FMT_PEM, password,
      password != NULL ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN, &pem));
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}

char *
forged_public_pem(const Forged *forged)
{
  gnutls_privkey_t private;
  gnutls_pubkey_t public;
  gnutls_datum_t pem;
  must(gnutls_privkey_init(&private));
  must(gnutls_privkey_import_x509(private, forged->key, 0));
  must(gnutls_pubkey_init(&public));
  must(gnutls_pubkey_import_privkey(public, private, 0, 0));
  must(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_PEM, &pem));
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  gnutls_pubkey_deinit(public);
  gnutls_privkey_deinit(private);
  return text;
}

char *
forged_request_pem(const Forged *forged, const char *name)
{
  gnutls_x509_crq_t request;
  gnutls_datum_t pem;
  must(gnutls_x509_crq_init(&request));
  must(gnutls_x509_crq_set_dn_by_oid(request, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen(name)));
  must(gnutls_x509_crq_set_key(request, forged->key));
  must(gnutls_x509_crq_sign2(request, forged->key, GNUTLS_DIG_SHA256, 0));
  must(gnutls_x509_crq_export2(request, GNUTLS_X509_FMT_PEM, &pem));
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  gnutls_x509_crq_deinit(request);
  return text;
}

Certificate *
forge_damaged(const Certificate *certificate)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  must(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der));
  der.data[der.size - 1] ^= 1; /* the last byte of the signature */
  g_autoptr(GBytes) bytes = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
  return parse(bytes);
}

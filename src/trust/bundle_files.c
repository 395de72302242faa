/* Which files each broker gets. */
#include "config.h"

#include "trust/bundle_private.h"

#include <string.h>

#include "trust/key_store.h"
#include "util/secret.h"

/* --- one file --------------------------------------------------------------------------------- */

static void
free_secret(gpointer data)
{
  secret_free(data);
}

static void
add_bytes(BundleParts *parts, const char *name, GBytes *bytes, gboolean secret, const char *purpose)
{
  BundleFile *file = g_new0(BundleFile, 1);
  file->name = g_strdup(name);
  file->bytes = bytes;
  file->secret = secret;
  file->purpose = purpose;
  g_ptr_array_add(parts->bundle->files, file);
}

/* The one that was added last. */
static BundleFile *
last_file(const BundleParts *parts)
{
  const GPtrArray *files = parts->bundle->files;
  return files->pdata[files->len - 1];
}

/* Takes `text`. */
static void
add_text(BundleParts *parts, const char *name, char *text, gboolean secret, const char *purpose)
{
  GBytes *bytes =
      g_bytes_new_with_free_func(text, strlen(text), secret ? free_secret : g_free, text);
  add_bytes(parts, name, bytes, secret, purpose);
}

/* (transfer full): those from `first` to before `end`. */
static char *
pem_of(const GPtrArray *certificates, guint first, guint end)
{
  GString *text = g_string_new(NULL);
  for (guint i = first; i < end; i++) {
    g_autofree char *pem = certificate_to_pem(certificates->pdata[i]);
    g_string_append(text, pem);
  }
  return g_string_free(text, FALSE);
}

static char *
whole_pem(const GPtrArray *certificates)
{
  return pem_of(certificates, 0, certificates->len);
}

static void
add_key(BundleParts *parts)
{
  add_text(parts, "key.pem", g_strdup(parts->key_pem), TRUE, "the private key, without a password");
}

static void
add_client_ca(BundleParts *parts)
{
  if (parts->bundle->client_ca)
    add_text(parts, "client-ca.pem", whole_pem(parts->bundle->client_ca), FALSE,
             "the CA whose clients are let in");
}

static void
add_pem_files(BundleParts *parts)
{
  add_text(parts, "cert.pem", whole_pem(parts->bundle->certificates), FALSE,
           "the certificate, then its chain");
  add_key(parts);
  add_client_ca(parts);
}

/* --- each broker ------------------------------------------------------------------------------ */

static void
make_form(BundleParts *parts, const BundleText *text)
{
  const GPtrArray *certificates = parts->bundle->certificates;
  add_text(parts, "body.pem", pem_of(certificates, 0, 1), FALSE, "certificate body");
  if (certificates->len > 1)
    add_text(parts, "chain.pem", pem_of(certificates, 1, certificates->len), FALSE,
             "certificate chain");
  add_key(parts);
  add_client_ca(parts);
  add_text(parts, "form.txt", bundle_text_form(text), FALSE, "which field takes which file");
}

static void
make_emqx(BundleParts *parts, BundleText *text)
{
  g_autofree char *certificate = whole_pem(parts->bundle->certificates);
  g_autofree char *client_ca = text->two_way ? whole_pem(parts->bundle->client_ca) : NULL;
  text->certificate_pem = certificate;
  text->key_pem = parts->key_pem;
  text->client_ca_pem = client_ca;
  add_pem_files(parts);
  add_text(parts, "listener.conf", bundle_text_emqx(text), FALSE, "the listener, for emqx.conf");
  last_file(parts)->settings = TRUE;
  add_text(parts, "listener.json", bundle_text_emqx_rest(text), TRUE,
           "the body of PUT /api/v5/listeners/ssl:default, with the key in it");
  last_file(parts)->carries = TRUE;
}

/* The store, or a finding. */
static void
add_store(BundleParts *parts, const char *name, const KeyStore *store, const char *purpose)
{
  g_autoptr(GError) error = NULL;
  GBytes *bytes = key_store_write(store, &error);
  if (bytes)
    add_bytes(parts, name, bytes, store->key_pem != NULL, purpose);
  else
    bundle_add(parts, finding_from_error(error, FINDING_SOURCE_KEY, NULL));
}

static void
make_hivemq(BundleParts *parts, BundleText *text)
{
  const char *given = parts->request->store_password;
  secret_auto password = given ? g_strdup(given) : key_store_new_password();
  text->store_password = password;
  const KeyStore keys = {.certificates = parts->bundle->certificates,
                         .key_pem = parts->key_pem,
                         .name = "broker",
                         .password = password};
  const KeyStore trusted = {.certificates = parts->bundle->client_ca, .password = password};
  add_store(parts, "keystore.p12", &keys, "key, certificate and chain (PKCS#12)");
  if (text->two_way)
    add_store(parts, "truststore.p12", &trusted, "the CA whose clients are let in (PKCS#12)");
  add_text(parts, "config.xml", bundle_text_hivemq(text), TRUE,
           "the listener, for conf/config.xml, with the stores' password");
  last_file(parts)->settings = TRUE;
}

void
bundle_make_files(BundleParts *parts)
{
  BundleText text = {.request = parts->request,
                     .two_way = parts->bundle->client_ca != NULL,
                     .chain = parts->bundle->certificates->len > 1};
  parts->bundle->files = g_ptr_array_new();
  switch (parts->request->broker) {
  case BUNDLE_EMQX_CLOUD:
    make_form(parts, &text);
    return;
  case BUNDLE_EMQX:
    make_emqx(parts, &text);
    return;
  case BUNDLE_HIVEMQ:
    make_hivemq(parts, &text);
    return;
  case BUNDLE_MOSQUITTO:
    add_pem_files(parts);
    add_text(parts, "mosquitto.conf", bundle_text_mosquitto(&text), FALSE,
             "the listener, for mosquitto.conf or conf.d");
    last_file(parts)->settings = TRUE;
    return;
  case BUNDLE_NANOMQ:
    add_pem_files(parts);
    add_text(parts, "nanomq.conf", bundle_text_nanomq(&text), FALSE,
             "the listener, for nanomq.conf");
    last_file(parts)->settings = TRUE;
    return;
  case BUNDLE_RABBITMQ:
    add_pem_files(parts);
    add_text(parts, "rabbitmq.conf", bundle_text_rabbitmq(&text), FALSE,
             "the listener, for rabbitmq.conf or conf.d");
    last_file(parts)->settings = TRUE;
    return;
  case BUNDLE_BROKERS:
    break;
  }
  g_assert_not_reached();
}

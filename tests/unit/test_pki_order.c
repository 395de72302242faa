/* Orders for certificates: what is made, exactly; and each thing that is refused, with the field
 * that it is about. */
#include "config.h"

#include <string.h>

#include "lab/forge.h"
#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/der_build.h"
#include "trust/pki_files.h"
#include "trust/pki_private.h"
#include "util/private_folder.h"
#include "util/secret.h"

#define DAY G_GINT64_CONSTANT(86400)
#define NOW G_GINT64_CONSTANT(1795000000) /* 2026-11-18 */

typedef struct {
  char *folder;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  stage->folder = private_folder_new("mqtrust-pki", NULL);
  g_assert_nonnull(stage->folder);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
}

/* (transfer full) */
static char *
path_of(const Stage *stage, const char *name)
{
  return g_build_filename(stage->folder, name, NULL);
}

static char *
write_file(const Stage *stage, const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  private_folder_write(stage->folder, name, text, -1, 0600, &error);
  g_assert_no_error(error);
  return path_of(stage, name);
}

static PkiResult *
good(const PkiOrder *order)
{
  g_autoptr(GError) error = NULL;
  PkiResult *result = pki_carry_out(order, &error);
  g_assert_no_error(error);
  return result;
}

static void
bad(const PkiOrder *order, GQuark domain, PkiField field, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(pki_carry_out(order, &error));
  g_test_message("%s", error->message);
  g_assert_cmpstr(g_quark_to_string(error->domain), ==, g_quark_to_string(domain));
  g_assert_cmpstr(pki_field_name((PkiField)error->code), ==, pki_field_name(field));
  g_assert_nonnull(strstr(error->message, part));
}

static void
save(const Stage *stage, const PkiResult *result, const char *name)
{
  g_autoptr(GError) error = NULL;
  PkiFilesOrder order = {.folder = stage->folder, .name = name};
  g_autoptr(GPtrArray) files G_GNUC_UNUSED = pki_files_write(result, &order, &error);
  g_assert_no_error(error);
}

static PkiOrder
make(PkiRole role, const char *subject)
{
  return (PkiOrder){.action = PKI_MAKE,
                    .has_role = TRUE,
                    .role = role,
                    .subject = subject,
                    .path_length = -1,
                    .now = NOW};
}

/* (transfer full): the path of a CA's certificate; its key is beside it. */
static char *
authority(const Stage *stage, const char *name, const char *ca, int path_length)
{
  PkiOrder order = make(ca ? PKI_INTERMEDIATE : PKI_ROOT, name);
  order.ca_path = ca;
  order.path_length = path_length;
  g_autoptr(PkiResult) result = good(&order);
  g_autofree char *file = g_strconcat(name, ".pem", NULL);
  save(stage, result, name);
  return path_of(stage, file);
}

/* (transfer full): certificate and key that no sound CA makes, as a CA's files. */
static char *
forged_authority(const Stage *stage, const char *name, const ForgeTemplate *template,
                 const Forged *issuer)
{
  g_autoptr(Forged) forged = forge(template, issuer);
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  g_autofree char *key = forged_key_pem(forged, NULL);
  g_autofree char *key_name = g_strconcat(name, ".key", NULL);
  g_autofree char *file = g_strconcat(name, ".pem", NULL);
  g_autofree char *key_path G_GNUC_UNUSED = write_file(stage, key_name, key);
  return write_file(stage, file, pem);
}

static ForgeTemplate
living_authority(const char *name)
{
  ForgeTemplate template = forge_authority(name);
  template.not_before = NOW - 10 * DAY;
  template.not_after = NOW + 1000 * DAY;
  return template;
}

static char *
joined(const char *const *texts)
{
  return texts ? g_strjoinv("|", (char **)texts) : g_strdup("-");
}

static void
assert_texts(const char *const *texts, const char *wanted)
{
  g_autofree char *text = joined(texts);
  g_assert_cmpstr(text, ==, wanted);
}

/* --- what is made ----------------------------------------------------------------------------- */

static void
assert_shape(const Certificate *certificate)
{
  const CertificateFields *fields = certificate_fields(certificate);
  const char *serial = certificate_serial(certificate);
  g_assert_cmpint(certificate_version(certificate), ==, 3);
  g_assert_cmpuint(strlen(serial), ==, 40);
  g_assert_cmpint(g_ascii_xdigit_value(serial[0]), <, 8);
  g_assert_nonnull(fields->subject_key_id);
  g_assert_nonnull(fields->authority_key_id);
  g_assert_true(fields->has_basic_constraints);
}

/* By the strict rules, with the purpose it is for: not one finding. */
static void
assert_strict(const PkiResult *result, VerifyPurpose purpose)
{
  g_autoptr(GPtrArray) chain = certificate_list_new(), roots = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(result->certificate));
  for (guint i = 0; i + 1 < result->issuers->len; i++)
    g_ptr_array_add(chain, certificate_ref(result->issuers->pdata[i]));
  g_ptr_array_add(roots, certificate_ref(result->issuers->pdata[result->issuers->len - 1]));
  g_autoptr(Anchors) anchors = anchors_from_list(roots, "root");
  VerifyRequest request = {.certificates = chain,
                           .anchors = anchors,
                           .purpose = purpose,
                           .rules = VERIFY_RULES_STRICT,
                           .time = NOW,
                           .name = purpose == VERIFY_PURPOSE_SERVER ? "mqtt.example.com" : NULL,
                           .source = FINDING_SOURCE_CHAIN};
  g_autoptr(Verdict) verdict = verify(&request);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    g_test_message("%s: %s", finding->code, finding->message);
  }
  g_assert_true(verdict->accepted);
  g_assert_cmpuint(verdict->findings->len, ==, 0);
}

/* The same type of key for all of them. */
static char *
authority_of_type(const Stage *stage, PkiKeyType type, const char *name, const char *ca)
{
  PkiOrder order = make(ca ? PKI_INTERMEDIATE : PKI_ROOT, name);
  order.key_type = type;
  order.ca_path = ca;
  g_autoptr(PkiResult) result = good(&order);
  assert_shape(result->certificate);
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
  assert_texts(certificate_key_usage(result->certificate), "keyCertSign|cRLSign");
  assert_texts(certificate_extended_key_usage(result->certificate), "-");
  save(stage, result, name);
  g_autofree char *file = g_strconcat(name, ".pem", NULL);
  return path_of(stage, file);
}

static void
assert_leaf(const PkiResult *result, PkiKeyType type, const char *purposes)
{
  gboolean rsa = type == PKI_KEY_RSA_2048 || type == PKI_KEY_RSA_3072 || type == PKI_KEY_RSA_4096;
  assert_shape(result->certificate);
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
  g_assert_cmpuint(result->issuers->len, ==, 2);
  assert_texts(certificate_key_usage(result->certificate),
               rsa ? "digitalSignature|keyEncipherment" : "digitalSignature");
  assert_texts(certificate_extended_key_usage(result->certificate), purposes);
}

static void
test_key_types(Stage *stage, gconstpointer data)
{
  static const char *const labels[PKI_KEY_TYPES] = {
      [PKI_KEY_ECDSA_P256] = "ECDSA P-256", [PKI_KEY_ECDSA_P384] = "ECDSA P-384",
      [PKI_KEY_RSA_2048] = "RSA 2048",      [PKI_KEY_RSA_3072] = "RSA 3072",
      [PKI_KEY_RSA_4096] = "RSA 4096",      [PKI_KEY_ED25519] = "Ed25519"};
  PkiKeyType type = (PkiKeyType)GPOINTER_TO_INT(data), parsed;
  g_assert_true(pki_key_type_parse(pki_key_type_name(type), &parsed));
  g_assert_cmpint(parsed, ==, type);
  g_autofree char *root = authority_of_type(stage, type, "root", NULL);
  g_autofree char *inner = authority_of_type(stage, type, "inner", root);
  static const char *const names[] = {"DNS:mqtt.example.com", "IP:192.0.2.1", NULL};
  PkiOrder server = make(PKI_SERVER, "CN=mqtt.example.com");
  server.key_type = type;
  server.names = names;
  server.ca_path = inner;
  server.days = 90;
  g_autoptr(PkiResult) made = good(&server);
  assert_leaf(made, type, "serverAuth");
  g_assert_cmpstr(certificate_key_label(made->certificate), ==, labels[type]);
  assert_texts(certificate_names(made->certificate), "DNS:mqtt.example.com|IP:192.0.2.1");
  assert_strict(made, VERIFY_PURPOSE_SERVER);
  PkiOrder client = make(PKI_CLIENT, "CN=Client,O=Test Org,C=US");
  client.key_type = type;
  client.ca_path = inner;
  g_autoptr(PkiResult) other = good(&client);
  assert_leaf(other, type, "clientAuth");
  g_assert_cmpstr(other->subject, ==, "CN=Client,O=Test Org,C=US");
  assert_texts((const char *const *)other->names, "");
  assert_strict(other, VERIFY_PURPOSE_CLIENT);
  g_assert_cmpstr(certificate_serial(made->certificate), !=,
                  certificate_serial(other->certificate));
}

static void
test_both_purposes(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  PkiOrder order = make(PKI_PEER, "bridge.example.com");
  order.ca_path = root;
  g_autoptr(PkiResult) result = good(&order);
  assert_texts(certificate_extended_key_usage(result->certificate), "serverAuth|clientAuth");
  assert_texts(certificate_names(result->certificate), "DNS:bridge.example.com");
}

static void
test_dates(Stage *stage, gconstpointer unused)
{
  PkiOrder order = make(PKI_ROOT, "Root");
  g_autoptr(PkiResult) usual = good(&order);
  g_assert_cmpint(certificate_not_before(usual->certificate), ==, NOW - 300);
  g_assert_cmpint(certificate_not_after(usual->certificate), ==, NOW + 3650 * DAY);
  order.not_before = NOW + DAY;
  order.not_after = G_GINT64_CONSTANT(2524608000); /* 2050: written as GeneralizedTime */
  g_autoptr(PkiResult) exact = good(&order);
  g_assert_cmpint(certificate_not_before(exact->certificate), ==, NOW + DAY);
  g_assert_cmpint(certificate_not_after(exact->certificate), ==, 2524608000);
  order.not_after = NOW + DAY;
  bad(&order, PKI_ERROR, PKI_FIELD_DATES, "would end before it begins");
  order.not_before = NOW - 10 * DAY;
  order.not_after = NOW - 1;
  bad(&order, PKI_ERROR, PKI_FIELD_DATES, "expired already");
  order.days = 36501;
  bad(&order, PKI_ERROR, PKI_FIELD_DATES, "1 to 36500 days");
  order.days = 0;
  order.not_before = -G_GINT64_CONSTANT(631152001); /* 1949 */
  order.not_after = NOW + DAY;
  bad(&order, PKI_ERROR, PKI_FIELD_DATES, "1950 to 9999");
}

/* --- subjects --------------------------------------------------------------------------------- */

static const struct {
  const char *text, *name; /* as a certificate shows it; "!": refused, with this in the sentence */
} subjects[] = {
    {"CN=Client,O=Test Org,C=US", "CN=Client,O=Test Org,C=US"},
    {"Client 7", "CN=Client 7"},
    {" cn = Client , o=Test Org", "CN=Client,O=Test Org"},
    {"CN=a\\,b,O=c\\+d", "CN=a\\,b,O=c\\+d"},
    {"CN=J\\C3\\BCrgen", "CN=J\303\274rgen"},
    {"CN=a\\ ", "CN=a\\ "},
    {"OU=a+CN=b", "CN=b+OU=a"},
    {"DC=example,DC=com", "DC=example,DC=com"},
    {"2.5.4.3=Client", "CN=Client"},
    {"CN=a=b", "CN=a=b"},
    {"CN=x,emailAddress=a@example.com", "CN=x,EMAIL=a@example.com"},
    {"/C=US/CN=x", "!written as openssl does"},
    {"CN=", "!CN is empty"},
    {"CN=x,C=USA", "!two capital letters"},
    {"CN=x,C=us", "!two capital letters"},
    {"CN=x,ZZ=y", "!type \"ZZ\", which is not known"},
    {"CN=x,1.2.=y", "!which is not known"},
    {"CN=x,O", "!\"O\" without a value"},
    {"CN=x,", "!without a value"},
    {"CN=\"x\"", "!is not escaped"},
    {"CN=a;O=b", "!is not escaped"},
    {"CN=#0401", "!starts with #"},
    {"CN=a\\zb", "!\\ before something"},
    {"CN=a\\", "!\\ before something"},
    {"CN=a\\00", "!NUL"},
    {"CN=a\\0A", "!control character"},
    {"CN=\377", "!not UTF-8"},
    {"CN=\\FF", "!not UTF-8"},
    {"CN=x,DC=\303\244", "!not ASCII"},
    {"CN=x,serialNumber=a_b", "!other than letters"},
    {"CN=12345678901234567890123456789012345678901234567890123456789012345", "!64 are the most"},
};

static void
test_subjects(Stage *stage, gconstpointer unused)
{
  for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++) {
    g_test_message("%s", subjects[i].text);
    PkiOrder order = make(PKI_ROOT, subjects[i].text);
    if (subjects[i].name[0] == '!') {
      bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, subjects[i].name + 1);
      continue;
    }
    g_autoptr(PkiResult) result = good(&order);
    g_assert_cmpstr(result->subject, ==, subjects[i].name);
  }
}

static void
test_many_parts(Stage *stage, gconstpointer unused)
{
  g_autoptr(GString) text = g_string_new("CN=x");
  for (int i = 0; i < 31; i++)
    g_string_append(text, ",OU=y");
  PkiOrder order = make(PKI_ROOT, text->str);
  g_autoptr(PkiResult) result G_GNUC_UNUSED = good(&order);
  g_string_append(text, ",OU=y");
  order.subject = text->str;
  bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, "more than 32 parts");
  g_autofree char *long_text = g_strnfill(5000, 'x');
  order.subject = long_text;
  bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, "longer than 4096 bytes");
  order.subject = "";
  bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, "A CA needs a subject");
  order.subject = NULL;
  bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, "No subject was given");
}

/* --- names ------------------------------------------------------------------------------------ */

static const struct {
  const char *text, *name; /* as above */
} san[] = {
    {"mqtt.example.com", "DNS:mqtt.example.com"},
    {"dns:*.example.com", "DNS:*.example.com"},
    {"localhost", "DNS:localhost"},
    {"b\303\274cher.example", "DNS:xn--bcher-kva.example"},
    {"192.0.2.1", "IP:192.0.2.1"},
    {"IP:2001:db8::1", "IP:2001:db8::1"},
    {"a.b+c@example.com", "email:a.b+c@example.com"},
    {"URI:urn:dev:mac:0024", "URI:urn:dev:mac:0024"},
    {"spiffe://example.com/x", "URI:spiffe://example.com/x"},
    {"DNS:192.0.2.1", "!is an IP address"},
    {"IP:300.1.2.3", "!is not an IP address"},
    {"a_b.example.com", "!has a character"},
    {"a..example.com", "!a label is empty"},
    {"example.com.", "!a label is empty"},
    {"", "!is empty"},
    {"-a.example.com", "!hyphen"},
    {"*.com", "!whole top-level domain"},
    {"a*.example.com", "!star that is not the whole first label"},
    {"a.*.example.com", "!star that is not the whole first label"},
    {"email:nobody", "!not a mail address"},
    {"a@b@example.com", "!not a mail address"},
    {"URI:no uri", "!not an absolute URI"},
    {"DNS:a b", "!has a character"},
};

static void
test_names(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(san); i++) {
    const char *const names[] = {san[i].text, san[i].text, NULL}; /* twice is once */
    PkiOrder order = make(PKI_CLIENT, "CN=Client");
    order.ca_path = root;
    order.names = names;
    g_test_message("%s", san[i].text);
    if (san[i].name[0] == '!') {
      bad(&order, PKI_ERROR, PKI_FIELD_NAMES, san[i].name + 1);
      continue;
    }
    g_autoptr(PkiResult) result = good(&order);
    assert_texts((const char *const *)result->names, san[i].name);
  }
}

static void
test_name_rules(Stage *stage, gconstpointer unused)
{
  static const char *const names[] = {"device.example.com", NULL};
  g_autofree char *root = authority(stage, "root", NULL, -1);
  PkiOrder order = make(PKI_SERVER, "CN=Broker");
  order.ca_path = root;
  bad(&order, PKI_ERROR, PKI_FIELD_NAMES, "needs the names that clients connect to");
  order.subject = "";
  order.names = names;
  g_autoptr(PkiResult) result = good(&order); /* critical then: RFC 5280, 4.2.1.6 */
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
  g_assert_cmpstr(result->label, ==, "device.example.com");
  order.role = PKI_CLIENT;
  order.names = NULL;
  bad(&order, PKI_ERROR, PKI_FIELD_SUBJECT, "needs a subject or a name");
  g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < 257; i++)
    g_ptr_array_add(many, g_strdup_printf("n%d.example.com", i));
  g_ptr_array_add(many, NULL);
  order.names = (const char *const *)many->pdata;
  bad(&order, PKI_ERROR, PKI_FIELD_NAMES, "more than 256 names");
}

/* --- the CA ----------------------------------------------------------------------------------- */

static void
test_ca_files(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  g_autofree char *other G_GNUC_UNUSED = authority(stage, "other", NULL, -1);
  g_autofree char *other_key = path_of(stage, "other.key");
  g_autofree char *missing = path_of(stage, "missing.pem");
  g_autofree char *junk = write_file(stage, "junk.pem", "junk\n");
  g_autofree char *pem = NULL;
  g_assert_true(g_file_get_contents(root, &pem, NULL, NULL));
  g_autofree char *alone = write_file(stage, "alone.pem", pem);
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  bad(&order, PKI_ERROR, PKI_FIELD_CA, "A client certificate is signed by a CA");
  order.ca_path = missing;
  bad(&order, PKI_ERROR, PKI_FIELD_CA, "missing.pem");
  order.ca_path = junk;
  bad(&order, PKI_ERROR, PKI_FIELD_CA, "junk.pem");
  order.ca_path = alone;
  bad(&order, PKI_ERROR, PKI_FIELD_CA_KEY, "neither in that file nor beside it");
  order.ca_path = root;
  order.ca_key_path = other_key;
  bad(&order, PKI_ERROR, PKI_FIELD_CA_KEY, "do not belong together");
  order.ca_key_path = junk;
  bad(&order, PKI_ERROR, PKI_FIELD_CA_KEY, "junk.pem");
}

static void
test_ca_password(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  PkiOrder root = make(PKI_ROOT, "Root");
  g_autoptr(PkiResult) made = good(&root);
  PkiFilesOrder files = {.folder = stage->folder, .name = "locked", .key_password = "secret"};
  g_autoptr(GPtrArray) written = pki_files_write(made, &files, &error);
  g_assert_no_error(error);
  const PkiFile *key = written->pdata[1];
  g_assert_true(key->encrypted);
  g_autofree char *path = path_of(stage, "locked.pem");
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = path;
  bad(&order, PKI_ERROR, PKI_FIELD_CA_PASSWORD, "is protected by a password");
  order.ca_password = "wrong";
  bad(&order, PKI_ERROR, PKI_FIELD_CA_PASSWORD, "does not open");
  order.ca_password = "secret";
  g_autoptr(PkiResult) result = good(&order);
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
}

static void
test_ca_rights(Stage *stage, gconstpointer unused)
{
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  ForgeTemplate template = living_authority("Plain");
  template.authority = 0;
  g_autofree char *plain = forged_authority(stage, "plain", &template, NULL);
  order.ca_path = plain;
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "is not a CA");
  template = living_authority("Old Form");
  template.version = 1;
  g_autofree char *v1 = forged_authority(stage, "v1", &template, NULL);
  order.ca_path = v1;
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "is not a CA");
  template = living_authority("No Sign");
  template.key_usage = GNUTLS_KEY_CRL_SIGN;
  g_autofree char *no_sign = forged_authority(stage, "no-sign", &template, NULL);
  order.ca_path = no_sign;
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "no keyCertSign");
  template = living_authority("Ended");
  template.not_after = NOW - 1;
  g_autofree char *ended = forged_authority(stage, "ended", &template, NULL);
  order.ca_path = ended;
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "ended on 2026-11-18");
  template = living_authority("Future");
  template.not_before = NOW + DAY;
  g_autofree char *future = forged_authority(stage, "future", &template, NULL);
  order.ca_path = future;
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "begins on 2026-11-19 only");
}

static void
test_ca_dates(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = living_authority("Short");
  template.not_after = NOW + 30 * DAY;
  g_autofree char *ca = forged_authority(stage, "short", &template, NULL);
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = ca;
  g_autoptr(PkiResult) result = good(&order);
  g_assert_cmpint(certificate_not_after(result->certificate), ==, NOW + 30 * DAY);
  g_assert_cmpuint(result->notes->len, ==, 1);
  g_assert_cmpstr(result->notes->pdata[0], ==,
                  "It ends with its CA, on 2026-12-18, for nobody would accept it after that.");
  /* A renewal that wins nothing says so. */
  save(stage, result, "client");
  g_autofree char *client = path_of(stage, "client.pem");
  PkiOrder again = {.action = PKI_RENEW,
                    .input_path = client,
                    .ca_path = ca,
                    .path_length = -1,
                    .now = NOW + 20 * DAY};
  g_autoptr(PkiResult) renewed = good(&again);
  g_assert_cmpint(certificate_not_after(renewed->certificate), ==, NOW + 30 * DAY);
  g_assert_cmpuint(renewed->notes->len, ==, 2);
  g_assert_cmpstr(renewed->notes->pdata[1], ==,
                  "That is no later than the old one: renew the CA first, then this.");
  order.days = 31;
  bad(&order, PKI_REFUSAL, PKI_FIELD_DATES, "fewer days, 30 at most");
  order.days = 0;
  order.not_after = NOW + 30 * DAY + 1;
  bad(&order, PKI_REFUSAL, PKI_FIELD_DATES, "would outlive its CA \"Short\"");
  order.not_after = 0;
  order.not_before = NOW - 11 * DAY;
  bad(&order, PKI_REFUSAL, PKI_FIELD_START, "would begin before its CA");
}

static void
test_path_length(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, 1);
  g_autofree char *inner = authority(stage, "inner", root, 0);
  PkiOrder order = make(PKI_INTERMEDIATE, "CN=Deeper");
  order.path_length = 0;
  order.ca_path = inner;
  bad(&order, PKI_REFUSAL, PKI_FIELD_PATH_LENGTH, "may have no CA below it");
  order.ca_path = root;
  order.path_length = 1;
  bad(&order, PKI_REFUSAL, PKI_FIELD_PATH_LENGTH, "0 at most, not 1");
}

/* One that is not the signing CA's own limit, but that of the one above: verify() sees it. */
static void
test_path_length_above(Stage *stage, gconstpointer unused)
{
  ForgeTemplate top = living_authority("Top"), middle = living_authority("Middle");
  top.path_length = 0;
  g_autoptr(Forged) root = forge(&top, NULL);
  g_autoptr(Forged) inner = forge(&middle, root);
  g_autofree char *a = certificate_to_pem(inner->certificate);
  g_autofree char *b = certificate_to_pem(root->certificate);
  g_autofree char *both = g_strconcat(a, b, NULL), *key = forged_key_pem(inner, NULL);
  g_autofree char *ca = write_file(stage, "ca.pem", both);
  g_autofree char *key_path G_GNUC_UNUSED = write_file(stage, "ca.key", key);
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = ca;
  bad(&order, PKI_REFUSAL, PKI_FIELD_PATH_LENGTH, "pathlen-exceeded");
}

/* permittedSubtrees: DNS example.com */
static void
constrain(gnutls_x509_crt_t crt)
{
  static const guint8 value[] = {0x30, 0x11, 0xa0, 0x0f, 0x30, 0x0d, 0x82, 0x0b, 'e', 'x',
                                 'a',  'm',  'p',  'l',  'e',  '.',  'c',  'o',  'm'};
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.30", value, sizeof value, 1),
                  >=, 0);
}

static void
test_name_constraints(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = living_authority("Constrained");
  template.tweak = constrain;
  g_autofree char *ca = forged_authority(stage, "constrained", &template, NULL);
  PkiOrder order = make(PKI_SERVER, "mqtt.example.org");
  order.ca_path = ca;
  bad(&order, PKI_REFUSAL, PKI_FIELD_NAMES, "must not be signed (name-constraints-violated)");
  order.subject = "mqtt.example.com";
  g_autoptr(PkiResult) result = good(&order);
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
}

/* A CA whose issuer is not in its file: judged as far as it goes, and that is said. */
static void
test_chain_without_root(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  g_autofree char *inner = authority(stage, "inner", root, 0), *text = NULL;
  g_assert_true(g_file_get_contents(inner, &text, NULL, NULL));
  *strstr(text + 1, "-----BEGIN") = '\0';
  g_autofree char *cut = write_file(stage, "cut.pem", text);
  g_autofree char *key = path_of(stage, "inner.key");
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = cut;
  order.ca_key_path = key;
  g_autoptr(PkiResult) result = good(&order);
  g_assert_cmpuint(result->issuers->len, ==, 1);
  g_assert_cmpuint(result->notes->len, ==, 1);
  g_assert_true(g_str_has_prefix(result->notes->pdata[0],
                                 "The file of the CA does not go up to a root: \"root\""));
}

/* --- keys that are there ---------------------------------------------------------------------- */

static void
test_existing_key(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  g_autofree char *key = path_of(stage, "root.key"), *missing = path_of(stage, "missing.key");
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = root;
  order.key_path = key;
  g_autoptr(PkiResult) result = good(&order);
  g_assert_false(result->key_is_new);
  g_assert_cmpstr(certificate_key_id(result->certificate), ==,
                  certificate_key_id(result->issuers->pdata[0]));
  order.key_path = missing;
  bad(&order, PKI_ERROR, PKI_FIELD_KEY, "missing.key");
}

static void
test_weak_key(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = forge_server("weak", NULL);
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = 1024;
  g_autoptr(Forged) weak = forge(&template, NULL);
  g_autofree char *pem = forged_key_pem(weak, NULL), *root = authority(stage, "root", NULL, -1);
  g_autofree char *key = write_file(stage, "weak.key", pem);
  PkiOrder order = make(PKI_CLIENT, "CN=Client");
  order.ca_path = root;
  order.key_path = key;
  bad(&order, PKI_REFUSAL, PKI_FIELD_KEY, "must not be signed (key-too-weak)");
}

/* A DSA key: TLS 1.3 and most clients do not know it. */
static void
test_strange_key(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = forge_server("dsa", NULL);
  template.key_algorithm = GNUTLS_PK_DSA;
  template.key_bits = 2048;
  g_autoptr(Forged) strange = forge(&template, NULL);
  g_autofree char *pem = forged_key_pem(strange, NULL);
  g_autofree char *key = write_file(stage, "dsa.key", pem);
  PkiOrder order = make(PKI_ROOT, "CN=Root");
  order.key_path = key;
  bad(&order, PKI_ERROR, PKI_FIELD_KEY, "signs no certificates here");
}

/* --- requests --------------------------------------------------------------------------------- */

static char *
request_of(const Stage *stage, const char *name, const char *const *names)
{
  PkiOrder order = {
      .action = PKI_REQUEST, .subject = name, .names = names, .path_length = -1, .now = NOW};
  g_autoptr(PkiResult) result = good(&order);
  g_assert_nonnull(result->request);
  g_assert_null(result->certificate);
  g_assert_true(result->key_is_new);
  save(stage, result, "device");
  return path_of(stage, "device.csr");
}

static PkiOrder
sign_order(const char *request, const char *ca)
{
  PkiOrder order = make(PKI_CLIENT, NULL);
  order.action = PKI_SIGN;
  order.input_path = request;
  order.ca_path = ca;
  return order;
}

static void
test_sign(Stage *stage, gconstpointer unused)
{
  static const char *const asked[] = {"device.example.com", NULL};
  static const char *const given[] = {"IP:192.0.2.9", NULL};
  g_autofree char *root = authority(stage, "root", NULL, -1);
  g_autofree char *request = request_of(stage, "CN=Device,O=X", asked);
  PkiOrder order = sign_order(request, root);
  g_autoptr(PkiResult) plain = good(&order);
  g_assert_null(plain->key);
  g_assert_cmpstr(plain->subject, ==, "CN=Device,O=X");
  assert_texts((const char *const *)plain->names, "");
  g_assert_cmpstr(plain->notes->pdata[0], ==,
                  "The names that the request asks for were not taken over: "
                  "DNS:device.example.com.");
  order.copy_names = TRUE;
  order.names = given;
  order.subject = "CN=Other";
  g_autoptr(PkiResult) more = good(&order);
  g_assert_cmpstr(more->subject, ==, "CN=Other");
  assert_texts((const char *const *)more->names, "IP:192.0.2.9|DNS:device.example.com");
  g_assert_cmpuint(more->notes->len, ==, 0);
  g_assert_cmpstr(certificate_key_id(more->certificate), ==,
                  certificate_key_id(plain->certificate));
}

/* Whatever a request asks to be, the order alone says it. */
static void
test_sign_is_no_ca(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  PkiOrder asks = {.action = PKI_REQUEST,
                   .has_role = TRUE,
                   .role = PKI_INTERMEDIATE,
                   .subject = "CN=Greedy",
                   .path_length = -1,
                   .now = NOW};
  g_autoptr(PkiResult) request = good(&asks);
  save(stage, request, "greedy");
  g_autofree char *path = path_of(stage, "greedy.csr");
  PkiOrder order = sign_order(path, root);
  g_autoptr(PkiResult) result = good(&order);
  g_assert_false(certificate_is_ca(result->certificate));
  assert_texts(certificate_key_usage(result->certificate), "digitalSignature");
}

static void
test_sign_bad_request(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1), *text = NULL;
  g_autofree char *request = request_of(stage, "CN=Device", NULL);
  g_assert_true(g_file_get_contents(request, &text, NULL, NULL));
  PkiOrder order = sign_order(root, root);
  bad(&order, PKI_ERROR, PKI_FIELD_INPUT, "holds no certificate request");
  g_autofree char *half = g_strndup(text, strlen(text) / 2);
  g_autofree char *cut = write_file(stage, "cut.csr", half);
  order.input_path = cut;
  bad(&order, PKI_ERROR, PKI_FIELD_INPUT, "cut.csr");
  g_autofree char *wrong = g_strdup(text);
  memcpy(strchr(wrong, '\n') + 1, "AAAA", 4);
  g_autofree char *damaged = write_file(stage, "damaged.csr", wrong);
  order.input_path = damaged;
  bad(&order, PKI_ERROR, PKI_FIELD_INPUT, "is damaged");
  g_autofree char *missing = path_of(stage, "missing.csr");
  order.input_path = missing;
  bad(&order, PKI_ERROR, PKI_FIELD_INPUT, "missing.csr");
}

/* The subject of a request is another one than what its key signed. */
static void
test_sign_forged_request(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = authority(stage, "root", NULL, -1);
  PkiOrder asks = {.action = PKI_REQUEST, .subject = "CN=Device", .path_length = -1, .now = NOW};
  g_autoptr(PkiResult) made = good(&asks);
  gsize length;
  const guint8 *der = g_bytes_get_data(made->request, &length);
  g_autofree guint8 *copy = g_memdup2(der, length);
  guint8 *name = memmem(copy, length, "Device", 6);
  g_assert_nonnull(name);
  name[0] = 'd';
  g_autofree char *path = path_of(stage, "forged.csr");
  g_assert_true(g_file_set_contents(path, (const char *)copy, (gssize)length, NULL)); /* DER */
  PkiOrder order = sign_order(path, root);
  bad(&order, PKI_REFUSAL, PKI_FIELD_INPUT, "is not signed by its own key");
}

/* --- renewal ---------------------------------------------------------------------------------- */

static char *
client_of(const Stage *stage, const char *ca)
{
  static const char *const names[] = {"client.example.com", "URI:urn:x:1", NULL};
  PkiOrder order = make(PKI_CLIENT, "CN=Client+UID=7,O=Test Org");
  order.ca_path = ca;
  order.names = names;
  order.days = 100;
  order.now = NOW - 90 * DAY;
  g_autoptr(PkiResult) result = good(&order);
  save(stage, result, "client");
  return path_of(stage, "client.pem");
}

static char *
old_root(const Stage *stage, const char *name)
{
  PkiOrder order = make(PKI_ROOT, name);
  order.now = NOW - 100 * DAY;
  order.path_length = 2;
  g_autoptr(PkiResult) result = good(&order);
  g_autofree char *file = g_strconcat(name, ".pem", NULL);
  save(stage, result, name);
  return path_of(stage, file);
}

static PkiOrder
renew_order(const char *old, const char *ca)
{
  return (PkiOrder){
      .action = PKI_RENEW, .input_path = old, .ca_path = ca, .path_length = -1, .now = NOW};
}

static void
test_renew(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = old_root(stage, "root"), *client = client_of(stage, root);
  PkiOrder order = renew_order(client, root);
  g_autoptr(PkiResult) same = good(&order);
  const CertificateFields *old = certificate_fields(same->old);
  const CertificateFields *fields = certificate_fields(same->certificate);
  g_assert_true(g_bytes_equal(old->subject_dn, fields->subject_dn));
  assert_texts((const char *const *)same->names, "DNS:client.example.com|URI:urn:x:1");
  assert_texts(certificate_extended_key_usage(same->certificate), "clientAuth");
  g_assert_cmpint(fields->not_after, ==, NOW + 100 * DAY);
  g_assert_cmpstr(old->key_id, ==, fields->key_id);
  g_assert_cmpstr(old->serial, !=, fields->serial);
  g_assert_null(same->key);
  g_assert_cmpuint(same->verdict->findings->len, ==, 0);
  order.new_key = TRUE;
  order.key_type = PKI_KEY_ED25519;
  g_autoptr(PkiResult) other = good(&order);
  g_assert_cmpstr(certificate_key_label(other->certificate), ==, "Ed25519");
  g_assert_true(other->key_is_new);
}

static void
test_renew_root(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = old_root(stage, "root"), *client = client_of(stage, root);
  PkiOrder order = renew_order(root, NULL);
  g_autoptr(PkiResult) same = good(&order);
  g_assert_true(certificate_is_self_signed(same->certificate));
  g_assert_cmpint(certificate_fields(same->certificate)->path_length, ==, 2);
  g_assert_cmpint(certificate_not_after(same->certificate), ==, NOW + 3650 * DAY);
  g_assert_null(same->key);
  /* What the old one signed is good below the new one, too. */
  g_autoptr(GPtrArray) chain = certificate_file_read(client, NULL);
  g_assert_true(certificate_is_issued_by(chain->pdata[0], same->certificate));
  order.new_key = TRUE;
  g_autoptr(PkiResult) other = good(&order);
  g_assert_cmpuint(other->notes->len, ==, 1);
  g_assert_true(g_str_has_prefix(other->notes->pdata[0], "With its new key this is another CA"));
}

/* Name constraints of a CA go with it. */
static void
test_renew_keeps_constraints(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = living_authority("Constrained");
  template.tweak = constrain;
  g_autofree char *old = forged_authority(stage, "constrained", &template, NULL);
  PkiOrder order = renew_order(old, NULL);
  g_autoptr(PkiResult) result = good(&order);
  g_assert_true(certificate_has_extension(result->certificate, "2.5.29.30"));
  save(stage, result, "renewed");
  g_autofree char *renewed = path_of(stage, "renewed.pem");
  g_autofree char *key = path_of(stage, "constrained.key");
  PkiOrder server = make(PKI_SERVER, "mqtt.example.org");
  server.ca_path = renewed;
  server.ca_key_path = key;
  bad(&server, PKI_REFUSAL, PKI_FIELD_NAMES, "name-constraints-violated");
}

/* What a CA's certificates may be used for is a constraint, too. */
static void
test_renew_keeps_purpose(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = living_authority("Servers Only");
  template.purpose = GNUTLS_KP_TLS_WWW_SERVER;
  g_autofree char *old = forged_authority(stage, "servers", &template, NULL);
  PkiOrder order = renew_order(old, NULL);
  g_autoptr(PkiResult) result = good(&order);
  assert_texts(certificate_extended_key_usage(result->certificate), "serverAuth");
  save(stage, result, "renewed");
  g_autofree char *renewed = path_of(stage, "renewed.pem");
  g_autofree char *key = path_of(stage, "servers.key");
  PkiOrder client = make(PKI_CLIENT, "CN=Client");
  client.ca_path = renewed;
  client.ca_key_path = key;
  g_autoptr(PkiResult) warned = good(&client);
  g_assert_cmpuint(warned->verdict->findings->len, ==, 1);
  const Finding *finding = warned->verdict->findings->pdata[0];
  g_assert_cmpstr(finding->code, ==, "intermediate-usage-narrow");
}

static void
test_renew_refused(Stage *stage, gconstpointer unused)
{
  g_autofree char *root = old_root(stage, "root"), *other = old_root(stage, "other");
  g_autofree char *client = client_of(stage, root), *other_key = path_of(stage, "other.key");
  PkiOrder order = renew_order(client, other);
  bad(&order, PKI_REFUSAL, PKI_FIELD_CA, "was issued by \"root\"");
  order = renew_order(client, NULL);
  bad(&order, PKI_ERROR, PKI_FIELD_CA, "is signed by a CA");
  order = renew_order(client, root);
  order.key_path = other_key;
  bad(&order, PKI_ERROR, PKI_FIELD_KEY, "is not the one of the certificate in");
  order = renew_order(other_key, root);
  bad(&order, PKI_ERROR, PKI_FIELD_INPUT, "other.key");
}

/* As the openssl commands of most guides make them: no extension at all. */
static void
test_renew_v1(Stage *stage, gconstpointer unused)
{
  ForgeTemplate ca = living_authority("Test CA"), leaf = forge_server("Client", NULL);
  g_autoptr(Forged) issuer = forge(&ca, NULL);
  g_autofree char *ca_pem = certificate_to_pem(issuer->certificate);
  g_autofree char *ca_key = forged_key_pem(issuer, NULL);
  g_autofree char *ca_path = write_file(stage, "ca.pem", ca_pem);
  g_autofree char *key_path G_GNUC_UNUSED = write_file(stage, "ca.key", ca_key);
  leaf.version = 1;
  leaf.not_after = NOW + DAY;
  g_autofree char *old = forged_authority(stage, "client", &leaf, issuer);
  PkiOrder order = renew_order(old, ca_path);
  bad(&order, PKI_ERROR, PKI_FIELD_ROLE, "does not say what it is for");
  order.has_role = TRUE;
  order.role = PKI_CLIENT;
  g_autoptr(PkiResult) result = good(&order);
  assert_shape(result->certificate);
  assert_texts(certificate_extended_key_usage(result->certificate), "clientAuth");
  g_assert_cmpuint(result->verdict->findings->len, ==, 0);
}

/* --- files ------------------------------------------------------------------------------------ */

static void
test_file_names(Stage *stage, gconstpointer unused)
{
  static const char *const names[][2] = {
      {"Test CA", "test-ca"},           {"../../etc/passwd", "etc-passwd"}, {".hidden", "hidden"},
      {"*.example.com", "example.com"}, {"\303\244", "certificate"},        {"a  b--c.", "a-b-c"}};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *subject = g_strconcat("CN=", names[i][0], NULL);
    PkiOrder order = make(PKI_ROOT, subject);
    g_autoptr(PkiResult) result = good(&order);
    g_autofree char *name = pki_files_name(result);
    g_assert_cmpstr(name, ==, names[i][1]);
  }
}

static void
assert_not_written(const Stage *stage, const PkiResult *result, const PkiFilesOrder *order,
                   PkiField field, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(pki_files_write(result, order, &error));
  g_test_message("%s", error->message);
  g_assert_cmpint(error->code, ==, (int)field);
  g_assert_nonnull(strstr(error->message, part));
}

static void
test_files_refused(Stage *stage, gconstpointer unused)
{
  PkiOrder root = make(PKI_ROOT, "Root");
  g_autoptr(PkiResult) result = good(&root);
  g_autofree char *nowhere = path_of(stage, "a/b");
  PkiFilesOrder order = {.folder = stage->folder, .name = "a/b"};
  assert_not_written(stage, result, &order, PKI_FIELD_OUTPUT, "is not a file's name");
  order.name = "..";
  assert_not_written(stage, result, &order, PKI_FIELD_OUTPUT, "is not a file's name");
  order.name = "root";
  order.folder = nowhere;
  assert_not_written(stage, result, &order, PKI_FIELD_OUTPUT, "nothing was written");
  order.folder = stage->folder;
  save(stage, result, "root");
  assert_not_written(stage, result, &order, PKI_FIELD_REPLACE, "File exists");
  order.replace = TRUE;
  g_autoptr(GPtrArray) files = pki_files_write(result, &order, NULL);
  g_assert_cmpuint(files->len, ==, 2);
  g_autofree char *request = request_of(stage, "CN=Device", NULL);
  g_autofree char *ca = path_of(stage, "root.pem");
  PkiOrder sign = sign_order(request, ca);
  g_autoptr(PkiResult) theirs = good(&sign);
  order =
      (PkiFilesOrder){.folder = stage->folder, .name = "x", .pkcs12 = TRUE, .pkcs12_password = "p"};
  assert_not_written(stage, theirs, &order, PKI_FIELD_OUTPUT, "the key is not known here");
}

/* --- DER -------------------------------------------------------------------------------------- */

static void
test_der(void)
{
  static const guint8 expected[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
                                    0x0b, 0x02, 0x02, 0x00, 0x80, 0x02, 0x01, 0x00, 0x03, 0x02,
                                    0x00, 0xff, 0x17, 0x0d, '4',  '9',  '1',  '2',  '3',  '1',
                                    '2',  '3',  '5',  '9',  '5',  '9',  'Z'};
  g_autoptr(GByteArray) out = g_byte_array_new();
  g_assert_true(der_build_oid(out, "1.2.840.113549.1.1.11"));
  der_build_number(out, 128);
  der_build_number(out, 0);
  der_build_bits(out, "\377", 1);
  g_assert_true(der_build_time(out, 2524607999));
  g_assert_cmpmem(out->data, out->len, expected, sizeof expected);
  static const char *const no_oids[] = {"",      "1",    "3.1",  "1.40",
                                        "1.2.x", "1.02", "1..2", "1.2.4294967296"};
  for (gsize i = 0; i < G_N_ELEMENTS(no_oids); i++)
    g_assert_false(der_build_oid(out, no_oids[i]));
  g_assert_cmpuint(out->len, ==, sizeof expected);
  g_autofree guint8 *zeros = g_malloc0(300);
  g_autoptr(GByteArray) big = g_byte_array_new();
  der_build(big, DER_OCTET_STRING, zeros, 300);
  g_assert_cmpmem(big->data, 4, "\x04\x82\x01\x2c", 4);
  g_assert_cmpuint(big->len, ==, 304);
}

#define ADD(path, function) g_test_add(path, Stage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (int type = 0; type < PKI_KEY_TYPES; type++) {
    g_autofree char *path = g_strconcat("/pki/order/", pki_key_type_name((PkiKeyType)type), NULL);
    g_test_add(path, Stage, GINT_TO_POINTER(type), setup, test_key_types, teardown);
  }
  ADD("/pki/order/both-purposes", test_both_purposes);
  ADD("/pki/order/dates", test_dates);
  ADD("/pki/order/subjects", test_subjects);
  ADD("/pki/order/many-parts", test_many_parts);
  ADD("/pki/order/names", test_names);
  ADD("/pki/order/name-rules", test_name_rules);
  ADD("/pki/order/ca-files", test_ca_files);
  ADD("/pki/order/ca-password", test_ca_password);
  ADD("/pki/order/ca-rights", test_ca_rights);
  ADD("/pki/order/ca-dates", test_ca_dates);
  ADD("/pki/order/path-length", test_path_length);
  ADD("/pki/order/path-length-above", test_path_length_above);
  ADD("/pki/order/name-constraints", test_name_constraints);
  ADD("/pki/order/chain-without-root", test_chain_without_root);
  ADD("/pki/order/existing-key", test_existing_key);
  ADD("/pki/order/weak-key", test_weak_key);
  ADD("/pki/order/strange-key", test_strange_key);
  ADD("/pki/order/sign", test_sign);
  ADD("/pki/order/sign-is-no-ca", test_sign_is_no_ca);
  ADD("/pki/order/sign-bad-request", test_sign_bad_request);
  ADD("/pki/order/sign-forged-request", test_sign_forged_request);
  ADD("/pki/order/renew", test_renew);
  ADD("/pki/order/renew-root", test_renew_root);
  ADD("/pki/order/renew-keeps-constraints", test_renew_keeps_constraints);
  ADD("/pki/order/renew-keeps-purpose", test_renew_keeps_purpose);
  ADD("/pki/order/renew-refused", test_renew_refused);
  ADD("/pki/order/renew-v1", test_renew_v1);
  ADD("/pki/order/file-names", test_file_names);
  ADD("/pki/order/files-refused", test_files_refused);
  g_test_add_func("/pki/order/der", test_der);
  return g_test_run();
}

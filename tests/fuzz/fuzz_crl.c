/* Revocation lists and OCSP answers as anybody may have made them, about one fixed chain.
 *
 * The first byte says what the rest is: 'C' a list, 'F' a file of lists, 'O' an answer. Whatever it
 * is, what is made of it is bounded and safe to be shown; a certificate that nothing usable speaks
 * of stands among what was not checked; and a list that the CA did not sign makes nobody revoked.
 */
#include "config.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "fuzz/revocation_chain.h"
#include "trust/certificate_file.h"
#include "trust/crl.h"
#include "trust/ocsp.h"
#include "trust/revocation.h"
#include "trust/trust_error.h"
#include "trust/verify.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

static Certificate *leaf, *root;

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_safe(const char *text)
{
  check(text != NULL && g_utf8_validate(text, -1, NULL));
  for (const char *at = text; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static Certificate *
load(const char *pem)
{
  g_autoptr(GPtrArray) list = certificate_file_parse(pem, strlen(pem), "chain", NULL);
  check(list != NULL && list->len == 1);
  return certificate_ref(list->pdata[0]);
}

/* --- the chain with what was given ------------------------------------------------------------ */

static gboolean
is_not_checked(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->not_checked->len; i++)
    if (g_str_has_prefix(verdict->not_checked->pdata[i], "Revocation"))
      return TRUE;
  return FALSE;
}

static gboolean
has_code(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->findings->len; i++)
    if (!strcmp(((Finding *)verdict->findings->pdata[i])->code, code))
      return TRUE;
  return FALSE;
}

/* `believed`: the CA may have signed what is in it. */
static void
check_verdict(const RevocationData *data, VerifyRules rules, gboolean believed)
{
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  g_ptr_array_add(certificates, certificate_ref(leaf));
  g_ptr_array_add(certificates, certificate_ref(root));
  VerifyRequest request = {.certificates = certificates,
                           .name = "mqtt.test",
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .rules = rules,
                           .revocation = data,
                           .time = NOW,
                           .source = FINDING_SOURCE_PEER};
  g_autoptr(Verdict) verdict = verify(&request);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    check_safe(finding->message);
    check_safe(finding->remedy);
    for (guint j = 0; j < finding->evidence->len; j++)
      check_safe(finding->evidence->pdata[j]);
  }
  for (guint i = 0; i < verdict->not_checked->len; i++)
    check_safe(verdict->not_checked->pdata[i]);
  if (has_code(verdict, "server-revoked"))
    check(believed && !verdict->accepted);
  if (!believed)
    check(is_not_checked(verdict));
  if (has_code(verdict, "staple-bad") && revocation_data_crls(data) == 0)
    check(is_not_checked(verdict));
}

/* --- one list --------------------------------------------------------------------------------- */

static void
check_lookup(const Crl *crl)
{
  static const guint8 serials[][5] = {{1, 0, 0, 2}, {0x77, 0x35, 0x94, 0x00}, {0}, {0xff, 0xff}};
  CrlEntry entry;
  for (gsize i = 0; i < G_N_ELEMENTS(serials); i++)
    for (gsize length = 0; length <= sizeof serials[i]; length++)
      if (crl_find(crl, crl->issuer_dn, (DerSpan){serials[i], length}, &entry))
        check_safe(crl_reason_name(entry.reason));
}

static void
check_scope(const Crl *crl, const Certificate *certificate)
{
  guint reasons;
  const char *why;
  gboolean covers = crl_covers(crl, certificate, &reasons, &why);
  check(covers == (why == NULL));
  check(!covers || (reasons != 0 && (reasons & ~CRL_REASONS_ALL) == 0));
}

static void
check_list(const guint8 *bytes, gsize length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Crl) crl = crl_new(bytes, length, "fuzz\x1b[31m\n", 0, &error);
  if (!crl) {
    check(error != NULL && error->domain == TRUST_ERROR);
    check_safe(error->message);
    return;
  }
  check_safe(crl->issuer);
  check_safe(crl->file);
  check(crl->count <= length / 2);
  check_lookup(crl);
  check_scope(crl, leaf);
  check_scope(crl, root);
  gboolean believed = crl_is_signed_by(crl, root);
  crl_weak_algorithm(crl);
  g_autoptr(RevocationData) data = revocation_data_new();
  check(revocation_data_add_crl(data, bytes, length, "fuzz", NULL));
  check_verdict(data, VERIFY_RULES_DEFAULT, believed);
  check_verdict(data, VERIFY_RULES_STRICT, believed);
}

/* --- files of lists --------------------------------------------------------------------------- */

static void
check_file(const guint8 *bytes, gsize length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RevocationData) data = revocation_data_new();
  if (!revocation_data_parse_crls(data, bytes, length, "fuzz\x1b[31m\n", &error)) {
    check(error != NULL && error->domain == TRUST_ERROR);
    check_safe(error->message);
    check(g_str_has_suffix(error->message, "."));
    return;
  }
  check(revocation_data_crls(data) > 0);
  check_verdict(data, VERIFY_RULES_DEFAULT, TRUE);
}

/* --- one answer ------------------------------------------------------------------------------- */

static void
check_answer(const guint8 *bytes, gsize length)
{
  g_auto(OcspAnswer) answer = {0};
  g_autoptr(GBytes) der = g_bytes_new(bytes, length);
  ocsp_judge(der, leaf, root, NOW, &answer);
  check((answer.status == OCSP_UNUSABLE) == (answer.why != NULL));
  if (answer.why)
    check_safe(answer.why);
  g_autoptr(RevocationData) data = revocation_data_new();
  revocation_data_add_staple(data, 0, bytes, length);
  check_verdict(data, VERIFY_RULES_DEFAULT, TRUE);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (!leaf) {
    leaf = load(chain_leaf);
    root = load(chain_root);
  }
  if (size == 0)
    return 0;
  switch (data[0]) {
  case 'C':
    check_list(data + 1, size - 1);
    break;
  case 'F':
    check_file(data + 1, size - 1);
    break;
  case 'O':
    check_answer(data + 1, size - 1);
    break;
  default:
    break;
  }
  return 0;
}

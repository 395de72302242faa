/* Is the certificate for the name that was dialled (RFC 6125, RFC 9525)? */
#include "config.h"

#include "trust/verify_checks.h"

#include <arpa/inet.h>
#include <string.h>

#include "trust/host_name.h"
#include "util/safe_text.h"

#define NAMES_SHOWN 12

/* --- kinds of names --------------------------------------------------------------------------- */

static gboolean
is_loopback(const char *name)
{
  unsigned char address[16];
  if (inet_pton(AF_INET, name, address) == 1)
    return address[0] == 127;
  return inet_pton(AF_INET6, name, address) == 1 &&
         !memcmp(address, &in6addr_loopback, sizeof address);
}

/* localhost, a container's or a machine's bare name: no public certificate is for one. */
static gboolean
is_local(const char *name)
{
  if (host_name_is_address(name))
    return is_loopback(name);
  return !strchr(name, '.') || g_str_has_suffix(name, ".localhost");
}

/* --- the certificate's names ------------------------------------------------------------------ */

static gboolean
has_name_of_type(const Certificate *certificate, const char *prefix)
{
  for (const char *const *name = certificate_names(certificate); *name; name++)
    if (g_str_has_prefix(*name, prefix))
      return TRUE;
  return FALSE;
}

static gboolean
has_name(const Certificate *certificate, const char *prefix, const char *wanted)
{
  g_autofree char *whole = g_strconcat(prefix, wanted, NULL);
  for (const char *const *name = certificate_names(certificate); *name; name++)
    if (!g_ascii_strcasecmp(*name, whole))
      return TRUE;
  return FALSE;
}

static char *
list_names(const Certificate *certificate)
{
  const char *const *names = certificate_names(certificate);
  if (!*names)
    return g_strdup_printf("\"%s\" (its common name)", certificate_subject_label(certificate));
  GString *list = g_string_new(NULL);
  for (guint i = 0; names[i]; i++) {
    if (i == NAMES_SHOWN) {
      g_string_append_printf(list, " and %u more", g_strv_length((char **)names) - NAMES_SHOWN);
      break;
    }
    g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
  }
  return g_string_free(list, FALSE);
}

/* "*.example.com" of the certificate that would cover `name` if it covered more or fewer labels
 * than one (RFC 6125, 6.4.3); NULL: none. */
static const char *
near_wildcard(const Certificate *certificate, const char *name)
{
  for (const char *const *entry = certificate_names(certificate); *entry; entry++) {
    if (!g_str_has_prefix(*entry, "DNS:*."))
      continue;
    const char *domain = *entry + strlen("DNS:*.");
    gsize length = strlen(name), tail = strlen(domain);
    if (length < tail || g_ascii_strcasecmp(name + length - tail, domain))
      continue;
    if (length == tail || name[length - tail - 1] == '.')
      return *entry + strlen("DNS:");
  }
  return NULL;
}

/* --- mismatch --------------------------------------------------------------------------------- */

/* The code that says most; a general one never stands beside it. */
static const char *
mismatch_code(const VerifyRequest *request, const Certificate *leaf, const char *name)
{
  if (request->name_is_override)
    return "name-override-wrong";
  if (host_name_is_address(name) && has_name(leaf, "DNS:", name))
    return "name-wrong-type";
  if (is_local(name))
    return "name-local";
  if (host_name_is_address(name) && !has_name_of_type(leaf, "IP:"))
    return "name-ip-not-listed";
  g_autofree char *unencoded = host_name_unencoded(leaf, name);
  if (unencoded)
    return "name-idn";
  g_autofree char *unusable = host_name_unusable_wildcard(leaf, name);
  if (!host_name_is_address(name) && unusable)
    return "name-wildcard-unusable";
  if (near_wildcard(leaf, name))
    return "name-wildcard-depth";
  return "name-mismatch";
}

static void
set_mismatch_text(Finding *finding, const Certificate *leaf, const char *name, const char *names)
{
  const char *wildcard = near_wildcard(leaf, name);
  g_autofree char *unusable = host_name_unusable_wildcard(leaf, name);
  if (!strcmp(finding->code, "name-override-wrong")) {
    finding_set_message(finding,
                        "The server name set for this connection is \"%s\", but the "
                        "certificate is for %s.",
                        name, names);
    finding_set_remedy(finding, "Correct the server name in the connection to one of these.");
  } else if (!strcmp(finding->code, "name-wrong-type")) {
    finding_set_message(finding, "The address %s stands in the certificate as a DNS name.", name);
    finding_set_remedy(finding, "Issue the certificate again with IP:%s.", name);
  } else if (!strcmp(finding->code, "name-ip-not-listed")) {
    finding_set_message(finding,
                        "The connection goes to the address %s, but the certificate is "
                        "for %s.",
                        name, names);
    finding_set_remedy(finding,
                       "Connect by the DNS name, or issue the certificate again with "
                       "IP:%s.",
                       name);
  } else if (!strcmp(finding->code, "name-idn")) {
    g_autofree char *unencoded = host_name_unencoded(leaf, name);
    g_autofree char *ascii = g_hostname_to_ascii(name);
    finding_set_message(finding,
                        "\"%s\" in the certificate is written with characters beyond ASCII, which "
                        "no program looks for.",
                        unencoded);
    finding_set_remedy(finding, "Issue the certificate again with %s.", ascii ? ascii : name);
  } else if (!strcmp(finding->code, "name-wildcard-unusable")) {
    finding_set_message(finding,
                        "\"%s\" in the certificate is not a usable wildcard: only the whole "
                        "leftmost label of a domain may be *.",
                        unusable);
    finding_set_remedy(finding, "Issue the certificate again with %s.", name);
  } else if (!strcmp(finding->code, "name-wildcard-depth")) {
    finding_set_message(finding, "\"%s\" in the certificate covers exactly one label, not \"%s\".",
                        wildcard, name);
    finding_set_remedy(finding, "Issue the certificate again with %s.", name);
  } else {
    finding_set_message(finding, "The certificate is for %s, not for \"%s\".", names, name);
    finding_set_remedy(finding,
                       "Connect by one of these names, or issue the certificate again "
                       "with %s%s.",
                       host_name_is_address(name) ? "IP:" : "", name);
  }
}

static void
report_mismatch(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                const char *name)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  g_autofree char *names = list_names(leaf);
  Finding *finding =
      report_position(findings, request, path, 0, mismatch_code(request, leaf, name));
  set_mismatch_text(finding, leaf, name, names);
  finding_add_evidence(finding, "names in the certificate: %s", names);
  if (!strcmp(finding->code, "name-mismatch"))
    finding_add_alternative(finding, "dns-wrong-host");
}

static void
report_no_san(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  Finding *finding = report_position(findings, request, path, 0, "name-no-san");
  report_rule(finding, request, FINDING_WARNING);
  finding_set_message(finding,
                      "\"%s\" has its name only as common name; clients in Go, browsers "
                      "and others look into the subjectAltName alone.",
                      certificate_subject_label(leaf));
}

/* A full stop at the end is DNS's way to say that a name is whole; certificates have none. */
static char *
without_final_dot(const char *name)
{
  gsize length = strlen(name);
  return g_strndup(name, length > 1 && name[length - 1] == '.' ? length - 1 : length);
}

void
check_name(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (!request->name)
    return;
  g_autofree char *name = without_final_dot(request->name);
  const Certificate *leaf = path_node(path, 0)->certificate;
  if (!host_name_host(leaf, name))
    report_mismatch(findings, request, path, name);
  else if (!has_name_of_type(leaf, "DNS:") && !has_name_of_type(leaf, "IP:"))
    report_no_san(findings, request, path);
}

/* --- mailbox ---------------------------------------------------------------------------------- */

static void
report_wrong_mailbox(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  g_autofree char *names = list_names(path_node(path, 0)->certificate);
  Finding *finding = report_position(findings, request, path, 0, "name-mismatch");
  finding_set_message(finding, "The certificate is for %s, not for the mailbox \"%s\".", names,
                      request->email);
  finding_set_remedy(finding, "Issue the certificate again with email:%s.", request->email);
}

static void
report_subject_mailbox(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  Finding *finding = report_position(findings, request, path, 0, "name-no-san");
  report_rule(finding, request, FINDING_WARNING);
  finding_set_message(finding,
                      "\"%s\" has the mailbox \"%s\" only in its subject (emailAddress), where "
                      "RFC 5280 no longer wants it.",
                      certificate_subject_label(path_node(path, 0)->certificate), request->email);
  finding_set_remedy(finding, "Issue the certificate again with email:%s.", request->email);
}

void
check_email(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (!request->email)
    return;
  switch (host_name_mailbox(path_node(path, 0)->certificate, request->email)) {
  case MAILBOX_NONE:
    report_wrong_mailbox(findings, request, path);
    break;
  case MAILBOX_SUBJECT:
    report_subject_mailbox(findings, request, path);
    break;
  case MAILBOX_ALTERNATIVE:
    break;
  }
}

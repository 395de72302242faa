/* The names in a leaf: their syntax, the common name beside them, wildcards for everybody's
 * domains. */
#include "config.h"

#include "trust/verify_lint.h"

#include <arpa/inet.h>
#include <string.h>

#include "trust/public_suffix.h"

/* --- criticality ------------------------------------------------------------------------------ */

/* RFC 5280, 4.2.1.6, and BR 7.1.2.7.12: critical exactly where the subject is empty. */
void
lint_name_criticality(const Lint *lint)
{
  Extension names;
  gboolean empty = g_bytes_get_size(lint->fields->subject_dn) == 2;
  if (!lint_is_leaf(lint) ||
      !certificate_extension_find(lint->certificate, OID_SUBJECT_ALT_NAME, &names) ||
      names.critical == empty)
    return;
  Finding *finding =
      lint_report(lint, "certificate-malformed", FINDING_INFO,
                  empty ? "has no subject and a subjectAltName that is not critical (RFC 5280, "
                          "4.2.1.6)"
                        : "has a subject and yet a critical subjectAltName (BR 7.1.2.7.12)");
  finding_set_remedy(finding, "Works in a private PKI; issue the next one in the right form.");
}

/* --- syntax ----------------------------------------------------------------------------------- */

static gboolean
is_label_letter(char c)
{
  return g_ascii_isalnum(c) || c == '-';
}

/* RFC 1034, 3.5, with the star that RFC 9525 allows; NULL: `name` is well-formed. */
static const char *
host_problem(const char *name)
{
  if (g_str_has_prefix(name, "*."))
    name += 2;
  gsize length = 0;
  if (!*name)
    return "is empty";
  for (; *name; name++) {
    if (*name == '.' && length == 0)
      return "has an empty label";
    if (*name == '_')
      return "has an underscore, which a host name has not";
    if (*name != '.' && *name != '*' && !is_label_letter(*name))
      return "has a character that a host name has not";
    length = *name == '.' ? 0 : length + 1;
    if (length > 63)
      return "has a label of more than 63 characters";
  }
  return NULL;
}

/* RFC 5280, 4.2.1.6: local-part@domain, where an @ in the local part stands in quotes. */
static const char *
mailbox_problem(const char *name)
{
  const char *at = strrchr(name, '@');
  gboolean sound = at && at > name && (name[0] == '"' || strchr(name, '@') == at);
  return sound ? host_problem(at + 1) : "is not a mail address";
}

static const char *
name_problem(const char *entry)
{
  if (g_str_has_prefix(entry, "DNS:"))
    return host_problem(entry + strlen("DNS:"));
  if (g_str_has_prefix(entry, "email:"))
    return mailbox_problem(entry + strlen("email:"));
  if (g_str_has_prefix(entry, "IP:("))
    return "is neither of 4 nor of 16 bytes";
  return NULL;
}

/* The first one is said: a certificate with many such names has one author. */
void
lint_name_syntax(const Lint *lint)
{
  for (const char *const *name = certificate_names(lint->certificate); *name; name++) {
    const char *problem = name_problem(*name);
    if (!problem)
      continue;
    Finding *finding = lint_report(lint, "certificate-malformed", FINDING_INFO,
                                   "has the name \"%s\", which %s", *name, problem);
    finding_set_remedy(finding, "Issue the certificate again without this name.");
    return;
  }
}

/* --- common name ------------------------------------------------------------------------------ */

/* 0x7f000001, 127.0.000.1, 2001:DB8::1: somebody meant an address. */
static gboolean
looks_like_address(const char *text)
{
  if (strchr(text, ':'))
    return strspn(text, "0123456789abcdefABCDEF:.") == strlen(text);
  return g_ascii_isdigit(text[0]) && strspn(text, "0123456789abcdefABCDEFxX.") == strlen(text);
}

static gboolean
looks_like_host(const char *text)
{
  const char *dot = strrchr(text, '.');
  if (!dot || dot == text || !dot[1] || strpbrk(text, " \t/\\@,:"))
    return FALSE;
  return g_ascii_isalpha(dot[1]); /* "Broker v1.2" is none */
}

/* "Broker.example.com" beside DNS:broker.example.com. */
static gboolean
is_listed(const Certificate *certificate, const char *name, gboolean any_case)
{
  for (const char *const *entry = certificate_names(certificate); *entry; entry++) {
    const char *text = g_str_has_prefix(*entry, "DNS:")  ? *entry + strlen("DNS:")
                       : g_str_has_prefix(*entry, "IP:") ? *entry + strlen("IP:")
                                                         : NULL;
    if (text && (any_case ? !g_ascii_strcasecmp(text, name) : !strcmp(text, name)))
      return TRUE;
  }
  return FALSE;
}

/* BR 7.1.4.3: a common name that is a host or an address is a copy of one of the subjectAltNames,
 * character by character. Where it is a wrongly written one that is against the strict rules; where
 * it is another host it is only of no use, for nobody looks there. */
void
lint_common_name(const Lint *lint)
{
  if (!lint_is_leaf(lint) || !lint_is_server(lint) || !*certificate_names(lint->certificate))
    return;
  const char *name = lint->fields->common_name;
  if (!name || !(looks_like_address(name) || looks_like_host(name)) ||
      is_listed(lint->certificate, name, FALSE))
    return;
  gboolean misspelt =
      looks_like_address(name) || !g_str_is_ascii(name) || is_listed(lint->certificate, name, TRUE);
  Finding *finding = lint_report(lint, "name-no-san", FINDING_INFO,
                                 "has the common name \"%s\", which is not written so in its "
                                 "subjectAltName; the programs that look there alone do not see "
                                 "it",
                                 name);
  if (!misspelt)
    finding->severity = lint_is_strict(lint) ? FINDING_WARNING : FINDING_INFO;
  finding_set_remedy(finding, "Put the name into the subjectAltName, or out of the common name.");
}

/* mosquitto's use_identity_as_username and EMQX's peer_cert_as_username read the common name. */
void
lint_client_name(const Lint *lint)
{
  if (!lint_is_leaf(lint) || !report_is_client(lint->request))
    return;
  const char *name = lint->fields->common_name;
  if (!name || !*name)
    lint_report(lint, "client-name-missing", FINDING_WARNING,
                "has no common name, from which many brokers take the user's name")
        ->severity = FINDING_WARNING;
}

/* --- everybody's domains ---------------------------------------------------------------------- */

/* RFC 6125, 7.2, and BR 3.2.2.6: a wildcard for all customers of a registry. Said where the name
 * that is wanted rests on it: the service itself has such certificates with good reason. */
void
lint_public_suffix(const Lint *lint)
{
  const char *wanted = lint->request->name, *dot = wanted ? strchr(wanted, '.') : NULL;
  if (!dot || !lint_is_leaf(lint) || !public_suffix_is(dot + 1))
    return;
  g_autofree char *pattern = g_ascii_strdown(dot, -1), *exact = g_ascii_strdown(wanted, -1);
  g_autofree char *wildcard = g_strconcat("DNS:*", pattern, NULL);
  gboolean rests = FALSE;
  for (const char *const *name = certificate_names(lint->certificate); *name; name++) {
    if (g_str_has_prefix(*name, "DNS:") && !g_ascii_strcasecmp(*name + strlen("DNS:"), exact))
      return;
    rests = rests || !g_ascii_strcasecmp(*name, wildcard);
  }
  if (rests)
    lint_report(lint, "name-wildcard-unusable", FINDING_WARNING,
                "is for *%s, a domain under which strangers have names, too; browsers refuse it",
                pattern);
}

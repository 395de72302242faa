#include "config.h"

#include "trust/certificate_policies.h"

#include <string.h>

#include "trust/certificate_extensions.h"

#define ANY_POLICY "2.5.29.32.0"
/* More than this nobody means; it bounds what a sender's certificates can cost. */
#define POLICIES_MAX 1024

static void
mapping_free(PolicyMapping *mapping)
{
  g_free(mapping->issuer);
  g_free(mapping->subject);
  g_free(mapping);
}

static gboolean
read_policies(CertificatePolicies *p, DerSpan value)
{
  DerSpan list;
  DerElement information, oid;
  if (!der_unwrap(value, DER_SEQUENCE, &list) || list.length == 0)
    return FALSE;
  while (g_hash_table_size(p->policies) < POLICIES_MAX &&
         der_next_of(&list, DER_SEQUENCE, &information)) {
    DerSpan rest = information.content; /* qualifiers follow, which bind nobody */
    g_autofree char *text = der_next_of(&rest, DER_OID, &oid) ? der_oid_text(oid.content) : NULL;
    if (!text)
      return FALSE;
    if (!strcmp(text, ANY_POLICY))
      p->any = TRUE;
    else
      g_hash_table_add(p->policies, g_steal_pointer(&text));
  }
  return list.length == 0;
}

static gboolean
add_mapping(CertificatePolicies *p, DerSpan pair)
{
  DerElement issuer, subject;
  if (!der_next_of(&pair, DER_OID, &issuer) || !der_next_of(&pair, DER_OID, &subject) ||
      pair.length > 0)
    return FALSE;
  g_autofree char *from = der_oid_text(issuer.content), *to = der_oid_text(subject.content);
  if (!from || !to)
    return FALSE;
  if (!strcmp(from, ANY_POLICY) || !strcmp(to, ANY_POLICY)) {
    p->maps_any = TRUE;
    return TRUE;
  }
  PolicyMapping *mapping = g_new(PolicyMapping, 1);
  *mapping = (PolicyMapping){g_steal_pointer(&from), g_steal_pointer(&to)};
  g_ptr_array_add(p->mappings, mapping);
  return TRUE;
}

static gboolean
read_mappings(CertificatePolicies *p, DerSpan value)
{
  DerSpan list;
  DerElement pair;
  if (!der_unwrap(value, DER_SEQUENCE, &list) || list.length == 0)
    return FALSE;
  while (p->mappings->len < POLICIES_MAX && der_next_of(&list, DER_SEQUENCE, &pair))
    if (!add_mapping(p, pair.content))
      return FALSE;
  return list.length == 0;
}

/* SkipCerts, [tag] IMPLICIT and OPTIONAL. */
static gboolean
read_skip(DerSpan *rest, guint8 tag, int *skip)
{
  DerElement element;
  guint number;
  if (!der_next_of(rest, tag, &element))
    return TRUE;
  if (!der_number(element.content, &number))
    return FALSE;
  *skip = (int)number;
  return TRUE;
}

static gboolean
read_constraints(CertificatePolicies *p, DerSpan value)
{
  DerSpan rest;
  return der_unwrap(value, DER_SEQUENCE, &rest) && rest.length > 0 &&
         read_skip(&rest, DER_CONTEXT | 0, &p->require_explicit) &&
         read_skip(&rest, DER_CONTEXT | 1, &p->inhibit_mapping) && rest.length == 0;
}

static gboolean
read_inhibit_any(CertificatePolicies *p, DerSpan value)
{
  return value.length > 0 && value.bytes[0] == DER_INTEGER &&
         read_skip(&value, DER_INTEGER, &p->inhibit_any) && value.length == 0;
}

/* --- what was half read goes again ------------------------------------------------------------ */

static void
forget_policies(CertificatePolicies *p)
{
  g_hash_table_remove_all(p->policies);
  p->any = FALSE;
}

static void
forget_mappings(CertificatePolicies *p)
{
  g_ptr_array_set_size(p->mappings, 0);
  p->maps_any = FALSE;
}

static void
forget_constraints(CertificatePolicies *p)
{
  p->require_explicit = p->inhibit_mapping = -1;
}

static void
forget_inhibit_any(CertificatePolicies *p)
{
  p->inhibit_any = -1;
}

/* --- the whole -------------------------------------------------------------------------------- */

static const struct {
  const char *oid, *name;
  gboolean (*read)(CertificatePolicies *, DerSpan);
  void (*forget)(CertificatePolicies *);
} readers[] = {
    {OID_CERTIFICATE_POLICIES, "certificatePolicies", read_policies, forget_policies},
    {OID_POLICY_MAPPINGS, "policyMappings", read_mappings, forget_mappings},
    {OID_POLICY_CONSTRAINTS, "policyConstraints", read_constraints, forget_constraints},
    {OID_INHIBIT_ANY_POLICY, "inhibitAnyPolicy", read_inhibit_any, forget_inhibit_any},
};

static void
read_extension(CertificatePolicies *p, const Certificate *certificate, gsize reader)
{
  Extension extension;
  if (!certificate_extension_find(certificate, readers[reader].oid, &extension) ||
      readers[reader].read(p, extension.value))
    return;
  readers[reader].forget(p);
  p->fault = readers[reader].name;
  p->fault_critical = p->fault_critical || extension.critical;
}

CertificatePolicies *
certificate_policies_new(const Certificate *certificate)
{
  CertificatePolicies *p = g_new0(CertificatePolicies, 1);
  p->policies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  p->mappings = g_ptr_array_new_with_free_func((GDestroyNotify)mapping_free);
  p->require_explicit = p->inhibit_mapping = p->inhibit_any = -1;
  for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
    read_extension(p, certificate, i);
  return p;
}

void
certificate_policies_free(CertificatePolicies *p)
{
  if (!p)
    return;
  g_hash_table_unref(p->policies);
  g_ptr_array_unref(p->mappings);
  g_free(p);
}

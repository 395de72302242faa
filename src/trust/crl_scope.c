/* Which certificates a revocation list speaks for (RFC 5280, 5.2.5 and 6.3.3): its issuing
 * distribution point against the distribution points of the certificate. */
#include "config.h"

#include "trust/crl.h"

#include <gnutls/x509.h>

#include "trust/certificate_fields.h"
#include "trust/gnutls_bridge.h"
#include "trust/name_compare.h"

#define OID_DISTRIBUTION_POINTS "2.5.29.31"
#define ISSUERS_MAX 4
#define POINTS_MAX 64 /* distribution points, and names in one, that are looked at */

/* DistributionPointName ::= CHOICE { fullName [0], nameRelativeToCRLIssuer [1] } */
enum { FULL_NAME = DER_CONTEXT_CONSTRUCTED | 0, RELATIVE_NAME = DER_CONTEXT_CONSTRUCTED | 1 };
#define DIRECTORY_NAME (DER_CONTEXT_CONSTRUCTED | 4)

/* DistributionPoint of a certificate (4.2.1.13). */
typedef struct {
  gboolean has_name, has_issuer;
  DerElement name; /* DistributionPointName */
  DerSpan issuer;  /* cRLIssuer: GeneralNames without their tag */
  guint reasons;
} Point;

guint
crl_reason_flags(DerSpan content)
{
  guint mask = 0;
  for (guint bit = 0; bit <= 8; bit++) {
    gsize byte = 1 + bit / 8;
    if (byte < content.length && content.bytes[byte] & (0x80 >> bit % 8))
      mask |= 1u << bit;
  }
  return mask & CRL_REASONS_ALL;
}

/* --- names of points -------------------------------------------------------------------------- */

static void
append_header(GByteArray *bytes, guint8 tag, gsize length)
{
  guint8 octets[4] = {length >> 24, length >> 16, length >> 8, length};
  guint skip = 0;
  while (skip < 3 && octets[skip] == 0)
    skip++;
  g_byte_array_append(bytes, &tag, 1);
  if (length >= 0x80)
    g_byte_array_append(bytes, (guint8[]){0x80 | (4 - skip)}, 1);
  g_byte_array_append(bytes, octets + skip, 4 - skip);
}

/* (transfer full): the content of a name's RDNSequence, with one RDN more (4.2.1.13). */
static GBytes *
join_relative(DerSpan issuer_dn, DerSpan rdn)
{
  DerElement issuer;
  GByteArray *bytes = g_byte_array_new();
  if (der_value_only(issuer_dn, DER_SEQUENCE, &issuer))
    g_byte_array_append(bytes, issuer.content.bytes, issuer.content.length);
  append_header(bytes, DER_SET, rdn.length);
  g_byte_array_append(bytes, rdn.bytes, rdn.length);
  return g_byte_array_free_to_bytes(bytes);
}

/* The RDNSequence's content of a GeneralName that is a directory name. */
static gboolean
directory_content(const DerElement *general_name, DerSpan *content)
{
  DerElement name;
  if (general_name->tag != DIRECTORY_NAME ||
      !der_value_only(general_name->content, DER_SEQUENCE, &name))
    return FALSE;
  *content = name.content;
  return TRUE;
}

static gboolean
names_contain_directory(DerSpan names, DerSpan wanted)
{
  DerElement name;
  DerSpan content;
  for (guint i = 0; i < POINTS_MAX && der_next(&names, &name); i++)
    if (directory_content(&name, &content) && der_span_equal(content, wanted))
      return TRUE;
  return FALSE;
}

static gboolean
names_share_one(DerSpan a, DerSpan b)
{
  DerElement one, other;
  for (guint i = 0; i < POINTS_MAX && der_next(&a, &one); i++) {
    DerSpan rest = b;
    for (guint j = 0; j < POINTS_MAX && der_next(&rest, &other); j++)
      if (der_span_equal(one.whole, other.whole))
        return TRUE;
  }
  return FALSE;
}

/* Two names of points, of which one or both may be relative to their issuer's name. */
static gboolean
point_names_match(const DerElement *a, DerSpan a_issuer, const DerElement *b, DerSpan b_issuer)
{
  if (a->tag == FULL_NAME && b->tag == FULL_NAME)
    return names_share_one(a->content, b->content);
  if (a->tag != RELATIVE_NAME)
    return b->tag == RELATIVE_NAME && point_names_match(b, b_issuer, a, a_issuer);
  g_autoptr(GBytes) joined = join_relative(a_issuer, a->content);
  if (b->tag == FULL_NAME)
    return names_contain_directory(b->content, der_span(joined));
  if (b->tag != RELATIVE_NAME)
    return FALSE;
  g_autoptr(GBytes) other = join_relative(b_issuer, b->content);
  return g_bytes_equal(joined, other);
}

/* --- the certificate's points ----------------------------------------------------------------- */

static gboolean
take_point(DerSpan *rest, Point *point)
{
  DerElement sequence, part;
  *point = (Point){.reasons = CRL_REASONS_ALL};
  if (!der_next_of(rest, DER_SEQUENCE, &sequence))
    return FALSE;
  if (der_next_of(&sequence.content, DER_CONTEXT_CONSTRUCTED | 0, &part))
    point->has_name = der_next(&part.content, &point->name);
  if (der_next_of(&sequence.content, DER_CONTEXT | 1, &part))
    point->reasons = crl_reason_flags(part.content);
  if (der_next_of(&sequence.content, DER_CONTEXT_CONSTRUCTED | 2, &part)) {
    point->has_issuer = TRUE;
    point->issuer = part.content;
  }
  return TRUE;
}

static gboolean
point_issuer_is(const Point *point, DerSpan name)
{
  DerElement sequence;
  return der_value_only(name, DER_SEQUENCE, &sequence) &&
         names_contain_directory(point->issuer, sequence.content);
}

/* 6.3.3 (b)(1) and (b)(2)(i): is this list what the point speaks of? */
static gboolean
point_fits(const Crl *crl, const Point *point, gboolean is_own)
{
  if (point->has_issuer ? !point_issuer_is(point, crl->issuer_dn) : !is_own)
    return FALSE;
  if (!crl->scope.has_point)
    return TRUE;
  if (point->has_name)
    return point_names_match(&crl->scope.point, crl->issuer_dn, &point->name, crl->issuer_dn);
  return point->has_issuer && crl->scope.point.tag == FULL_NAME &&
         names_share_one(crl->scope.point.content, point->issuer);
}

/* Whatever points a certificate has, its issuer's name is one more (6.3.3, at the end). */
static gboolean
default_point_fits(const Crl *crl)
{
  DerElement issuer;
  if (!crl->scope.has_point)
    return TRUE;
  return crl->scope.point.tag == FULL_NAME &&
         der_value_only(crl->issuer_dn, DER_SEQUENCE, &issuer) &&
         names_contain_directory(crl->scope.point.content, issuer.content);
}

/* (transfer full): the content of the certificate's extension; NULL: it has none, or a damaged one.
 */
static GBytes *
distribution_points(const Certificate *certificate)
{
  gnutls_datum_t extension = {NULL, 0};
  DerElement points;
  GBytes *content = NULL;
  if (gnutls_x509_crt_get_extension_by_oid2(certificate_gnutls(certificate),
                                            OID_DISTRIBUTION_POINTS, 0, &extension, NULL) < 0)
    return NULL;
  if (der_value_only((DerSpan){extension.data, extension.size}, DER_SEQUENCE, &points))
    content = g_bytes_new(points.content.bytes, points.content.length);
  gnutls_free(extension.data);
  return content;
}

/* The reasons of all points that the list is for; 0: it is for none. */
static guint
reasons_by_points(const Crl *crl, const Certificate *certificate, gboolean is_own)
{
  guint reasons = 0;
  Point point;
  if (is_own && default_point_fits(crl))
    return CRL_REASONS_ALL;
  g_autoptr(GBytes) content = distribution_points(certificate);
  DerSpan rest = content ? der_span(content) : (DerSpan){NULL, 0};
  for (guint i = 0; i < POINTS_MAX && take_point(&rest, &point); i++)
    if (point_fits(crl, &point, is_own))
      reasons |= point.reasons;
  return reasons;
}

/* The whole DER of the first directory name. */
static GBytes *
first_directory(DerSpan names)
{
  DerElement name;
  for (guint i = 0; i < POINTS_MAX && der_next(&names, &name); i++)
    if (name.tag == DIRECTORY_NAME)
      return g_bytes_new(name.content.bytes, name.content.length);
  return NULL;
}

GPtrArray *
crl_scope_issuers(const Certificate *certificate)
{
  GPtrArray *issuers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autoptr(GBytes) content = distribution_points(certificate);
  DerSpan rest = content ? der_span(content) : (DerSpan){NULL, 0};
  Point point;
  while (issuers->len < ISSUERS_MAX && take_point(&rest, &point)) {
    GBytes *name = point.has_issuer ? first_directory(point.issuer) : NULL;
    if (name)
      g_ptr_array_add(issuers, name);
  }
  return issuers;
}

static const char *
why_not(const Crl *crl, const Certificate *certificate, gboolean is_own)
{
  const CrlScope *scope = &crl->scope;
  if (scope->attributes_only)
    return "lists attribute certificates only";
  if (scope->users_only && certificate_is_ca(certificate))
    return "lists no CAs";
  if (scope->authorities_only && !certificate_is_ca(certificate))
    return "lists CAs only";
  if (!is_own && !scope->indirect)
    return "is for its own CA's certificates only (not indirect)";
  return NULL;
}

gboolean
crl_covers(const Crl *crl, const Certificate *certificate, guint *reasons, const char **why)
{
  gboolean is_own =
      name_compare_equal(der_span(certificate_fields(certificate)->issuer_dn), crl->issuer_dn);
  *reasons = CRL_REASONS_ALL;
  *why = why_not(crl, certificate, is_own);
  if (*why)
    return FALSE;
  *reasons = crl->scope.reasons;
  if (crl->scope.has_point || !is_own)
    *reasons &= reasons_by_points(crl, certificate, is_own);
  if (*reasons == 0)
    *why = "is for another distribution point";
  return *reasons != 0;
}

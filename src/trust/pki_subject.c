/* Distinguished names as they are typed (RFC 4514), to DER (RFC 5280, 4.1.2.4). */
#include "config.h"

#include "trust/pki_private.h"

#include <string.h>

#include "trust/der_build.h"
#include "util/safe_text.h"

#define TEXT_MAX 4096
#define PARTS_MAX 32

typedef enum { STRING_ANY, STRING_PRINTABLE, STRING_IA5 } StringKind;

/* RFC 4514, 3, and what openssl and certtool call them besides; bounds of RFC 5280, A.1. */
typedef struct {
  const char *name, *oid;
  StringKind kind;
  guint max; /* characters */
} Attribute;

static const Attribute attributes[] = {
    {"CN", "2.5.4.3", STRING_ANY, 64},
    {"commonName", "2.5.4.3", STRING_ANY, 64},
    {"C", "2.5.4.6", STRING_PRINTABLE, 2},
    {"countryName", "2.5.4.6", STRING_PRINTABLE, 2},
    {"L", "2.5.4.7", STRING_ANY, 128},
    {"localityName", "2.5.4.7", STRING_ANY, 128},
    {"ST", "2.5.4.8", STRING_ANY, 128},
    {"stateOrProvinceName", "2.5.4.8", STRING_ANY, 128},
    {"STREET", "2.5.4.9", STRING_ANY, 128},
    {"O", "2.5.4.10", STRING_ANY, 64},
    {"organizationName", "2.5.4.10", STRING_ANY, 64},
    {"OU", "2.5.4.11", STRING_ANY, 64},
    {"organizationalUnitName", "2.5.4.11", STRING_ANY, 64},
    {"title", "2.5.4.12", STRING_ANY, 64},
    {"SN", "2.5.4.4", STRING_ANY, 64},
    {"GN", "2.5.4.42", STRING_ANY, 64},
    {"serialNumber", "2.5.4.5", STRING_PRINTABLE, 64},
    {"dnQualifier", "2.5.4.46", STRING_PRINTABLE, 64},
    {"DC", "0.9.2342.19200300.100.1.25", STRING_IA5, 63},
    {"UID", "0.9.2342.19200300.100.1.1", STRING_ANY, 256},
    {"emailAddress", "1.2.840.113549.1.9.1", STRING_IA5, 255},
};

static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
fail(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  return pki_fail(error, PKI_FIELD_SUBJECT, "%s", text);
}

/* --- values ----------------------------------------------------------------------------------- */

/* X.680, 41.4. */
static gboolean
is_printable(const char *text)
{
  for (; *text; text++)
    if (!g_ascii_isalnum(*text) && !strchr(" '()+,-./:=?", *text))
      return FALSE;
  return TRUE;
}

static gboolean
check_value(const Attribute *attribute, const char *value, GError **error)
{
  glong length;
  if (!g_utf8_validate(value, -1, NULL))
    return fail(error, "The subject's %s is not UTF-8.", attribute->name);
  length = g_utf8_strlen(value, -1);
  if (length == 0)
    return fail(error, "The subject's %s is empty.", attribute->name);
  for (const char *at = value; *at; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return fail(error, "The subject's %s has a control character.", attribute->name);
  if (g_str_equal(attribute->oid, "2.5.4.6") &&
      (length != 2 || !g_ascii_isupper(value[0]) || !g_ascii_isupper(value[1])))
    return fail(error, "The subject's country \"%s\" is not two capital letters (C=US).", value);
  if (length > (glong)attribute->max)
    return fail(error, "The subject's %s has %ld characters; %u are the most (RFC 5280).",
                attribute->name, length, attribute->max);
  if (attribute->kind == STRING_PRINTABLE && !is_printable(value))
    return fail(error,
                "The subject's %s has a character other than letters, digits, blank and "
                "'()+,-./:=?.",
                attribute->name);
  if (attribute->kind == STRING_IA5 && !g_str_is_ascii(value))
    return fail(error, "The subject's %s has a character that is not ASCII.", attribute->name);
  return TRUE;
}

static guint8
tag_for(const Attribute *attribute, const char *value)
{
  if (attribute->kind == STRING_IA5)
    return DER_IA5_STRING;
  return is_printable(value) ? DER_PRINTABLE_STRING : DER_UTF8_STRING;
}

/* (transfer full): DER of an AttributeTypeAndValue. */
static GByteArray *
encode(const Attribute *attribute, const char *value, GError **error)
{
  if (!check_value(attribute, value, error))
    return NULL;
  GByteArray *content = g_byte_array_new(), *out = g_byte_array_new();
  der_build_oid(content, attribute->oid);
  der_build(content, tag_for(attribute, value), value, strlen(value));
  der_build_from(out, DER_SEQUENCE, content);
  return out;
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct {
  const char *at;
  Attribute own; /* a type that was given by its number */
} Reader;

static void
skip_blanks(Reader *reader)
{
  while (*reader->at == ' ')
    reader->at++;
}

static gboolean
read_type(Reader *reader, const Attribute **attribute, GError **error)
{
  gsize length = strcspn(reader->at, "=,+;\\\"<>");
  g_autofree char *word = g_strndup(reader->at, length);
  g_strstrip(word);
  if (reader->at[length] != '=')
    return fail(error,
                "The subject has \"%s\" without a value; write TYPE=VALUE, and \\ before a "
                "comma that belongs to a value.",
                word);
  reader->at += length + 1;
  for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++) {
    if (!g_ascii_strcasecmp(word, attributes[i].name)) {
      *attribute = &attributes[i];
      return TRUE;
    }
    if (!strcmp(word, attributes[i].oid)) {
      *attribute = &attributes[i];
      return TRUE;
    }
  }
  g_autoptr(GByteArray) oid = g_byte_array_new();
  if (!g_ascii_isdigit(word[0]) || !der_build_oid(oid, word))
    return fail(error,
                "The subject has the type \"%s\", which is not known; CN, O, OU, C, ST, L, "
                "DC, UID, serialNumber, emailAddress or a number like 2.5.4.3 are.",
                word);
  reader->own = (Attribute){"attribute", g_intern_string(word), STRING_ANY, 256};
  *attribute = &reader->own;
  return TRUE;
}

/* RFC 4514, 2.4: what stands behind a backslash. */
static gboolean
read_escape(Reader *reader, GString *value, GError **error)
{
  const char *at = reader->at + 1;
  if (g_ascii_isxdigit(at[0]) && g_ascii_isxdigit(at[1])) {
    int octet = g_ascii_xdigit_value(at[0]) * 16 + g_ascii_xdigit_value(at[1]);
    if (octet == 0)
      return fail(error, "The subject has a NUL character (\\00).");
    g_string_append_c(value, (char)octet);
    reader->at += 3;
    return TRUE;
  }
  if (*at == '\0' || !strchr("\\\"+,;<> #=", *at))
    return fail(error, "The subject has a \\ before something that is not escaped so; write \\\\ "
                       "for a backslash.");
  g_string_append_c(value, *at);
  reader->at += 2;
  return TRUE;
}

static gboolean
read_value(Reader *reader, GString *value, GError **error)
{
  gsize kept = 0; /* so many are no blanks at the end */
  skip_blanks(reader);
  if (*reader->at == '#')
    return fail(error, "The subject has a value that starts with #; write \\# for the sign itself "
                       "(values in hexadecimal are not taken).");
  while (*reader->at && *reader->at != ',' && *reader->at != '+') {
    if (strchr("\";<>", *reader->at))
      return fail(error, "The subject has a %c that is not escaped; write \\%c.", *reader->at,
                  *reader->at);
    gboolean blank = *reader->at == ' ';
    if (*reader->at != '\\')
      g_string_append_c(value, *reader->at++);
    else if (!read_escape(reader, value, error))
      return FALSE;
    kept = blank ? kept : value->len;
  }
  g_string_truncate(value, kept);
  return TRUE;
}

static int
compare_der(gconstpointer a, gconstpointer b)
{
  const GByteArray *x = *(GByteArray *const *)a, *y = *(GByteArray *const *)b;
  int order = memcmp(x->data, y->data, MIN(x->len, y->len));
  return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* (transfer full): DER of one RelativeDistinguishedName; X.690, 11.6 sorts what is in a SET. */
static GByteArray *
read_part(Reader *reader, GError **error)
{
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
  for (;;) {
    const Attribute *attribute;
    g_autoptr(GString) value = g_string_new(NULL);
    if (!read_type(reader, &attribute, error) || !read_value(reader, value, error))
      return NULL;
    GByteArray *member = encode(attribute, value->str, error);
    if (!member)
      return NULL;
    g_ptr_array_add(members, member);
    if (*reader->at != '+' || members->len >= PARTS_MAX)
      break;
    reader->at++;
  }
  g_ptr_array_sort(members, compare_der);
  GByteArray *content = g_byte_array_new(), *out = g_byte_array_new();
  for (guint i = 0; i < members->len; i++) {
    const GByteArray *member = members->pdata[i];
    g_byte_array_append(content, member->data, member->len);
  }
  der_build_from(out, DER_SET, content);
  return out;
}

/* RFC 4514, 2.1: the string begins with the last part. */
static GBytes *
join(const GPtrArray *parts)
{
  GByteArray *content = g_byte_array_new(), *out = g_byte_array_new();
  for (guint i = parts->len; i > 0; i--) {
    const GByteArray *part = parts->pdata[i - 1];
    g_byte_array_append(content, part->data, part->len);
  }
  der_build_from(out, DER_SEQUENCE, content);
  return g_byte_array_free_to_bytes(out);
}

static gboolean
read_parts(Reader *reader, GPtrArray *parts, GError **error)
{
  for (;;) {
    GByteArray *part = read_part(reader, error);
    if (!part)
      return FALSE;
    g_ptr_array_add(parts, part);
    if (*reader->at == '\0')
      return TRUE;
    if (parts->len >= PARTS_MAX || *reader->at == '+')
      return fail(error, "The subject has more than %d parts.", PARTS_MAX);
    reader->at++;
  }
}

GBytes *
pki_subject_parse(const char *text, GError **error)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
  Reader reader = {.at = text};
  gboolean good;
  if (strlen(text) > TEXT_MAX)
    good = fail(error, "The subject is longer than %d bytes.", TEXT_MAX);
  else if (*text == '/' && strchr(text, '='))
    good = fail(error, "The subject is written as openssl does; write it with commas, the most "
                       "particular part first: CN=Client,O=Test Org,C=US.");
  else if (*text == '\0' || strchr(text, '='))
    good = *text == '\0' || read_parts(&reader, parts, error);
  else
    return pki_subject_of(NULL, NULL, text, error);
  return good ? join(parts) : NULL;
}

GBytes *
pki_subject_of(const char *country, const char *organization, const char *common_name,
               GError **error)
{
  const struct {
    const char *oid, *value;
  } given[] = {{"2.5.4.3", common_name}, {"2.5.4.10", organization}, {"2.5.4.6", country}};
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
  for (gsize i = 0; i < G_N_ELEMENTS(given); i++) {
    const Attribute *attribute = attributes;
    if (!given[i].value)
      continue;
    while (strcmp(attribute->oid, given[i].oid) != 0)
      attribute++;
    GByteArray *member = encode(attribute, given[i].value, error);
    if (!member)
      return NULL;
    GByteArray *part = g_byte_array_new();
    der_build_from(part, DER_SET, member);
    g_ptr_array_add(parts, part);
  }
  return join(parts);
}

/* --- looking into one ------------------------------------------------------------------------- */

char *
pki_subject_common_name(GBytes *name)
{
  DerSpan parts;
  DerElement part, pair, oid, value;
  char *found = NULL;
  if (!der_unwrap(der_span(name), DER_SEQUENCE, &parts))
    return NULL;
  while (der_next_of(&parts, DER_SET, &part))
    while (der_next_of(&part.content, DER_SEQUENCE, &pair)) {
      if (!der_next_of(&pair.content, DER_OID, &oid) || !der_oid_is(oid.content, "2.5.4.3") ||
          !der_next(&pair.content, &value) ||
          !g_utf8_validate((const char *)value.content.bytes, (gssize)value.content.length, NULL))
        continue;
      g_free(found);
      found = g_strndup((const char *)value.content.bytes, value.content.length);
    }
  return found;
}

#include "config.h"

#include "trust/lineage_text.h"

#include <string.h>

#include "trust/date_text.h"

#define DAY G_GINT64_CONSTANT(86400)

/* --- versions and files ----------------------------------------------------------------------- */

char *
lineage_text_version(const Lineage *lineage)
{
  if (lineage->version == 0)
    return g_strdup("copies, no links: certbot does not renew these files");
  if (lineage->newest > lineage->version)
    return g_strdup_printf("version %u in live/, while archive/ has version %u", lineage->version,
                           lineage->newest);
  if (lineage->newest == 0)
    return g_strdup_printf("version %u; of archive/ no whole version can be seen",
                           lineage->version);
  return g_strdup_printf("version %u, the newest one in archive/", lineage->version);
}

char *
lineage_text_place(const LineageFile *file)
{
  if (file->target && !file->there)
    return g_strdup("points to nothing");
  if (!file->there)
    return g_strdup("is not there");
  return file->version > 0 ? g_strdup_printf("version %u", file->version) : g_strdup("a copy");
}

char *
lineage_text_file(const Lineage *lineage, LineageFileKind kind)
{
  g_autofree char *place = lineage_text_place(&lineage->files[kind]);
  const char *key = kind == LINEAGE_KEY ? lineage->key_label : NULL;
  return g_strdup_printf("%s: %s%s%s%s", place, lineage_file_purpose(kind), key ? " (" : "",
                         key ? key : "", key ? ")" : "");
}

/* --- names ------------------------------------------------------------------------------------ */

/* "DNS:mqtt.example.com" without its kind; other kinds keep it. */
static const char *
bare(const char *name)
{
  if (g_str_has_prefix(name, "DNS:") || g_str_has_prefix(name, "IP:"))
    return strchr(name, ':') + 1;
  return name;
}

/* `*own` (may be NULL): the name of the lineage is left out, and whether it was there. */
static char *
join_names(const Lineage *lineage, gboolean *own)
{
  const Certificate *leaf = lineage_leaf(lineage);
  g_autoptr(GPtrArray) list = g_ptr_array_new();
  for (const char *const *name = leaf ? certificate_names(leaf) : NULL; name && *name; name++) {
    if (own && strcmp(bare(*name), lineage->name) == 0)
      *own = TRUE;
    else
      g_ptr_array_add(list, (gpointer)bare(*name));
  }
  if (list->len == 0)
    return NULL;
  g_ptr_array_add(list, NULL);
  return g_strjoinv(", ", (char **)list->pdata);
}

char *
lineage_text_names(const Lineage *lineage)
{
  return join_names(lineage, NULL);
}

char *
lineage_text_other_names(const Lineage *lineage)
{
  gboolean own = FALSE;
  g_autofree char *others = join_names(lineage, &own);
  return others ? g_strconcat(own ? "also " : "for ", others, NULL) : NULL;
}

/* --- how far the renewal is ------------------------------------------------------------------- */

char *
lineage_text_due(const Lineage *lineage)
{
  const RenewalConfig *renewal = lineage->renewal;
  if (lineage->version == 0 || lineage->due == 0)
    return NULL;
  if (renewal && !renewal->autorenew)
    return g_strdup("certbot does not renew it by itself: autorenew is off");
  g_autofree char *date = date_text(lineage->due);
  if (renewal && renewal->before >= 0)
    return g_strdup_printf("certbot renews it from %s on, %s before its end (renew_before_expiry)",
                           date, renewal->before_text);
  return g_strdup_printf("certbot renews it from %s on, %s%s", date, lineage->due_rule,
                         renewal ? "" : " (no renewal/NAME.conf that can be read)");
}

char *
lineage_text_renewal(const Lineage *lineage, gint64 now)
{
  switch (lineage_renewal(lineage, now)) {
  case LINEAGE_RENEWAL_NEVER:
    return g_strdup("not renewed");
  case LINEAGE_RENEWAL_COMING:
    if (lineage->due - now < DAY)
      return g_strdup("renewed in a day");
    return g_strdup_printf("renewed in %" G_GINT64_FORMAT " d", (lineage->due - now) / DAY);
  case LINEAGE_RENEWAL_HALF:
    return g_strdup("renewal unfinished");
  case LINEAGE_RENEWAL_DUE:
    return g_strdup("renewal due");
  case LINEAGE_RENEWAL_OVERDUE:
    return g_strdup("renewal overdue");
  default:
    return NULL;
  }
}

/* --- certificates ----------------------------------------------------------------------------- */

/* A certificate for a server, and nothing above it. */
static char *
leaf_alone(const Certificate *leaf)
{
  if (certificate_is_self_signed(leaf))
    return g_strdup_printf("%s is signed by itself: clients need this very certificate as their CA "
                           "file",
                           certificate_subject_label(leaf));
  return g_strdup_printf("there is nothing above %s: the certificate of %s, which signed it, is "
                         "missing here",
                         certificate_subject_label(leaf), certificate_issuer_label(leaf));
}

char *
lineage_text_top(const Lineage *lineage)
{
  guint count = lineage->certificates->len;
  if (count == 0)
    return NULL;
  const Certificate *top = lineage->certificates->pdata[count - 1];
  const char *name = certificate_subject_label(top), *issuer = certificate_issuer_label(top);
  switch (lineage_role(lineage, count - 1)) {
  case LINEAGE_LEAF:
    return leaf_alone(top);
  case LINEAGE_ROOT:
    return g_strdup_printf("the last one, %s, is a root: clients can have it as their CA file, and "
                           "brokers need not send it",
                           name);
  case LINEAGE_CROSS_SIGNED:
    return g_strdup_printf("the last one has the name and key of the root %s, but %s signed it: it "
                           "is no CA file for clients; give them the self-signed root of that name",
                           name, issuer);
  default:
    return g_strdup_printf("the last one, %s, is no root: %s signed it; clients need the "
                           "certificate of %s as their CA file",
                           name, issuer, issuer);
  }
}

char *
lineage_text_broker(const LineageBroker *broker)
{
  g_autofree char *issued = date_text(certificate_not_before(broker->shown));
  g_autofree char *end = date_text(certificate_not_after(broker->shown));
  switch (broker->served) {
  case LINEAGE_SERVED:
    return g_strdup_printf("%s serves this certificate", broker->place);
  case LINEAGE_SERVED_OLD:
    return g_strdup_printf("%s serves the one before: %s, issued %s, ends %s", broker->place,
                           certificate_subject_label(broker->shown), issued, end);
  default:
    return g_strdup_printf("%s serves another one: %s, issued %s", broker->place,
                           certificate_subject_label(broker->shown), issued);
  }
}

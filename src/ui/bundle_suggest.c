/* What the form for a broker's files fills in before anybody has typed. */
#include "config.h"

#include <string.h>

#include "trust/certificate_file.h"
#include "trust/host_name.h"
#include "trust/lineage.h"
#include "ui/bundle_fields.h"
#include "ui/path_complete.h"
#include "ui/workshop_fields.h"

#define PORT_DEFAULT 8883
#define LINEAGES_READ 50 /* whose certificates are looked into */

/* --- Names ------------------------------------------------------------------------------------ */

/* What a certificate can name; an address is dialled, but seldom certified. */
static const char *
host_of(const Profile *profile)
{
  const char *host = profile && profile->server_name ? profile->server_name
                     : profile                       ? profile->host
                                                     : NULL;
  return host && *host && !host_name_is_address(host) ? host : NULL;
}

/* (transfer full): the certificate that a lineage has now, or NULL. */
static Certificate *
leaf_of(const char *certbot, const char *lineage)
{
  g_autofree char *path = lineage_path(certbot, lineage, LINEAGE_CERT);
  g_autoptr(GPtrArray) certificates =
      g_file_test(path, G_FILE_TEST_IS_REGULAR) ? certificate_file_read(path, NULL) : NULL;
  return certificates && certificates->len > 0 ? certificate_ref(certificates->pdata[0]) : NULL;
}

static gboolean
names_host(const BundleKnown *known, const char *lineage, const char *host)
{
  g_autoptr(Certificate) leaf = leaf_of(known->certbot_folder, lineage);
  return leaf && host_name_host(leaf, host);
}

/* The one that the broker serves, whatever name or address it is dialled by; else one of the same
 * names, which it served before a renewal. */
static const char *
lineage_served_by(const BundleKnown *known)
{
  const char *same_names = "";
  for (int i = 0; known->seen && known->lineages[i] && i < LINEAGES_READ; i++) {
    g_autoptr(Certificate) leaf = leaf_of(known->certbot_folder, known->lineages[i]);
    if (leaf && certificate_equal(leaf, known->seen))
      return known->lineages[i];
    if (leaf && !*same_names &&
        g_strv_equal(certificate_names(leaf), certificate_names(known->seen)))
      same_names = known->lineages[i];
  }
  return same_names;
}

/* The only one, or the one whose certificate is for the connection's host, or that its broker was
 * seen to serve. */
static const char *
lineage_for(const BundleKnown *known)
{
  const char *host = host_of(known->profile);
  if (known->lineage)
    return known->lineage;
  if (!known->lineages || !known->lineages[0])
    return "";
  if (!known->lineages[1])
    return known->lineages[0];
  if (host && g_strv_contains(known->lineages, host))
    return host;
  for (int i = 0; host && known->lineages[i] && i < LINEAGES_READ; i++)
    if (names_host(known, known->lineages[i], host))
      return known->lineages[i];
  return lineage_served_by(known);
}

/* The first name of a certificate that is no wildcard. */
static const char *
first_host(const Certificate *leaf)
{
  const char *const *names = certificate_names(leaf);
  for (int i = 0; names[i]; i++)
    if (g_str_has_prefix(names[i], "DNS:") && !strchr(names[i], '*'))
      return names[i] + strlen("DNS:");
  return NULL;
}

/* (transfer full): the connection's, when the certificate is for it; else the certificate's own. */
static char *
hostname_for(const Form *form, const BundleKnown *known)
{
  const char *host = host_of(known->profile), *lineage = form_text(form, BUNDLE_FIELD_LINEAGE);
  if (bundle_fields_source(form) == BUNDLE_FROM_FILES || *lineage == '\0')
    return g_strdup(host ? host : "");
  g_autoptr(Certificate) leaf = leaf_of(known->certbot_folder, lineage);
  const char *own = leaf ? first_host(leaf) : NULL;
  if (host && leaf && host_name_host(leaf, host))
    return g_strdup(host);
  return g_strdup(own ? own : host ? host : "");
}

/* --- Files ------------------------------------------------------------------------------------ */

/* (transfer full): the one of a moment ago, the connection's, or that which lies where the workshop
 * looks for it. */
static char *
client_ca_for(const BundleKnown *known)
{
  if (known->client_ca && g_file_test(known->client_ca, G_FILE_TEST_IS_REGULAR))
    return g_strdup(known->client_ca);
  if (known->profile && known->profile->broker_ca_path)
    return g_strdup(known->profile->broker_ca_path);
  g_autofree char *folder = workshop_folder(known->profile);
  return workshop_ca_in(folder);
}

static const char *
client_for(const BundleKnown *known)
{
  const char *path = known->profile ? known->profile->certificate_path : NULL;
  return path && !g_str_has_prefix(path, "pkcs11:") ? path : "";
}

/* (transfer full): a new folder beside the connection's files, named for the broker. */
static char *
folder_for(const Form *form, const Profile *profile)
{
  const char *word = bundle_broker_word(bundle_fields_broker(form));
  g_autofree char *beside = workshop_folder(profile);
  return strcmp(beside, ".") == 0 ? g_strdup(word) : g_build_filename(beside, word, NULL);
}

/* --- All of it -------------------------------------------------------------------------------- */

typedef struct {
  Form *form;
  const gboolean *touched;
} Suggestion;

static void
suggest(const Suggestion *to, int id, const char *text)
{
  if (!to->touched[id])
    form_set_text(to->form, id, text);
}

void
bundle_fields_suggest(Form *form, const BundleKnown *known, const gboolean *touched)
{
  Suggestion to = {form, touched};
  gboolean tls = known->profile && known->profile->scheme == SCHEME_MQTTS;
  if (!touched[BUNDLE_FIELD_SOURCE])
    form_set_choice(form, BUNDLE_FIELD_SOURCE,
                    known->lineage || (known->lineages && known->lineages[0]) ? BUNDLE_FROM_CERTBOT
                                                                              : BUNDLE_FROM_FILES);
  suggest(&to, BUNDLE_FIELD_LINEAGE, lineage_for(known));
  g_autofree char *hostname = hostname_for(form, known);
  suggest(&to, BUNDLE_FIELD_HOSTNAME, hostname);
  g_autofree char *client_ca = client_ca_for(known);
  suggest(&to, BUNDLE_FIELD_CLIENT_CA, client_ca);
  suggest(&to, BUNDLE_FIELD_CLIENT, client_for(known));
  g_autofree char *port =
      g_strdup_printf("%u", tls ? profile_port(known->profile) : (guint)PORT_DEFAULT);
  suggest(&to, BUNDLE_FIELD_PORT, port);
  g_autofree char *folder = folder_for(form, known->profile);
  suggest(&to, BUNDLE_FIELD_FOLDER, folder);
  bundle_fields_arrange(form);
}

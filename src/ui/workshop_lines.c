#include "config.h"

#include "ui/workshop_lines.h"

#include <string.h>

#include "ui/figures.h"
#include "ui/finding_text.h"
#include "ui/workshop_use.h"

/* --- What it is ------------------------------------------------------------------------------- */

static const char *
kind_text(const PkiResult *result)
{
  if (result->request)
    return "request for a certificate";
  switch (result->role) {
  case PKI_ROOT:
    return "CA, signed by itself";
  case PKI_INTERMEDIATE:
    return "CA";
  case PKI_SERVER:
    return "server certificate";
  case PKI_CLIENT:
    return "client certificate";
  default:
    return "server and client certificate";
  }
}

static void
add_head(CertificateLines *list, const WorkshopMade *made)
{
  const PkiResult *result = made->result;
  g_autofree char *names = g_strjoinv(", ", result->names);
  const char *subject = *result->subject ? result->subject : "(no subject)";
  g_autofree char *title =
      g_strdup_printf("%s: %s%s%s", subject, kind_text(result), result->certificate ? ", " : "",
                      result->certificate ? certificate_key_label(result->certificate) : "");
  certificate_lines_text(list, ROLE_STRONG, GLYPH_OK, ROLE_GOOD, FALSE, title);
  if (*names)
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE, names);
}

/* --- The chain -------------------------------------------------------------------------------- */

static void
add_link(CertificateLines *list, Certificate *certificate, guint place, char *origin)
{
  CertificateLine *line = certificate_lines_certificate(list, certificate, NULL);
  g_snprintf(line->index, sizeof line->index, "%u", place);
  line->depth = (int)place;
  line->glyph = GLYPH_OK;
  line->glyph_role = ROLE_GOOD;
  line->origin = origin;
}

static void
add_chain(CertificateLines *list, const WorkshopMade *made)
{
  const PkiResult *result = made->result;
  if (!result->certificate)
    return;
  g_autofree char *base = result->ca_file ? g_path_get_basename(result->ca_file) : g_strdup("");
  certificate_lines_heading(list, "Chain");
  add_link(list, result->certificate, 0, g_strdup("new"));
  for (guint i = 0; i < result->issuers->len; i++)
    add_link(list, result->issuers->pdata[i], i + 1, g_strdup_printf("in %s", base));
}

/* --- Remarks ---------------------------------------------------------------------------------- */

static void
add_remarks(CertificateLines *list, const PkiResult *result)
{
  for (guint i = 0; i < result->notes->len; i++)
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE, result->notes->pdata[i]);
  for (guint i = 0; result->verdict && i < result->verdict->findings->len; i++)
    certificate_lines_finding(list, result->verdict->findings->pdata[i]);
}

/* --- Files ------------------------------------------------------------------------------------ */

static char *
file_text(const PkiFile *file)
{
  const char *lock = file->encrypted       ? "encrypted with its password"
                     : file->was_encrypted ? "not encrypted (the one before was)"
                                           : "not encrypted";
  switch (file->kind) {
  case PKI_FILE_CERTIFICATE:
    return file->issuers == 0 ? g_strdup("the certificate: may be seen by anybody")
                              : g_strdup_printf("the certificate, and %u CA%s behind it: may be "
                                                "seen by anybody",
                                                file->issuers, file->issuers == 1 ? "" : "s");
  case PKI_FILE_KEY:
    return g_strdup_printf("its private key, %s, mode %04o: never give it away", lock,
                           (unsigned)file->mode);
  case PKI_FILE_REQUEST:
    return g_strdup("the request: what a CA needs to sign");
  default:
    return g_strdup_printf("certificate and key in one (PKCS#12), %s, mode %04o", lock,
                           (unsigned)file->mode);
  }
}

static void
add_files(CertificateLines *list, const WorkshopMade *made)
{
  certificate_lines_heading(list, "Files");
  for (guint i = 0; i < made->files->len; i++) {
    const PkiFile *file = g_ptr_array_index(made->files, i);
    g_autofree char *text = file_text(file);
    g_autofree char *line = g_strdup_printf("%s: %s", file->path, text);
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_OK, ROLE_GOOD, FALSE, line);
  }
}

/* --- What to do next -------------------------------------------------------------------------- */

static const char *
path_of(const WorkshopMade *made, PkiFileKind kind)
{
  for (guint i = 0; i < made->files->len; i++) {
    const PkiFile *file = g_ptr_array_index(made->files, i);
    if (file->kind == kind)
      return file->path;
  }
  return NULL;
}

static void step(CertificateLines *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
step(CertificateLines *list, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_ARROW_RIGHT, ROLE_ACCENT, FALSE, text);
}

static void
add_use(CertificateLines *list, const WorkshopMade *made)
{
  const char *key = path_of(made, PKI_FILE_KEY);
  if (workshop_use(made->result) != WORKSHOP_USE_IDENTITY)
    return;
  if (made->connection)
    step(list, "Press u to use %s%s%s in the connection %s.", path_of(made, PKI_FILE_CERTIFICATE),
         key ? " and " : "", key ? key : "", made->connection);
  else
    step(list, "There is no connection yet: n describes one, with %s and %s.",
         path_of(made, PKI_FILE_CERTIFICATE), key ? key : "the key");
}

static void
add_authority_steps(CertificateLines *list, const WorkshopMade *made)
{
  const char *key = path_of(made, PKI_FILE_KEY);
  step(list,
       "Give %s to the broker as the CA of its clients (mosquitto: cafile, EMQX: cacertfile).",
       path_of(made, PKI_FILE_CERTIFICATE));
  if (key)
    step(list, "Keep %s to yourself: whoever has it can make clients that the broker accepts.",
         key);
  if (made->connection && workshop_use(made->result) == WORKSHOP_USE_CLIENT_CA)
    step(list,
         "Press u to note it in the connection %s as what its broker lets in: your certificate is "
         "then checked against it before you connect.",
         made->connection);
  step(list, "Press i to make a client certificate: this CA is filled in already.");
}

static void
add_leaf_steps(CertificateLines *list, const WorkshopMade *made)
{
  const PkiResult *result = made->result;
  const char *certificate = path_of(made, PKI_FILE_CERTIFICATE);
  const char *key = path_of(made, PKI_FILE_KEY);
  g_autofree char *ca = pki_result_ca_words(result);
  if (result->role != PKI_CLIENT)
    step(list,
         "Give %s%s%s to the broker (mosquitto: certfile and keyfile), and the root of %s%s to its "
         "clients as their CA file.",
         certificate, key ? " and " : "", key ? key : "", result->ca_file,
         result->ca_file_has_key ? ", without the key that stands there," : "");
  if (result->role == PKI_SERVER)
    return;
  step(list,
       "Give %s to the broker as the CA of its clients (mosquitto: cafile, EMQX: cacertfile), "
       "if it does not have it yet.",
       ca);
  step(list, "Press b to write the broker's files, with %s as the CA of its clients.",
       result->ca_file);
}

static void
add_next(CertificateLines *list, const WorkshopMade *made)
{
  const PkiResult *result = made->result;
  const char *certificate = path_of(made, PKI_FILE_CERTIFICATE);
  certificate_lines_heading(list, "Next");
  if (result->request) {
    step(list, "Send %s to the CA; the key stays here.", path_of(made, PKI_FILE_REQUEST));
  } else if (result->action == PKI_SIGN) {
    step(list, "Send %s back to who asked for it.", certificate);
  } else if (result->action == PKI_RENEW) {
    g_autofree char *end = figure_date(certificate_not_after(result->old));
    step(list,
         "Put %s%s in the place of the old one, which ends on %s, and have the program that uses "
         "it read it again.",
         certificate, result->key_is_new ? " and its new key" : "", end);
  } else if (result->role == PKI_ROOT || result->role == PKI_INTERMEDIATE) {
    add_authority_steps(list, made);
  } else {
    add_leaf_steps(list, made);
  }
  add_use(list, made);
}

GPtrArray *
workshop_lines_new(const WorkshopMade *made, int columns)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_line_free);
  CertificateLines list = {.lines = lines, .columns = columns};
  add_head(&list, made);
  add_chain(&list, made);
  add_remarks(&list, made->result);
  add_files(&list, made);
  add_next(&list, made);
  return lines;
}

#include "config.h"

#include "ui/certificate_lines.h"

#include <string.h>

#include "ui/certificate_findings.h"
#include "ui/certificate_paths.h"
#include "ui/item_list.h"
#include "util/safe_text.h"

#define STRANGERS_SHOWN 6 /* certificates sent in vain */
#define CA_NAMES_SHOWN 5 /* the others are counted, and listed by Enter */

static void
add(CertificateLines *list, Role role, const char *text)
{
  certificate_lines_text(list, role, GLYPH_COUNT, ROLE_NORMAL, FALSE, text);
}

/* --- What the broker sent, and the path ------------------------------------------------------- */

static char *
trust_label(const CertificatesModel *model)
{
  if (model->info->anchors)
    return g_strdup(anchors_label(model->info->anchors));
  if (model->profile->trust == TRUST_SYSTEM || !model->profile->ca_path)
    return g_strdup("system trust store");
  g_autofree char *name = g_path_get_basename(model->profile->ca_path);
  return safe_text_string(name);
}

/* The worst finding about a certificate, NULL when there is none to mark it for. */
static const Finding *
finding_about(const ConnectionInfo *info, const Certificate *certificate)
{
  for (guint i = 0; certificate && info->findings && i < info->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(info->findings, i); /* worst first */
    if (finding->severity <= FINDING_WARNING && finding->sha256 &&
        strcmp(finding->sha256, certificate_sha256(certificate)) == 0)
      return finding;
  }
  return NULL;
}

/* Mark and word of a certificate: what a finding says of it, else `mark` and `origin` (taken). */
static void
set_mark(CertificateLine *line, const Finding *finding, Glyph mark, Role role, char *origin)
{
  line->glyph = mark;
  line->glyph_role = role;
  line->origin = origin;
  if (!finding)
    return;
  gboolean error = finding->severity == FINDING_ERROR;
  if (error || mark != GLYPH_FAIL) {
    line->glyph = error ? GLYPH_FAIL : GLYPH_WARN;
    line->glyph_role = error ? ROLE_ERROR : ROLE_WARNING;
  }
  g_free(line->origin);
  line->origin = g_strdup(finding->code);
  line->finding = finding_copy(finding);
}

static const char *
our_word(const Verdict *verdict)
{
  return !verdict ? "not judged yet" : verdict->accepted ? "we accept" : "we refuse";
}

/* Others refuse what is good enough here, at least some of them. */
static gboolean
others_refuse(const ConnectionInfo *info)
{
  return info->opinion && (!info->opinion->accepted || info->opinion->level > 0);
}

static void
add_summary(CertificateLines *list, const CertificatesModel *model)
{
  const Verdict *verdict = model->info->verdict;
  const SecondOpinion *opinion = model->info->opinion;
  gboolean good = verdict && verdict->accepted, doubted = good && others_refuse(model->info);
  g_autofree char *trust = trust_label(model);
  g_autofree char *dot = g_strdup_printf(" %s ", glyph(GLYPH_DOT));
  g_autofree char *sent = g_strdup_printf("broker sent %u", model->info->peer_chain->len);
  g_autofree char *in = g_strdup_printf("trust: %s", trust);
  g_autofree char *others = opinion ? second_opinion_summary(opinion) : NULL;
  g_autofree char *text = g_strjoin(dot, sent, in, our_word(verdict), others, NULL);
  Glyph mark = !verdict ? GLYPH_BUSY : doubted ? GLYPH_WARN : good ? GLYPH_OK : GLYPH_FAIL;
  Role role = !verdict ? ROLE_ACCENT : doubted ? ROLE_WARNING : good ? ROLE_GOOD : ROLE_ERROR;
  certificate_lines_text(list, ROLE_STRONG, mark, role, FALSE, text);
  certificate_findings_add_opinion(list, model->info);
}

static char *
origin_text(const CertificatesModel *model, const PathLink *link)
{
  if (link->origin == PATH_MISSING)
    return g_strdup("missing");
  if (link->origin == PATH_IN_TRUST) {
    g_autofree char *trust = trust_label(model);
    return g_strdup_printf("in %s", trust);
  }
  return g_strdup(link->origin == PATH_SENT ? "sent" : "in file");
}

static void
set_index(CertificateLine *line, const PathLink *link)
{
  if (link->origin == PATH_MISSING)
    g_strlcpy(line->index, "-", sizeof line->index);
  else if (link->origin == PATH_IN_TRUST)
    g_strlcpy(line->index, "A", sizeof line->index);
  else
    g_snprintf(line->index, sizeof line->index, "%d", link->index);
}

static void
add_link(CertificateLines *list, const CertificatesModel *model, const PathLink *link, int depth)
{
  CertificateLine *line = certificate_lines_certificate(list, link->certificate, link->name);
  gboolean good = link->good && link->origin != PATH_MISSING;
  set_index(line, link);
  line->depth = depth;
  line->role = depth == 0 ? ROLE_STRONG : ROLE_NORMAL;
  set_mark(line, finding_about(model->info, link->certificate), good ? GLYPH_OK : GLYPH_FAIL,
           good ? ROLE_GOOD : ROLE_ERROR, origin_text(model, link));
}

static const PathLink *
link_with(const Verdict *verdict, const Certificate *certificate)
{
  for (guint i = 0; i < verdict->path->len; i++) {
    const PathLink *link = g_ptr_array_index(verdict->path, i);
    if (link->certificate && certificate_equal(link->certificate, certificate))
      return link;
  }
  return NULL;
}

static void
add_sent(CertificateLines *list, const CertificatesModel *model, guint index, Glyph mark,
         const char *origin)
{
  Certificate *certificate = g_ptr_array_index(model->info->peer_chain, index);
  CertificateLine *line = certificate_lines_certificate(list, certificate, NULL);
  g_snprintf(line->index, sizeof line->index, "%u", index);
  line->role = ROLE_NORMAL;
  set_mark(line, finding_about(model->info, certificate), mark, ROLE_DIM, g_strdup(origin));
}

static gboolean
is_on_path(const Verdict *verdict, guint index)
{
  for (guint i = 0; i < verdict->path->len; i++) {
    const PathLink *link = g_ptr_array_index(verdict->path, i);
    if (link->origin == PATH_SENT && link->index == (int)index)
      return TRUE;
  }
  return FALSE;
}

static const char *
stranger_word(const CertificatesModel *model, guint index)
{
  const PathLink *same =
      link_with(model->info->verdict, g_ptr_array_index(model->info->peer_chain, index));
  return !same ? "not needed" : same->origin == PATH_SENT ? "a copy" : "the same as A";
}

/* The rest of them as one line; Enter lists them. */
static void
add_more_strangers(CertificateLines *list, const CertificatesModel *model, guint first, guint count)
{
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = first; i < model->info->peer_chain->len; i++) {
    const Certificate *certificate = g_ptr_array_index(model->info->peer_chain, i);
    if (!is_on_path(model->info->verdict, i))
      g_string_append_printf(all, "%u  %s %s %s (%s)\n", i, certificate_subject_label(certificate),
                             glyph(GLYPH_ARROW_LEFT), certificate_issuer_label(certificate),
                             stranger_word(model, i));
  }
  g_autofree char *text = g_strdup_printf("and %u more: Enter lists them", count);
  add(list, ROLE_DIM, text);
  certificate_lines_detail(list, "Also sent, not on the path", g_strdup(all->str));
}

static void
add_strangers(CertificateLines *list, const CertificatesModel *model)
{
  guint count = 0, sent = model->info->peer_chain->len, after_last_shown = 0;
  for (guint i = 0; i < sent; i++) {
    if (is_on_path(model->info->verdict, i))
      continue;
    if (count == 0)
      certificate_lines_heading(list, "Also sent, not on the path");
    if (count++ >= STRANGERS_SHOWN)
      continue;
    add_sent(list, model, i, GLYPH_DOT, stranger_word(model, i));
    after_last_shown = i + 1;
  }
  if (count > STRANGERS_SHOWN)
    add_more_strangers(list, model, after_last_shown, count - STRANGERS_SHOWN);
}

/* News for as long as it is any (core/connection_chain.c). */
static void
add_change(CertificateLines *list, const ConnectionInfo *info)
{
  if (!info->chain_change)
    return;
  gboolean warning = info->chain_change->warning;
  g_autofree char *text = chain_change_line(info->chain_change);
  certificate_lines_text(list, warning ? ROLE_WARNING : ROLE_NORMAL,
                         warning ? GLYPH_WARN : GLYPH_DOT, warning ? ROLE_WARNING : ROLE_ACCENT,
                         FALSE, text);
  certificate_lines_change(list, info->chain_change);
}

static void
add_chain(CertificateLines *list, const CertificatesModel *model)
{
  const Verdict *verdict = model->info->verdict;
  add_summary(list, model);
  if (model->profile->insecure)
    certificate_lines_text(list, ROLE_ERROR, GLYPH_WARN, ROLE_ERROR, FALSE,
                           "insecure: the name in the broker's certificate is not checked");
  if (!verdict) {
    for (guint i = 0; i < model->info->peer_chain->len; i++)
      add_sent(list, model, i, GLYPH_BUSY, "sent");
    return;
  }
  for (guint i = 0; i < verdict->path->len; i++)
    add_link(list, model, g_ptr_array_index(verdict->path, i), (int)i);
  add_change(list, model->info);
  add_strangers(list, model);
  certificate_paths_add(list, verdict);
}

/* --- Our side --------------------------------------------------------------------------------- */

static gboolean
client_was_refused(const CertificatesModel *model)
{
  GPtrArray *findings = model->info->findings;
  if (!model->info->last_error ||
      (model->session->state != SESSION_IDLE && model->session->state != SESSION_WAITING))
    return FALSE;
  for (guint i = 0; findings && i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (finding->severity == FINDING_ERROR &&
        (finding->side == FINDING_SIDE_CLIENT || finding->source == FINDING_SOURCE_CLIENT))
      return TRUE;
  }
  return FALSE;
}

/* Also of a connection that is over: a broker that refuses a password has taken the certificate. */
static gboolean
was_accepted(const Session *session)
{
  return session->two_way || session->certificate_accepted;
}

/* What the line as a whole says, by glyph and colour. */
static Glyph
handover_mark(const CertificatesModel *model, gboolean refused, Role *role)
{
  const Session *session = model->session;
  gboolean accepted = was_accepted(session), bad = refused || !session->certificate_sent;
  gboolean over = session->state == SESSION_IDLE || session->state == SESSION_WAITING;
  *role = accepted ? ROLE_GOOD : bad ? ROLE_ERROR : over ? ROLE_DIM : ROLE_ACCENT;
  return accepted ? GLYPH_OK : bad ? GLYPH_FAIL : over ? GLYPH_DOT : GLYPH_BUSY;
}

/* "requested ✓  sent ✓  accepted ✓", as far as it is known. */
static void
add_handover(CertificateLines *list, const CertificatesModel *model)
{
  const Session *session = model->session;
  const Verdict *verdict = model->info->verdict;
  if (!session->certificate_sent && verdict && !verdict->accepted) {
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE,
                           "requested, but not sent: the broker's certificate was refused first");
    return;
  }
  gboolean refused = session->certificate_sent && client_was_refused(model);
  const char *ok = glyph(GLYPH_OK), *fail = glyph(GLYPH_FAIL);
  const char *accepted = was_accepted(session) ? ok : refused ? fail : "?";
  Role role;
  Glyph mark = handover_mark(model, refused, &role);
  g_autofree char *text = g_strdup_printf("requested %s  sent %s  accepted %s", ok,
                                          session->certificate_sent ? ok : fail,
                                          session->certificate_sent ? accepted : fail);
  certificate_lines_text(list, role == ROLE_GOOD ? ROLE_GOOD : ROLE_NORMAL, mark, role, FALSE,
                         text);
}

static void
add_identity(CertificateLines *list, const CertificatesModel *model)
{
  GPtrArray *certificates = identity_certificates(model->info->identity);
  for (guint i = 0; i < certificates->len; i++) {
    Certificate *certificate = g_ptr_array_index(certificates, i);
    CertificateLine *line = certificate_lines_certificate(list, certificate, NULL);
    g_snprintf(line->index, sizeof line->index, "%u", i);
    line->depth = (int)i;
    line->role = i == 0 ? ROLE_STRONG : ROLE_NORMAL;
    set_mark(line, finding_about(model->info, certificate), GLYPH_OK, ROLE_GOOD,
             g_strdup("our file"));
  }
}

/* Without an identity: is that as it should be? */
static void
add_no_identity(CertificateLines *list, const CertificatesModel *model)
{
  const Profile *profile = model->profile;
  if (profile->certificate_path && model->info->last_error) {
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_FAIL, ROLE_ERROR, FALSE,
                           "our certificate and key are not in use: see the findings");
  } else if (profile->certificate_path) {
    g_autofree char *name = g_path_get_basename(profile->certificate_path);
    g_autofree char *safe = safe_text_string(name);
    g_autofree char *text = g_strdup_printf("%s is read when it connects", safe);
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE, text);
  } else if (model->session->certificate_requested) {
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_WARN, ROLE_WARNING, FALSE,
                           "requested by the broker, but this connection has none: e sets one");
  } else {
    add(list, ROLE_DIM, "none is set: one-way TLS");
  }
}

static gboolean
names_our_issuer(const CertificatesModel *model, const char *ca_name)
{
  if (!model->info->identity)
    return FALSE;
  GPtrArray *certificates = identity_certificates(model->info->identity);
  for (guint i = 0; i < certificates->len; i++) {
    if (strcmp(certificate_issuer(g_ptr_array_index(certificates, i)), ca_name) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
add_ca_name(CertificateLines *list, const char *name, gboolean ours)
{
  g_autofree char *text = g_strdup_printf("%s%s", name, ours ? " (ours)" : "");
  certificate_lines_text(list, ROLE_NORMAL, ours ? GLYPH_OK : GLYPH_DOT,
                         ours ? ROLE_GOOD : ROLE_DIM, FALSE, text);
}

/* The ones that issued our certificate first; a broker that trusts a whole store names hundreds. */
static void
add_some_ca_names(CertificateLines *list, const CertificatesModel *model, guint count)
{
  char **names = model->info->ca_names;
  guint shown = 0;
  for (int ours = 1; ours >= 0; ours--) {
    for (guint i = 0; i < count && shown < CA_NAMES_SHOWN; i++) {
      if (names_our_issuer(model, names[i]) != ours)
        continue;
      add_ca_name(list, names[i], ours);
      shown++;
    }
  }
  if (count <= shown)
    return;
  g_autofree char *more = g_strdup_printf("and %u more: Enter lists them", count - shown);
  add(list, ROLE_DIM, more);
  certificate_lines_detail(list, "CAs that the broker names", g_strjoinv("\n", names));
}

static void
add_ca_names(CertificateLines *list, const CertificatesModel *model)
{
  guint count = model->info->ca_names ? g_strv_length(model->info->ca_names) : 0;
  if (count > 0) {
    add(list, ROLE_NORMAL, "the broker asks for a certificate of one of these CAs:");
    add_some_ca_names(list, model, count);
  } else if (model->session->certificate_requested) {
    add(list, ROLE_DIM, "the broker names no CA: it may take a certificate of any");
  }
}

static void
add_our_side(CertificateLines *list, const CertificatesModel *model)
{
  gboolean handshake = model->info->tls_version || model->session->tls_verified;
  certificate_lines_heading(list, "Our certificate");
  if (model->info->identity)
    add_identity(list, model);
  else
    add_no_identity(list, model);
  if (model->session->certificate_requested && model->info->identity)
    add_handover(list, model);
  else if (handshake && model->info->identity)
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_WARN, ROLE_WARNING, FALSE,
                           "not requested: the broker does not ask for a certificate here");
  add_ca_names(list, model);
}

/* --- The rest --------------------------------------------------------------------------------- */

/* Whole sentences: "Revocation: no revocation list and no OCSP answer was looked at." */
static void
add_not_checked(CertificateLines *list, const Verdict *verdict)
{
  if (!verdict || !verdict->not_checked || verdict->not_checked->len == 0)
    return;
  certificate_lines_heading(list, "Not checked");
  for (guint i = 0; i < verdict->not_checked->len; i++)
    certificate_lines_text(list, ROLE_DIM, GLYPH_DOT, ROLE_DIM, FALSE,
                           g_ptr_array_index(verdict->not_checked, i));
}

static void
append_part(GString *out, const char *name, const char *value)
{
  if (!value || !value[0])
    return;
  if (out->len > 0)
    g_string_append_printf(out, " %s ", glyph(GLYPH_DOT));
  g_string_append_printf(out, "%s%s", name, value);
}

static void
add_parameters(CertificateLines *list, const ConnectionInfo *info)
{
  g_autoptr(GString) text = g_string_new(NULL);
  append_part(text, "", info->tls_version);
  append_part(text, "", info->cipher);
  append_part(text, "", info->group);
  append_part(text, "ALPN ", info->alpn);
  append_part(text, "", info->address);
  if (text->len > 0)
    add(list, ROLE_DIM, text->str);
}

/* --- When no certificate came ----------------------------------------------------------------- */

/* What is wrong with a file of ours was found before the first packet. */
static gboolean
stopped_by_files(const CertificatesModel *model)
{
  const GPtrArray *findings = model->info->findings;
  const Finding *worst = findings && findings->len > 0 ? findings->pdata[0] : NULL;
  return !model->asked && worst && worst->severity == FINDING_ERROR && worst->file;
}

static void
add_nothing_yet(CertificateLines *list, const CertificatesModel *model)
{
  const Session *session = model->session;
  if (session->state != SESSION_IDLE && session->state != SESSION_WAITING) {
    g_autofree char *text =
        g_strdup_printf("%s: the broker has sent no certificate yet", session_state_text(session));
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_BUSY, ROLE_ACCENT, FALSE, text);
    return;
  }
  if (model->info->last_error && stopped_by_files(model)) {
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE,
                           "the broker was not asked: our own files come first");
    return;
  }
  if (model->info->last_error) {
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_FAIL, ROLE_ERROR, FALSE,
                           "no certificate came from the broker");
    g_autofree char *reason = safe_text_string(model->info->last_error);
    if (!model->info->findings || model->info->findings->len == 0)
      certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE, reason);
    return;
  }
  add(list, ROLE_NORMAL,
      "Nothing has come yet: c connects. Then the broker's certificates appear here, the path to "
      "the one you trust, what the broker makes of yours, and what is wrong with any of them.");
}

static void
add_plain(CertificateLines *list, const CertificatesModel *model)
{
  certificate_findings_add_errors(list, model->info);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_WARN, ROLE_WARNING, FALSE,
                         "mqtt:// is not encrypted: there are no certificates, and everybody on "
                         "the way can read and change all messages. e edits the connection.");
  certificate_findings_add_others(list, model->info);
  add_parameters(list, model->info);
}

/* What stops the connection stands first, then the certificates, then what does not stop it. */
static void
add_all(CertificateLines *list, const CertificatesModel *model)
{
  certificate_findings_add_errors(list, model->info);
  if (model->info->peer_chain && model->info->peer_chain->len > 0)
    add_chain(list, model);
  else
    add_nothing_yet(list, model);
  add_our_side(list, model);
  certificate_findings_add_others(list, model->info);
  add_parameters(list, model->info);
  add_not_checked(list, model->info->verdict);
}

GPtrArray *
certificate_lines_new(const CertificatesModel *model, int columns)
{
  CertificateLines list = {
      .lines = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_line_free),
      .columns = MAX(columns, 10),
  };
  if (!model->profile)
    add(&list, ROLE_NORMAL, "No connection yet: n makes one.");
  else if (model->profile->scheme == SCHEME_MQTT)
    add_plain(&list, model);
  else
    add_all(&list, model);
  return list.lines;
}

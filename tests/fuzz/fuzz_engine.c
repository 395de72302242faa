/* Certificates of a peer and those that are trusted, as anybody may have made them, before both
 * judges: ours and OpenSSL's.
 *
 * The file holds certificates in any form; the last of them are the anchors, how many the first
 * byte says, which stands before them as text may. Whatever they are: an accepted verdict has a
 * path and no error, a refused one has an error; every sentence is safe to be shown; OpenSSL's
 * verdict is one, and why it differs is said exactly when it does. */
#include "config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "trust/certificate_file.h"
#include "trust/second_opinion.h"
#include "trust/verify.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

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

/* As the program gets them: through a CA file. */
static Anchors *
make_anchors(GPtrArray *certificates, guint first)
{
  static int file = -1;
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = first; i < certificates->len; i++) {
    g_autofree char *one = certificate_to_pem(certificates->pdata[i]);
    g_string_append(pem, one);
  }
  if (file < 0)
    file = memfd_create("anchors", 0);
  check(ftruncate(file, 0) == 0 && pwrite(file, pem->str, pem->len, 0) == (gssize)pem->len);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
  return anchors_load_file(path, NULL);
}

static void
check_verdict(const Verdict *verdict)
{
  guint errors = 0;
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    errors += finding->severity == FINDING_ERROR;
    check_safe(finding->message);
    check_safe(finding->remedy);
  }
  check(verdict->accepted == (errors == 0));
  check(verdict->path->len > 0);
  check(!verdict->accepted || verdict->paths->len > 0);
}

static void
check_opinion(const SecondOpinion *opinion, const Verdict *verdict)
{
  g_autofree char *summary = second_opinion_summary(opinion);
  g_autofree char *difference = second_opinion_difference(opinion, verdict);
  check(opinion->accepted == (opinion->error == 0));
  check(opinion->accepted == (opinion->cause == OPINION_NONE));
  check_safe(summary);
  if (opinion->subject != NULL)
    check_safe(opinion->subject);
  if (difference != NULL)
    check_safe(difference);
  if (opinion->level == 0)
    check((difference != NULL) == (opinion->accepted != verdict->accepted));
}

static void
judge(GPtrArray *sent, const Anchors *anchors, VerifyRules rules, VerifyPurpose purpose)
{
  const VerifyRequest request = {.certificates = sent,
                                 .anchors = anchors,
                                 .name = "mqtt.example.com",
                                 .purpose = purpose,
                                 .rules = rules,
                                 .time = NOW,
                                 .source = FINDING_SOURCE_PEER};
  g_autoptr(Verdict) verdict = verify(&request);
  check_verdict(verdict);
  g_autoptr(SecondOpinion) opinion = second_opinion(&request);
  check((opinion != NULL) == second_opinion_available());
  if (opinion != NULL)
    check_opinion(opinion, verdict);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(GPtrArray) certificates = certificate_file_parse(data, size, "fuzz", NULL);
  if (certificates == NULL || certificates->len < 2)
    return 0;
  guint trusted = 1 + data[0] % (certificates->len - 1);
  g_autoptr(Anchors) anchors = make_anchors(certificates, certificates->len - trusted);
  check(anchors != NULL);
  g_ptr_array_set_size(certificates, (int)(certificates->len - trusted));
  judge(certificates, anchors, VERIFY_RULES_DEFAULT, VERIFY_PURPOSE_SERVER);
  judge(certificates, anchors, VERIFY_RULES_STRICT, VERIFY_PURPOSE_CLIENT);
  return 0;
}

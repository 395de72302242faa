/* mqtrust verify: is the certificate in a file to be trusted, and why or why not? */
#include "config.h"

#include "commands/commands.h"
#include "commands/text_block.h"
#include "commands/verify_openssl.h"
#include "commands/verify_report.h"
#include "trust/stale_copy.h"
#include "trust/verify_store.h"

#include <stdio.h>

enum { ACCEPTED = 0, REJECTED = 1, UNUSABLE = 2 };

static int
print_report(const VerifyReport *report, gboolean json)
{
  g_autofree char *text = json ? verify_json(report, !g_get_charset(NULL)) : verify_text(report);
  if (!text_block_print(report->verdict || json ? stdout : stderr, text) || !report->verdict)
    return UNUSABLE;
  return report->verdict->accepted ? ACCEPTED : REJECTED;
}

/* The engine reads no folder: what lies beside the file is looked at here. */
static void
add_stale_copy(const VerifyOptions *options, const VerifyInput *input, GPtrArray *findings)
{
  Finding *stale = stale_copy_find(options->file, input->certificates->pdata[0],
                                   input->request.source, input->request.time);
  if (!stale)
    return;
  stale_copy_advise(stale, findings);
  g_ptr_array_add(findings, stale);
  finding_list_sort(findings);
}

static int
run(const VerifyOptions *options)
{
  g_autoptr(VerifyInput) input = verify_input_read(options);
  VerifyReport report = {.input = input};
  if (input->problems->len > 0) {
    g_autoptr(SecondOpinion) alone = verify_openssl_alone(options, input);
    report.opinion = alone;
    return print_report(&report, options->json);
  }
  g_autoptr(Verdict) verdict = verify_with_store(&input->request);
  verify_input_place_findings(input, verdict->findings);
  add_stale_copy(options, input, verdict->findings);
  g_autoptr(SecondOpinion) opinion = second_opinion(&input->request);
  report.verdict = verdict;
  report.opinion = opinion;
  return print_report(&report, options->json);
}

int
command_verify(int argc, char **argv)
{
  g_auto(VerifyOptions) options = {0};
  g_autoptr(GError) error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  if (!verify_options_parse(argc, argv, now, &options, &error)) {
    fprintf(stderr, "mqtrust verify: %s\n", error->message);
    return UNUSABLE;
  }
  if (options.help)
    return fputs(verify_help, stdout) >= 0 && fflush(stdout) == 0 ? ACCEPTED : UNUSABLE;
  return run(&options);
}

#include "config.h"

#include "commands/demo_options.h"

#include "util/safe_text.h"

#include <string.h>

#define NEAR_NAMES 3

typedef struct {
  const char *fault, *tls; /* as given, or NULL */
  gboolean list_faults;
  GPtrArray *others; /* of char *, borrowed: what is the screen's */
} Words;

static gboolean
refuse(GError **error, const char *sentence)
{
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, sentence);
  return FALSE;
}

/* --- Words ------------------------------------------------------------------------------------ */

/* `name` VALUE or `name`=VALUE at argv[*i], which moves to the last word that was taken. TRUE: it
 * is this option; `*value` is NULL when there is none. */
static gboolean
take_value(int argc, char **argv, int *i, const char *name, const char **value)
{
  gsize length = strlen(name);
  if (strncmp(argv[*i], name, length) != 0)
    return FALSE;
  if (argv[*i][length] == '=') {
    *value = argv[*i] + length + 1;
    return TRUE;
  }
  if (argv[*i][length] != '\0')
    return FALSE;
  *value = *i + 1 < argc ? argv[++*i] : NULL;
  return TRUE;
}

static gboolean
take_words(int argc, char **argv, Words *words, GError **error)
{
  for (int i = 0; i < argc; i++) {
    if (take_value(argc, argv, &i, "--fault", &words->fault)) {
      if (words->fault == NULL)
        return refuse(error, "--fault needs the name of a fault: mqtrust demo --list-faults lists "
                             "them");
    } else if (take_value(argc, argv, &i, "--tls", &words->tls)) {
      if (words->tls == NULL)
        return refuse(error, "--tls needs a version: 1.2 or 1.3");
    } else if (strcmp(argv[i], "--list-faults") == 0) {
      words->list_faults = TRUE;
    } else {
      g_ptr_array_add(words->others, argv[i]);
    }
  }
  return TRUE;
}

/* --- What they mean --------------------------------------------------------------------------- */

static gboolean
refuse_unknown(GError **error, const char *name)
{
  g_autofree char *safe = safe_text_string(name);
  g_auto(GStrv) like = lab_fault_like(name, NEAR_NAMES);
  g_autofree char *near = g_strjoinv(" or ", like);
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
              "there is no fault \"%s\"%s%s; mqtrust demo --list-faults lists all of them", safe,
              *like != NULL ? ", did you mean " : "", near);
  return FALSE;
}

static gboolean
take_fault(DemoOptions *options, const char *name, GError **error)
{
  if (name == NULL)
    return TRUE;
  options->fault = lab_fault_find(name);
  return options->fault != NULL || refuse_unknown(error, name);
}

static const char *
version_text(LabTls tls)
{
  return tls == LAB_TLS_1_2 ? "1.2" : "1.3";
}

/* A fault that needs no TLS is the same with both. */
static gboolean
has_version(const LabFault *fault, LabTls tls)
{
  return (fault->flags & LAB_NO_TLS) || lab_fault_has_tls(fault, tls);
}

static gboolean
take_tls(DemoOptions *options, const char *text, GError **error)
{
  if (text == NULL) {
    gboolean newest = options->fault == NULL || lab_fault_has_tls(options->fault, LAB_TLS_1_3);
    options->tls = newest ? LAB_TLS_1_3 : LAB_TLS_1_2;
    return TRUE;
  }
  if (options->fault == NULL)
    return refuse(error, "--tls says with which version a fault is shown: give --fault, too");
  if (strcmp(text, "1.2") != 0 && strcmp(text, "1.3") != 0)
    return refuse(error, "--tls takes 1.2 or 1.3");
  options->tls = strcmp(text, "1.2") == 0 ? LAB_TLS_1_2 : LAB_TLS_1_3;
  if (has_version(options->fault, options->tls))
    return TRUE;
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
              "the fault %s does not exist with TLS %s: leave out --tls", options->fault->code,
              version_text(options->tls));
  return FALSE;
}

static gboolean
take_screen(DemoOptions *options, GPtrArray *words, GError **error)
{
  if (!options_parse((int)words->len, (char **)words->pdata, &options->screen, error))
    return FALSE;
  if (options->screen.profile == NULL && options->screen.profile_name == NULL)
    return TRUE;
  options_clear(&options->screen);
  return refuse(error, "the demo brings its own broker and takes no connection; leave out \"demo\" "
                       "to connect to yours");
}

gboolean
demo_options_parse(int argc, char **argv, DemoOptions *options, GError **error)
{
  g_autoptr(GPtrArray) others = g_ptr_array_new();
  Words words = {.others = others};
  *options = (DemoOptions){0};
  if (!take_words(argc, argv, &words, error) || !take_fault(options, words.fault, error) ||
      !take_tls(options, words.tls, error))
    return FALSE;
  options->list_faults = words.list_faults;
  return take_screen(options, others, error);
}

void
demo_options_clear(DemoOptions *options)
{
  options_clear(&options->screen);
}

#include "config.h"

#include "trust/bundle_private.h"

#include <string.h>

#include "util/secret.h"

/* --- words ------------------------------------------------------------------------------------ */

static const struct {
  const char *word, *name;
} brokers[BUNDLE_BROKERS] = {
    [BUNDLE_EMQX_CLOUD] = {"emqx-cloud", "EMQX Cloud"}, [BUNDLE_EMQX] = {"emqx", "EMQX"},
    [BUNDLE_MOSQUITTO] = {"mosquitto", "mosquitto"},    [BUNDLE_NANOMQ] = {"nanomq", "NanoMQ"},
    [BUNDLE_RABBITMQ] = {"rabbitmq", "RabbitMQ"},       [BUNDLE_HIVEMQ] = {"hivemq", "HiveMQ"},
};

gboolean
bundle_broker_parse(const char *word, BundleBroker *broker)
{
  for (int i = 0; i < BUNDLE_BROKERS; i++) {
    if (strcmp(word, brokers[i].word) != 0)
      continue;
    *broker = (BundleBroker)i;
    return TRUE;
  }
  return FALSE;
}

const char *
bundle_broker_word(BundleBroker broker)
{
  return brokers[broker].word;
}

const char *
bundle_broker_name(BundleBroker broker)
{
  return brokers[broker].name;
}

/* Every one of the formats has its own way to quote, and some have none: '#' begins a comment in
 * RabbitMQ's, a blank at the end is lost in mosquitto's. */
const char *
bundle_folder_fault(const char *folder)
{
  if (!g_utf8_validate(folder, -1, NULL))
    return "a name that is not UTF-8";
  for (const char *at = folder; *at; at = g_utf8_next_char(at)) {
    gunichar sign = g_utf8_get_char(at);
    if (!g_unichar_isprint(sign))
      return "a character that cannot be seen";
    if (sign < 128 && strchr("\"'\\#$", (int)sign))
      return "a quotation mark, '\\', '#' or '$'";
  }
  return g_str_has_suffix(folder, " ") ? "a blank at its end" : NULL;
}

/* HiveMQ puts an environment variable in the place of "${NAME}". */
const char *
bundle_store_password_fault(const char *password)
{
  gboolean visible = *password != '\0';
  for (const char *at = password; *at; at++)
    visible = visible && g_ascii_isprint(*at);
  return visible && !strstr(password, "${")
             ? NULL
             : "it must have at least one character, only visible ones of ASCII, and no \"${\", "
               "which HiveMQ takes for a variable";
}

/* --- the whole -------------------------------------------------------------------------------- */

static gboolean
has_error(const Bundle *bundle)
{
  for (guint i = 0; i < bundle->findings->len; i++)
    if (((const Finding *)bundle->findings->pdata[i])->severity == FINDING_ERROR)
      return TRUE;
  return FALSE;
}

int
bundle_file_mode(const BundleFile *file)
{
  return file->secret ? 0600 : 0644;
}

static void
file_free(gpointer data)
{
  BundleFile *file = data;
  g_free(file->name);
  g_bytes_unref(file->bytes);
  g_free(file);
}

static void
parts_clear(BundleParts *parts)
{
  g_ptr_array_unref(parts->given);
  g_ptr_array_unref(parts->origins);
  g_array_unref(parts->places);
  g_ptr_array_unref(parts->left_out);
  secret_clear(&parts->key_pem);
  g_free(parts->key_id);
  g_clear_pointer(&parts->root, certificate_unref);
  g_clear_pointer(&parts->top, certificate_unref);
}

static void
clear_files(Bundle *bundle)
{
  g_ptr_array_set_free_func(bundle->files, file_free);
  g_clear_pointer(&bundle->files, g_ptr_array_unref);
}

/* Where it is not, there is an error. In any case no file is made of nothing, and no broker is
 * opened to every client because the CA of some could not be read. */
static gboolean
is_whole(const BundleParts *parts)
{
  return parts->bundle->certificates->len > 0 && parts->key_pem &&
         (!parts->request->client_ca_path || parts->bundle->client_ca);
}

Bundle *
bundle_new(const BundleRequest *request)
{
  Bundle *bundle = g_new0(Bundle, 1);
  BundleParts parts = {.request = request,
                       .bundle = bundle,
                       .given = certificate_list_new(),
                       .origins = g_ptr_array_new_with_free_func(g_free),
                       .places = g_array_new(FALSE, FALSE, sizeof(guint)),
                       .left_out = certificate_list_new()};
  bundle->certificates = certificate_list_new();
  bundle->findings = finding_list_new();
  bundle->steps = g_ptr_array_new_with_free_func(g_free);
  bundle_read(&parts);
  bundle_lint(&parts);
  bundle_client(&parts);
  bundle_judge_completeness(&parts);
  bundle_find_root(&parts);
  if (!has_error(bundle) && is_whole(&parts))
    bundle_make_files(&parts);
  if (bundle->files && has_error(bundle))
    clear_files(bundle);
  if (bundle->files) {
    bundle_add_steps(&parts);
    bundle_add_client_step(&parts);
  }
  if (request->form)
    bundle_speak_of_form(&parts);
  finding_list_sort(bundle->findings);
  parts_clear(&parts);
  return bundle;
}

void
bundle_free(Bundle *bundle)
{
  if (!bundle)
    return;
  if (bundle->files)
    clear_files(bundle);
  g_ptr_array_unref(bundle->certificates);
  if (bundle->client_ca)
    g_ptr_array_unref(bundle->client_ca);
  g_ptr_array_unref(bundle->findings);
  g_ptr_array_unref(bundle->steps);
  g_free(bundle->root);
  g_free(bundle->root_file);
  g_free(bundle);
}

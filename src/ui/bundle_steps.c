#include "config.h"

#include "ui/bundle_steps.h"

#include "core/bundle_hook.h"
#include "util/safe_text.h"

const char *
bundle_steps_form_field(BundleBroker broker, const char *file)
{
  static const struct {
    const char *file, *field;
  } fields[] = {{"body.pem", "Certificate body"},
                {"chain.pem", "Certificate chain"},
                {"key.pem", "Certificate private key"},
                {"client-ca.pem", "Client CA certificate"}};
  for (gsize i = 0; broker == BUNDLE_EMQX_CLOUD && i < G_N_ELEMENTS(fields); i++)
    if (g_str_equal(fields[i].file, file))
      return fields[i].field;
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

/* --- The broker ------------------------------------------------------------------------------- */

static void
add_broker(CertificateLines *list, const BundleMade *made)
{
  const GPtrArray *steps = made->bundle->steps;
  if (made->order->broker != BUNDLE_EMQX_CLOUD && !made->order->owner)
    step(list, "Give the files to the user that %s runs as: it must be able to read the key.",
         bundle_broker_name(made->order->broker));
  for (guint i = 0; i < steps->len; i++) {
    g_autofree char *safe = safe_text_string(steps->pdata[i]);
    step(list, "%s", safe);
  }
}

/* --- The renewal ------------------------------------------------------------------------------ */

static void
add_renewal(CertificateLines *list, const BundleMade *made)
{
  g_autofree char *command = bundle_hook_command(made->order);
  g_autofree char *password_file = bundle_hook_password_file(made->order);
  if (!command)
    return;
  g_autofree char *safe_file = safe_text_string(password_file);
  if (password_file)
    step(list,
         "For the renewal, put the stores' password, which config.xml has, into %s, mode 0600.",
         safe_file);
  g_autofree char *safe = safe_text_string(command);
  step(list,
       "certbot does the same at each renewal, once it has renewed with this command (Enter "
       "shows it alone)%s:",
       made->order->broker == BUNDLE_EMQX_CLOUD ? "; the form is yours to fill in again" : "");
  certificate_lines_text(list, ROLE_DIM, GLYPH_COUNT, ROLE_NORMAL, TRUE, safe);
  certificate_lines_detail(list, "At each renewal", g_steal_pointer(&command));
}

void
bundle_steps_add(CertificateLines *list, const BundleMade *made)
{
  certificate_lines_heading(list, "Next");
  add_broker(list, made);
  if (made->bundle->root)
    step(list, "n describes a connection to this broker.");
  add_renewal(list, made);
}

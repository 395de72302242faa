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

/* --- Each broker ------------------------------------------------------------------------------ */

static void
add_emqx_cloud(CertificateLines *list, const BundleMade *made)
{
  step(list,
       "In EMQX Cloud's console open the deployment, TLS/SSL, and choose %s. Each field takes "
       "the file that stands beside its name above; form.txt has the same list.",
       made->bundle->client_ca ? "two-way" : "one-way");
}

static void
add_emqx(CertificateLines *list, const char *folder)
{
  step(list, "Put the listener of listener.conf into emqx.conf and restart EMQX; or send "
             "listener.json to its REST interface, which needs none of the other files.");
  step(list, "EMQX finds the files in %s, and reads changed ones by itself within two minutes.",
       folder);
}

static void
add_mosquitto(CertificateLines *list, const BundleMade *made, const char *folder)
{
  step(list,
       "Have mosquitto read the listener: ln -s %s/mosquitto.conf "
       "/etc/mosquitto/conf.d/tls.conf, then systemctl restart mosquitto.",
       folder);
  if (!made->order->owner)
    step(list, "mosquitto opens key.pem as the user that it runs as: give the file to that user.");
}

static void
add_nanomq(CertificateLines *list, const char *folder)
{
  step(list,
       "Put the listener of nanomq.conf into NanoMQ's own nanomq.conf and restart it; it "
       "finds the files in %s.",
       folder);
}

static void
add_rabbitmq(CertificateLines *list, const BundleMade *made, const char *folder)
{
  step(list,
       "rabbitmq-plugins enable rabbitmq_mqtt; then cp %s/rabbitmq.conf "
       "/etc/rabbitmq/conf.d/tls.conf, and restart RabbitMQ.",
       folder);
  if (!made->order->owner)
    step(list, "RabbitMQ opens key.pem as the user that it runs as: give the file to that user.");
}

static void
add_hivemq(CertificateLines *list, const char *folder)
{
  step(list,
       "Put the listener of config.xml into HiveMQ's conf/config.xml and restart it; it "
       "finds the stores in %s.",
       folder);
  step(list, "The stores' password is in config.xml: HiveMQ's user alone should read it.");
}

static void
add_broker(CertificateLines *list, const BundleMade *made, const char *folder)
{
  switch (made->order->broker) {
  case BUNDLE_EMQX_CLOUD:
    add_emqx_cloud(list, made);
    return;
  case BUNDLE_EMQX:
    add_emqx(list, folder);
    return;
  case BUNDLE_MOSQUITTO:
    add_mosquitto(list, made, folder);
    return;
  case BUNDLE_NANOMQ:
    add_nanomq(list, folder);
    return;
  case BUNDLE_RABBITMQ:
    add_rabbitmq(list, made, folder);
    return;
  case BUNDLE_HIVEMQ:
    add_hivemq(list, folder);
    return;
  case BUNDLE_BROKERS:
    return;
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
  if (password_file)
    step(list,
         "For the renewal, put the stores' password, which config.xml has, into %s, mode 0600.",
         password_file);
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
  g_autofree char *path = bundle_order_path(made->order);
  g_autofree char *folder = safe_text_string(path);
  certificate_lines_heading(list, "Next");
  add_broker(list, made, folder);
  add_renewal(list, made);
}

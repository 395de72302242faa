#include "config.h"

#include "ui/bundle_fields.h"

#include <string.h>

#include "core/bundle_owner.h"
#include "ui/kept_texts.h"

/* In the order of BundleBroker. */
static const char *const brokers[] = {"EMQX Cloud", "EMQX",   "mosquitto", "NanoMQ",
                                      "RabbitMQ",   "HiveMQ", NULL};
static const char *const sources[] = {"certbot", "files", NULL};
/* In the order of BundleUsers. */
static const char *const users[] = {"its own configuration says", "named by their certificates",
                                    "in a password file", "anonymous", NULL};

/* clang-format off */
static const FieldSpec specs[] = {
    {BUNDLE_FIELD_BROKER, FIELD_CHOICE, "Broker", brokers,
     "Space or the arrows choose; C-s checks everything, and writes what this broker wants", NULL},
    {BUNDLE_FIELD_SECTION_CERTIFICATE, FIELD_SECTION, "Its certificate", NULL, NULL, NULL},
    {BUNDLE_FIELD_SOURCE, FIELD_CHOICE, "From", sources,
     "one that certbot renews, or files from anywhere", NULL},
    {BUNDLE_FIELD_LINEAGE, FIELD_PATH, "Lineage", NULL,
     "certbot's name for it, or the path of its folder below live/; Tab completes", NULL},
    {BUNDLE_FIELD_CERTIFICATE, FIELD_PATH, "Certificate", NULL,
     "the certificate, or it and its chain, in any order and form", NULL},
    {BUNDLE_FIELD_CHAIN, FIELD_PATH, "Chain", NULL, "what stands above it, up to the root",
     "in the certificate's file"},
    {BUNDLE_FIELD_KEY, FIELD_PATH, "Key", NULL, "its private key", "in the certificate's file"},
    {BUNDLE_FIELD_PASSWORD, FIELD_SECRET, "Key password", NULL,
     "opens the key: brokers get it without one; C-r shows it", "none"},
    {BUNDLE_FIELD_HOSTNAME, FIELD_TEXT, "Host name", NULL,
     "that clients connect to: is the certificate for it?", "not checked"},
    {BUNDLE_FIELD_SECTION_CLIENTS, FIELD_SECTION, "Its clients", NULL, NULL, NULL},
    {BUNDLE_FIELD_CLIENT_CA, FIELD_PATH, "Client CA", NULL,
     "whose certificates are let in (two-way TLS)", "none: everybody is let in"},
    {BUNDLE_FIELD_CLIENT, FIELD_PATH, "A client", NULL,
     "a client's certificate: will the broker take it?", "not checked"},
    {BUNDLE_FIELD_USERS, FIELD_CHOICE, "Users", users,
     "how the broker knows who a client is", NULL},
    {BUNDLE_FIELD_USERS_FILE, FIELD_PATH, "Password file", NULL,
     "at the broker, made with mosquitto_passwd", NULL},
    {BUNDLE_FIELD_SECTION_FILES, FIELD_SECTION, "Files", NULL, NULL, NULL},
    {BUNDLE_FIELD_FOLDER, FIELD_PATH, "Folder", NULL, "to write to; made if need be", NULL},
    {BUNDLE_FIELD_PATH, FIELD_PATH, "At the broker", NULL,
     "where the broker finds them, when you copy them to another place", "the same"},
    {BUNDLE_FIELD_PORT, FIELD_NUMBER, "Port", NULL, "that the broker listens on", NULL},
    {BUNDLE_FIELD_BIND, FIELD_TEXT, "Address", NULL, "of the broker's machine that it listens on",
     "all it has"},
    {BUNDLE_FIELD_OWNER, FIELD_TEXT, "Owner", NULL,
     "the user that the broker runs as, who must be able to read the key", "who runs mqtrust"},
    {BUNDLE_FIELD_STORE_PASSWORD, FIELD_SECRET, "Store password", NULL,
     "of keystore and truststore; C-r shows it", "a random one"},
};
/* clang-format on */

Form *
bundle_fields_new(void)
{
  G_STATIC_ASSERT(G_N_ELEMENTS(brokers) == BUNDLE_BROKERS + 1);
  return form_new(specs, G_N_ELEMENTS(specs));
}

BundleBroker
bundle_fields_broker(const Form *form)
{
  return (BundleBroker)form_choice(form, BUNDLE_FIELD_BROKER);
}

BundleSource
bundle_fields_source(const Form *form)
{
  return (BundleSource)form_choice(form, BUNDLE_FIELD_SOURCE);
}

BundleUsers
bundle_fields_users(const Form *form)
{
  return form_is_visible(form, BUNDLE_FIELD_USERS)
             ? (BundleUsers)form_choice(form, BUNDLE_FIELD_USERS)
             : BUNDLE_USERS_UNSAID;
}

gboolean
bundle_field_is_folder(int id)
{
  return id == BUNDLE_FIELD_FOLDER || id == BUNDLE_FIELD_PATH;
}

gboolean
bundle_field_is_path(int id)
{
  return bundle_field_is_folder(id) || id == BUNDLE_FIELD_LINEAGE ||
         id == BUNDLE_FIELD_CERTIFICATE || id == BUNDLE_FIELD_CHAIN || id == BUNDLE_FIELD_KEY ||
         id == BUNDLE_FIELD_CLIENT_CA || id == BUNDLE_FIELD_CLIENT;
}

/* EMQX Cloud is filled in by hand, at a port of its own. */
void
bundle_fields_arrange(Form *form)
{
  BundleBroker broker = bundle_fields_broker(form);
  gboolean files = bundle_fields_source(form) == BUNDLE_FROM_FILES;
  gboolean ours = broker != BUNDLE_EMQX_CLOUD;
  form_set_visible(form, BUNDLE_FIELD_LINEAGE, !files);
  form_set_visible(form, BUNDLE_FIELD_CERTIFICATE, files);
  form_set_visible(form, BUNDLE_FIELD_CHAIN, files);
  form_set_visible(form, BUNDLE_FIELD_KEY, files);
  form_set_visible(form, BUNDLE_FIELD_PASSWORD, files);
  form_set_visible(form, BUNDLE_FIELD_CLIENT, form_text(form, BUNDLE_FIELD_CLIENT_CA)[0] != '\0');
  form_set_visible(form, BUNDLE_FIELD_USERS, ours);
  form_set_visible(form, BUNDLE_FIELD_USERS_FILE,
                   bundle_fields_users(form) == BUNDLE_USERS_FILE && broker == BUNDLE_MOSQUITTO);
  form_set_visible(form, BUNDLE_FIELD_PATH, ours);
  form_set_visible(form, BUNDLE_FIELD_PORT, ours);
  form_set_visible(form, BUNDLE_FIELD_BIND, ours);
  form_set_visible(form, BUNDLE_FIELD_OWNER, ours && bundle_owner_is_allowed());
  form_set_visible(form, BUNDLE_FIELD_STORE_PASSWORD, broker == BUNDLE_HIVEMQ);
}

/* --- An order --------------------------------------------------------------------------------- */

static const char *
visible_text(const Form *form, int id)
{
  return form_is_visible(form, id) ? form_text(form, id) : "";
}

static void
set_certificate(const Form *form, BundleTexts *texts, const char *certbot_folder)
{
  BundleOrder *order = &texts->order;
  order->lineage = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_LINEAGE));
  order->certbot_folder = kept_text(texts->texts, certbot_folder);
  order->certificate = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_CERTIFICATE));
  order->chain = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_CHAIN));
  order->key = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_KEY));
  order->password = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_PASSWORD));
  order->hostname = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_HOSTNAME));
}

BundleTexts *
bundle_fields_order(const Form *form, const char *certbot_folder, gint64 now)
{
  BundleTexts *texts = bundle_texts_new();
  BundleOrder *order = &texts->order;
  order->broker = bundle_fields_broker(form);
  set_certificate(form, texts, certbot_folder);
  order->client_ca = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_CLIENT_CA));
  order->client = kept_path(texts->texts, visible_text(form, BUNDLE_FIELD_CLIENT));
  order->users = bundle_fields_users(form);
  order->users_path = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_USERS_FILE));
  g_autofree char *bind = bundle_bind_parse(visible_text(form, BUNDLE_FIELD_BIND));
  order->bind = kept_text(texts->texts, bind);
  order->port = (guint16)g_ascii_strtoull(form_text(form, BUNDLE_FIELD_PORT), NULL, 10);
  order->folder = kept_path(texts->texts, form_text(form, BUNDLE_FIELD_FOLDER));
  order->path = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_PATH));
  order->owner = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_OWNER));
  order->store_password = kept_text(texts->texts, visible_text(form, BUNDLE_FIELD_STORE_PASSWORD));
  order->form = TRUE;
  order->now = now;
  if (order->owner && !bundle_owner_find(order->owner, &order->user, &order->group))
    order->user = order->group = -1;
  return texts;
}

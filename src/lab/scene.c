/* A scene's life, its certificates and files. */
#include "config.h"

#include "lab/scene.h"

#include <stdarg.h>
#include <unistd.h>

#include "lab/scene_private.h"
#include "util/private_folder.h"

#define DAY (24 * 60 * 60)
#define LEAF_DAYS 90
#define CA_DAYS 3650

G_DEFINE_QUARK(mqtrust - lab - error - quark, lab_error)

/* --- Failing ---------------------------------------------------------------------------------- */

gboolean
lab_failed(const LabScene *scene)
{
  return scene->error != NULL;
}

void
lab_fail(LabScene *scene, LabError code, const char *format, ...)
{
  va_list arguments;
  if (lab_failed(scene))
    return;
  va_start(arguments, format);
  scene->error = g_error_new_valist(LAB_ERROR, code, format, arguments);
  va_end(arguments);
}

/* --- The profile ------------------------------------------------------------------------------ */

void
lab_set(char **field, const char *text)
{
  char *copy = g_strdup(text);
  g_free(*field);
  *field = copy;
}

Profile *
lab_profile(LabScene *scene)
{
  return scene->profile;
}

LabTls
lab_tls(const LabScene *scene)
{
  return scene->tls;
}

const char *
lab_tls_mosquitto(const LabScene *scene)
{
  return scene->tls == LAB_TLS_1_2 ? "tlsv1.2" : "tlsv1.3";
}

const char *
lab_tls_openssl(const LabScene *scene)
{
  return scene->tls == LAB_TLS_1_2 ? "-tls1_2" : "-tls1_3";
}

const char *
lab_tls_gnutls(const LabScene *scene)
{
  return scene->tls == LAB_TLS_1_2 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
                                   : "NORMAL:-VERS-ALL:+VERS-TLS1.3";
}

/* The code is the name under which the dashboard shows it; a name holds no '/'. */
static Profile *
new_profile(const LabFault *fault, LabTls tls)
{
  Profile *profile = profile_new();
  g_autofree char *name = fault->variant == NULL
                              ? g_strdup(fault->code)
                              : g_strdup_printf("%s (%s)", fault->code, fault->variant);
  lab_set(&profile->name, name);
  lab_set(&profile->host, LAB_HOST);
  profile->scheme = SCHEME_MQTTS;
  profile->trust = TRUST_FILE;
  profile->tls_version = tls == LAB_TLS_1_2 ? TLS_1_2 : TLS_1_3;
  profile->no_probes = (fault->flags & LAB_WITHOUT_PROBES) != 0;
  return profile;
}

/* --- Certificates ----------------------------------------------------------------------------- */

gint64
lab_days_from_now(int days)
{
  return g_get_real_time() / G_USEC_PER_SEC + (gint64)days * DAY;
}

ForgeTemplate
lab_authority(const char *name)
{
  ForgeTemplate template = forge_authority(name);
  template.organization = "Lab";
  return template;
}

ForgeTemplate
lab_server(const char *name)
{
  return (ForgeTemplate){.name = name,
                         .names = LAB_SERVER_NAMES,
                         .path_length = -1,
                         .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
                         .purpose = GNUTLS_KP_TLS_WWW_SERVER};
}

ForgeTemplate
lab_client(const char *name)
{
  return (ForgeTemplate){.name = name,
                         .path_length = -1,
                         .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
                         .purpose = GNUTLS_KP_TLS_WWW_CLIENT};
}

static ForgeTemplate
with_dates(const ForgeTemplate *template)
{
  ForgeTemplate dated = *template;
  if (dated.not_before == 0)
    dated.not_before = lab_days_from_now(-1);
  if (dated.not_after == 0)
    dated.not_after = lab_days_from_now(template->authority == 1 ? CA_DAYS : LEAF_DAYS);
  return dated;
}

static Forged *
own(LabScene *scene, Forged *forged)
{
  g_ptr_array_add(scene->forged, forged);
  return forged;
}

Forged *
lab_forge(LabScene *scene, const ForgeTemplate *template, const Forged *issuer)
{
  ForgeTemplate dated = with_dates(template);
  return own(scene, forge(&dated, issuer));
}

Forged *
lab_forge_with_key(LabScene *scene, const ForgeTemplate *template, const Forged *issuer,
                   const Forged *key)
{
  ForgeTemplate dated = with_dates(template);
  return own(scene, forge_with_key(&dated, issuer, key));
}

const LabPki *
lab_pki(LabScene *scene)
{
  LabPki *pki = &scene->pki;
  if (pki->root != NULL)
    return pki;
  ForgeTemplate root = lab_authority("Lab Root"), intermediate = lab_authority("Lab Issuing CA");
  ForgeTemplate client_ca = lab_authority("Lab Client CA");
  ForgeTemplate server = lab_server(LAB_HOST), client = lab_client("Client");
  pki->root = lab_forge(scene, &root, NULL);
  pki->intermediate = lab_forge(scene, &intermediate, pki->root);
  pki->server = lab_forge(scene, &server, pki->intermediate);
  pki->client_ca = lab_forge(scene, &client_ca, NULL);
  pki->client = lab_forge(scene, &client, pki->client_ca);
  return pki;
}

/* --- Texts and files -------------------------------------------------------------------------- */

const char *
lab_keep(LabScene *scene, char *text)
{
  g_ptr_array_add(scene->texts, text);
  return text;
}

GBytes *
lab_keep_bytes(LabScene *scene, GBytes *bytes)
{
  g_ptr_array_add(scene->bytes, bytes);
  return bytes;
}

const char *
lab_pem(LabScene *scene, const Forged *forged)
{
  return lab_keep(scene, certificate_to_pem(forged->certificate));
}

const char *
lab_key_pem(LabScene *scene, const Forged *forged)
{
  return lab_keep(scene, forged_key_pem(forged, NULL));
}

/* Keys are among them: nobody else may read any. */
const char *
lab_write(LabScene *scene, const char *name, const void *bytes, gssize length)
{
  g_autoptr(GError) error = NULL;
  if (!lab_failed(scene) && !private_folder_write(scene->folder, name, bytes, length, 0600, &error))
    lab_fail(scene, LAB_ERROR_START, "%s", error->message);
  return lab_keep(scene, g_build_filename(scene->folder, name, NULL));
}

const char *
lab_write_chain(LabScene *scene, const char *name, const Forged *first, ...)
{
  g_autoptr(GString) text = g_string_new(NULL);
  va_list rest;
  va_start(rest, first);
  for (const Forged *forged = first; forged != NULL; forged = va_arg(rest, const Forged *)) {
    g_autofree char *pem = certificate_to_pem(forged->certificate);
    g_string_append(text, pem);
  }
  va_end(rest);
  return lab_write(scene, name, text->str, (gssize)text->len);
}

const char *
lab_write_key(LabScene *scene, const char *name, const Forged *forged, const char *password)
{
  g_autofree char *pem = forged_key_pem(forged, password);
  return lab_write(scene, name, pem, -1);
}

void
lab_use_good_trust(LabScene *scene)
{
  scene->profile->trust = TRUST_FILE;
  lab_set(&scene->profile->ca_path, lab_write_chain(scene, "root.pem", lab_pki(scene)->root, NULL));
}

void
lab_use_client(LabScene *scene, const char *chain_file, const char *key_file)
{
  lab_set(&scene->profile->certificate_path, chain_file);
  lab_set(&scene->profile->key_path, key_file);
}

void
lab_use_good_client(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  lab_use_client(scene, lab_write_chain(scene, "client.pem", pki->client, NULL),
                 lab_write_key(scene, "client.key", pki->client, NULL));
}

/* --- What is expected ------------------------------------------------------------------------- */

void
lab_expect_certificate(LabScene *scene, const Forged *forged)
{
  lab_set(&scene->expected_sha256, certificate_sha256(forged->certificate));
}

void
lab_expect_file(LabScene *scene, const char *path)
{
  lab_set(&scene->expected_file, path);
}

void
lab_expect_nothing(LabScene *scene)
{
  g_clear_pointer(&scene->expected_sha256, g_free);
  g_clear_pointer(&scene->expected_file, g_free);
}

const Profile *
lab_scene_profile(const LabScene *scene)
{
  return scene->profile;
}

const char *
lab_scene_folder(const LabScene *scene)
{
  return scene->folder;
}

const char *
lab_scene_expected_sha256(const LabScene *scene)
{
  return scene->expected_sha256;
}

const char *
lab_scene_expected_file(const LabScene *scene)
{
  return scene->expected_file;
}

/* --- Life ------------------------------------------------------------------------------------- */

static void
stop_process(gpointer process)
{
  lab_process_stop(process);
}

static void
stop_peer(gpointer peer)
{
  peer_stop(peer);
}

static void
unref_bytes(gpointer bytes)
{
  g_bytes_unref(bytes);
}

static void
free_forged(gpointer forged)
{
  forged_free(forged);
}

static void
close_sockets(GArray *sockets)
{
  for (guint i = 0; i < sockets->len; i++)
    close(g_array_index(sockets, int, i));
  g_array_unref(sockets);
}

static LabScene *
new_scene(const LabFault *fault, LabTls tls)
{
  LabScene *scene = g_new0(LabScene, 1);
  scene->fault = fault;
  scene->tls = tls;
  scene->profile = new_profile(fault, tls);
  scene->forged = g_ptr_array_new_with_free_func(free_forged);
  scene->texts = g_ptr_array_new_with_free_func(g_free);
  scene->bytes = g_ptr_array_new_with_free_func(unref_bytes);
  scene->processes = g_ptr_array_new_with_free_func(stop_process);
  scene->peers = g_ptr_array_new_with_free_func(stop_peer);
  scene->sockets = g_array_new(FALSE, FALSE, sizeof(int));
  scene->stages = g_ptr_array_new_with_free_func(g_free);
  return scene;
}

static void
start_names(LabScene *scene)
{
  if (!scene->host_named)
    lab_names_add(scene->names, LAB_HOST, "A", "127.0.0.1");
  lab_names_run(scene->names);
}

LabScene *
lab_scene_start(const LabFault *fault, LabTls tls, GError **error)
{
  g_autoptr(LabScene) scene = new_scene(fault, tls);
  scene->folder = private_folder_new("mqtrust-lab", error);
  if (scene->folder == NULL)
    return NULL;
  scene->names = lab_names_new();
  lab_set(&scene->profile->dns_servers, lab_names_address(scene->names));
  fault->build(scene);
  if (lab_failed(scene)) {
    g_propagate_error(error, g_steal_pointer(&scene->error));
    return NULL;
  }
  start_names(scene);
  return g_steal_pointer(&scene);
}

void
lab_scene_free(LabScene *scene)
{
  if (scene == NULL)
    return;
  close_sockets(scene->sockets);
  g_ptr_array_unref(scene->peers);
  g_ptr_array_unref(scene->processes);
  lab_names_free(scene->names);
  if (scene->folder != NULL)
    private_folder_remove(scene->folder, NULL);
  g_ptr_array_unref(scene->stages);
  g_ptr_array_unref(scene->texts);
  g_ptr_array_unref(scene->bytes);
  g_ptr_array_unref(scene->forged);
  profile_free(scene->profile);
  g_clear_error(&scene->error);
  g_free(scene->expected_sha256);
  g_free(scene->expected_file);
  g_free(scene->folder);
  g_free(scene);
}

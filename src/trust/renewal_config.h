/* certbot's renewal/NAME.conf: what it says about when and how a lineage is renewed.
 *
 * A file of ConfigObj: lines "key = value" that belong to no section, then [renewalparams] with
 * sections of its own ([[webroot_map]]). It may hold anything: read line by line within the bounds
 * below; what is not understood is passed over. Any thread. */
#pragma once

#include <glib.h>

#define RENEWAL_CONFIG_MAX (64 * 1024) /* bytes of a file */
#define RENEWAL_CONFIG_LINES_MAX 2000  /* that are looked at */

/* Texts are safe text, NULL: not said. */
typedef struct {
  char *version;        /* of certbot, "2.1.0" */
  char *archive_dir;    /* raw, as it stands */
  char *authenticator;  /* "manual", "dns-route53" */
  char *server;         /* the ACME directory */
  char *deploy_hook;    /* `renew_hook`, the command after a renewal */
  char *preferred_chain;
  char *before_text;    /* of renew_before_expiry */
  gint64 before;        /* the same in seconds; -1: not said, or not understood */
  gboolean autorenew;   /* FALSE: certbot renews it only when told */
} RenewalConfig;

/* (transfer full). Never fails: of bytes that are no such file nothing is taken. */
RenewalConfig *renewal_config_parse(const void *bytes, gsize length);
/* (transfer full): NULL and a TRUST_ERROR when it cannot be read. */
RenewalConfig *renewal_config_read(const char *path, GError **error);
void renewal_config_free(RenewalConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RenewalConfig, renewal_config_free)

/* When certbot renews a certificate of these dates, seconds since 1970: at renew_before_expiry
 * before its end; else by its version: 30 days before it (up to certbot 3), or when a third of its
 * life is left, half of it when that is ten days or less (certbot 4 and later). `*rule` is a static
 * phrase, "30 days before its end". `config` may be NULL. */
gint64 renewal_config_due(const RenewalConfig *config, gint64 not_before, gint64 not_after,
                          const char **rule);

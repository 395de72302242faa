#include "config.h"

#include "trust/public_suffix.h"

#include <string.h>

/* Under a top-level domain of a country (two letters) these are the registry's. */
static const char *const second_levels[] = {
    "ac",  "co", "com", "edu", "go",  "gob", "gov", "gv",  "id",     "info", "ltd", "me",
    "mil", "ne", "net", "nhs", "nom", "or",  "org", "plc", "police", "sch",  NULL};

/* Section "private domains" of the list: names that the service hands out to its customers. */
static const char *const services[] = {
    "s3.amazonaws.com",
    "elb.amazonaws.com",
    "elasticbeanstalk.com",
    "azurewebsites.net",
    "cloudapp.net",
    "cloudapp.azure.com",
    "blob.core.windows.net",
    "appspot.com",
    "run.app",
    "web.app",
    "firebaseapp.com",
    "github.io",
    "gitlab.io",
    "pages.dev",
    "workers.dev",
    "herokuapp.com",
    "netlify.app",
    "vercel.app",
    "fly.dev",
    "onrender.com",
    "ngrok.io",
    "ngrok-free.app",
    "ts.net",
    "duckdns.org",
    "dyndns.org",
    "ddns.net",
    "no-ip.org",
    "hopto.org",
    "myfritz.net",
    "synology.me",
    "myqnapcloud.com",
    "blogspot.com",
    NULL,
};

gboolean
public_suffix_is(const char *domain)
{
  g_autofree char *lower = g_ascii_strdown(domain, -1);
  const char *dot = strchr(lower, '.');
  if (!dot)
    return TRUE;
  if (g_strv_contains(services, lower))
    return TRUE;
  g_autofree char *label = g_strndup(lower, dot - lower);
  return strlen(dot + 1) == 2 && !strchr(dot + 1, '.') && g_strv_contains(second_levels, label);
}

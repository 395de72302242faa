#include "config.h"
#include "net/tunnel.h"

TunnelConfig *
tunnel_config_new(void)
{
  return g_new0(TunnelConfig, 1);
}

TunnelConfig *
tunnel_config_copy(const TunnelConfig *config)
{
  TunnelConfig *copy = g_new(TunnelConfig, 1);
  *copy = *config;
  copy->host = g_strdup(config->host);
  copy->server_name = g_strdup(config->server_name);
  copy->verify_name = g_strdup(config->verify_name);
  copy->anchors = config->anchors == NULL ? NULL : anchors_ref(config->anchors);
  copy->revocation =
      config->revocation == NULL ? NULL : revocation_data_join(config->revocation, NULL);
  copy->identity = config->identity == NULL ? NULL : identity_ref(config->identity);
  copy->alpn = g_strdupv(config->alpn);
  copy->tls_priority = g_strdup(config->tls_priority);
  copy->dns_servers = g_strdup(config->dns_servers);
  return copy;
}

void
tunnel_config_free(TunnelConfig *config)
{
  if (config == NULL)
    return;
  g_free(config->host);
  g_free(config->server_name);
  g_free(config->verify_name);
  g_clear_pointer(&config->anchors, anchors_unref);
  g_clear_pointer(&config->revocation, revocation_data_free);
  g_clear_pointer(&config->identity, identity_unref);
  g_strfreev(config->alpn);
  g_free(config->tls_priority);
  g_free(config->dns_servers);
  g_free(config);
}

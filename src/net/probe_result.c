/* What goes into a probe, and what comes out: life and death of the two structs. */
#include "config.h"
#include "net/probe.h"

#include "trust/certificate.h"

ProbeRequest *
probe_request_new(ProbeKind kind, const char *address, guint16 port)
{
  ProbeRequest *request = g_new0(ProbeRequest, 1);
  request->kind = kind;
  request->address = g_strdup(address);
  request->port = port;
  return request;
}

ProbeRequest *
probe_request_copy(const ProbeRequest *request)
{
  ProbeRequest *copy = g_new(ProbeRequest, 1);
  *copy = *request;
  copy->address = g_strdup(request->address);
  copy->server_name = g_strdup(request->server_name);
  copy->identity = request->identity == NULL ? NULL : identity_ref(request->identity);
  copy->priority = g_strdup(request->priority);
  copy->alpn = g_strdupv(request->alpn);
  copy->path = g_strdup(request->path);
  return copy;
}

void
probe_request_free(ProbeRequest *request)
{
  if (request == NULL)
    return;
  g_free(request->address);
  g_free(request->server_name);
  g_clear_pointer(&request->identity, identity_unref);
  g_free(request->priority);
  g_strfreev(request->alpn);
  g_free(request->path);
  g_free(request);
}

void
probe_result_free(ProbeResult *result)
{
  if (result == NULL)
    return;
  g_free(result->alert_name);
  g_free(result->tls_version);
  g_free(result->cipher);
  g_free(result->group);
  g_strfreev(result->ca_names);
  g_free(result->key_types);
  g_clear_pointer(&result->certificates, g_ptr_array_unref);
  g_clear_pointer(&result->first, g_bytes_unref);
  g_clear_error(&result->error);
  g_free(result);
}

#include "config.h"

#include "view/fake_repair.h"

#include <string.h>

FakeRepair fake_repair;

void
fake_repair_reset(void)
{
  g_free(fake_repair.written);
  g_free(fake_repair.ca_path);
  fake_repair = (FakeRepair){0};
}

Repair *
repair_propose(const Finding *finding, const RepairContext *context)
{
  fake_repair.proposals++;
  g_free(fake_repair.ca_path);
  fake_repair.ca_path = g_strdup(context->ca_path);
  if (fake_repair.code == NULL || strcmp(fake_repair.code, finding->code) != 0)
    return NULL;
  Repair *repair = g_new0(Repair, 1);
  repair->slot = fake_repair.slot;
  repair->path = g_strdup(fake_repair.path);
  repair->summary = g_strdup("sorts the 3 certificates: leaf first, each followed by its issuer");
  repair->content = g_bytes_new_static("", 0);
  return repair;
}

gboolean
repair_write(const Repair *repair, GError **error)
{
  if (fake_repair.error != NULL) {
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_ACCES, fake_repair.error);
    return FALSE;
  }
  g_free(fake_repair.written);
  fake_repair.written = g_strdup(repair->path);
  return TRUE;
}

void
repair_free(Repair *repair)
{
  if (repair == NULL)
    return;
  g_free(repair->path);
  g_free(repair->summary);
  g_bytes_unref(repair->content);
  g_free(repair);
}

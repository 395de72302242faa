#include "config.h"

#include "core/bundle_owner.h"

#include <pwd.h>
#include <unistd.h>

gboolean
bundle_owner_is_allowed(void)
{
  return geteuid() == 0;
}

gboolean
bundle_owner_find(const char *name, int *user, int *group)
{
  struct passwd entry, *found = NULL;
  char buffer[16384];
  getpwnam_r(name, &entry, buffer, sizeof buffer, &found);
  if (!found)
    return FALSE;
  *user = (int)found->pw_uid;
  *group = (int)found->pw_gid;
  return TRUE;
}

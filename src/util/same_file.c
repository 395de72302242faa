#include "config.h"

#include "util/same_file.h"

#include <sys/stat.h>

gboolean
same_file(const char *a, const char *b)
{
  struct stat one, other;
  return a && b && stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

/* A profile's file and a URL, as anybody may have written them. What was understood must survive
 * being saved: anew, and over the text that it came from. */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "core/key_file_lines.h"
#include "core/profile.h"
#include "core/profile_text.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define PATH "/fuzz/name.conf"

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

/* Not everything can be kept in a file; but what was is what comes back. */
static void
check_saved(const Profile *profile, const char *old, gsize old_length)
{
  gsize length = 0;
  g_autofree char *text = profile_to_text(profile, PATH, old, old_length, &length, NULL);
  if (text == NULL)
    return;
  g_autoptr(Profile) again = profile_from_text(PATH, text, length, NULL);
  check(again != NULL && profile_equal(profile, again));
}

static void
check_file(const char *text, gsize length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_from_text(PATH, text, length, &error);
  if (profile == NULL) {
    check(g_str_has_prefix(error->message, PATH ", line "));
    check(!g_str_has_prefix(error->message, PATH ", line 0"));
    check(g_utf8_validate(error->message, -1, NULL));
    return;
  }
  check_saved(profile, NULL, 0);
  check_saved(profile, text, length);
  profile_check(profile, NULL);
}

static void
check_url(const char *bytes, gsize length)
{
  g_autofree char *url = g_strndup(bytes, length);
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(GError) error = NULL;
  if (!profile_set_url(profile, url, &error)) {
    check(error != NULL);
    return;
  }
  check(profile_is_url(url));
  /* Its own URL leads to the same host and port. */
  g_autofree char *own = profile_url(profile);
  g_autoptr(Profile) again = profile_new();
  if (strchr(profile->host, '%') != NULL)
    return;
  check(profile_set_url(again, own, NULL));
  check(strcmp(profile->host, again->host) == 0);
  check(profile_port(profile) == profile_port(again));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  check_url((const char *)data, size);
  check_file((const char *)data, size);
  return 0;
}

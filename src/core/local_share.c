#include "config.h"

#include "core/local_share.h"

typedef struct {
  Profile *profile; /* of the first that asked */
  LocalCheck *check;
} Entry;

struct LocalShare {
  GPtrArray *entries; /* of Entry */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  profile_free(entry->profile);
  local_check_free(entry->check);
  g_free(entry);
}

LocalShare *
local_share_new(void)
{
  LocalShare *share = g_new0(LocalShare, 1);
  share->entries = g_ptr_array_new_with_free_func(entry_free);
  return share;
}

void
local_share_free(LocalShare *share)
{
  if (share == NULL)
    return;
  g_ptr_array_unref(share->entries);
  g_free(share);
}

/* All that local_check() looks at. */
static gboolean
same_files(const Profile *a, const Profile *b)
{
  return a->trust == b->trust && g_strcmp0(a->ca_path, b->ca_path) == 0 &&
         g_strcmp0(a->certificate_path, b->certificate_path) == 0 &&
         g_strcmp0(a->key_path, b->key_path) == 0 &&
         g_strcmp0(a->key_password, b->key_password) == 0 &&
         g_strcmp0(a->crl_path, b->crl_path) == 0 &&
         g_strcmp0(a->broker_ca_path, b->broker_ca_path) == 0;
}

LocalCheck *
local_share_take(LocalShare *share, const Profile *profile, gint64 now)
{
  for (guint i = 0; i < share->entries->len; i++) {
    const Entry *entry = share->entries->pdata[i];
    if (same_files(entry->profile, profile))
      return local_check_ref(entry->check);
  }
  Entry *entry = g_new0(Entry, 1);
  entry->profile = profile_copy(profile);
  entry->check = local_check(profile, now);
  g_ptr_array_add(share->entries, entry);
  return local_check_ref(entry->check);
}

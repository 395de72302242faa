#include "config.h"

#include "view/fake_names.h"

struct NameLook {
  char *text;
  NameLookDone done;
  gpointer user_data;
};

FakeNames fake_names;

void
fake_names_answer(const char *text)
{
  g_free(fake_names.look->text);
  fake_names.look->text = g_strdup(text);
  fake_names.look->done(fake_names.look, fake_names.look->user_data);
}

NameLook *
name_look_start(const Profile *profile, Certificate *leaf, NameLookDone done, gpointer user_data)
{
  g_assert_null(fake_names.look);
  g_free(fake_names.host);
  fake_names.host = g_strdup(profile->host);
  fake_names.has_leaf = leaf != NULL;
  fake_names.look = g_new0(NameLook, 1);
  fake_names.look->done = done;
  fake_names.look->user_data = user_data;
  return fake_names.look;
}

void
name_look_free(NameLook *look)
{
  g_assert_true(look == fake_names.look);
  g_free(look->text);
  g_clear_pointer(&fake_names.look, g_free);
}

const char *
name_look_text(const NameLook *look)
{
  return look->text;
}

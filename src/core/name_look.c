#include "config.h"
#include "core/name_look.h"

#include "core/name_report.h"
#include "net/address.h"
#include "net/name_query.h"

struct NameLook {
  Profile *profile;
  Certificate *leaf; /* or NULL */
  NameQuery *query;
  NameLookDone done;
  gpointer user_data;
  char *text; /* NULL: no answer yet */
};

static void
on_answer(NameSurvey *survey, const GError *error, gpointer data)
{
  NameLook *look = data;
  g_autoptr(NameSurvey) owned = survey;
  if (survey != NULL) {
    NameReport report = {.host = look->profile->host,
                         .server_name = look->profile->server_name,
                         .survey = survey,
                         .leaf = look->leaf};
    look->text = name_report_text(&report);
  } else {
    look->text = g_strdup_printf("%s.\n", error->message);
  }
  look->done(look, look->user_data);
}

NameLook *
name_look_start(const Profile *profile, Certificate *leaf, NameLookDone done, gpointer user_data)
{
  Address address;
  NameLook *look = g_new0(NameLook, 1);
  look->profile = profile_copy(profile);
  look->leaf = leaf != NULL ? certificate_ref(leaf) : NULL;
  look->done = done;
  look->user_data = user_data;
  if (address_parse(&address, profile->host))
    look->text = g_strdup_printf("%s is an address: no name server is asked.\n", profile->host);
  else
    look->query = name_query_start(g_main_context_default(), profile->host, profile->dns_servers, 0,
                                   on_answer, look);
  return look;
}

void
name_look_free(NameLook *look)
{
  if (look == NULL)
    return;
  name_query_free(look->query);
  profile_free(look->profile);
  g_clear_pointer(&look->leaf, certificate_unref);
  g_free(look->text);
  g_free(look);
}

const char *
name_look_text(const NameLook *look)
{
  return look->text;
}

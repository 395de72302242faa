/* A DNS answer, however damaged, read as each kind of answer that is asked for. */
#include "config.h"

#include <stdint.h>

#include "net/name_survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(NameSurvey) survey = name_survey_new("mqtt.test");
  name_survey_take_addresses(survey, data, size);
  name_survey_take_services(survey, data, size);
  gboolean found = name_survey_take_authorizations(survey, "mqtt.test", data, size);
  g_assert_true(found == (survey->authorizations->len > 0));
  g_assert_nonnull(name_survey_target(survey));
  g_assert_cmpuint(survey->aliases->len, <=, SURVEY_ALIASES_MAX);
  g_assert_cmpuint(survey->addresses->len, <=, SURVEY_ADDRESSES_MAX);
  g_assert_cmpuint(survey->services->len, <=, SURVEY_SERVICES_MAX);
  g_assert_cmpuint(survey->authorizations->len, <=, SURVEY_AUTHORIZATIONS_MAX);
  for (guint i = 0; i < survey->authorizations->len; i++) {
    const SurveyAuthorization *authorization = g_ptr_array_index(survey->authorizations, i);
    g_assert_true(g_utf8_validate(authorization->value, -1, NULL));
  }
  return 0;
}

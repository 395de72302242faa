#include "config.h"

#include "commands/client_text.h"

/* Why there is none; NULL: there is one. Some brokers' files hold the certificate beside the key.
 */
static const char *
absence(const Profile *profile, const ConnectionInfo *info)
{
  if (info->identity != NULL)
    return NULL;
  return profile->certificate_path != NULL || profile->key_path != NULL ? "cannot be used"
                                                                        : "none configured";
}

static const char *
answer(const Session *session, const Evidence *evidence)
{
  return session->two_way ? "accepted" : evidence->connack == 0 ? "not needed" : "not accepted";
}

static void
append_enforced(GString *out, const ConnectionInfo *info)
{
  if (info->enforced == ENFORCED_NO)
    g_string_append(out, "; the broker lets us in without one, too");
  if (info->enforced == ENFORCED_YES)
    g_string_append(out, "; without a certificate the broker refuses");
  if (info->enforced == ENFORCED_YES && info->enforced_alert >= 0)
    g_string_append_printf(out, " (alert %d)", info->enforced_alert);
}

char *
client_text(const Profile *profile, const Session *session, const ConnectionInfo *info,
            const Evidence *evidence)
{
  const char *absent = absence(profile, info);
  g_autoptr(GString) out = g_string_new(absent);
  if (absent != NULL)
    g_string_append(out, ", ");
  if (evidence->requested)
    g_string_append_printf(out, "requested, %s, %s", evidence->sent ? "sent" : "none sent",
                           answer(session, evidence));
  else
    g_string_append(out, evidence->at_us[EVIDENCE_ESTABLISHED] != 0
                             ? "not requested"
                             : "not known whether requested");
  append_enforced(out, info);
  return g_strdup(out->str);
}

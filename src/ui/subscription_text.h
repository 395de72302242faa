/* Subscriptions as one line of text: "plant/#, alarms/+ 1, $SYS/#": filters with a comma between,
 * each followed by its QoS unless that is 0. A backslash stands before a comma, a blank at either
 * end of a filter, and a backslash that belong to the filter itself. Pure. */
#pragma once

#include "core/profile.h"

/* (transfer full) */
char *subscription_text_format(const Profile *profile);
/* Replaces the profile's subscriptions. Nothing is checked: profile_check() does that. An entry
 * that is only blank is left out. */
void subscription_text_parse(Profile *profile, const char *text);

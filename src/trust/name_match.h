/* One name against one subtree (RFC 5280, 4.2.1.10), kind by kind. Name and subtree are of the
 * same kind, and sound by the functions below. Private to trust/. Any thread. */
#pragma once

#include <glib.h>

#include "trust/general_name.h"

/* Static phrase about what RFC 5280 does not allow in this base of a subtree; NULL: nothing.
 * `*unusable`: it cannot be compared with anything, for that or because names of its kind (other
 * names, X.400, EDI, registered IDs) are not compared here. */
const char *name_match_base_fault(const GeneralName *base, gboolean *unusable);
/* The name of a certificate is one of its kind: four or 16 octets, one "@", no empty label.
 * Names of kinds that are not compared here are taken as they are. */
gboolean name_match_is_sound(const GeneralName *name);

/* Everything that `name` stands for lies in the subtree. FALSE for the kinds that are not compared
 * here, and for directory names: name_compare_key_within() does these. */
gboolean name_match_within(const GeneralName *name, const GeneralName *base);
/* Something that `name` stands for does: a wildcard stands for many. */
gboolean name_match_touches(const GeneralName *name, const GeneralName *base);

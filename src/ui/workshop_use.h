/* What the workshop has made, used in a connection: which of its fields it goes into. Pure. */
#pragma once

#include "core/profile.h"
#include "ui/workshop_order.h"

typedef enum {
  WORKSHOP_USE_NONE,
  WORKSHOP_USE_IDENTITY,  /* a client's certificate with its key: certificate and key */
  WORKSHOP_USE_CLIENT_CA, /* a CA: what the broker lets in (Profile.broker_ca_path) */
} WorkshopUse;

WorkshopUse workshop_use(const PkiResult *result);
/* Why it is WORKSHOP_USE_NONE, a sentence; static. */
const char *workshop_use_reason(const PkiResult *result);
/* Only where it is not WORKSHOP_USE_NONE. A renewal that keeps its key leaves the connection's key
 * where it is. */
void workshop_use_fill(const WorkshopOrder *order, const PkiResult *result, Profile *profile);

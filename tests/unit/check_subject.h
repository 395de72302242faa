/* What a check may have shown, made up: for the writers of reports. The certificates are those of
 * tests/data/panes, where the program must run; the time is 2026-11-23 12:00 UTC. */
#pragma once

#include "commands/check_report.h"

#define CHECK_NOW G_GINT64_CONSTANT(1795435200)

typedef struct {
  Profile *profile;
  Session session;
  ConnectionInfo info;
  Evidence *evidence;
  GPtrArray *subscriptions;
  CheckSubject subject; /* borrows from here */
} MadeSubject;

/* Two-way TLS to mqtt.example.com that works, "plant/#" granted. */
MadeSubject *made_good(void);
/* The broker's leaf has expired; refused by us. */
MadeSubject *made_expired(void);
/* Nobody listens on either address. */
MadeSubject *made_refused(void);
/* TLS is there, CONNACK never comes. */
MadeSubject *made_silent(void);
/* Online, "plant/#" refused. */
MadeSubject *made_subscription_refused(void);
void made_free(MadeSubject *made);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MadeSubject, made_free)

/* What is different between the broker's certificates as they were accepted last and as they come
 * now, in words and in parts. Pure: no clock, no file, no screen. Main thread.
 *
 * Whether the new ones are to be trusted is the verdict's to say, not asked here. */
#pragma once

#include <glib.h>

#include "core/seen_chain.h"

typedef enum {
  CHAIN_OTHER_WAY, /* the leaf is the same, what is sent with it is not */
  CHAIN_RENEWED,   /* the same names, of the same CA, issued later */
  CHAIN_OTHER_NAMES,
  CHAIN_OLDER,       /* begins before the one that was seen before, or with it and ends earlier */
  CHAIN_OTHER_CA,    /* another issuer, and another root above it */
  CHAIN_SELF_SIGNED, /* and that it was not before */
} ChainChangeKind;

typedef enum { CHAIN_ENDS_SAME, CHAIN_ENDS_LATER, CHAIN_ENDS_EARLIER } ChainEnd;

typedef struct {
  ChainChangeKind kind;
  gboolean warning; /* another CA, or an older certificate: worth a second look */
  SeenChain *before, *now;
  /* Of the leaf. */
  gboolean same_leaf, same_key, older;
  ChainEnd end;
  char **names_added, **names_removed; /* "DNS:a.example.com"; maybe empty, never NULL */
  gboolean other_subject;              /* where neither has a name beside it */
  gboolean other_issuer;               /* another name, or the same name with another key */
  /* Of the rest. */
  GPtrArray *added, *removed; /* of Certificate, beside the leaf, that are or were sent */
  gboolean other_root;        /* the path ends at another key, as far as both ends are known */
  char *details;              /* "ends 2027-02-19 instead of 2026-12-21, new key"; maybe "" */
} ChainChange;

/* (transfer full): NULL: the same certificates were sent. */
ChainChange *chain_change_new(SeenChain *before, SeenChain *now);
ChainChange *chain_change_ref(ChainChange *change);
void chain_change_unref(ChainChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChainChange, chain_change_unref)

/* All (transfer full), one line of safe text. */
/* "certificate renewed: ends 2027-02-19 instead of 2026-12-21, new key" */
char *chain_change_sentence(const ChainChange *change);
/* "changed since 2026-11-21 14:03: renewed, ends ..., new key": local time of the one before. */
char *chain_change_line(const ChainChange *change);
/* Of a chain that is refused: "since 2026-11-21 14:03 the broker shows another certificate:
 * renewed, ..." */
char *chain_change_refused_line(const ChainChange *change);
/* "renewed": a few words, static. */
const char *chain_change_word(const ChainChange *change);
/* "2026-11-21 14:03", local time. */
char *chain_change_time(gint64 seconds);

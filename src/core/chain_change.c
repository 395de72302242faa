#include "config.h"

#include "core/chain_change.h"

#include <string.h>

#include "util/text_width.h"

#define NAMES_SHOWN 5   /* of a kind; the others are counted */
#define NAME_COLUMNS 60 /* of a name in a sentence; more is cut off */

/* --- Names ------------------------------------------------------------------------------------ */

static gboolean
has_name(const char *const *names, const char *name)
{
  return g_strv_contains(names, name);
}

/* (transfer full): those of `names` that are not in `others`, each once. */
static char **
names_missing(const char *const *names, const char *const *others)
{
  g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
  for (; *names != NULL; names++) {
    gboolean twice = g_ptr_array_find_with_equal_func(missing, *names, g_str_equal, NULL);
    if (!has_name(others, *names) && !twice)
      g_ptr_array_add(missing, g_strdup(*names));
  }
  g_ptr_array_add(missing, NULL);
  return (char **)g_ptr_array_steal(missing, NULL);
}

static void
compare_names(ChainChange *change, const Certificate *before, const Certificate *now)
{
  const char *const *old = certificate_names(before), *const *new = certificate_names(now);
  change->names_added = names_missing(new, old);
  change->names_removed = names_missing(old, new);
  /* A subject that only repeats what stands in the names may come and go: Let's Encrypt's does. */
  gboolean unnamed = *old == NULL || *new == NULL;
  change->other_subject =
      unnamed && strcmp(certificate_subject(before), certificate_subject(now)) != 0;
}

static gboolean
has_other_names(const ChainChange *change)
{
  return *change->names_added != NULL || *change->names_removed != NULL || change->other_subject;
}

/* --- Issuer and root -------------------------------------------------------------------------- */

static gboolean
same_key(const Certificate *one, const Certificate *other)
{
  return strcmp(certificate_key_id(one), certificate_key_id(other)) == 0;
}

/* The leaf's issuer, where it is known. */
static const Certificate *
issuer_of(const SeenChain *chain)
{
  return chain->path->len > 1 ? g_ptr_array_index(chain->path, 1) : NULL;
}

static gboolean
is_other_issuer(const SeenChain *before, const SeenChain *now)
{
  const Certificate *old = issuer_of(before), *new = issuer_of(now);
  if (strcmp(certificate_issuer(seen_chain_leaf(before)),
             certificate_issuer(seen_chain_leaf(now))) != 0)
    return TRUE;
  return old != NULL && new != NULL && !same_key(old, new);
}

/* The end of the path, where it is one: what is trusted, or what nothing stands above. */
static const Certificate *
root_of(const SeenChain *chain)
{
  const Certificate *top = g_ptr_array_index(chain->path, chain->path->len - 1);
  return chain->rooted || certificate_is_self_issued(top) ? top : NULL;
}

static gboolean
has_key(GPtrArray *certificates, const Certificate *key)
{
  for (guint i = 0; i < certificates->len; i++) {
    if (same_key(g_ptr_array_index(certificates, i), key))
      return TRUE;
  }
  return FALSE;
}

/* One that stands elsewhere in the other chain is no other root: the path only ends earlier, since
 * the user trusts an intermediate. */
static gboolean
is_other_root(const SeenChain *before, const SeenChain *now)
{
  const Certificate *old = root_of(before), *new = root_of(now);
  return old != NULL && new != NULL && !has_key(now->path, old) && !has_key(now->sent, old) &&
         !has_key(before->path, new) && !has_key(before->sent, new);
}

/* --- What is sent beside the leaf ------------------------------------------------------------- */

static gboolean
has_certificate(GPtrArray *certificates, const Certificate *certificate)
{
  for (guint i = 0; i < certificates->len; i++) {
    if (certificate_equal(g_ptr_array_index(certificates, i), certificate))
      return TRUE;
  }
  return FALSE;
}

/* (transfer full): of `chain` without its leaf, what `other` has not, each once. */
static GPtrArray *
certificates_missing(const SeenChain *chain, const SeenChain *other)
{
  GPtrArray *missing = certificate_list_new();
  for (guint i = 1; i < chain->sent->len; i++) {
    Certificate *certificate = g_ptr_array_index(chain->sent, i);
    if (!has_certificate(other->sent, certificate) && !has_certificate(missing, certificate))
      g_ptr_array_add(missing, certificate_ref(certificate));
  }
  return missing;
}

/* --- Words ------------------------------------------------------------------------------------ */

static void add_part(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add_part(GString *out, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  if (out->len > 0)
    g_string_append(out, ", ");
  g_string_append_vprintf(out, format, arguments);
  va_end(arguments);
}

static char *
cut(const char *name)
{
  return text_ellipsize(name, NAME_COLUMNS, TRUE);
}

/* "2026-12-21", or to the second where both are of one day. In UTC, as certificates count. */
static char *
date_beside(gint64 time, gint64 other)
{
  gint64 day = 24 * 60 * 60;
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
  if (date == NULL)
    return g_strdup("?");
  return g_date_time_format(date, time / day == other / day ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d");
}

static void
say_end(GString *out, const ChainChange *change)
{
  gint64 before = certificate_not_after(seen_chain_leaf(change->before));
  gint64 now = certificate_not_after(seen_chain_leaf(change->now));
  g_autofree char *old = date_beside(before, now), *new = date_beside(now, before);
  if (change->end == CHAIN_ENDS_LATER)
    add_part(out, "ends %s instead of %s", new, old);
  else if (change->end == CHAIN_ENDS_EARLIER)
    add_part(out, "ends %s, earlier than before (%s)", new, old);
}

static void
say_key(GString *out, const ChainChange *change)
{
  const char *old = certificate_key_label(seen_chain_leaf(change->before));
  const char *new = certificate_key_label(seen_chain_leaf(change->now));
  if (change->same_key)
    add_part(out, "same key");
  else if (strcmp(old, new) == 0)
    add_part(out, "new key");
  else
    add_part(out, "new key (%s instead of %s)", new, old);
}

/* "a, b and c", or "a, b, c, d, e and 35 more": what stands before the `index`th of `count`. */
static const char *
separator_before(guint index, guint count)
{
  return index == 0 ? "" : index + 1 == count ? " and " : ", ";
}

static void
say_list(GString *out, const char *word, char **names)
{
  guint count = g_strv_length(names);
  if (count > 0)
    add_part(out, "%s", word);
  for (guint i = 0; i < MIN(count, NAMES_SHOWN); i++) {
    g_autofree char *name = cut(names[i] + (g_str_has_prefix(names[i], "DNS:") ? 4 : 0));
    g_string_append_printf(out, "%s%s", separator_before(i, count), name);
  }
  if (count > NAMES_SHOWN)
    g_string_append_printf(out, " and %u more", count - NAMES_SHOWN);
}

static void
say_names(GString *out, const ChainChange *change)
{
  say_list(out, "with ", change->names_added);
  say_list(out, "without ", change->names_removed);
  if (!change->other_subject)
    return;
  g_autofree char *old = cut(certificate_subject_label(seen_chain_leaf(change->before)));
  g_autofree char *new = cut(certificate_subject_label(seen_chain_leaf(change->now)));
  add_part(out, "\"%s\" instead of \"%s\"", new, old);
}

static void
say_issuer(GString *out, const ChainChange *change)
{
  g_autofree char *old = cut(certificate_issuer_label(seen_chain_leaf(change->before)));
  g_autofree char *new = cut(certificate_issuer_label(seen_chain_leaf(change->now)));
  if (!change->other_issuer)
    return;
  if (strcmp(certificate_issuer(seen_chain_leaf(change->before)),
             certificate_issuer(seen_chain_leaf(change->now))) == 0)
    add_part(out, "issued by another key of the name \"%s\"", new);
  else
    add_part(out, "issued by \"%s\" instead of \"%s\"", new, old);
}

static void
say_certificates(GString *out, const char *word, GPtrArray *certificates)
{
  guint count = certificates->len;
  if (count > 0)
    add_part(out, "%s", word);
  for (guint i = 0; i < MIN(count, NAMES_SHOWN); i++) {
    g_autofree char *name = cut(certificate_subject_label(g_ptr_array_index(certificates, i)));
    g_string_append_printf(out, "%s\"%s\"", separator_before(i, count), name);
  }
  if (count > NAMES_SHOWN)
    g_string_append_printf(out, " and %u more", count - NAMES_SHOWN);
}

static void
say_replaced(GString *out, const Certificate *old, const Certificate *new)
{
  g_autofree char *from = cut(certificate_subject_label(old));
  g_autofree char *to = cut(certificate_subject_label(new));
  if (strcmp(certificate_subject(old), certificate_subject(new)) == 0)
    add_part(out, "another certificate of \"%s\" with it", to);
  else
    add_part(out, "\"%s\" with it instead of \"%s\"", to, from);
}

/* One for one where another issuer is named already goes without saying. */
static void
say_rest(GString *out, const ChainChange *change)
{
  gboolean one = change->added->len == 1 && change->removed->len == 1;
  if (one && !change->other_issuer)
    say_replaced(out, g_ptr_array_index(change->removed, 0), g_ptr_array_index(change->added, 0));
  if (one)
    return;
  say_certificates(out, "sent with it now: ", change->added);
  say_certificates(out, "not sent any more: ", change->removed);
}

static void
say_root(GString *out, const ChainChange *change)
{
  if (!change->other_root)
    return;
  g_autofree char *old = cut(certificate_subject_label(root_of(change->before)));
  g_autofree char *new = cut(certificate_subject_label(root_of(change->now)));
  if (strcmp(old, new) == 0)
    add_part(out, "the path ends at another root of the name \"%s\"", new);
  else
    add_part(out, "the path ends at \"%s\" instead of \"%s\"", new, old);
}

static char *
describe(const ChainChange *change)
{
  g_autoptr(GString) out = g_string_new(NULL);
  if (change->older && change->kind != CHAIN_OLDER)
    add_part(out, "older than the one seen before");
  if (!change->same_leaf) {
    say_names(out, change);
    say_end(out, change);
    say_key(out, change);
    say_issuer(out, change);
  }
  say_rest(out, change);
  say_root(out, change);
  if (change->same_leaf && out->len == 0)
    add_part(out, "the same ones in another order or number");
  return g_strdup(out->str);
}

/* --- The whole -------------------------------------------------------------------------------- */

static ChainChangeKind
kind_of(const ChainChange *change)
{
  const Certificate *before = seen_chain_leaf(change->before), *now = seen_chain_leaf(change->now);
  if (change->same_leaf)
    return CHAIN_OTHER_WAY;
  if (certificate_is_self_signed(now) && !certificate_is_self_signed(before))
    return CHAIN_SELF_SIGNED;
  if (change->other_issuer && change->other_root)
    return CHAIN_OTHER_CA;
  if (change->older)
    return CHAIN_OLDER;
  return has_other_names(change) ? CHAIN_OTHER_NAMES : CHAIN_RENEWED;
}

static void
compare_leaves(ChainChange *change)
{
  const Certificate *before = seen_chain_leaf(change->before), *now = seen_chain_leaf(change->now);
  gint64 longer = certificate_not_after(now) - certificate_not_after(before);
  change->same_leaf = certificate_equal(before, now);
  change->same_key = same_key(before, now);
  gint64 later = certificate_not_before(now) - certificate_not_before(before);
  /* Some CAs let all certificates of a day begin with it: then the end tells. */
  change->older = later < 0 || (later == 0 && longer < 0);
  change->end = longer > 0 ? CHAIN_ENDS_LATER : longer < 0 ? CHAIN_ENDS_EARLIER : CHAIN_ENDS_SAME;
  compare_names(change, before, now);
}

ChainChange *
chain_change_new(SeenChain *before, SeenChain *now)
{
  if (seen_chain_same(before, now))
    return NULL;
  ChainChange *change = g_rc_box_new0(ChainChange);
  change->before = seen_chain_ref(before);
  change->now = seen_chain_ref(now);
  compare_leaves(change);
  change->other_issuer = is_other_issuer(before, now);
  change->other_root = is_other_root(before, now);
  change->added = certificates_missing(now, before);
  change->removed = certificates_missing(before, now);
  change->kind = kind_of(change);
  change->warning = change->older || change->kind >= CHAIN_OLDER;
  change->details = describe(change);
  return change;
}

ChainChange *
chain_change_ref(ChainChange *change)
{
  return g_rc_box_acquire(change);
}

static void
clear(gpointer data)
{
  ChainChange *change = data;
  seen_chain_unref(change->before);
  seen_chain_unref(change->now);
  g_strfreev(change->names_added);
  g_strfreev(change->names_removed);
  g_ptr_array_unref(change->added);
  g_ptr_array_unref(change->removed);
  g_free(change->details);
}

void
chain_change_unref(ChainChange *change)
{
  if (change != NULL)
    g_rc_box_release_full(change, clear);
}

/* --- In a line -------------------------------------------------------------------------------- */

static const struct {
  const char *sentence, *word;
} heads[] = {
    [CHAIN_OTHER_WAY] = {"the same certificate, but other ones with it",
                         "other certificates with it"},
    [CHAIN_RENEWED] = {"certificate renewed", "renewed"},
    [CHAIN_OTHER_NAMES] = {"certificate for other names", "other names"},
    [CHAIN_OLDER] = {"certificate older than the one seen before: a stale copy or another node",
                     "older than the one seen before: a stale copy or another node"},
    [CHAIN_OTHER_CA] = {"certificate of another CA", "another CA"},
    [CHAIN_SELF_SIGNED] = {"self-signed certificate, which it was not before", "self-signed now"},
};

const char *
chain_change_word(const ChainChange *change)
{
  return heads[change->kind].word;
}

char *
chain_change_time(gint64 seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
  return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("?");
}

char *
chain_change_sentence(const ChainChange *change)
{
  gboolean colon = change->kind == CHAIN_OLDER;
  return g_strconcat(heads[change->kind].sentence, colon ? "; " : ": ", change->details, NULL);
}

static char *
short_words(const ChainChange *change)
{
  const char *separator = change->kind == CHAIN_OLDER       ? "; "
                          : change->kind == CHAIN_OTHER_WAY ? ": "
                                                            : ", ";
  return g_strconcat(heads[change->kind].word, separator, change->details, NULL);
}

char *
chain_change_line(const ChainChange *change)
{
  g_autofree char *time = chain_change_time(change->before->seen);
  g_autofree char *words = short_words(change);
  return g_strdup_printf("changed since %s: %s", time, words);
}

char *
chain_change_refused_line(const ChainChange *change)
{
  g_autofree char *time = chain_change_time(change->before->seen);
  g_autofree char *words = short_words(change);
  return g_strdup_printf("since %s the broker shows %s: %s", time,
                         change->same_leaf ? "another chain" : "another certificate", words);
}

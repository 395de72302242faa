#include "config.h"

#include "core/seen_chain.h"

#include <string.h>

#include "trust/certificate_file.h"
#include "util/safe_text.h"

#define VERSION_LINE "mqtrust chain: 1\n"
#define TARGET_MAX 4096 /* bytes */
#define PEM_BEGIN "-----BEGIN "

G_DEFINE_QUARK(mqtrust - seen - chain - error, seen_chain_error)

/* --- Life ------------------------------------------------------------------------------------- */

static SeenChain *
chain_new(const char *target, gint64 seen)
{
  SeenChain *chain = g_rc_box_new0(SeenChain);
  chain->target = safe_text_string(target);
  chain->seen = seen;
  chain->sent = certificate_list_new();
  chain->path = certificate_list_new();
  return chain;
}

static void
add(GPtrArray *list, Certificate *certificate)
{
  if (list->len < SEEN_CHAIN_MAX)
    g_ptr_array_add(list, certificate_ref(certificate));
}

static void
take_path(SeenChain *chain, const Verdict *verdict)
{
  for (guint i = 0; i < verdict->path->len; i++) {
    const PathLink *link = g_ptr_array_index(verdict->path, i);
    if (link->certificate != NULL)
      add(chain->path, link->certificate);
    chain->rooted = link->origin == PATH_IN_TRUST;
  }
  if (chain->path->len == 0)
    add(chain->path, seen_chain_leaf(chain));
}

SeenChain *
seen_chain_new(const char *target, gint64 seen, GPtrArray *certificates, const Verdict *verdict)
{
  g_return_val_if_fail(certificates->len > 0, NULL);
  SeenChain *chain = chain_new(target, seen);
  for (guint i = 0; i < certificates->len; i++)
    add(chain->sent, g_ptr_array_index(certificates, i));
  take_path(chain, verdict);
  return chain;
}

SeenChain *
seen_chain_ref(SeenChain *chain)
{
  return g_rc_box_acquire(chain);
}

static void
clear(gpointer data)
{
  SeenChain *chain = data;
  g_free(chain->target);
  g_ptr_array_unref(chain->sent);
  g_ptr_array_unref(chain->path);
}

void
seen_chain_unref(SeenChain *chain)
{
  if (chain != NULL)
    g_rc_box_release_full(chain, clear);
}

/* --- What it is ------------------------------------------------------------------------------- */

Certificate *
seen_chain_leaf(const SeenChain *chain)
{
  return g_ptr_array_index(chain->sent, 0);
}

gboolean
seen_chain_same(const SeenChain *a, const SeenChain *b)
{
  if (a->sent->len != b->sent->len)
    return FALSE;
  for (guint i = 0; i < a->sent->len; i++) {
    if (!certificate_equal(g_ptr_array_index(a->sent, i), g_ptr_array_index(b->sent, i)))
      return FALSE;
  }
  return TRUE;
}

/* --- As text ---------------------------------------------------------------------------------- */

static void
append_pem(GString *out, GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++) {
    g_autofree char *pem = certificate_to_pem(g_ptr_array_index(certificates, i));
    g_string_append(out, pem);
  }
}

char *
seen_chain_to_text(const SeenChain *chain)
{
  g_autoptr(GString) out = g_string_new(VERSION_LINE);
  g_string_append_printf(out, "target: %s\nseen: %" G_GINT64_FORMAT "\nsent: %u\npath: %u\n",
                         chain->target, chain->seen, chain->sent->len, chain->path->len);
  append_pem(out, chain->sent);
  append_pem(out, chain->path);
  return out->len <= SEEN_CHAIN_TEXT_MAX ? g_strdup(out->str) : NULL;
}

static gboolean
refuse(GError **error, const char *sentence)
{
  g_set_error_literal(error, SEEN_CHAIN_ERROR, 0, sentence);
  return FALSE;
}

/* What stands after "NAME: " in the line at `*at`, which moves on to the next one. NULL: it is
 * another line. (transfer full) */
static char *
take_line(const char **at, const char *end, const char *name)
{
  gsize length = strlen(name), left = (gsize)(end - *at);
  const char *stop = memchr(*at, '\n', left);
  if (stop == NULL || left < length || memcmp(*at, name, length) != 0)
    return NULL;
  const char *value = *at + length;
  *at = stop + 1;
  return value <= stop ? g_strndup(value, (gsize)(stop - value)) : NULL;
}

typedef struct {
  char *target;
  gint64 seen;
  guint64 sent, path;
} Head;

static gboolean
read_head(const char **at, const char *end, Head *head, GError **error)
{
  gsize version = strlen(VERSION_LINE);
  if ((gsize)(end - *at) < version || memcmp(*at, VERSION_LINE, version) != 0)
    return refuse(error, "it does not begin as such a file does");
  *at += version;
  head->target = take_line(at, end, "target: ");
  g_autofree char *seen = head->target != NULL ? take_line(at, end, "seen: ") : NULL;
  g_autofree char *sent = seen != NULL ? take_line(at, end, "sent: ") : NULL;
  g_autofree char *path = sent != NULL ? take_line(at, end, "path: ") : NULL;
  if (path == NULL || strlen(head->target) > TARGET_MAX)
    return refuse(error, "its first lines are damaged");
  /* Up to the year 9999, as certificates count. */
  if (!g_ascii_string_to_signed(seen, 10, 0, G_GINT64_CONSTANT(253402300799), &head->seen, NULL) ||
      !g_ascii_string_to_unsigned(sent, 10, 1, SEEN_CHAIN_MAX, &head->sent, NULL) ||
      !g_ascii_string_to_unsigned(path, 10, 1, SEEN_CHAIN_MAX, &head->path, NULL))
    return refuse(error, "its first lines have a number that cannot be");
  return TRUE;
}

static gboolean
read_certificates(SeenChain *chain, const char *text, gsize length, const Head *head,
                  GError **error)
{
  g_autoptr(GPtrArray) all = certificate_file_parse(text, length, "it", error);
  if (all == NULL)
    return FALSE;
  if (all->len != head->sent + head->path)
    return refuse(error, "it holds too few or too many certificates");
  for (guint i = 0; i < all->len; i++)
    add(i < head->sent ? chain->sent : chain->path, g_ptr_array_index(all, i));
  if (!certificate_equal(seen_chain_leaf(chain), g_ptr_array_index(chain->path, 0)))
    return refuse(error, "its path does not begin with the certificate that was sent first");
  return TRUE;
}

SeenChain *
seen_chain_from_text(const char *text, gsize length, GError **error)
{
  const char *at = text, *end = text + length;
  Head head = {0};
  if (length > SEEN_CHAIN_TEXT_MAX) {
    refuse(error, "it is larger than 1 MiB");
    return NULL;
  }
  gboolean good = read_head(&at, end, &head, error);
  g_autofree char *target = head.target;
  if (!good)
    return NULL;
  if ((gsize)(end - at) < strlen(PEM_BEGIN) || memcmp(at, PEM_BEGIN, strlen(PEM_BEGIN)) != 0) {
    refuse(error, "its first lines are damaged");
    return NULL;
  }
  g_autoptr(SeenChain) chain = chain_new(target, head.seen);
  if (!read_certificates(chain, at, (gsize)(end - at), &head, error))
    return NULL;
  chain->rooted = TRUE; /* only what was accepted is kept */
  return g_steal_pointer(&chain);
}

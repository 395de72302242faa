/* net/tls_chain.h: the list of certificates in a message of TLS 1.2 and 1.3, whole, cut off at
 * every place, and with lengths that lie. */
#include "config.h"

#include "net/tls_chain.h"

#include <string.h>

/* Two certificates, "ab" and "c". */
static const guint8 old_form[] = {0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c'};
/* The same with a context "x", and an extension of two octets to the first. */
static const guint8 new_form[] = {1, 'x', 0, 0, 15, 0, 0, 2,   'a', 'b',
                                  0, 2,   7, 7, 0,  0, 1, 'c', 0,   0};

static void
assert_two(GPtrArray *chain)
{
  g_assert_nonnull(chain);
  g_assert_cmpuint(chain->len, ==, 2);
  g_assert_cmpmem(g_bytes_get_data(chain->pdata[0], NULL), g_bytes_get_size(chain->pdata[0]), "ab",
                  2);
  g_assert_cmpmem(g_bytes_get_data(chain->pdata[1], NULL), g_bytes_get_size(chain->pdata[1]), "c",
                  1);
}

static void
test_whole(void)
{
  g_autoptr(GPtrArray) older = tls_chain_read(old_form, sizeof old_form, FALSE);
  g_autoptr(GPtrArray) newer = tls_chain_read(new_form, sizeof new_form, TRUE);
  assert_two(older);
  assert_two(newer);
  g_assert_null(tls_chain_read(old_form, sizeof old_form, TRUE));
  g_assert_null(tls_chain_read(new_form, sizeof new_form, FALSE));
}

/* Copies of that very length, so that a look beyond the end is seen. */
static void
assert_none(const guint8 *body, gsize length, gboolean is_tls_1_3)
{
  g_autofree guint8 *copy = g_memdup2(body, length);
  g_assert_null(tls_chain_read(copy, length, is_tls_1_3));
}

static void
test_cut(void)
{
  for (gsize i = 0; i < sizeof old_form; i++)
    assert_none(old_form, i, FALSE);
  for (gsize i = 0; i < sizeof new_form; i++)
    assert_none(new_form, i, TRUE);
}

static void
test_lies(void)
{
  guint8 longer[sizeof old_form], behind[sizeof old_form + 1] = {0};
  memcpy(longer, old_form, sizeof longer);
  memcpy(behind, old_form, sizeof old_form);
  longer[10] = 2; /* the second certificate goes beyond the list */
  assert_none(longer, sizeof longer, FALSE);
  longer[8] = 255; /* by 16 MiB */
  assert_none(longer, sizeof longer, FALSE);
  assert_none(behind, sizeof behind, FALSE); /* an octet too many */
  assert_none((const guint8 *)"\0\0\0", 3, FALSE);
  assert_none((const guint8 *)"\0\0\0\0", 4, TRUE);
}

/* An empty certificate is three octets: a message holds many. */
static void
test_many(void)
{
  gsize count = TLS_CHAIN_MAX + 1, length = 3 * count;
  g_autofree guint8 *body = g_malloc0(3 + length);
  body[1] = (guint8)(length >> 8);
  body[2] = (guint8)length;
  g_autoptr(GPtrArray) chain = tls_chain_read(body, 3 + length, FALSE);
  g_assert_cmpuint(chain->len, ==, TLS_CHAIN_MAX);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tls-chain/whole", test_whole);
  g_test_add_func("/tls-chain/cut", test_cut);
  g_test_add_func("/tls-chain/lies", test_lies);
  g_test_add_func("/tls-chain/many", test_many);
  return g_test_run();
}

/* certbot's renewal/NAME.conf with any content: what is shown of it is safe text of one line, and a
 * date comes out of it that is within the certificate's life or before it. */
#include "config.h"

#include "trust/renewal_config.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define START G_GINT64_CONSTANT(1700000000)
#define END (START + G_GINT64_CONSTANT(90 * 86400))

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_line(const char *line)
{
  if (!line)
    return;
  check(g_utf8_validate(line, -1, NULL));
  for (const char *at = line; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(RenewalConfig) config = renewal_config_parse(data, size);
  const char *rule = NULL;
  check_line(config->version);
  check_line(config->authenticator);
  check_line(config->server);
  check_line(config->deploy_hook);
  check_line(config->preferred_chain);
  check_line(config->before_text);
  check(config->before >= -1);
  check(renewal_config_due(config, START, END, &rule) <= END);
  check(rule != NULL);
  return 0;
}

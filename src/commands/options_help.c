/* The text of --help, out of the table of options. */
#include "config.h"

#include <string.h>

#include "commands/option_table.h"

#define LINE_COLUMNS 79 /* of a terminal with 80, so that no line wraps */
#define HELP_COLUMN 32
#define COMMAND_COLUMN 11

static const char head[] =
    "usage: mqtrust [OPTION]... [CONNECTION|URL]\n"
    "       mqtrust COMMAND [OPTION]... [ARGUMENT]...\n"
    "\n"
    "A terminal dashboard for MQTT over one-way and two-way TLS. CONNECTION is the\n"
    "name of a saved one; a URL or the options below describe another one.\n";

static const char foot[] =
    "\n"
    "TLS is on with mqtts://, with port 8883, and with any of --cafile, --capath,\n"
    "--tls-use-os-certs and --cert; else it is off.\n"
    "\n"
    "Examples:\n"
    "  mqtrust\n"
    "  mqtrust plant-7\n"
    "  mqtrust mqtts://mqtt.example.com/plant/#\n"
    "  mqtrust -h mqtt.example.com --cafile root.pem \\\n"
    "    --cert client.pem --key client.key -t 'plant/#' -q 1\n"
    "  mqtrust -h 192.0.2.7 -p 8883 --server-name mqtt.example.com \\\n"
    "    -u ada --pw-file ~/.ada\n"
    "  mqtrust demo\n"
    "\n"
    "Exit status: 0 when the dashboard was left, 2 when it could not begin. See\n"
    "mqtrust(1) for the keys and the files.\n";

/* Words of `help`, from column `start` on; the line has `column` of them already. */
static void
append_words(GString *out, gsize column, gsize start, const char *help)
{
  g_auto(GStrv) words = g_strsplit(help, " ", -1);
  gboolean first = TRUE;
  if (column + 2 > start) {
    g_string_append_c(out, '\n');
    column = 0;
  }
  for (int i = 0; words[i] != NULL; i++) {
    gsize length = strlen(words[i]);
    if (!first && column + 1 + length > LINE_COLUMNS) {
      g_string_append_c(out, '\n');
      column = 0;
      first = TRUE;
    }
    int blanks = first ? (int)start - (int)column : 1;
    g_string_append_printf(out, "%*s%s", blanks, "", words[i]);
    column += (gsize)blanks + length;
    first = FALSE;
  }
  g_string_append_c(out, '\n');
}

static void
append_option(GString *out, const OptionSpec *spec)
{
  gsize start = out->len;
  if (spec->letter != 0)
    g_string_append_printf(out, "  -%c, --%s", spec->letter, spec->name);
  else
    g_string_append_printf(out, "      --%s", spec->name);
  if (spec->argument != NULL)
    g_string_append_printf(out, " %s", spec->argument);
  append_words(out, out->len - start, HELP_COLUMN, spec->help);
}

static void
append_group(GString *out, const OptionGroup *group)
{
  g_string_append_printf(out, "\n%s:\n", group->title);
  for (gsize i = 0; i < group->count; i++)
    append_option(out, &group->options[i]);
}

void
options_append_connection_help(GString *out)
{
  for (gsize i = 0; i < option_group_count; i++) {
    if (option_groups[i].options[0].id < OPTION_FIRST_OF_SCREEN)
      append_group(out, &option_groups[i]);
  }
}

static void
append_commands(GString *out, const Command *commands, gsize count)
{
  g_string_append(out, "\nCommands (mqtrust COMMAND --help tells of each one's options):\n");
  for (gsize i = 0; i < count; i++) {
    gsize start = out->len;
    g_string_append_printf(out, "  %s", commands[i].name);
    append_words(out, out->len - start, COMMAND_COLUMN, commands[i].synopsis);
  }
}

char *
options_help(const Command *commands, gsize count)
{
  GString *out = g_string_new(head);
  append_commands(out, commands, count);
  for (gsize i = 0; i < option_group_count; i++)
    append_group(out, &option_groups[i]);
  g_string_append(out, foot);
  return g_string_free(out, FALSE);
}

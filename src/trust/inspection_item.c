/* Building items and remarks: the small functions of trust/inspection_reader.h. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <string.h>

#include "trust/key_label.h"
#include "util/safe_text.h"

static char *safe_format(const char *format, va_list arguments) G_GNUC_PRINTF(1, 0);

static char *
safe_format(const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  return safe_text_string(text);
}

InspectedItem *
inspection_add(InspectionReader *reader, InspectedKind kind)
{
  InspectedItem *item = g_new0(InspectedItem, 1);
  item->kind = kind;
  item->container = g_strdup(reader->container);
  item->line = reader->line;
  item->title = g_strdup("");
  g_ptr_array_add(reader->inspection->items, item);
  return item;
}

gboolean
inspection_is_full(const InspectionReader *reader)
{
  return reader->inspection->items->len >= INSPECTION_ITEMS_MAX;
}

void
inspection_set_title(InspectedItem *item, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_free(item->title);
  item->title = safe_format(format, arguments);
  va_end(arguments);
}

void
inspection_add_detail(InspectedItem *item, const char *label, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *value = safe_format(format, arguments);
  va_end(arguments);
  char *details = g_strdup_printf("%s%s: %s\n", item->details ? item->details : "", label, value);
  g_free(item->details);
  item->details = details;
}

Finding *
inspection_add_remark(Inspection *inspection, const char *code, int index)
{
  Finding *remark = finding_new(code);
  remark->file = g_strdup(inspection->path);
  remark->index = index;
  g_ptr_array_add(inspection->remarks, remark);
  if (index < 0)
    return remark;
  const InspectedItem *item = inspection->items->pdata[index];
  if (item->kind == INSPECTED_KEY || item->kind == INSPECTED_OPENSSH_KEY)
    remark->source = FINDING_SOURCE_KEY;
  if (item->kind == INSPECTED_CRL)
    remark->source = FINDING_SOURCE_CRL;
  if (item->certificate) {
    remark->source = FINDING_SOURCE_CHAIN;
    remark->subject = g_strdup(certificate_subject(item->certificate));
    remark->sha256 = g_strdup(certificate_sha256(item->certificate));
  }
  return remark;
}

void
inspection_set_problem(InspectionReader *reader, InspectedItem *item, const char *code,
                       const char *format, ...)
{
  Inspection *inspection = reader->inspection;
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = safe_format(format, arguments);
  va_end(arguments);
  Finding *remark = inspection_add_remark(inspection, code, (int)inspection->items->len - 1);
  finding_set_sentence(remark, sentence);
  if (g_str_equal(code, "key-password-needed"))
    remark->severity = FINDING_INFO; /* nobody was asked for it yet */
  g_free(item->problem);
  item->problem = g_strdup(remark->message);
  item->problem_code = remark->code;
}

gboolean
inspection_spend(InspectionReader *reader, gint64 rounds)
{
  if (rounds > reader->rounds)
    return FALSE;
  reader->rounds -= rounds;
  return TRUE;
}

void
inspection_set_public(InspectedItem *item, gnutls_pubkey_t key)
{
  g_free(item->key_label);
  g_free(item->key_id);
  item->key_label = key_label(key);
  item->key_id = key_label_id(key);
}

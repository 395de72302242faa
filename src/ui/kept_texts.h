/* Copies of the texts of an order that another thread works on. All of them are overwritten when
 * they are freed: passwords are among them. */
#pragma once

#include <glib.h>

/* (transfer full): of char *. */
GPtrArray *kept_texts_new(void);
/* A copy that lives as long as `texts`; NULL for "" and NULL. */
const char *kept_text(GPtrArray *texts, const char *text);
/* The same of a path: "~/" is replaced. What has no folder stays short, for it is shown; a pkcs11:
 * URI stays as it is. */
const char *kept_path(GPtrArray *texts, const char *path);

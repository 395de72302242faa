/* Writes a certificate as PEM to a new file. */
#pragma once

#include "trust/certificate.h"

/* In `folder` (NULL: the current one), named after the subject ("mqtt.example.com.pem"). Never
 * writes over a file or through a link: the next free of NAME-2.pem, NAME-3.pem, ... is taken.
 * (transfer full): the path that was written, safe text; NULL and a sentence on a fault. */
char *certificate_file_save(Certificate *certificate, const char *folder, GError **error);

/* (transfer full): a file name without extension out of any label: letters, digits, dot, dash and
 * underscore stay, runs of others become one dash; never empty, no leading dot, 60 bytes at most. */
char *certificate_file_stem(const char *label);

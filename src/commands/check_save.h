/* `mqtrust check --save-chain`: what the broker sent, as files. */
#pragma once

#include "commands/check_report.h"

/* (transfer full): the file name for what a host and port sent: "mqtt.example.com-8883". Never a
 * path, whatever the host is. */
char *check_save_name(const char *host, guint16 port);

/* Writes NAME.chain.pem (as sent) and NAME.path.pem (the path in use, when there is one) for a
 * report with certificates; makes the folder. Overwrites nothing without `force`. */
gboolean check_save(const CheckReport *report, const char *folder, gboolean force, GError **error);

/* What else can be done with a certificate where it is shown. */
#pragma once

#include "ui/pane.h"

/* Writes it as PEM into the working folder, under a name that is free, and tells by a notice. */
void certificate_view_save(Ui *ui, Certificate *certificate);

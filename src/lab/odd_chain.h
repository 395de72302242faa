/* The chain of a scene with one certificate that is not as it should be; private to the scenes of
 * usage and form. */
#pragma once

#include "lab/scene.h"

typedef enum { OF_ROOT, OF_INTERMEDIATE, OF_LEAF } OddWho;

/* Lab Site Root <- Lab Site Issuing CA <- a server: mosquitto shows it, one-way, and its root is
 * our CA file. The certificate `who` is made from `odd`, and expected to be named. */
void odd_broker(LabScene *scene, OddWho who, const ForgeTemplate *odd);
/* The same with a client: our certificate, of which mosquitto knows the root. */
void odd_client(LabScene *scene, OddWho who, const ForgeTemplate *odd);
/* The good ones, to be changed in one point. */
ForgeTemplate odd_root(void);
ForgeTemplate odd_authority(void);

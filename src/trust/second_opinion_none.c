/* In place of second_opinion.c in a build without OpenSSL. */
#include "config.h"

#include "trust/second_opinion.h"

gboolean
second_opinion_available(void)
{
  return FALSE;
}

SecondOpinion *
second_opinion_of_bytes(const SecondOpinionInput *input)
{
  return NULL;
}

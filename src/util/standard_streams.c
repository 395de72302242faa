#include "config.h"

#include "util/standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The lowest free number is the one that open() gives. */
void
standard_streams_open(void)
{
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF &&
        open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
      _exit(127); /* nothing could be told to anybody */
}

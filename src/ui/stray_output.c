#include "config.h"

#include "ui/stray_output.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/safe_text.h"

static int memory = -1, real_stdout = -1, real_stderr = -1;

/* A file in memory that cannot grow beyond the bound. */
static int
bounded_memory(void)
{
#ifdef HAVE_MEMFD_CREATE
  int fd = memfd_create("mqtrust-stray-output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd >= 0 && (ftruncate(fd, STRAY_OUTPUT_MAX) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) < 0)) {
    close(fd);
    fd = -1;
  }
  return fd;
#else
  return -1;
#endif
}

void
stray_output_capture(void)
{
  if (memory >= 0)
    return;
  memory = bounded_memory();
  if (memory < 0)
    memory = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (memory < 0)
    return;
  fflush(NULL);
  real_stdout = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
  dup2(memory, STDOUT_FILENO);
  dup2(memory, STDERR_FILENO);
}

static void
give_back(int *saved, int fd)
{
  if (*saved < 0)
    return;
  dup2(*saved, fd);
  close(*saved);
  *saved = -1;
}

/* What was printed, as text that can move no cursor. */
static char *
captured_text(void)
{
  off_t length = lseek(memory, 0, SEEK_CUR);
  if (length <= 0)
    return NULL;
  g_autofree char *bytes = g_malloc((gsize)length);
  ssize_t got = pread(memory, bytes, (gsize)length, 0);
  return got > 0 ? safe_text_lines(bytes, (gsize)got) : NULL;
}

void
stray_output_release(void)
{
  if (memory < 0)
    return;
  fflush(stdout);
  fflush(stderr);
  give_back(&real_stdout, STDOUT_FILENO);
  give_back(&real_stderr, STDERR_FILENO);
  g_autofree char *text = captured_text();
  close(memory);
  memory = -1;
  if (text)
    fputs(text, stderr);
}

static void
dump_piece(char *piece, ssize_t length)
{
  for (ssize_t i = 0; i < length; i++) {
    guchar c = (guchar)piece[i];
    if ((c < 0x20 && c != '\n') || c == 0x7f)
      piece[i] = '?';
  }
  ssize_t ignored = write(real_stderr, piece, (size_t)length);
  (void)ignored;
}

void
stray_output_dump(void)
{
  if (memory < 0 || real_stderr < 0)
    return;
  off_t end = lseek(memory, 0, SEEK_CUR), at = 0;
  while (at < end) {
    char piece[512];
    ssize_t got = pread(memory, piece, MIN(sizeof piece, (size_t)(end - at)), at);
    if (got <= 0)
      break;
    dump_piece(piece, got);
    at += got;
  }
  /* What the dying process still prints (a sanitizer's report) is to be seen. */
  dup2(real_stderr, STDERR_FILENO);
}

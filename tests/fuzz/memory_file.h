/* Bytes as a file that has a path, for what reads paths: nothing is written to a disk. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

typedef struct {
  int file;
  char path[64];
} MemoryFile;

static inline void
memory_file_open(MemoryFile *memory, const void *bytes, gsize length)
{
  memory->file = memfd_create("fuzz", MFD_CLOEXEC);
  if (memory->file < 0 || write(memory->file, bytes, length) != (gssize)length)
    g_error("no memory for a file");
  g_snprintf(memory->path, sizeof memory->path, "/proc/self/fd/%d", memory->file);
}

static inline void
memory_file_close(MemoryFile *memory)
{
  close(memory->file);
}

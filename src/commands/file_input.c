#include "config.h"

#include "commands/file_input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "trust/certificate_file.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define PASSWORD_MAX 4096

static void
set_unreadable(const char *path, int number, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s cannot be read: %s", safe,
              g_strerror(number));
}

/* --- streams ---------------------------------------------------------------------------------- */

/* At most CERTIFICATE_FILE_MAX + 1 bytes: one too many is noticed, not cut. Without a buffer of the
 * library's own, in which a key would stay. */
static GByteArray *
read_stream(FILE *stream)
{
  const gsize room = CERTIFICATE_FILE_MAX + 1;
  GByteArray *bytes = g_byte_array_new();
  guint8 piece[65536];
  setvbuf(stream, NULL, _IONBF, 0);
  for (size_t got = 1; got > 0 && bytes->len < room;) {
    got = fread(piece, 1, MIN(sizeof piece, room - bytes->len), stream);
    g_byte_array_append(bytes, piece, got);
  }
  explicit_bzero(piece, sizeof piece);
  return bytes;
}

static Inspection *
inspect_stream(FILE *stream, const char *label, const char *password, GError **error)
{
  GByteArray *bytes = read_stream(stream);
  Inspection *inspection = NULL;
  if (ferror(stream))
    set_unreadable(label, errno, error);
  else
    inspection = inspection_parse(bytes->data, bytes->len, label, password, error);
  if (bytes->len > 0)
    explicit_bzero(bytes->data, bytes->len);
  g_byte_array_unref(bytes);
  return inspection;
}

static gboolean
is_pipe(const char *path)
{
  struct stat status;
  return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

Inspection *
file_input_inspect(const char *path, const char *password, GError **error)
{
  if (strcmp(path, "-") == 0)
    return inspect_stream(stdin, "standard input", password, error);
  if (!is_pipe(path))
    return inspection_read(path, password, error);
  FILE *stream = fopen(path, "re");
  if (stream == NULL) {
    set_unreadable(path, errno, error);
    return NULL;
  }
  Inspection *inspection = inspect_stream(stream, path, password, error);
  fclose(stream);
  return inspection;
}

/* --- the password ----------------------------------------------------------------------------- */

/* Up to `room` bytes, without the line's end. */
static gsize
read_line(FILE *stream, char *line, gsize room)
{
  gsize length = 0;
  while (length < room) {
    int byte = fgetc(stream);
    if (byte == EOF || byte == '\n')
      break;
    line[length++] = (char)byte;
  }
  return length;
}

static char *
first_line(FILE *stream, const char *path, GError **error)
{
  char line[PASSWORD_MAX + 2];
  g_autofree char *safe = safe_text_string(path);
  setvbuf(stream, NULL, _IONBF, 0);
  gsize length = read_line(stream, line, PASSWORD_MAX + 1);
  if (ferror(stream)) {
    set_unreadable(path, errno, error);
    explicit_bzero(line, sizeof line);
    return NULL;
  }
  gboolean too_long = length > PASSWORD_MAX;
  if (too_long || memchr(line, '\0', length)) {
    if (too_long)
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                  "the first line of %s is longer than %d bytes, which no password is", safe,
                  PASSWORD_MAX);
    else
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                  "the first line of %s holds a zero byte, which no password has", safe);
    explicit_bzero(line, sizeof line);
    return NULL;
  }
  if (length > 0 && line[length - 1] == '\r')
    length--;
  char *password = g_strndup(line, length);
  explicit_bzero(line, sizeof line);
  return password;
}

char *
file_input_password(const char *path, GError **error)
{
  FILE *stream = fopen(path, "re");
  if (stream == NULL) {
    set_unreadable(path, errno, error);
    return NULL;
  }
  char *password = first_line(stream, path, error);
  fclose(stream);
  return password;
}

char *
file_input_some_password(const char *path, GError **error)
{
  char *password = file_input_password(path, error);
  if (!password || *password)
    return password;
  secret_free(password);
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
              "%s begins with an empty line; write the password into its first line", safe);
  return NULL;
}

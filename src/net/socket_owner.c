#include "config.h"
#include "net/socket_owner.h"

#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/address.h"
#include "util/safe_text.h"

/* Without /proc, descriptors up to here are tried one by one. */
#define FALLBACK_DESCRIPTORS 65536

static gboolean
local_address(int fd, Address *address)
{
  socklen_t length = sizeof address->socket;
  memset(address, 0, sizeof *address);
  return getsockname(fd, (struct sockaddr *)&address->socket, &length) == 0 &&
         (address->socket.ss_family == AF_INET || address->socket.ss_family == AF_INET6);
}

static gboolean
peer_address(int fd, Address *address)
{
  socklen_t length = sizeof address->socket;
  memset(address, 0, sizeof *address);
  return getpeername(fd, (struct sockaddr *)&address->socket, &length) == 0 &&
         (address->socket.ss_family == AF_INET || address->socket.ss_family == AF_INET6);
}

/* --- Ours? ----------------------------------------------------------------------------------- */

/* Both ends of one connection, seen from our accepted descriptor. */
typedef struct {
  Address here, there;
} Pair;

static gboolean
is_other_end(int fd, const Pair *pair)
{
  Address local, remote;
  return local_address(fd, &local) && address_equal(&local, &pair->there) &&
         peer_address(fd, &remote) && address_equal(&remote, &pair->here);
}

static gboolean
try_every_descriptor(const Pair *pair)
{
  struct rlimit limit = {FALLBACK_DESCRIPTORS, 0};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = 0; fd < (int)MIN(limit.rlim_cur, FALLBACK_DESCRIPTORS); fd++) {
    if (is_other_end(fd, pair))
      return TRUE;
  }
  return FALSE;
}

gboolean
socket_owner_is_us(int fd)
{
  Pair pair;
  if (!local_address(fd, &pair.here) || !peer_address(fd, &pair.there))
    return FALSE;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL)
    return try_every_descriptor(&pair);
  gboolean ours = FALSE;
  for (struct dirent *entry; !ours && (entry = readdir(folder)) != NULL;)
    ours = g_ascii_isdigit(entry->d_name[0]) && is_other_end(atoi(entry->d_name), &pair);
  closedir(folder);
  return ours;
}

/* --- Whose, then? ---------------------------------------------------------------------------- */

typedef struct {
  unsigned uid;
  guint64 inode;
} TableEntry;

/* "0100007F:1F90" or 32 hexadecimal digits: words in this machine's byte order (proc(5)). */
static gboolean
parse_table_address(const char *text, Address *address)
{
  const char *colon = strchr(text, ':');
  gsize digits = colon == NULL ? 0 : (gsize)(colon - text);
  guint32 words[4];
  if (digits != 8 && digits != 32)
    return FALSE;
  for (gsize i = 0; i < digits / 8; i++) {
    char word[9] = "";
    memcpy(word, text + i * 8, 8);
    words[i] = (guint32)g_ascii_strtoull(word, NULL, 16);
  }
  memset(address, 0, sizeof *address);
  address->socket.ss_family = digits == 8 ? AF_INET : AF_INET6;
  if (digits == 8)
    memcpy(&((struct sockaddr_in *)&address->socket)->sin_addr, words, 4);
  else
    memcpy(&((struct sockaddr_in6 *)&address->socket)->sin6_addr, words, 16);
  address_set_port(address, (guint16)g_ascii_strtoull(colon + 1, NULL, 16));
  return TRUE;
}

/* sl local remote st tx:rx tr:when retrnsmt uid timeout inode ... */
static gboolean
parse_table_line(const char *line, const Pair *pair, TableEntry *entry)
{
  char local[64], remote[64];
  unsigned uid;
  unsigned long inode;
  Address local_address, remote_address;
  if (sscanf(line, " %*s %63s %63s %*s %*s %*s %*s %u %*s %lu", local, remote, &uid, &inode) != 4 ||
      !parse_table_address(local, &local_address) || !parse_table_address(remote, &remote_address))
    return FALSE;
  *entry = (TableEntry){uid, inode};
  return address_equal(&local_address, &pair->there) && address_equal(&remote_address, &pair->here);
}

static gboolean
search_table(const char *path, const Pair *pair, TableEntry *entry)
{
  g_autofree char *line = NULL;
  size_t size = 0;
  gboolean found = FALSE;
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return FALSE;
  while (!found && getline(&line, &size, file) > 0)
    found = parse_table_line(line, pair, entry);
  fclose(file);
  return found;
}

static gboolean
process_has_socket(const char *pid, const char *link)
{
  g_autofree char *path = g_strdup_printf("/proc/%s/fd", pid);
  DIR *folder = opendir(path);
  gboolean found = FALSE;
  if (folder == NULL)
    return FALSE;
  for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
    char target[64];
    ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
    if (length > 0) {
      target[length] = '\0';
      found = strcmp(target, link) == 0;
    }
  }
  closedir(folder);
  return found;
}

/* "process 4711 (nc)", or NULL: of another user, whose descriptors we may not see. */
static char *
find_process(guint64 inode)
{
  g_autofree char *link = g_strdup_printf("socket:[%" G_GUINT64_FORMAT "]", inode);
  g_autofree char *pid = NULL;
  DIR *folder = opendir("/proc");
  if (folder == NULL)
    return NULL;
  for (struct dirent *entry; pid == NULL && (entry = readdir(folder)) != NULL;) {
    if (g_ascii_isdigit(entry->d_name[0]) && process_has_socket(entry->d_name, link))
      pid = g_strdup(entry->d_name);
  }
  closedir(folder);
  if (pid == NULL)
    return NULL;
  g_autofree char *comm_path = g_strdup_printf("/proc/%s/comm", pid);
  g_autofree char *comm = NULL;
  g_file_get_contents(comm_path, &comm, NULL, NULL);
  g_autofree char *name = safe_text_string(comm == NULL ? "?" : g_strchomp(comm));
  return g_strdup_printf("process %s (%s)", pid, name);
}

char *
socket_owner_describe(int fd)
{
  Pair pair;
  TableEntry entry = {0, 0};
  if (!local_address(fd, &pair.here) || !peer_address(fd, &pair.there))
    return g_strdup("somebody who is gone already");
  g_autofree char *address = address_text_with_port(&pair.there);
  if (!search_table("/proc/net/tcp", &pair, &entry) &&
      !search_table("/proc/net/tcp6", &pair, &entry))
    return g_strdup(address);
  g_autofree char *process = entry.inode == 0 ? NULL : find_process(entry.inode);
  return g_strdup_printf("%s, %s of user %u", address, process == NULL ? "a process" : process,
                         entry.uid);
}

#include "config.h"

#include "unit/fault_injector.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define WHEN(value, hit) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, hit, 0)

/* --- filters ---------------------------------------------------------------------------------- */

static int
install(struct sock_filter *filter, gsize length, unsigned flags)
{
  struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int
install_counter(void)
{
  const unsigned numbers[] = {
      SYS_write,  SYS_fchmod,    SYS_fchown,  SYS_fsync,
      SYS_linkat, SYS_renameat2, SYS_mkdirat, SYS_renameat,
#ifdef SYS_mkdir
      SYS_mkdir,  SYS_rename,
#endif
  };
  const unsigned count = G_N_ELEMENTS(numbers);
  struct sock_filter filter[G_N_ELEMENTS(numbers) + 8];
  unsigned at = 0;
  filter[at++] = (struct sock_filter)LOAD(nr);
  for (unsigned i = 0; i < count; i++)
    filter[at++] = (struct sock_filter)WHEN(numbers[i], (unsigned char)(count - i + 3));
  filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 2);
  filter[at++] = (struct sock_filter)LOAD(args[2]);
  filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT, 1, 0);
  filter[at++] = (struct sock_filter)ALLOW;
  filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  return install(filter, at, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

void
fault_injector_without_flags(void)
{
  struct sock_filter filter[] = {
      LOAD(nr),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 3),
      LOAD(args[4]),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      ALLOW,
  };
  g_assert_cmpint(install(filter, G_N_ELEMENTS(filter), 0), ==, 0);
}

/* --- the listener travels to the parent ------------------------------------------------------- */

static void
send_listener(int line, int listener)
{
  char byte = 'x', control[CMSG_SPACE(sizeof listener)] = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof listener);
  memcpy(CMSG_DATA(header), &listener, sizeof listener);
  sendmsg(line, &message, 0);
}

/* -1: there is none. */
static int
receive_listener(int line)
{
  int listener = -1;
  char byte, control[CMSG_SPACE(sizeof listener)];
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = recvmsg(line, &message, 0) > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (header)
    memcpy(&listener, CMSG_DATA(header), sizeof listener);
  return listener;
}

/* --- the run ---------------------------------------------------------------------------------- */

static void
answer(int listener, pid_t child, const Injection *injection, guint call,
       const struct seccomp_notif *request)
{
  struct seccomp_notif_resp response = {.id = request->id};
  gboolean hit = injection->kind != INJECT_NOTHING && call == injection->call;
  if (hit && injection->kind == INJECT_SIGNAL)
    kill(child, injection->number);
  if (hit && injection->kind == INJECT_ERROR)
    response.error = -injection->number;
  else
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  /* Fails when it has been killed. */
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static guint
serve(int listener, pid_t child, const Injection *injection)
{
  guint calls = 0;
  for (;;) {
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    struct seccomp_notif request = {0};
    if (poll(&ready, 1, -1) < 0 && errno == EINTR)
      continue;
    if ((ready.revents & POLLIN) == 0)
      return calls; /* nobody is left who could ask */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0)
      answer(listener, child, injection, ++calls, &request);
  }
}

static void
be_child(int line, int (*work)(gpointer data), gpointer data)
{
  int listener = install_counter();
  if (listener < 0)
    _exit(99);
  send_listener(line, listener);
  close(listener);
  close(line);
  _exit(work(data));
}

InjectionResult
fault_injector_run(const Injection *injection, int (*work)(gpointer data), gpointer data)
{
  InjectionResult result = {0};
  int line[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line), ==, 0);
  pid_t child = fork();
  g_assert_cmpint(child, >=, 0);
  if (child == 0) {
    close(line[0]);
    if (injection->kind == INJECT_SIGNAL)
      signal(injection->number, SIG_DFL); /* nohup has SIGHUP ignored */
    be_child(line[1], work, data);
  }
  close(line[1]);
  int listener = receive_listener(line[0]);
  if (listener >= 0) {
    result.calls = serve(listener, child, injection);
    close(listener);
  }
  close(line[0]);
  g_assert_cmpint(waitpid(child, &result.status, 0), ==, child);
  return result;
}

static int
do_nothing(gpointer unused)
{
  return 0;
}

gboolean
fault_injector_works(void)
{
  const Injection nothing = {0};
  InjectionResult result = fault_injector_run(&nothing, do_nothing, NULL);
  return WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0;
}

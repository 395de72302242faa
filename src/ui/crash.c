#include "config.h"

#include "ui/crash.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ui/stray_output.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

static struct {
  volatile sig_atomic_t ready;
  int fd;
  char restore[512];
  size_t length;
  struct termios before;
  gboolean has_modes;
} prepared;

static struct sigaction old_actions[G_N_ELEMENTS(crash_signals)];
static char alternate_stack[64 * 1024]; /* a stack that overflowed cannot run its own handler */

void
crash_restore(void)
{
  if (!prepared.ready)
    return;
  prepared.ready = 0;
  /* In the background the modes of the terminal are another's; asking would stop us for good. */
  signal(SIGTTOU, SIG_IGN);
  ssize_t ignored = write(prepared.fd, prepared.restore, prepared.length);
  (void)ignored;
  if (prepared.has_modes)
    tcsetattr(prepared.fd, TCSANOW, &prepared.before);
  stray_output_dump();
}

void
crash_leave(int exit_code)
{
  crash_restore();
  _exit(exit_code);
}

static void
on_crash(int number)
{
  crash_restore();
  /* SA_RESETHAND has put the default action back. */
  raise(number);
}

static void
install(void)
{
  stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
  struct sigaction action = {.sa_handler = on_crash,
                             .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
  sigaltstack(&stack, NULL);
  sigemptyset(&action.sa_mask);
  for (gsize i = 0; i < G_N_ELEMENTS(crash_signals); i++)
    sigaction(crash_signals[i], &action, &old_actions[i]);
}

void
crash_prepare(int fd, const char *restore, const struct termios *before)
{
  prepared.fd = fd;
  prepared.length = MIN(strlen(restore), sizeof prepared.restore);
  memcpy(prepared.restore, restore, prepared.length);
  prepared.has_modes = before != NULL;
  if (before)
    prepared.before = *before;
  prepared.ready = 1;
  install();
#ifdef HAS_ASAN
  /* It ends the process without a signal, and its report shall be read. */
  __sanitizer_set_death_callback(crash_restore);
#endif
}

void
crash_forget(void)
{
  if (!prepared.ready)
    return;
  prepared.ready = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(crash_signals); i++)
    sigaction(crash_signals[i], &old_actions[i], NULL);
}

/* mqtt/client_wake.c: what Paho's client is told on its line, and that nobody waits long for it. */
#include "config.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt/client_wake.h"

static int
dial(guint16 port)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  return fd;
}

static void
read_whole(int fd, guint8 *bytes, gsize length)
{
  g_assert_cmpint(recv(fd, bytes, length, MSG_WAITALL), ==, (gssize)length);
}

/* The client comes when mqtt_wake_accept() is over, on the very thread that called it. A connection
 * that begins before the client is there is woken all the same. */
static void
test_nobody_waits(void)
{
  static const guint8 connack[] = {0x20, 0x02, 0x00, 0x00};
  guint16 port = mqtt_wake_listen();
  guint8 bytes[4];
  guint questions = 0;
  g_assert_cmpuint(port, !=, 0);
  mqtt_wake_accept();
  mqtt_wake_soon();
  int fd = dial(port);
  read_whole(fd, bytes, sizeof bytes);
  g_assert_cmpmem(bytes, sizeof bytes, connack, sizeof connack);
  /* PUBREL, answered by PUBCOMP until that is heard; then PINGRESP. */
  for (read_whole(fd, bytes, 2); bytes[0] == 0x62; read_whole(fd, bytes, 2)) {
    read_whole(fd, bytes + 2, 2);
    bytes[0] = 0x70;
    g_assert_cmpint(send(fd, bytes, 4, MSG_NOSIGNAL), ==, 4);
    questions++;
  }
  g_assert_cmpuint(questions, >=, 1);
  g_assert_cmphex(bytes[0], ==, 0xd0);
  g_assert_cmphex(bytes[1], ==, 0x00);
  close(fd);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  alarm(60); /* bounds a failure */
  g_test_add_func("/client-wake/nobody-waits", test_nobody_waits);
  return g_test_run();
}

/* A stream that wraps nothing: MQTT in the clear. */
#pragma once

#include "net/stream.h"

/* (transfer full) of `fd`, which is connected and non-blocking. */
Stream *plain_stream_new(int fd);

#!/bin/sh
# Makes ./configure out of configure.ac, for a checkout (a release tarball has it).
set -eu
cd "$(dirname "$0")"
mkdir -p m4 build-aux
exec autoreconf --install --warnings=all "$@"

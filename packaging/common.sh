# What ./demo and ./check share: say what happens, install what is missing, configure a build
# folder. Sourced with the top of the tree as working directory. POSIX sh.
# shellcheck shell=sh

say() {
  printf '%s: %s\n' "$ME" "$*" >&2
}

die() {
  say "$*"
  exit 1
}

# quietly LOG SENTENCE COMMAND...: runs COMMAND with its output in LOG. When it fails: the end of
# the log, then SENTENCE.
quietly() {
  quiet_log=$1 quiet_sentence=$2
  shift 2
  mkdir -p "$(dirname "$quiet_log")"
  if "$@" >"$quiet_log" 2>&1 </dev/null; then
    return 0
  fi
  tail -n 30 "$quiet_log" >&2
  say "$quiet_sentence (whole log: $quiet_log)"
  return 1
}

# Processors that this process may use: a container often has fewer than the machine.
processors() {
  nproc 2>/dev/null || echo 2
}

# packages_of SECTION...: the names under [SECTION] in the list.
packages_of() {
  for section in "$@"; do
    awk -v wanted="[$section]" '
      /^#/ || /^$/ { next }
      /^\[/ { inside = ($0 == wanted); next }
      inside { print $1 }' packaging/debian-packages
  done
}

missing_packages() {
  for package in $(packages_of "$@"); do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    *' installed') ;;
    *) echo "$package" ;;
    esac
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 2 ]; then
    sudo "$@" # may ask for the user's password by itself, on the terminal
  else
    sudo -n "$@"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# A package whose service did not start (its port is taken, nothing here starts services) is good
# enough: the tests run brokers of their own and never ask a service.
only_services_failed() {
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    *' installed' | *' half-configured') ;;
    *) return 1 ;;
    esac
  done
  say "a service of these packages did not start, which nothing here needs: $*"
}

# Package lists of a fresh machine are empty, those of an old one name files that are gone.
install_or_update() {
  for package in "$@"; do
    if ! apt-cache show "$package" >/dev/null 2>&1; then
      apt update && { apt --no-install-recommends install "$@" || only_services_failed "$@"; }
      return
    fi
  done
  apt --no-install-recommends install "$@" || only_services_failed "$@" || {
    apt update && { apt --no-install-recommends install "$@" || only_services_failed "$@"; }
  }
}

# ensure_packages SECTION...: installs what is missing and nothing else.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    say "no apt-get here: the packages of packaging/debian-packages must be there already"
    return 0
  fi
  # shellcheck disable=SC2046 # one word a package is what is meant
  set -- $(missing_packages "$@")
  [ $# -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    die "these packages are missing and only root can install them: $*"
  fi
  say "installing $# missing packages: $*"
  quietly "$LOGS/install.log" "could not install: $*" install_or_update "$@"
}

configure_in() {
  mkdir -p "$1" && (
    cd "$1" && shift && ../configure "$@"
  )
}

# ensure_configured FOLDER CONFIGURE-ARGUMENT...: a folder that was configured in the same way
# stays as it is; make follows later changes of the build system by itself.
ensure_configured() {
  folder=$1
  shift
  if [ ! -x configure ] || [ ! -f Makefile.in ] || [ ! -f config.h.in ] ||
    [ ! -f build-aux/tap-driver.sh ]; then
    say "making ./configure"
    quietly "$LOGS/autogen.log" "could not make ./configure" ./autogen.sh || return 1
  fi
  wanted="$(pwd) ${CC-} ${CFLAGS-} $*"
  if [ -f "$folder/config.status" ] && [ -f "$folder/Makefile" ] &&
    [ "$(cat "$folder/configured-as" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  say "configuring $folder"
  rm -rf "$folder"
  quietly "$LOGS/configure-$folder.log" "could not configure $folder" \
    configure_in "$folder" "$@" || return 1
  printf '%s\n' "$wanted" >"$folder/configured-as"
}

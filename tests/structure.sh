#!/bin/sh
# The house rules that a compiler does not check, as TAP: who may include whom, which library lives
# in which room, how long a file may be, what nobody calls. The last test plants violations in a
# copy of the tree and wants every one found. Usage: structure.sh [TREE]
set -u
tree=${1:-${MQTRUST_TEST_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}}
cd "$tree" || exit 99

sources() {
  find src -name '*.[ch]' | LC_ALL=C sort
}

# Rooms that a room may include from, itself among them; "main" is src/main.c.
allowed_rooms() {
  case $1 in
  main) echo "commands util" ;;
  commands) echo "commands ui lab core trust net mqtt util" ;;
  lab) echo "lab core trust net mqtt util" ;;
  ui) echo "ui core trust mqtt util" ;;
  core) echo "core mqtt net trust util" ;;
  net) echo "net trust mqtt util" ;;
  trust) echo "trust util" ;;
  mqtt) echo "mqtt util" ;;
  util) echo "util" ;;
  esac
}

room_of() {
  case $1 in
  src/*/*) echo "$1" | cut -d/ -f2 ;;
  *) echo main ;;
  esac
}

# Lines "FILE ROOM/HEADER" of every #include "..." but config.h.
own_includes() {
  sources | xargs awk '
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, part, "\"")
      if (part[2] != "config.h") print FILENAME, part[2]
    }'
}

# Lines "FILE HEADER" of every #include <...>.
foreign_includes() {
  sources | xargs awk '
    /^[ \t]*#[ \t]*include[ \t]*</ {
      header = $0
      sub(/^[^<]*</, "", header)
      sub(/>.*/, "", header)
      print FILENAME, header
    }'
}

# --- The rules: each prints what breaks it ---------------------------------------------------------

rule_arrows() {
  own_includes | while read -r file header; do
    room=$(room_of "$file")
    case " $(allowed_rooms "$room") " in
    *" ${header%%/*} "*) ;;
    *) echo "$file includes \"$header\": $room/ may use only: $(allowed_rooms "$room")" ;;
    esac
  done
}

rule_net_sees_only_packets() {
  own_includes | awk '$1 ~ /^src\/net\// && $2 ~ /^mqtt\// && $2 !~ /^mqtt\/(packet|connect_packet|tap)\.h$/ {
    print $1 " includes \"" $2 "\": of mqtt/ net uses packet.h, connect_packet.h and tap.h alone" }'
}

rule_includes_from_the_top() {
  own_includes | awk '$2 !~ /\// { print $1 " includes \"" $2 "\": write the folder, too" }'
}

rule_curses() {
  foreign_includes | awk '$2 ~ /curses|^(term|panel|form|menu)\.h$/ && $1 !~ /^src\/ui\/(curses|terminfo)\.h$/ {
    print $1 " includes <" $2 ">: only src/ui/curses.h and terminfo.h do" }'
  own_includes | awk '$2 == "ui/curses.h" && $1 !~ /^src\/ui\// {
    print $1 " includes \"ui/curses.h\": only src/ui does" }'
}

rule_paho() {
  foreign_includes | awk '$2 ~ /^MQTT/ && $1 != "src/mqtt/client.c" {
    print $1 " includes <" $2 ">: only src/mqtt/client.c does" }'
}

rule_gnutls() {
  foreign_includes | awk '$2 ~ /^gnutls\// && $1 !~ /^src\/trust\// && $1 !~ /^src\/net\/tls(_library)?\.c$/ &&
    $1 !~ /^src\/lab\/(forge|forge_crl|tls_peer)\.[ch]$/ {
    print $1 " includes <" $2 ">: only src/trust, src/net/tls.c and the forgers of src/lab do" }'
  own_includes | awk '$2 == "trust/gnutls_bridge.h" && $1 !~ /^src\/trust\// &&
    $1 != "src/net/tls.c" {
    print $1 " includes \"" $2 "\": only src/trust and src/net/tls.c do" }'
}

rule_openssl() {
  foreign_includes | awk '$2 ~ /^openssl\// && $1 != "src/trust/second_opinion.c" {
    print $1 " includes <" $2 ">: only src/trust/second_opinion.c does" }'
}

rule_cares() {
  foreign_includes | awk '$2 ~ /^ares/ && $1 !~ /^src\/net\// {
    print $1 " includes <" $2 ">: only src/net does" }'
}

rule_file_length() {
  sources | xargs awk '
    FNR == 1 { name[++files] = FILENAME }
    { lines[FILENAME] = FNR }
    END {
      for (i = 1; i <= files; i++)
        if (lines[name[i]] > 700)
          print name[i] " has " lines[name[i]] " lines: at most 700, a file is one thing"
    }'
}

# Headers must not include config.h, and a .c file includes it before anything else.
rule_config_first() {
  find src tests bench -name '*.[ch]' | LC_ALL=C sort | xargs awk '
    function finish() {
      if (file ~ /\.c$/ && first != "\"config.h\"")
        print file ": the first include is " (first == "" ? "none" : first) ", not \"config.h\""
    }
    FNR == 1 { if (file != "") finish(); file = FILENAME; first = "" }
    /^[ \t]*#[ \t]*include/ {
      if (first == "") { first = $0; sub(/^[ \t]*#[ \t]*include[ \t]*/, "", first) }
      if (file ~ /\.h$/ && $0 ~ /"config\.h"/) print file " includes config.h: only .c files do"
    }
    END { if (file != "") finish() }'
}

# Comments and strings may speak of a function, so only a call at a word boundary counts.
calls_of() {
  xargs awk -v names="$1" '
    {
      line = $0
      gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
      sub(/\/\/.*/, "", line)
      gsub(/\/\*[^*]*\*\//, "", line)
      if (line ~ /^[ \t]*\/?\*/) next
      if (line ~ ("(^|[^A-Za-z0-9_])(" names ")[ \t]*\\("))
        print FILENAME ":" FNR ": " $0
    }'
}

rule_unbounded_strings() {
  find src tests bench -name '*.[ch]' | LC_ALL=C sort |
    calls_of 'sprintf|vsprintf|strcpy|strcat|gets|stpcpy'
}

rule_no_sleeping_tests() {
  find tests -name '*.[ch]' | LC_ALL=C sort | calls_of 'sleep|usleep|nanosleep|g_usleep'
  find tests -name '*.sh' ! -name structure.sh | LC_ALL=C sort |
    xargs -r awk '/(^|[;&|({ \t])sleep[ \t]+[0-9.$]/ { print FILENAME ":" FNR ": " $0 }'
}

rules='arrows net_sees_only_packets includes_from_the_top curses paho gnutls openssl cares
file_length config_first unbounded_strings no_sleeping_tests'

# --- The proof that each rule bites -----------------------------------------------------------------

# plant FILE LINE...: a file of the copy, good but for LINE.
plant() {
  planted=$1
  shift
  mkdir -p "$(dirname "$planted")"
  { echo '#include "config.h"'; printf '%s\n' "$@"; } >"$planted"
}

plant_all() {
  plant src/util/bad_arrow.c '#include "core/session.h"'
  plant src/net/bad_client.c '#include "mqtt/client.h"'
  plant src/net/bad_reader.c '#include "mqtt/packet_reader.h"'
  plant src/util/bad_include.c '#include "secret.h"'
  plant src/core/bad_curses.c '#include <curses.h>'
  plant src/core/bad_paho.c '#include <MQTTAsync.h>'
  plant src/core/bad_gnutls.c '#include <gnutls/x509.h>'
  plant src/net/tls_fault_bad.c '#include <gnutls/gnutls.h>'
  plant src/net/bad_openssl.c '#include <openssl/x509.h>'
  plant src/core/bad_cares.c '#include <ares.h>'
  plant src/util/bad_length.c "$(yes ';' | head -n 700)"
  plant src/util/bad_string.c '  sprintf(text, "%d", 1);'
  plant tests/unit/bad_sleep.c '  g_usleep(1000);'
  echo '#include <glib.h>' >src/util/bad_config.c
}

# Each rule must find its planted files.
planted_for() {
  case $1 in
  arrows) echo src/util/bad_arrow.c ;;
  net_sees_only_packets) echo src/net/bad_client.c src/net/bad_reader.c ;;
  includes_from_the_top) echo src/util/bad_include.c ;;
  curses) echo src/core/bad_curses.c ;;
  paho) echo src/core/bad_paho.c ;;
  gnutls) echo src/core/bad_gnutls.c src/net/tls_fault_bad.c ;;
  openssl) echo src/net/bad_openssl.c ;;
  cares) echo src/core/bad_cares.c ;;
  file_length) echo src/util/bad_length.c ;;
  config_first) echo src/util/bad_config.c ;;
  unbounded_strings) echo src/util/bad_string.c ;;
  no_sleeping_tests) echo tests/unit/bad_sleep.c ;;
  esac
}

# --- TAP -------------------------------------------------------------------------------------------

number=0
report() { # TEXT-OF-VIOLATIONS NAME
  number=$((number + 1))
  if [ -z "$1" ]; then
    echo "ok $number $2"
  else
    echo "not ok $number $2"
    printf '%s\n' "$1" | sed 's/^/# /'
  fi
}

# shellcheck disable=SC2086 # one word a rule
set -- $rules
echo "1..$((2 * $#))"
for rule in "$@"; do
  report "$("rule_$rule")" "$rule"
done

copy=$(mktemp -d "${TMPDIR:-/tmp}/mqtrust-structure-XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM
cp -R src tests bench "$copy"/ && chmod -R u+w "$copy" && cd "$copy" || exit 99
plant_all
for rule in "$@"; do
  found=$("rule_$rule")
  missed=
  for file in $(planted_for "$rule"); do
    case $found in
    *"$file"*) ;;
    *) missed="$missed$file was not reported " ;;
    esac
  done
  report "$missed" "$rule finds a planted violation"
done

#!/bin/sh
# What the documents say, held against the source and the built program, as TAP: options, commands,
# exit codes, examples, files and folders. The last tests plant a lie for each rule in a copy of the
# texts and want every one found. Usage: documents.sh (by tests/run-test, which says where all is)
# shellcheck disable=SC2016 # backticks are Markdown's here
set -u
tree=${MQTRUST_TEST_SRCDIR:?run it with tests/run-test}
program=${MQTRUST_TEST_BUILDDIR:?run it with tests/run-test}/mqtrust
work=$(mktemp -d "${TMPDIR:-/tmp}/mqtrust-documents-XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tree" || exit 99

# Every command of the program; "mqtrust" is the dashboard.
commands=$(sed -n '/^static const Command commands/,/^};/s/^ *{"\([a-z]*\)",.*/\1/p' src/main.c)
verbs='ca client server request sign renew'

# --- The texts: what --help prints is kept in $help/COMMAND -----------------------------------------

help=$work/help
keep_help() {
  mkdir -p "$help"
  "$program" --help >"$help/mqtrust" || echo "mqtrust --help: exit status $?"
  for command in $commands; do
    "$program" "$command" --help >"$help/$command" || echo "mqtrust $command --help: exit status $?"
  done
  for verb in $verbs; do
    "$program" pki "$verb" --help >"$help/pki-$verb" || echo "mqtrust pki $verb --help: exit status $?"
  done
}

page_of() {
  case $1 in
  mqtrust | demo) echo man/mqtrust.1 ;;
  *) echo "man/mqtrust-$1.1" ;;
  esac
}

# --- Options: the tables of the source, --help, the manual ------------------------------------------

# Options that the parser knows.
known_options() {
  case $1 in
  mqtrust) sed -n "s/^ *{OPTION_[A-Z_]*, [^\"]*\"\([a-z0-9-]*\)\".*/\1/p" src/commands/option_table.c ;;
  demo)
    sed -n 's/.*argv\[*i*\]*, .*"--\([a-z-]*\)".*/\1/p' src/commands/demo_options.c
    sed -n "/screen_options\[\]/,/^};/s/^ *{OPTION_[A-Z_]*, [^\"]*\"\([a-z0-9-]*\)\".*/\1/p" \
      src/commands/option_table.c
    ;;
  check) sed -n '/own_options\[\]/,/^};/p' src/commands/check_options.c | grep -oE '\{"[a-z-]+"' |
    tr -d '{"' ;;
  *) sed -n 's/^ *{"\([a-z0-9-]*\)", .*G_OPTION_ARG.*/\1/p' "src/commands/$1.c" \
    "src/commands/$1_options.c" 2>/dev/null ;;
  esac | sort -u
}

# Lines that begin with an option; those of a connection are the dashboard's.
help_options() {
  cat "$help/$1" "$help/$1"-* 2>/dev/null |
    if [ "$1" = check ]; then sed '/^Connection:/,$d'; else cat; fi |
    grep -E '^(      --|  -[A-Za-z], --)' | grep -oE -e '--[a-z][a-z0-9-]*' | sed 's/^--//' | sort -u
}

page_options() {
  grep '^\.It Fl' "$(page_of "$1")" | grep -oE '(Fl|,) -[a-z][a-z0-9-]*' | sed 's/^[^-]*-//' | sort -u
}

# differ WHAT LEFT RIGHT: words of one list that the other lacks.
differ() {
  for word in $2; do
    case "
$3
" in
    *"
$word
"*) ;;
    *) echo "$1: $word" ;;
    esac
  done
}

rule_options() {
  for command in mqtrust $commands; do
    known=$(known_options "$command") shown=$(help_options "$command") told=$(page_options "$command")
    [ -n "$known" ] || echo "$command: no options were found in the source"
    differ "mqtrust $command takes an option that its --help does not have" "$known" "$shown"
    differ "mqtrust $command --help has an option that there is not" "$shown" "$known"
    differ "mqtrust $command --help has an option that $(page_of "$command") does not" "$shown" "$told
fault
tls
list-faults"
    [ "$command" = demo ] ||
      differ "$(page_of "$command") has an option that mqtrust $command does not" "$told" "$known"
  done
  for option in fault tls list-faults; do
    grep -q "^\.Fl -$option" man/mqtrust.1 || echo "man/mqtrust.1 does not have --$option"
  done
}

# --- Commands and exit codes ------------------------------------------------------------------------

rule_commands() {
  for command in $commands; do
    grep -q "^  $command " "$help/mqtrust" || echo "mqtrust --help does not list $command"
    grep -q "mqtrust $command\( \|\`\|$\)" README.md || echo "README.md does not show mqtrust $command"
    [ "$command" = demo ] && continue
    [ -f "$(page_of "$command")" ] || echo "$(page_of "$command") is not there"
    grep -q "^\.Xr mqtrust-$command 1" man/mqtrust.1 || echo "man/mqtrust.1 does not refer to mqtrust-$command"
  done
}

rule_exit_codes() {
  for command in mqtrust $commands; do
    [ "$command" = demo ] && continue
    shown=$(sed -n '/^Exit status:/,$p' "$help/$command" | sed 's/([0-9])//g' | tr -c '0-9A-Za-z-' '\n' |
      grep -x '[0-9]' | sort -u)
    told=$(sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It \([0-9]\)$/\1/p' "$(page_of "$command")" |
      sort -u)
    [ -n "$shown" ] || echo "mqtrust $command --help does not tell of the exit status"
    differ "$(page_of "$command") lacks an exit code of --help" "$shown" "$told"
    differ "mqtrust $command --help lacks an exit code of the manual" "$told" "$shown"
  done
}

# differ_names WHAT-LEFT WHAT-RIGHT LEFT RIGHT: both ways.
differ_names() {
  [ -n "$3" ] || echo "$1: nothing was found"
  differ "$2 lacks what $1 has" "$3" "$4"
  differ "$1 lacks what $2 has" "$4" "$3"
}

# Keys of a connection's file, environment, metrics: the source and the manual.
rule_names() {
  differ_names src/core/profile_text.c "man/mqtrust.1 (FILES OF CONNECTIONS)" \
    "$(sed -n 's/^ *{"\([a-z]*\)", "\([a-z-]*\)",.*/\1:\2/p' src/core/profile_text.c | sort -u)" \
    "$(sed -n '/^\.Ss \[/,/^\.Sh/p' man/mqtrust.1 |
      awk '/^\.Ss / { group = substr($2, 2, length($2) - 2) } /^\.It Cm/ { print group ":" $3 }' | sort -u)"
  differ_names "the source" "ENVIRONMENT of the manual" \
    "$(grep -rhoE 'getenv\("[A-Z_]+"\)' src | grep -oE '[A-Z_]{3,}' | sort -u)" \
    "$(sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh [^E]/p' man/*.1 | grep '^\.It Ev' | grep -oE '[A-Z_]{3,}' |
      grep -vxE 'LC_ALL|LC_CTYPE|LANG|TMPDIR|SSLKEYLOGFILE' | sort -u)" # libraries read these
  differ_names src/commands/check_prometheus.c "man/mqtrust-check.1" \
    "$(grep -oE '"mqtrust_[a-z_]+"' src/commands/check_prometheus.c | tr -d '"' | sort -u)" \
    "$(grep '^\.It Cm' man/mqtrust-check.1 | grep -oE 'mqtrust_[a-z_]+' | sort -u)"
}

# A terminal has 80 columns.
rule_help_width() {
  for text in "$help"/*; do
    awk -v name="${text##*/}" 'length($0) > 80 { print "mqtrust " name " --help has a line of " length($0) ": " $0 }' "$text"
  done
}

# --- Examples ---------------------------------------------------------------------------------------

# Commands as they are shown: one a line, whole.
shown_commands() {
  {
    awk '/^    /' README.md
    awk '/^```/ { inside = !inside; next } inside' docs/two-way-tls.md
    sed -n '/^\.Dl /p; /^\.Bd -literal/,/^\.Ed/p' man/*.1 | sed 's/^\.Dl //; s/\\e$/\\/'
    sed -n '/^Example/,/^$/p' "$help"/*
  } | awk '{ while (/\\$/) { sub(/\\$/, ""); if ((getline more) <= 0) break; $0 = $0 more } print }' |
    grep -oE '(^|[^a-z/.-])mqtrust( .*|$)' | sed 's/^[^m]*mqtrust *//; s/ [|].*//'
}

rule_examples() {
  shown_commands >"$work/shown"
  [ "$(wc -l <"$work/shown")" -ge 60 ] || echo "only $(wc -l <"$work/shown") commands were found"
  for command in mqtrust $commands; do
    known=$(known_options "$command")
    [ "$command" != check ] || known="$known
$(known_options mqtrust)"
    if [ "$command" = mqtrust ]; then
      grep -vE "^($(echo "$commands" | tr '\n' '|')-)( |\$)" "$work/shown"
    else
      sed -n "s/^$command //p" "$work/shown"
    fi | grep -oE '(^| )--[a-z][a-z0-9-]*' | sed 's/^ *--//' | sort -u >"$work/used"
    differ "an example of mqtrust $command has an option that there is not" "$(cat "$work/used")" "$known"
  done
}

# The three faults of the README are rows of docs/faults.md, in the same words.
rule_readme_faults() {
  awk -F ' [|] ' '
    FNR == NR { if (/^[|] /) row[$1] = $0; next }
    /^[|] situation/ { inside = 1; next }
    !/^[|]/ { inside = 0 }
    inside && !/^[|] ---/ {
      rows++
      if (!($1 in row)) { print "README.md: docs/faults.md has no row " $1; next }
      for (i = 2; i <= 4; i++) {
        count = split($i, piece, "<br>")
        for (j = 1; j <= count; j++) {
          gsub(/^`|`$| [|]$/, "", piece[j])
          if (index(row[$1], piece[j]) == 0) print "README.md says otherwise than docs/faults.md: " piece[j]
        }
      }
    }
    END { if (rows < 3) print "README.md: " rows + 0 " faults were found" }' docs/faults.md README.md
}

# --- Files ------------------------------------------------------------------------------------------

# Words in backticks and in drawings of the architecture, one a line.
named_in_architecture() {
  sed '/^```/,/^```/d' docs/ARCHITECTURE.md | tr '\n' ' ' | grep -oE '`[^`]+`' | tr -d '`'
  sed -n '/^```/,/^```/p' docs/ARCHITECTURE.md | grep -oE '[A-Za-z0-9_/*-]+\.[ch]\>'
}

rule_architecture_names() {
  named_in_architecture | grep -E '^[A-Za-z0-9_./*-]+$' | grep -E '\.[ch]$|/' | sed 's/\/$//' | sort -u |
    while read -r name; do
      [ "$name" != MQTTAsync.h ] || continue # of a library
      found=$(find src tests bench docs packaging -path "*/$name" -o -path "*/$name.[ch]" \
        -o -path "$name" -o -path "$name.[ch]" | head -n 1)
      [ -n "$found" ] || echo "docs/ARCHITECTURE.md names $name, which is not there"
    done
}

# A file is on the map when it is named there, or one whose name its own begins with.
rule_architecture_complete() {
  named_in_architecture | grep -oE '[a-z0-9_]+(_\*)?(\.[ch]|$)' | sed 's/_\*//; s/\.[ch]$//' | LC_ALL=C sort -u >"$work/named"
  find src -mindepth 2 -name '*.c' | LC_ALL=C sort | awk '
    FNR == NR { named[$0]; next }
    {
      name = $0
      sub(/.*\//, "", name)
      sub(/\.c$/, "", name)
      while (!(name in named) && sub(/_[^_]*$/, "", name)) ;
      if (!(name in named)) print $0 " is not on the map, docs/ARCHITECTURE.md"
    }' "$work/named" -
}

# Files and folders of this tree that the other documents name.
rule_named_files() {
  for document in README.md NEWS.md CONTRIBUTING.md docs/two-way-tls.md; do
    grep -oE '(`|\]\()(\./)?(docs|man|bench|packaging|tests|src|check|demo)(/[A-Za-z0-9_./-]+)?/?[`)]' "$document" |
      sed 's/^[^a-z]*//; s/[`)]$//' | sort -u | while read -r name; do
      [ -e "$name" ] || echo "$document names $name, which is not there"
    done
  done
}

rule_shipped() {
  for document in *.md LICENSE docs/*.md docs/*.svg man/*; do
    grep -q "\(^\|[ =]\)$document\( \|\$\)" Makefile.am || echo "$document is not in a release: Makefile.am lacks it"
  done
  grep -oE '(src|tests|bench|docs|man|packaging)/[A-Za-z0-9_./-]+\.(c|h|js|sh|md|svg|[17])([^A-Za-z0-9_.]|$)' Makefile.am |
    sed 's/[^A-Za-z0-9]$//' | sort -u | while read -r name; do
    [ -f "$name" ] || echo "Makefile.am names $name, which is not there: no release can be made"
  done
}

rules='options commands exit_codes names help_width examples readme_faults architecture_names
architecture_complete named_files shipped'

# --- The proof that each rule bites -----------------------------------------------------------------

# change FILE SCRIPT: a lie, by sed.
change() {
  sed "$2" "$1" >"$work/changed" && cat "$work/changed" >"$1"
}

plant_all() {
  change man/mqtrust-split.1 '/^\.It Fl -force/d'
  change man/mqtrust-names.1 's/^\.It Fl -timeout/.It Fl -patience/'
  change "$help/verify" '/^      --strict/d'
  change "$help/mqtrust" '/^  pki /d'
  change man/mqtrust-bundle.1 '/^\.It 3$/d'
  change man/mqtrust.1 's/^\.It Cm alpn/.It Cm alpine/; /^\.It Ev ESCDELAY/d'
  change man/mqtrust-check.1 's/mqtrust_finding$/mqtrust_findings/'
  change "$help/inspect" 's/^Example:/& this line goes on and on until it is longer than any terminal of eighty columns/'
  change docs/two-way-tls.md 's/^mqtrust names mqtt/mqtrust names --quickly mqtt/'
  change README.md 's/There is only "mqtt/There is just "mqtt/; s/`docs\/faults\.md`/`docs\/flaws.md`/'
  change docs/ARCHITECTURE.md 's/commands\/verify_text\.c/commands\/verify_words.c/'
  echo '#include "config.h"' >src/util/unheard_of.c
  echo 'A page.' >docs/forgotten.md
  rm src/util/moment.c
}

# What a rule must say then.
planted_for() {
  case $1 in
  options) printf '%s\n' 'mqtrust-split.1 does not: force' 'takes an option that its --help does not have: strict' \
    'mqtrust-names.1 has an option that mqtrust names does not: patience' ;;
  commands) echo 'mqtrust --help does not list pki' ;;
  exit_codes) echo 'mqtrust-bundle.1 lacks an exit code of --help: 3' ;;
  names) printf '%s\n' 'lacks what src/core/profile_text.c has: tls:alpn' 'has: tls:alpine' 'has: ESCDELAY' \
    'man/mqtrust-check.1 has: mqtrust_findings' ;;
  help_width) echo 'mqtrust inspect --help has a line of' ;;
  examples) echo 'an example of mqtrust names has an option that there is not: quickly' ;;
  readme_faults) echo 'README.md says otherwise than docs/faults.md: There is just' ;;
  architecture_names) echo 'names commands/verify_words.c' ;;
  architecture_complete) echo 'src/util/unheard_of.c is not on the map' ;;
  named_files) echo 'README.md names docs/flaws.md' ;;
  shipped) printf '%s\n' 'docs/forgotten.md is not in a release' 'Makefile.am names src/util/moment.c' ;;
  esac
}

# --- TAP --------------------------------------------------------------------------------------------

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
echo "1..$((2 * $# + 1))"
report "$(keep_help 2>&1)" "every command has its --help"
for rule in "$@"; do
  report "$("rule_$rule" 2>&1)" "$rule"
done

mkdir "$work/copy"
cp -R src tests bench docs man packaging demo check ./*.md LICENSE Makefile.am "$work/copy"/ &&
  chmod -R u+w "$work/copy" && cd "$work/copy" || exit 99
plant_all
for rule in "$@"; do
  found=$("rule_$rule" 2>&1)
  report "$(planted_for "$rule" | while read -r lie; do
    case $found in
    *"$lie"*) ;;
    *) echo "not found: $lie" ;;
    esac
  done)" "$rule finds what is not true"
done

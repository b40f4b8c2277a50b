#!/usr/bin/env bash
# Every command that crosspull prints, and those of its documents, read by the programs that they are for: bash splits
# them, and what reaches az, kubectl and crosspull is parsed by these and not run.
#
#   tests/real-clients/commands.sh CROSSPULL        AZ names the Azure CLI (default: az)

# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
AZ=${AZ:-az}

need_binary "$@"
here=$(cd "$(dirname "$0")" && pwd)
need_tools "$AZ" python3

# Each stand-in keeps its words in a file of its own, each ended by NUL, and answers with a word, as what a next line is
# given.
bin=$work/bin calls=$work/calls
mkdir "$bin" "$calls"
for program in az kubectl crosspull; do
  # shellcheck disable=SC2016 # it expands where the stand-in runs
  printf '#!/bin/sh\nprintf "%%s\\0" %s "$@" >"$(mktemp "%s/XXXXXXXX")"\necho an-answer\n' "$program" "$calls" >"$bin/$program"
done
printf '#!/bin/sh\n' | tee "$bin/ssh" "$bin/docker" >"$bin/ln"
chmod 755 "$bin"/*
cd "$work" || exit
echo a-password >FILE

# split NAME LINES: by bash, as a person pastes them.
split() {
  succeeds "bash -n: $1" bash -n -c "$2" && succeeds "bash: $1" env PATH="$bin:$PATH" bash -u -c "$2"
}

# blocks FILE: the texts between empty lines, each ended by NUL.
blocks() { awk -v RS= -v ORS='\0' 1 "$1"; }

# documented FILE: the lines of its code that begin with one of the programs, with those that they go on in.
documented() {
  awk -v ORS='\0' '
    /^ *```/ { code = !code; next }
    code && (going || /^ *(az|kubectl|crosspull) [a-z]/) {
      # What a command is for stands after it, some spaces away.
      sub(/   .*/, "")
      line = line $0 "\n"
      going = /\\$/
      if (!going) { print line; line = "" }
    }' "$1"
}

while IFS= read -r -d '' lines; do
  split "$(head -n 1 <<<"$lines" | cut -c1-70)" "$lines"
done < <(blocks "$here/commands.txt")
for document in "$here"/../../README.md "$here"/../../docs/*.md; do
  while IFS= read -r -d '' lines; do
    # A word in capitals is for the reader to replace, one in brackets may be left out.
    split "$(basename "$document"): $(head -n 1 <<<"$lines" | cut -c1-60)" "$(sed 's/\[[^]]*\]//g; s/\.\.\.//g' <<<"$lines")"
  done < <(documented "$document")
done

# The real az, with a session of its own and no cloud; it is stopped once it has parsed.
python=$(dirname "$(realpath -s "$(command -v "$AZ")")")/python
[ -x "$python" ] || python=$(sed -n 's/^#!\(.*python[0-9.]*\).*/\1/p' "$(command -v "$AZ")" | head -n 1)
export AZURE_CONFIG_DIR=$work/az AZURE_CORE_COLLECT_TELEMETRY=false
while IFS= read -r line; do
  case $line in
  'ok '*) pass "${line#ok }" ;;
  *) fail "${line#not ok }" ;;
  esac
done < <("$python" "$here/commands.py" "$crosspull" "$calls" 2>"$work/err" || echo "not ok commands.py ended: $(tail -n 1 "$work/err")")
finish

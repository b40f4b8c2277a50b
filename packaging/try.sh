#!/usr/bin/env bash
# Makes the packages of a program that is built already, twice, and installs the Debian one into a folder: the same bytes, the
# program runs, its manual pages render without a warning, bash completes, the licences are there.
#
#   packaging/try.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:?which program}")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "packaging: $1" >&2 && exit 1; }

packaging/package.sh --of "$program" >"$scratch/first"
(umask 077 && TZ=Asia/Tokyo packaging/package.sh --of "$program" >"$scratch/second")
cmp -s "$scratch/first" "$scratch/second" || fail "two packages of one program differ: $(cat "$scratch/first" "$scratch/second")"
cat "$scratch/first"

deb=$(echo target/packages/crosspull_*.deb)
tarball=$(sed -n 's/^[0-9a-f]*  \(.*\.tar\.gz\)$/target\/packages\/\1/p' "$scratch/first")
root=$scratch/root
[ "$(dpkg-deb --field "$deb" Package)" = crosspull ] || fail 'the package does not tell its name'
dpkg-deb -x "$deb" "$root"
tar -C "$scratch" -xzf "$tarball"
cmp "$root/usr/bin/crosspull" "$program"
cmp "$scratch"/crosspull-*/crosspull "$program"

export PATH=$root/usr/bin:$PATH XDG_STATE_HOME=$scratch/state HOME=$scratch
[ "$(command -v crosspull)" = "$root/usr/bin/crosspull" ] || fail 'the installed program is not the one on the PATH'
crosspull --version >/dev/null
crosspull runs >/dev/null

# A page for every command that the help lists, and for every part of one.
pages=$root/usr/share/man/man1
wanted() {
  local page=crosspull${1:+-${1// /-}} part
  [ -f "$pages/$page.1.gz" ] || fail "$page has no manual page"
  for part in $(crosspull $1 --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p' | grep -vx help); do
    wanted "${1:+$1 }$part"
  done
}
wanted ''
for page in "$pages"/*.gz; do
  said=$(zcat "$page" | groff -man -Tutf8 -P-cbou -ww -rLL=80n 2>&1 >"$scratch/page")
  [ -z "$said" ] || fail "$(basename "$page") renders with a warning: $said"
  grep -q SYNOPSIS "$scratch/page" || fail "$(basename "$page") has no synopsis"
done

# Completions by a real bash, which asks the installed program. A run is there to be completed.
runs=$(crosspull runs 2>&1 | sed -n 's/^There are no runs in //p')
mkdir -p "$runs"
: >"$runs/7f3c9a2e.jsonl"
completes() {
  bash --norc --noprofile -c '
    source "$1"
    COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMP_TYPE=9
    _clap_complete_crosspull crosspull "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"
  ' bash "$root/usr/share/bash-completion/completions/crosspull" "$@"
}
has() {
  local wanted=$1
  shift
  completes "$@" >"$scratch/completed"
  grep -qxF -- "$wanted" "$scratch/completed" || fail "bash completes '$*' by $(tr '\n' ' ' <"$scratch/completed"), without $wanted"
}
has apply crosspull ap
has open crosspull access op
has --tenant-a crosspull plan --tenant
has device-code crosspull plan --sign-in-a ''
has pull-secret crosspull apply --route pull
has managed-identity-cluster crosspull demo --scenario 'managed'
has 7f3c9a2e crosspull undo 7f
for shell in zsh/vendor-completions/_crosspull fish/vendor_completions.d/crosspull.fish; do
  grep -q CROSSPULL_COMPLETE "$root/usr/share/$shell" || fail "$shell does not ask the program"
done

doc=$root/usr/share/doc/crosspull
grep -q 'Permission is hereby granted' "$doc/copyright" || fail 'the MIT licence is missing'
grep -q 'Apache License' "$doc/LICENSE-APACHE" || fail 'the Apache licence is missing'
jq -e '.bomFormat == "CycloneDX" and (.components | length > 100)
  and all(.components[]; .licenses[0].expression != "NOASSERTION")' "$doc/crosspull.cdx.json" >/dev/null ||
  fail 'the bill of materials has no parts, or one without a licence'
echo "packages: $(ls "$pages" | wc -l) manual pages, $(jq '.components | length' "$doc/crosspull.cdx.json") parts in the bill"

#!/usr/bin/env bash
# Checks that crosspull compiles for macOS and Windows, on a Debian machine: nothing is linked or run. Installs what it needs.
#
#   packaging/other-systems.sh
set -euo pipefail
cd "$(dirname "$0")/.."

mac=aarch64-apple-darwin windows=x86_64-pc-windows-gnu
needs=(gcc-mingw-w64-x86-64 clang musl-dev)
missing() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -qx 'install ok installed' && return 1 || return 0; }
for package in "${needs[@]}"; do
  if missing "$package"; then
    # A machine of CI has no index yet.
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${needs[@]}"
    break
  fi
done
if command -v rustup >/dev/null; then rustup target add "$mac" "$windows"; fi

echo "== $windows"
cargo check --locked -p crosspull --target "$windows"

# The C of ring is compiled too. Apple's headers are on Apple's machines alone: musl's say the same of what it needs, and
# one of Apple's own names the kind of machine.
headers=$(mktemp -d)
trap 'rm -rf "$headers"' EXIT
printf '#define TARGET_OS_OSX 1\n#define TARGET_OS_MAC 1\n#define TARGET_OS_IPHONE 0\n' >"$headers/TargetConditionals.h"
name=${mac//-/_}
musl=/usr/include/$(uname -m)-linux-musl
export "CC_$name=clang" "CFLAGS_$name=-nostdlibinc -isystem $musl -I$headers"
# Nobody links what the archive has.
export "AR_$name=ar"
echo "== $mac"
cargo check --locked -p crosspull --target "$mac"

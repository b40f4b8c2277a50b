#!/usr/bin/env bash
# Writes the bill of materials of the program for a target, as CycloneDX 1.5 in JSON: every crate that is built in, with its
# version and licence.
#
#   packaging/bill.sh TARGET
set -euo pipefail
cd "$(dirname "$0")/.."
built=$(cargo tree --locked -p crosspull --target "$1" -e normal --prefix none --format '{p}' | sed 's/ (.*//' | sort -u | jq -R . | jq -s .)
cargo metadata --locked --format-version 1 --filter-platform "$1" | jq --sort-keys --argjson built "$built" '
  [.packages[] | select("\(.name) v\(.version)" as $one | $built | index($one))] as $parts
  | ($parts[] | select(.name == "crosspull")) as $own
  | { bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
      metadata: { component: { type: "application", name: $own.name, version: $own.version } },
      components: [$parts[] | select(.name != "crosspull") | {
        type: "library", name, version, purl: "pkg:cargo/\(.name)@\(.version)",
        licenses: [{ expression: (.license // "NOASSERTION" | gsub("/"; " OR ")) }] }] | sort_by(.name, .version) }'

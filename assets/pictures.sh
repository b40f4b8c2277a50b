#!/usr/bin/env bash
# Draws the pictures of the README from the tapes: GIFs and stills in assets/pictures/.
#
#   assets/pictures.sh CROSSPULL        the release build of the program
#
# demogod plays a tape in a terminal of its own and draws it. It is installed into target/ where it is not there.
set -euo pipefail
crosspull=$(realpath "${1:?the program to show, such as target/release/crosspull}")
cd "$(dirname "$0")/.."
demogod=0.0.9

tools=$PWD/target/pictures
"$tools/bin/demogod" --version 2>/dev/null | grep -qF "$demogod" ||
  cargo install demogod --version "$demogod" --locked --root "$tools"

# The tapes name their files as seen from the project; what a run writes besides goes away with the folder.
work=$(mktemp -d)
trap 'pkill -f "^crosspull simulate --dir $work/" || true; rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/assets/pictures" assets/pictures
ln -s "$crosspull" "$work/bin/crosspull"
# The pictures are dark, which terminals tell by COLORFGBG.
export PATH="$work/bin:$tools/bin:$PATH" HOME="$work" XDG_STATE_HOME="$work/state" COLORFGBG="15;0"
for tape in demo.tape assets/tapes/*.tape; do
  cp "$tape" "$work/"
  (cd "$work" && demogod "$(basename "$tape")")
done
mv "$work"/assets/pictures/* assets/pictures/

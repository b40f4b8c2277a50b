#!/usr/bin/env bash
# Makes a tarball and a Debian package of crosspull, with manual pages, completions, licences and a bill of materials:
#
#   packaging/package.sh [TARGET]              such as x86_64-unknown-linux-musl, whose program is static; default: this machine's
#   packaging/package.sh --of PROGRAM [TARGET] of a program that is built already
#
# They are in target/packages/. Two builds of one commit give the same bytes: paths of the machine are mapped away, and every
# file has the time of the commit.
set -euo pipefail
cd "$(dirname "$0")/.."
# The rights of files are in the packages.
umask 022

built=
if [ "${1:-}" = --of ]; then
  built=${2:?which program}
  shift 2
fi
target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
version=$(cargo metadata --no-deps --format-version 1 --locked | jq -r '.packages[] | select(.name == "crosspull") | .version')
case $target in
x86_64-*) architecture=amd64 ;;
aarch64-*) architecture=arm64 ;;
*) echo "no Debian architecture is known for $target" >&2 && exit 2 ;;
esac
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.lock)}

program=$built
if [ -z "$built" ]; then
  # These stand in place of those in .cargo/config.toml.
  export RUSTFLAGS="-C force-frame-pointers=yes --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/crosspull"
  # Packed relocations take 0.4 MB less. The musl that is linked in reads them, and not every glibc of today does.
  case $target in *-musl) RUSTFLAGS+=' -C link-arg=-Wl,-z,pack-relative-relocs' ;; esac
  cargo build --release --locked -p crosspull --target "$target" --target-dir target/packages/build
  program=target/packages/build/$target/release/crosspull
fi
name=crosspull-$version-$target
work=target/packages/$name
rm -rf "$work" "target/packages/root"
mkdir -p "$work/man" "$work/completions"

install -m 755 "$program" "$work/crosspull"
install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$work/"
# The program tells of itself, so it has to run here.
"$work/crosspull" man --to "$work/man"
for shell in bash zsh fish; do
  "$work/crosspull" completions "$shell" >"$work/completions/crosspull.$shell"
done
# All that is built in, with versions and licences, by cargo's own account.
packaging/bill.sh "$target" >"$work/crosspull.cdx.json"
find "$work" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

tar --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C target/packages -c "$name" |
  gzip -n >"target/packages/$name.tar.gz"

root=target/packages/root
doc=$root/usr/share/doc/crosspull
install -D -m 755 "$work/crosspull" "$root/usr/bin/crosspull"
install -d "$root/usr/share/man/man1" "$doc" "$root/DEBIAN"
for page in "$work"/man/*.1; do
  gzip -n -9 <"$page" >"$root/usr/share/man/man1/$(basename "$page").gz"
done
install -D -m 644 "$work/completions/crosspull.bash" "$root/usr/share/bash-completion/completions/crosspull"
install -D -m 644 "$work/completions/crosspull.zsh" "$root/usr/share/zsh/vendor-completions/_crosspull"
install -D -m 644 "$work/completions/crosspull.fish" "$root/usr/share/fish/vendor_completions.d/crosspull.fish"
install -m 644 "$work/README.md" "$work/LICENSE-APACHE" "$work/crosspull.cdx.json" "$doc/"
gzip -n -9 <"$work/CHANGELOG.md" >"$doc/changelog.gz"
install -m 644 "$work/LICENSE-MIT" "$doc/copyright"
needs=
case $target in *-gnu) needs=$'Depends: libc6 (>= 2.34), libgcc-s1\n' ;; esac
# The sizes of the files, since what a folder takes differs from disk to disk.
size=$(find "$root/usr" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
printf '%s' "Package: crosspull
Version: $version
Architecture: $architecture
Maintainer: the crosspull team
Section: admin
Priority: optional
Installed-Size: $size
${needs}Description: lets an AKS cluster pull from a registry in another tenant
 crosspull proves the pull with a real one before it touches the cluster. It is a terminal
 wizard and a command, and brings a simulated cloud to try both.
" >"$root/DEBIAN/control"
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build -Zgzip "$root" "target/packages/crosspull_${version}_$architecture.deb" >/dev/null
rm -rf "$root"
(cd target/packages && sha256sum "$name.tar.gz" "crosspull_${version}_$architecture.deb")

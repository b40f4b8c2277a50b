#!/usr/bin/env bash
# Makes a tarball and a Debian package of crosspull, with manual pages, completions, licences and a bill of materials:
#
#   packaging/package.sh [TARGET]        such as x86_64-unknown-linux-musl, whose program is static; default: this machine's
#
# They are in target/packages/. Two builds of one commit give the same bytes: paths of the machine are mapped away, and every
# file has the time of the commit.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
version=$(cargo metadata --no-deps --format-version 1 --locked | jq -r '.packages[] | select(.name == "crosspull") | .version')
case $target in
x86_64-*) architecture=amd64 ;;
aarch64-*) architecture=arm64 ;;
*) echo "no Debian architecture is known for $target" >&2 && exit 2 ;;
esac
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/crosspull"

cargo build --release --locked -p crosspull --target "$target" --target-dir target/packages/build
program=target/packages/build/$target/release/crosspull
name=crosspull-$version-$target
work=target/packages/$name
rm -rf "$work" "target/packages/root"
mkdir -p "$work/man" "$work/completions"

install -m 755 "$program" "$work/crosspull"
install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$work/"
# A program for another machine cannot be asked, so the one that runs here tells of itself.
speaker=$program
"$speaker" --version >/dev/null
"$speaker" man >"$work/man/crosspull.1"
for command in $("$speaker" --help | sed -n '/^Commands:/,/^Options:/s/^  \([a-z]\+\) .*/\1/p' | grep -vx help); do
  "$speaker" man "$command" >"$work/man/crosspull-$command.1"
done
for shell in bash zsh fish; do
  "$speaker" completions "$shell" >"$work/completions/crosspull.$shell"
done
# All that is built in, with versions and licences, by cargo's own account.
packaging/bill.sh "$target" >"$work/crosspull.cdx.json"
find "$work" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C target/packages -c "$name" |
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
install -m 644 "$work/LICENSE-MIT" "$doc/copyright"
needs=
case $target in *-gnu) needs=$'Depends: libc6 (>= 2.34), libgcc-s1\n' ;; esac
printf '%s' "Package: crosspull
Version: $version
Architecture: $architecture
Maintainer: the crosspull team
Section: admin
Priority: optional
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
${needs}Description: lets an AKS cluster pull from a registry in another tenant
 crosspull proves the pull with a real one before it touches the cluster. It is a terminal
 wizard and a command, and brings a simulated cloud to try both.
" >"$root/DEBIAN/control"
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build -Zgzip "$root" "target/packages/crosspull_${version}_$architecture.deb" >/dev/null
rm -rf "$root"
(cd target/packages && sha256sum "$name.tar.gz" "crosspull_${version}_$architecture.deb")

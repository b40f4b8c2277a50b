#!/usr/bin/env bash
# Builds the API server that Kubernetes is from Debian's source package `kubernetes`, with Debian's Go and nothing else
# that is downloaded. To be run as root, on Debian. It takes some ten minutes of a processor, and 3 GB while it builds.
#
#   tests/real-clients/build-apiserver.sh FOLDER      prints the path of the program; one that is there is taken
set -euo pipefail

folder=${1:?usage: $0 FOLDER}
mkdir -p "$folder"
folder=$(realpath "$folder")
program=$folder/kube-apiserver
if [ -x "$program" ] && command -v etcd >/dev/null; then
  echo "$program"
  exit
fi
exec 3>&1 >&2

# The sources of what the machine installs, by lists of our own: those of the machine stay as they are.
lists=$folder/apt
mkdir -p "$lists/sources" "$lists/state/partial"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
  [ ! -s "$list" ] || sed -e 's/^deb /deb-src /' -e 's/^Types: deb$/Types: deb-src/' "$list" >"$lists/sources/$(basename "$list")"
done
[ ! -e "$lists/sources/sources.list" ] || mv "$lists/sources/sources.list" "$lists/sources/old.list"
apt=(-q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$lists/sources" -o "Dir::State::Lists=$lists/state"
  -o APT::Sandbox::User=root)

# shellcheck source=tests/real-clients/packages-lib.sh
. "$(dirname "$0")/packages-lib.sh"
wanted go golang-go
wanted etcd etcd-server
wanted dpkg-source dpkg-dev
wanted make make
wanted rsync rsync
install_missing

apt-get "${apt[@]}" update
(
  mkdir -p "$folder/source"
  cd "$folder/source"
  rm -rf kubernetes-*/
  apt-get "${apt[@]}" source kubernetes
  cd kubernetes-*/
  # As `debian/rules` lays the tree out for its own build of other programs of it.
  mkdir -p .go/src/k8s.io
  ln -s ../../.. .go/src/k8s.io/kubernetes
  GOPATH=$PWD/.go CGO_ENABLED=0 GOPROXY=off HOME=$folder GOCACHE=$folder/go nice make WHAT=cmd/kube-apiserver
  cp _output/bin/kube-apiserver "$program.new"
)
mv "$program.new" "$program"
rm -rf "$folder/source" "$folder/go" "$lists"
echo "$program" >&3

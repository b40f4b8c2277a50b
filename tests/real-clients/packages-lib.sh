# shellcheck shell=bash
# Debian packages that the checks need. Sourced, never run.

missing=()

# wanted PROGRAM PACKAGE: the package is missing where the program is not there.
wanted() {
  command -v "$1" >/dev/null || missing+=("$2")
}

# install_missing: installs what is missing, as root.
install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  # A server (SSH, etcd) is run by its check alone, and on loopback: installing it starts none.
  local policy=/usr/sbin/policy-rc.d made=
  if ! [ -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=$policy
  fi
  local status=0
  apt-get update -q && apt-get install -q -y --no-install-recommends ca-certificates "${missing[@]}" || status=$?
  [ -z "$made" ] || rm -f "$made"
  return "$status"
}

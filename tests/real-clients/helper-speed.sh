#!/usr/bin/env bash
# How long a credential takes from crosspull's helper where it is kept, beside docker-credential-pass of Debian and
# `az acr login --expose-token`, in one run: time, programs that are run, memory. Nothing is asserted about the figures.
#
#   tests/real-clients/helper-speed.sh CROSSPULL        AZ names the Azure CLI (default: az)
#
# Time is the median. A release build is meant: a debug build is several times as large.

# shellcheck disable=SC2015
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" docker-credential-pass pass gpg strace time python3 jq curl
here=$(cd "$(dirname "$0")" && pwd)

export XDG_RUNTIME_DIR=$work/run XDG_CONFIG_HOME=$work/config DOCKER_CONFIG=$work/docker
mkdir "$work/run" "$work/bin"
ln -s "$crosspull" "$work/bin/docker-credential-crosspull"
export PATH=$work/bin:$PATH

# row NAME AIM RUNS INPUT COMMAND...
row() {
  local name=$1 aim=$2 runs=$3 time programs memory
  printf %s "$4" >"$work/input"
  shift 4
  succeeds "$name" python3 "$here/measure.py" "$runs" "$work/input" "$@" || return
  read -r time programs memory <"$work/out"
  printf '%-44s %10s ms %6s programs %8s KB   %s\n' "$name" "$time" "$programs" "$memory" "$aim" >>"$work/table"
}

start_sim "$work/happy"
succeeds "crosspull login --configure-docker" "$crosspull" login --configure-docker "$login_server" \
  --as service-principal --tenant "$tenant_b" || give_up "the helper is not set up"

# A key and a store of its own. Its agent needs a short path for its socket.
GNUPGHOME=$(mktemp -d /tmp/gpg.XXXXXX)
export GNUPGHOME PASSWORD_STORE_DIR=$work/store
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"; cleanup' EXIT
succeeds "a key for pass" gpg --batch --quiet --passphrase '' --quick-gen-key speed default default never &&
  succeeds "pass init" env pass init speed || give_up "pass has no store"
# docker-credential-pass takes an empty store for none. `pass` alone is a function of lib.sh.
env pass insert --multiline first <<<first >/dev/null 2>&1
docker-credential-crosspull get <<<"$login_server" | docker-credential-pass store || give_up "pass keeps nothing"

register_cloud speed
succeeds "az login" sign_in_operator_b || give_up "az is not signed in"

row "docker-credential-crosspull get, kept" "aim: 5 ms, 1 program" 51 "$login_server" docker-credential-crosspull get
row "docker-credential-crosspull list" "aim: about 1 ms" 51 "" docker-credential-crosspull list
row "docker-credential-pass get" "peer" 21 "$login_server" docker-credential-pass get
row "docker-credential-pass list" "peer" 21 "" docker-credential-pass list
row "az acr login --expose-token" "peer; about a second" 3 "" \
  "$AZ" acr login --name "$(basename "$registry")" --expose-token
stop_sim
cat "$work/table"
finish

#!/usr/bin/env bash
# docker and skopeo sign in by crosspull's credential helper, with no password on disk; after three hours the next pull
# renews without a word; whenever crosspull is killed, docker's file is whole.
#
#   tests/real-clients/login-helper.sh CROSSPULL
#
# DOCKER and SKOPEO name the programs. docker needs no daemon for this. The clock is moved by libfaketime for crosspull and
# the simulated cloud alike.

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
SKOPEO=${SKOPEO:-skopeo}
DOCKER=${DOCKER:-docker}
need_tools "$SKOPEO" "$DOCKER" curl jq strace faketime python3
here=$(cd "$(dirname "$0")" && pwd)

image=shop/web:1.4
null_user=00000000-0000-0000-0000-000000000000

# The operator's own login: folders for nobody else, and the helper on the PATH.
export HOME=$work/home XDG_RUNTIME_DIR=$work/run XDG_CONFIG_HOME=$work/home/.config DOCKER_CONFIG=$work/home/.docker
mkdir -p "$HOME" "$XDG_RUNTIME_DIR/containers" "$work/bin"
ln -s "$crosspull" "$work/bin/docker-credential-crosspull"
export PATH=$work/bin:$PATH
unset REGISTRY_AUTH_FILE

# Every clock but those of Go programs, which ask the system by themselves, is the machine's and what this file says.
faketime=$(find /usr/lib -name libfaketimeMT.so.1 | head -n 1)
export FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
echo +0 >"$FAKETIME_TIMESTAMP_FILE"
export LD_PRELOAD=$faketime

docker() { SSL_CERT_FILE=$ca timeout 60 "$DOCKER" "$@"; }
skopeo() { SSL_CERT_FILE=$ca timeout 60 "$SKOPEO" "$@"; }
helper() { docker-credential-crosspull "$@"; }

# set_up [OPTION...]
set_up() {
  "$crosspull" login --configure-docker "$login_server" --as service-principal --tenant "$tenant_b" "$@"
}

# exchanges: how often the registry gave a refresh token.
exchanges() {
  sim requests | jq '[.[] | select(.path == "/oauth2/exchange" and .status == 200)] | length'
}

# no_token_on_disk NAME: neither a token of the registry's nor the app's secret is in a file but in XDG_RUNTIME_DIR.
no_token_on_disk() {
  local token
  token=$(printf %s "$login_server" | helper get | jq -r .Secret)
  if [ -n "$token" ] && ! grep -rFq -e "$token" -e "$(printf %s "$null_user:$token" | base64 -w 0)" \
    -e "$CROSSPULL_B_CLIENT_SECRET" "$HOME" "$XDG_RUNTIME_DIR/containers"; then
    pass "$1"
  else
    fail "$1"
  fi
}

begin_and_pull() {
  mkdir -p "$DOCKER_CONFIG"
  echo '{"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}, "psFormat": "table {{.ID}}"}' >"$DOCKER_CONFIG/config.json"
  succeeds "crosspull login --configure-docker" set_up || give_up "the helper is not set up"
  equal "docker's file names the helper for this registry, and keeps the rest" \
    "crosspull null dTpw table {{.ID}}" \
    "$(jq -r --arg server "$login_server" \
      '"\(.credHelpers[$server]) \(.credsStore) \(.auths["https://index.docker.io/v1/"].auth) \(.psFormat)"' "$DOCKER_CONFIG/config.json")"
  equal "docker-credential-crosspull list" "{\"$login_server\":\"$null_user\"}" "$(helper list)"

  succeeds "skopeo inspects $image" skopeo inspect "docker://$login_server/$image"
  succeeds "skopeo copies $image" skopeo copy --quiet "docker://$login_server/$image" "dir:$work/image"
  succeeds "docker reads the manifest of $image" docker manifest inspect "$login_server/$image"
  succeeds "docker login, without a terminal, with what the helper gives" stored_login
  equal "docker says so" 1 "$(grep -c 'Login Succeeded' "$work/out")"
  succeeds "docker login with the same pair by hand" same_pair
  no_token_on_disk "no password is on disk after docker login"
  refused "docker login with a password of somebody's own" 'keeps no passwords' own_password
  equal "all of it took one sign-in" 1 "$(exchanges)"

  succeeds "docker logout" docker logout "$login_server"
  equal "what was kept is forgotten" 0 "$(find "$XDG_RUNTIME_DIR/crosspull" -name '*.token' | wc -l)"
  succeeds "docker pulls all the same: it asks the helper" docker manifest inspect "$login_server/$image"
  equal "by a second sign-in" 2 "$(exchanges)"
  no_token_on_disk "no password is on disk after docker logout"
}

# stored_login: docker has the daemon look whether the pair is right, and gives it back to the helper then.
stored_login() {
  local daemon
  exec {daemon_out}< <(SSL_CERT_FILE=$ca exec python3 "$here/daemon.py" "$work/daemon" 2>"$work/daemon.err")
  daemon=$!
  read -r -t 20 -u "$daemon_out" _ && DOCKER_HOST=unix://$work/daemon docker login "$login_server"
  local status=$?
  kill "$daemon"
  exec {daemon_out}<&-
  return "$status"
}

same_pair() {
  helper get <<<"$login_server" | jq -r .Secret |
    SSL_CERT_FILE=$ca timeout 60 "$DOCKER" login -u "$null_user" --password-stdin "$login_server"
}

own_password() {
  printf %s "$CROSSPULL_B_CLIENT_SECRET" |
    SSL_CERT_FILE=$ca timeout 60 "$DOCKER" login -u "$CROSSPULL_B_CLIENT_ID" --password-stdin "$login_server"
}

hours_later() {
  local before after
  before=$(exchanges)
  echo +2h >"$FAKETIME_TIMESTAMP_FILE"
  succeeds "two hours later skopeo pulls" skopeo inspect "docker://$login_server/$image"
  equal "by the token that is kept" "$before" "$(exchanges)"
  echo +3h >"$FAKETIME_TIMESTAMP_FILE"
  succeeds "three hours later skopeo pulls without a word" skopeo inspect "docker://$login_server/$image"
  after=$(exchanges)
  equal "by a new token" "$((before + 1))" "$after"
  succeeds "and docker" docker manifest inspect "$login_server/$image"
  equal "by that one" "$after" "$(exchanges)"
  no_token_on_disk "no password is on disk after that"
}

refusals() {
  refused "a registry that nobody set up is not found" 'credentials not found in native keychain' ask other.azurecr.io
  equal "as docker knows it" 'credentials not found in native keychain' "$(cat "$work/out")"
  helper erase <<<"$login_server"
  export CROSSPULL_B_CLIENT_SECRET_BEFORE=$CROSSPULL_B_CLIENT_SECRET CROSSPULL_B_CLIENT_SECRET=wrong
  refused "with a wrong secret docker tells what to do" "The secret is wrong.* App $CROSSPULL_B_CLIENT_ID signs in by" \
    docker manifest inspect "$login_server/$image"
  refused "and skopeo" "The secret is wrong.* App $CROSSPULL_B_CLIENT_ID signs in by" skopeo inspect "docker://$login_server/$image"
  CROSSPULL_B_CLIENT_SECRET=$CROSSPULL_B_CLIENT_SECRET_BEFORE
}

# ask SERVER
ask() { printf %s "$1" | docker-credential-crosspull get; }

# Kills crosspull with each call in turn by which it could leave docker's file half written.
killed() {
  local status kills=0 call n wrong=0 file=$DOCKER_CONFIG/config.json
  cp "$file" "$work/with"
  cp -r "$XDG_CONFIG_HOME/crosspull" "$work/settings"
  succeeds "crosspull login --configure-docker --remove" remove
  cp "$file" "$work/without"
  equal "the helper is taken back" null "$(jq -r .credHelpers "$work/without")"
  for call in openat write fchmod fsync rename renameat2 unlink; do
    for n in $(seq 1 400); do
      cp "$work/with" "$file"
      rm -rf "$XDG_CONFIG_HOME/crosspull"
      cp -r "$work/settings" "$XDG_CONFIG_HOME/crosspull"
      # strace ends as the program does, which the shell would tell.
      { (LD_PRELOAD='' exec strace -f -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
        "$crosspull" login --configure-docker "$login_server" --remove) >"$work/out" 2>&1; } 2>/dev/null
      status=$?
      cmp -s "$file" "$work/with" || cmp -s "$file" "$work/without" || wrong=$((wrong + 1))
      # It ended by itself: there is no such call any more.
      [ "$status" -eq 0 ] && break
      kills=$((kills + 1))
    done
  done
  equal "docker's file was whole after each of $kills kills" 0 "$wrong"
  succeeds "it was killed before, while and after it wrote" [ "$kills" -gt 10 ]
}

remove() { "$crosspull" login --configure-docker "$login_server" --remove; }

start_sim "$work/happy"
begin_and_pull
hours_later
refusals
killed
finish

# shellcheck shell=bash disable=SC2034,SC2154
# (what is set here is read by the scripts that source it; lib.sh sets what is not set here)
# Clients of registries, each with a home of its own. Sourced after lib.sh, never run.

SKOPEO=${SKOPEO:-skopeo}
DOCKER=${DOCKER:-docker}
PODMAN=${PODMAN:-podman}
# PYTHON names a Python that has Helm's code.
PYTHON=${PYTHON:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.sdk/bin/python}

null_guid=00000000-0000-0000-0000-000000000000
denied='unauthorized|denied|authentication required|invalid username/password'

# new_home: one in which no client has signed in.
new_home() {
  client_home=$(mktemp -d "$work/home.XXXXXX")
  export DOCKER_CONFIG=$client_home/docker REGISTRY_AUTH_FILE=$client_home/auth.json
  export HELM_REGISTRY_CONFIG=$client_home/helm.json HELM_CACHE_HOME=$client_home/cache
  export SSL_CERT_FILE=$ca
  mkdir -p "$DOCKER_CONFIG"
  # With no login at all docker and helm look for helpers by themselves: where `pass` is installed and not set up, they
  # keep no login.
  echo '{"auths":{"registry.invalid":{}}}' | tee "$DOCKER_CONFIG/config.json" >"$HELM_REGISTRY_CONFIG"
}

docker() { timeout 60 "$DOCKER" "$@"; }
skopeo() { timeout 60 "$SKOPEO" "$@"; }
helm() { timeout 60 "$PYTHON" "$(dirname "${BASH_SOURCE[0]}")/helm.py" "$@"; }
podman() {
  timeout 60 "$PODMAN" --root "$client_home/pods" --runroot "$client_home/run" --storage-driver vfs "$@"
}

# sign_in_with CLIENT NAME PASSWORD: by standard input, as an argument is seen by everybody.
sign_in_with() {
  case $1 in
    helm) helm registry login "$login_server" --username "$2" --password-stdin <<<"$3" ;;
    *) "$1" login --username "$2" --password-stdin "$login_server" <<<"$3" ;;
  esac
}

pulls() { skopeo copy --quiet "docker://$login_server/$1" "dir:$(mktemp -d "$client_home/image.XXXXXX")"; }
# pushes IMAGE: what was pulled with all rights at the beginning.
pushes() { skopeo copy --quiet "dir:$work/image" "docker://$login_server/$1"; }
reads() { docker manifest inspect --insecure "$login_server/$1"; }

# pass_time SECONDS: they are over at once in the simulated cloud.
pass_time() {
  curl -sS --fail --max-time 20 --cacert "$ca" -H 'content-type: application/json' --data "{\"seconds\": $1}" "$arm/_sim/time"
}

# form URL NAME=VALUE...: posts a form; `NAME@FILE` takes the value of a file, as an argument is seen by everybody.
form() {
  local url=$1 data=()
  shift
  for pair in "$@"; do data+=(--data-urlencode "$pair"); done
  curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$url" "${data[@]}"
}

# exchange FILE: the token of Entra in a file for the registry's.
exchange() {
  form "https://$login_server/oauth2/exchange" grant_type=access_token "service=$login_server" "access_token@$1"
}

# doors NAME PASSWORD: what skopeo may do by them, a line each.
doors() {
  new_home
  open() {
    local name=$1
    shift
    "$@" >/dev/null 2>&1 && echo "$name: open" || echo "$name: shut"
  }
  open sign-in sign_in_with skopeo "$1" "$2"
  open "pull $image" pulls "$image"
  open "pull shop/api:latest" pulls shop/api:latest
  open "pull of nothing" pulls shop/none:1
  open "push shop/web" pushes shop/web:pushed
  open "push team/doors" pushes team/doors:1
  open "delete team/doors" skopeo delete "docker://$login_server/team/doors:1"
}

# watched_clients: a folder with the clients under their own names, each of which writes down its arguments and its
# environment before it does its work. Sets `watched`.
watched_clients() {
  watched=$work/watched
  mkdir -p "$watched" "$work"/person/{state,cache,config,run,tmp}
  local name real
  for name in az docker podman helm skopeo; do
    case $name in
      az) real=$(printf %q "$(realpath "$(command -v "$AZ")")") ;;
      helm) real="$(printf '%q %q' "$PYTHON" "$(dirname "${BASH_SOURCE[0]}")/helm.py")" ;;
      *) real=$(printf %q "$(type -P "$name")") ;;
    esac
    cat >"$watched/$name" <<SH
#!/bin/sh
{ echo "== $name"; printf '%s\\n' "\$@"; tr '\\0' '\\n' <"/proc/\$\$/environ"; } >>'$work/watched.seen'
exec $real "\$@"
SH
    chmod 700 "$watched/$name"
  done
}

# person COMMAND...: in a home of a person's own, where nothing but the clients is on the PATH and no secret is in it.
person() {
  env HOME="$work/person" XDG_STATE_HOME="$work/person/state" XDG_CACHE_HOME="$work/person/cache" \
    XDG_CONFIG_HOME="$work/person/config" XDG_RUNTIME_DIR="$work/person/run" TMPDIR="$work/person/tmp" \
    PATH="$watched:/usr/bin:/bin" "$@"
}

# nothing_secret NAME SECRET...: no token at all, none of these and not their Base64 is in what the clients were called with, in what was printed
# into $work/out and $work/err, or in a file of the person's. What a client keeps is in a home of its own.
nothing_secret() {
  local name=$1 secret found places=("$work/watched.seen" "$work/out" "$work/err" "$work/person")
  shift
  [ -s "$work/watched.seen" ] || {
    fail "$name" "no client was called"
    return
  }
  found=$(grep -rlE 'eyJ[A-Za-z0-9_-]{20}' "${places[@]}") && {
    fail "$name" "a token is in: $found"
    return
  }
  for secret in "$@"; do
    [ -n "$secret" ] || give_up "$name: there is no secret to look for"
    found=$(grep -rlF -e "$secret" -e "$(printf %s "$secret" | base64 -w 0)" "${places[@]}") && {
      fail "$name" "a secret is in: $found"
      return
    }
  done
  pass "$name"
}

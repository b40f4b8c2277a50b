# shellcheck shell=bash disable=SC2034
# (what is set here is read by the scripts that source it)
# Shared by the checks that run real programs against the simulated cloud. Sourced, never run.
#
# Every check prints one line, `ok - NAME` or `not ok - NAME`; `finish` prints "N passed, N failed".
# Why a check failed follows on lines that begin with `#`. Only standard error is shown there:
# standard output may hold a secret.

set -uo pipefail
umask 077

passed=0
failed=0
sim_pid=
work=$(mktemp -d)

# Nothing may leave the machine: every address but loopback goes to a closed port.
export HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 NO_PROXY=localhost,127.0.0.1
export https_proxy=$HTTPS_PROXY http_proxy=$HTTP_PROXY no_proxy=$NO_PROXY
# Runs are recorded in the state folder; these stay in ours.
export XDG_STATE_HOME=$work/state

cleanup() {
  stop_sim
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# need_tools TOOL...: exit 2 where one is missing.
need_tools() {
  local tool
  for tool in "$@"; do
    # Functions of these names are no programs.
    type -P "$tool" >/dev/null && continue
    echo "$tool is not installed: run tests/real-clients/install.sh as root" >&2
    exit 2
  done
}

# need_binary ARGUMENT...: sets `crosspull`, exit 2 where it is no program.
need_binary() {
  crosspull=${1:-}
  if [ $# -ne 1 ] || ! [ -f "$crosspull" ] || ! [ -x "$crosspull" ]; then
    echo "usage: $0 CROSSPULL   (the built program, such as target/debug/crosspull)" >&2
    exit 2
  fi
  crosspull=$(realpath "$crosspull")
}

pass() {
  passed=$((passed + 1))
  echo "ok - $1"
}

# fail NAME [WHY]
fail() {
  failed=$((failed + 1))
  echo "not ok - $1"
  [ -z "${2:-}" ] || printf '%s\n' "$2" | tail -n 12 | cut -c1-400 | sed 's/^/#   /'
  return 1
}

# finish: the last line; the exit status says whether all passed.
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# give_up WHY: nothing after this can mean anything.
give_up() {
  echo "# stopped: $1"
  [ "$failed" -gt 0 ] || failed=1
  finish
}

# run COMMAND...: standard output into $work/out, standard error into $work/err.
run() {
  "$@" >"$work/out" 2>"$work/err" </dev/null
}

# succeeds NAME COMMAND...: status 0. Its output can be read with `answer`.
succeeds() {
  local name=$1
  shift
  if run "$@"; then pass "$name"; else fail "$name" "$(cat "$work/err")"; fi
}

# refused NAME PATTERN COMMAND...: fails, and says PATTERN (extended, without case) on standard error.
refused() {
  local name=$1 pattern=$2
  shift 2
  if run "$@"; then
    fail "$name" "it succeeded, expected a refusal with: $pattern"
  elif grep -Eiq -- "$pattern" "$work/err"; then
    pass "$name"
  else
    fail "$name" "refused, but without: $pattern
$(cat "$work/err")"
  fi
}

# equal NAME EXPECTED ACTUAL
equal() {
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected: $2
found:    $3"; fi
}

# answer JQ...: reads the last output as JSON.
answer() {
  jq -r "$@" <"$work/out"
}

# succeeds_within SECONDS NAME COMMAND...: tried again until it succeeds or the time is over, for what takes
# time to be known everywhere.
succeeds_within() {
  local end=$((SECONDS + $1)) name=$2
  shift 2
  until run "$@"; do
    [ "$SECONDS" -lt "$end" ] || {
      fail "$name" "$(cat "$work/err")"
      return
    }
    sleep 0.2
  done
  pass "$name"
}

# same_id ID ID: resource ids are compared without case.
same_id() {
  [ "${1,,}" = "${2,,}" ]
}

# start_sim DIR OPTION...: serves a simulated cloud, sets arm, ca, tenant_a, ..., and reads DIR/env.
start_sim() {
  local dir=$1 ready
  shift
  # Its first line comes when it is ready; the descriptor stays open so that it can go on writing.
  exec {sim_out}< <(exec "$crosspull" simulate --dir "$dir" --speed 50 "$@" 2>"$dir.err")
  sim_pid=$!
  if ! read -r -t 60 -u "$sim_out" ready; then
    fail "the simulated cloud starts${*:+ ($*)}" "$(cat "$dir.err")"
    give_up "there is no simulated cloud"
  fi
  pass "the simulated cloud starts${*:+ ($*)}"
  ready() { jq -er "$1" <<<"$ready"; }
  {
    arm=$(ready .arm) && ca=$(ready .ca_file) &&
      tenant_a=$(ready .tenants.a.id) && subscription_a=$(ready .tenants.a.subscription) &&
      tenant_b=$(ready .tenants.b.id) && subscription_b=$(ready .tenants.b.subscription) &&
      cluster=$(ready .cluster) && registry=$(ready .registry) &&
      login_server=$(ready .login_server) && answers=$(ready .answers)
  } || give_up "the ready line lacks something: $ready"
  # shellcheck disable=SC1090
  . "$(ready .env)"
  : "$answers" "$subscription_a" "$subscription_b"
  : "${CROSSPULL_A_CLIENT_ID:?}" "${CROSSPULL_A_CLIENT_SECRET:?}"
  : "${CROSSPULL_B_CLIENT_ID:?}" "${CROSSPULL_B_CLIENT_SECRET:?}"
}

stop_sim() {
  [ -n "$sim_pid" ] || return 0
  kill "$sim_pid" 2>/dev/null
  wait "$sim_pid" 2>/dev/null
  sim_pid=
  exec {sim_out}<&-
}

# sim PATH: a page of the simulated cloud about itself.
sim() {
  curl -sS --fail --max-time 20 --cacert "$ca" "$arm/_sim/$1"
}

# world [JQ OPTION...] FILTER: what the world shows; a filter that gives false, null or nothing fails.
# `$registry` and `$cluster` are the resource ids in lower case; `of_cluster` is the cluster.
world() {
  local options=("${@:1:$#-1}") filter=${!#}
  sim world >"$work/world" || return
  jq -er --arg registry "${registry,,}" --arg cluster "${cluster,,}" ${options[@]+"${options[@]}"} \
    'def of_cluster: .clusters[] | select((.id | ascii_downcase) == $cluster);
     '"$filter" "$work/world" || {
    echo "not so in the world: $filter" >&2
    return 1
  }
}

# world_shows NAME [JQ OPTION...] FILTER
world_shows() {
  local name=$1
  shift
  succeeds "$name" world "$@"
}

# world_comes_to_show NAME [JQ OPTION...] FILTER: the same, within a minute.
world_comes_to_show() {
  local name=$1
  shift
  succeeds_within 60 "$name" world "$@"
}

# the_route_is_done NAME CLIENT_ID: what the world says when a cluster pulls through an app of that name. The checks
# on the role and on the service principal in B take its object id from the world.
# shellcheck disable=SC2016 # the variables in the filters are jq's
the_route_is_done() {
  local name=$1 app=$2 object
  world_shows "world: one such app in A, multi-tenant, with its redirect" --arg name "$name" --arg app "$app" \
    '[.tenants.a.applications[] | select(.displayName == $name) | [.appId, .signInAudience, .web.redirectUris]]
     == [[$app, "AzureADMultipleOrgs", ["https://www.microsoft.com"]]]'
  world_shows "world: no app in B" --arg app "$app" \
    'any(.tenants.b.applications[]; .appId == $app) | not'
  world_shows "world: one service principal in A and one in B" --arg app "$app" \
    '[.tenants.a, .tenants.b | [.servicePrincipals[] | select(.appId == $app)] | length] == [1, 1]'
  object=$(world --arg app "$app" '.tenants.b.servicePrincipals[] | select(.appId == $app) | .id')
  world_shows "world: the role is AcrPull on that registry alone" --arg object "$object" \
    '[.roleAssignments[] | select(.principalId == $object) | [.roleName, (.scope | ascii_downcase), .principalType]]
     == [["AcrPull", $registry, "ServicePrincipal"]]'
  world_shows "world: the cluster has the new clientId after one reset" --arg app "$app" \
    'of_cluster | .clientId == $app and .resets == 1 and .provisioningState == "Succeeded"'
  world_comes_to_show "world: every node pulled from the registry" --arg image "$login_server/" \
    '[of_cluster.nodes[]] as $nodes
     | ($nodes | length) > 0
       and all($nodes[]; any(.pulls[]; .image | startswith($image)) and all(.pulls[]; .state == "Pulled"))'
}

#!/usr/bin/env bash
# The wizard over a login to a real sshd on loopback, without a display and without credentials: a person signs in to both
# tenants by device code, picks cluster, registry and image from lists of ten thousand, and runs the plan to its end.
#
#   tests/real-clients/ssh-people.sh CROSSPULL

# Functions are called through `succeeds` and its kin.
# shellcheck disable=SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
# shellcheck source=tests/real-clients/ssh-lib.sh
. "$(dirname "$0")/ssh-lib.sh"

# enters_code_as ACCOUNT PATTERN: reads the code from the screen, enters it as that person, and sees PATTERN.
enters_code_as() {
  local code
  sees 'Enter this code' || return
  code=$(tmux capture-pane -p -t wizard | grep -oE '^[A-Z0-9]{8,10}$' | head -n 1)
  printf '%s\n' "$code" >>"$work/codes"
  # shellcheck disable=SC2154 # start_sim sets them
  curl -sS --fail --max-time 20 --cacert "$ca" -H 'content-type: application/json' \
    --data "$(jq -cn --arg code "$code" --arg user "$1" '{userCode: $code, user: $user}')" "$arm/_sim/device" >/dev/null &&
    sees "$2"
}

# types TEXT PATTERN
types() {
  tmux send-keys -t wizard -l -- "$1" && sees "$2"
}

# to_field N: to the field so many below.
to_field() {
  local n
  for ((n = 0; n < $1; n++)); do tmux send-keys -t wizard Tab; done
}

picks_in_a() {
  opens 'What do you want to do' && presses Enter 'Which way' && presses Enter 'Tenant A, where' && to_field 3 &&
    presses F5 'Sign in to tenant A' && enters_code_as ops@contoso.com ' 10,000 ' &&
    types aks-shop ' of 10,000' && presses Enter 'aks-shop in rg-shop'
}

picks_in_b() {
  presses Enter 'Tenant B, where' && presses F5 'Sign in to tenant B' &&
    enters_code_as ops@fabrikam.com 'Fabrikam' && presses Enter 'Tenant +bbbbcccc-' && to_field 2 &&
    presses F5 ' 10,000 ' && types registryb ' 1 of 10,000' && presses Enter 'registryb in rg-registry' && to_field 1 &&
    presses F5 'Repositories' && sees ' 10,000 ' && types shop/web ' of 10,000' && presses Enter 'Tags of shop/web' &&
    types 1.4 ' 1 of ' && presses Enter 'shop/web:1.4'
}

runs_to_the_end() {
  presses Enter '(\||│) App and secret' && presses Enter 'Checks .*(warn|passed)' && presses Enter 'Review .*steps' &&
    presses Enter 'Reset aks-shop now' && presses Tab '(▸|>) Reset' && presses Enter 'The run is over' &&
    presses Enter 'pulls shop/web:1.4 from registryb' && presses Enter 'Leave without it' && sleep 0.8 && tmux send-keys -t wizard l
}

# kept_quiet: neither a code nor a token is in a journal.
kept_quiet() {
  ! grep -rFf "$work/codes" "$work/people/state" && ! grep -rq eyJ "$work/people/state"
}

succeeds "sshd answers on loopback" start_sshd
start_sim "$work/people" --scenario many
# What keeps the wizard in step with the fast cloud, and nothing that it asks for.
# shellcheck disable=SC2154
grep -E '^(pace|soak|consent-wait) ' "$answers" >"$work/few.toml"
echo 'route = "new-app"' >>"$work/few.toml"
cat >"$work/wizard" <<SH
#!/bin/sh
export XDG_STATE_HOME=$work/people/state
. $work/people/env
unset CROSSPULL_A_CLIENT_ID CROSSPULL_A_CLIENT_SECRET CROSSPULL_B_CLIENT_ID CROSSPULL_B_CLIENT_SECRET DISPLAY WAYLAND_DISPLAY
export CROSSPULL_TENANT_A=contoso.com
exec $crosspull --answers $work/few.toml --cloud $arm
SH
chmod 700 "$work/wizard"
old=$(world 'of_cluster.clientId')
succeeds "a person signs in to A by device code, and picks the cluster from ten thousand" picks_in_a
succeeds "another picks tenant B from theirs, then registry, repository and tag" picks_in_b
succeeds "the run comes to its end" runs_to_the_end
succeeds_within 5 "no process is left" no_wizard
# shellcheck disable=SC2016 # the variable in the filter is jq's
world_shows "the cluster's service principal is another one" --arg old "$old" 'of_cluster.clientId != $old'
equal "each tenant asked once" 2 "$(wc -l <"$work/codes")"
succeeds "neither codes nor tokens are in a journal" kept_quiet
stop_sim
finish

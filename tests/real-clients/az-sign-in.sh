#!/usr/bin/env bash
# crosspull signs in by the real Azure CLI: an operator of each tenant is logged in to one az, and no credentials of
# theirs are in crosspull's environment. Where az gives no token, crosspull stops and says why in az's words.
#
#   tests/real-clients/az-sign-in.sh CROSSPULL        AZ names the Azure CLI (default: az)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" curl jq

# A folder in which az is found by its name, whatever AZ is, and one in which it is not.
with_az=$work/with-az without_az=$work/without-az
mkdir "$with_az" "$without_az"
printf '#!/bin/sh\nexec %q "$@"\n' "$(realpath "$(command -v "$AZ")")" >"$with_az/az"
chmod 700 "$with_az/az"

# by_az COMMAND OPTION...: crosspull, told to sign in by az.
by_az() {
  crosspull_finding "$with_az:$PATH" "$@"
}

# crosspull_finding PATH COMMAND OPTION...
crosspull_finding() {
  local path=$1 command=$2
  shift 2
  env -u CROSSPULL_A_CLIENT_ID -u CROSSPULL_A_CLIENT_SECRET -u CROSSPULL_B_CLIENT_ID -u CROSSPULL_B_CLIENT_SECRET \
    PATH="$path" "$crosspull" "$command" --answers "$answers" --sign-in-a azure-cli --sign-in-b azure-cli "$@"
}

# ends NAME STATUS COMMAND...: with that status; standard error is kept with the output for `says`.
ends() {
  local name=$1 expected=$2 status=0
  shift 2
  run "$@" || status=$?
  cat "$work/out" "$work/err" >"$work/said"
  cat "$work/said" >>"$work/all-said"
  if [ "$status" -eq "$expected" ]; then pass "$name: exit $expected"; else
    fail "$name: exit $expected" "exit $status
$(cat "$work/said")"
  fi
}

# says NAME PATTERN: in what the last `ends` wrote, its lines joined, as crosspull may break them.
says() {
  if tr -s ' \n' ' ' <"$work/said" | grep -Eiq -- "$2"; then pass "$1"; else
    fail "$1" "not said: $2
$(cat "$work/said")"
  fi
}

# kept_quiet: no `ends` wrote an operator's secret or a token, which is a JWT.
kept_quiet() {
  if grep -Fq -e "$CROSSPULL_A_CLIENT_SECRET" -e "$CROSSPULL_B_CLIENT_SECRET" -e eyJ "$work/all-said"; then
    fail "neither a secret nor a token was written"
  else
    pass "neither a secret nor a token was written"
  fi
}

# wrote_nothing NAME: no request but reads since the start; a token, a Resource Graph query, a registry's sign-in and
# the kubeconfig of a cluster's user are asked for by POST.
wrote_nothing() {
  sim requests >"$work/requests"
  local reads='^/oauth2/(token|exchange)$|/providers/microsoft.resourcegraph/resources$|/listclusterusercredential$'
  succeeds "$1" jq -e --arg reads "$reads" 'all(.[]; .method == "GET" or .method == "HEAD" or .plane == "entra"
    or (.path | ascii_downcase | test($reads)))' \
    "$work/requests"
}

# az_token OPTION...: whose token az gives, as "TENANT CLIENT_ID".
az_token() {
  az account get-access-token "$@" |
    jq -er '.accessToken | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | "\(.tid) \(.appid)"'
}

tokens_of_both() {
  succeeds "az gives a token for A's subscription" az_token --subscription "$subscription_a"
  equal "it is of operator A in tenant A" "$tenant_a $CROSSPULL_A_CLIENT_ID" "$(cat "$work/out")"
  succeeds "az gives a token for B's subscription" az_token --subscription "$subscription_b"
  equal "it is of operator B in tenant B" "$tenant_b $CROSSPULL_B_CLIENT_ID" "$(cat "$work/out")"
}

both_signed_in() {
  start_sim "$work/happy"
  register_cloud sign-in
  succeeds "az login in tenant A" sign_in_operator_a || give_up "no sign-in in A"
  succeeds "az login in tenant B" sign_in_operator_b || give_up "no sign-in in B"
  tokens_of_both

  # az has one current subscription; crosspull must not depend on whose it is.
  succeeds "az account set to A" use_a
  ends "plan, A being current in az" 0 by_az plan
  succeeds "az account set to B" use_b
  ends "plan, B being current in az" 0 by_az plan
  wrote_nothing "plan wrote nothing to the cloud"

  local old
  old=$(world 'of_cluster.clientId')
  ends "apply" 0 by_az apply --yes --output json --secret-out "$work/secret"
  kept_quiet
  succeeds "its last line is run_ended, all being done" \
    jq -es 'last | .event == "run_ended" and .verdict == "done"' "$work/said" || give_up "nothing was set up"
  local app_id
  app_id=$(world 'of_cluster.clientId')
  # shellcheck disable=SC2016 # the variable in the filter is jq's
  world_shows "the cluster's service principal is another one" --arg old "$old" 'of_cluster.clientId != $old'
  the_route_is_done crosspull-aks-shop "$app_id"
  stop_sim
}

not_signed_in() {
  start_sim "$work/not-signed-in"
  register_cloud not-signed-in
  ends "plan, az being logged in nowhere" 4 by_az plan
  says "az's own words" "Please run 'az login' to setup account"
  says "what to do for A" 'az login --tenant'

  succeeds "az login in tenant A alone" sign_in_operator_a || give_up "no sign-in in A"
  ends "plan, az not being logged in to B" 4 by_az plan
  # Asked by tenant az tries A's account there; asked by subscription it knows none.
  says "az's own words on B" "AADSTS700016|Subscription '$subscription_b' not found"
  says "A is signed in to" '✓ signed in to tenant A'
  says "B is not" 'no sign-in to tenant B'
  ends "apply, az not being logged in to B" 4 by_az apply --yes --secret-out "$work/no-secret"
  succeeds "there is no file for a secret that was not made" test ! -e "$work/no-secret"

  ends "plan, there being no az" 4 crosspull_finding "$without_az" plan
  says "a sentence that the Azure CLI is missing" 'Azure CLI[^.]*(not (found|installed)|missing)|install[^.]*Azure CLI'
  kept_quiet
  wrote_nothing "none of this wrote to the cloud"
  world_shows "the cluster was not reset" 'of_cluster.resets == 0'
  stop_sim
}

both_signed_in
not_signed_in
finish

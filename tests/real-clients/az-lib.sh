# shellcheck shell=bash disable=SC2015,SC2154
# (lib.sh sets what is not set here; `give_up` ends the script)
# The Azure CLI pointed at the simulated cloud. Sourced after lib.sh, never run.

# AZ names the Azure CLI.
AZ=${AZ:-az}

export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_INSTANCE_DISCOVERY=false
export AZURE_CORE_LOGIN_EXPERIENCE_V2=off AZURE_CORE_NO_COLOR=true AZURE_CORE_OUTPUT=json
export AZURE_CORE_ONLY_SHOW_ERRORS=true

az() {
  timeout 180 "$AZ" "$@"
}

# register_cloud NAME: makes the simulated cloud known to az, and the session of the operator.
# What a session knows, its token cache included, is in AZURE_CONFIG_DIR.
register_cloud() {
  export REQUESTS_CA_BUNDLE=$ca
  registered=$work/az-$1
  export AZURE_CONFIG_DIR=$registered
  succeeds "az cloud register ($1)" az cloud register -n sim --endpoint-resource-manager "$arm" &&
    succeeds "az cloud set ($1)" az cloud set -n sim &&
    run az cloud show &&
    equal "az uses the simulated cloud alone ($1)" "sim ${arm%/}" \
      "$(answer '"\(.name) \(.endpoints.resourceManager | rtrimstr("/"))"')" ||
    give_up "az would go to the public cloud"
  # Sign-in and Graph too, or a token request could leave for the public cloud.
  if answer '.endpoints | .activeDirectory, .microsoftGraphResourceId' | grep -qv '^https://\(localhost\|127\.0\.0\.1\):'; then
    give_up "az did not discover sign-in and Graph of the simulated cloud"
  fi
  new_session
}

# new_session: one that has the cloud and no token.
new_session() {
  AZURE_CONFIG_DIR=$(mktemp -d "$work/session.XXXXXX")
  export AZURE_CONFIG_DIR
  cp -r "$registered/." "$AZURE_CONFIG_DIR"
}

# alone COMMAND...: in a session of its own. A check of a secret needs that, because az does not ask for a token
# again that it has.
alone() (
  new_session
  "$@"
)

# sign_in TENANT CLIENT_ID SECRET [OPTION...]
sign_in() {
  local tenant=$1 client_id=$2 secret=$3
  shift 3
  az login --service-principal --tenant "$tenant" --username "$client_id" --password="$secret" "$@"
}

sign_in_operator_a() {
  sign_in "$tenant_a" "$CROSSPULL_A_CLIENT_ID" "$CROSSPULL_A_CLIENT_SECRET"
}

sign_in_operator_b() {
  sign_in "$tenant_b" "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET"
}

use_a() { az account set --subscription "$subscription_a"; }
use_b() { az account set --subscription "$subscription_b"; }

# enter CODE ACCOUNT: a person enters it on the page of the simulated cloud.
enter() {
  curl -sS --fail --max-time 20 --cacert "$ca" -H 'content-type: application/json' \
    --data "$(jq -cn --arg code "$1" --arg user "$2" '{userCode: $code, user: $user}')" "$arm/_sim/device"
}

# device_login TENANT ACCOUNT: az signs in; the code that it prints is entered by that person.
device_login() {
  local tenant=$1 account=$2 code='' login end=$((SECONDS + 60))
  # What an earlier sign-in printed is not this one's.
  : >"$work/login.err"
  AZURE_CORE_ONLY_SHOW_ERRORS=false az login --use-device-code --tenant "$tenant" >"$work/login.out" 2>"$work/login.err" &
  login=$!
  until code=$(grep -oE 'enter the code [A-Z0-9]+' "$work/login.err" | awk '{ print $4 }') && [ -n "$code" ]; do
    [ "$SECONDS" -lt "$end" ] && kill -0 "$login" 2>/dev/null || {
      cat "$work/login.err" >&2
      return 1
    }
    sleep 0.2
  done
  enter "$code" "$account" >/dev/null && wait "$login" || {
    cat "$work/login.err" >&2
    return 1
  }
}

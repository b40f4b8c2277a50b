#!/usr/bin/env bash
# kubectl as somebody who is let into a cluster and no longer, row by row of Microsoft's table "Summary" ("Access and identity
# options for AKS"): refused, opened by crosspull, reached, closed again. The cluster's entry is the one that crosspull
# writes; the person's token is their own, by a device code.
#
#   tests/real-clients/access.sh CROSSPULL        KUBECTL names kubectl (default: kubectl, else the one in .az/)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/real-clients/kubectl-lib.sh
. "$(dirname "$0")/kubectl-lib.sh"

need_binary "$@"
need_tools "$KUBECTL" curl jq

export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"

readonly ADA=ada@contoso.com
# The client of the Azure CLI, and the server of every cluster's Kubernetes API.
readonly CLIENT=04b07795-8ddb-461a-bbee-02f9e1bf7b46
readonly SERVER=6dae42f8-4368-4678-94ff-3960e28e3630

# token_of SCOPE: ada's, who enters a device code.
token_of() {
  local asked
  asked=$(curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$arm/$tenant_a/oauth2/v2.0/devicecode" \
    --data-urlencode "client_id=$CLIENT" --data-urlencode "scope=$1/.default") || return
  curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$arm/_sim/device" -H 'content-type: application/json' \
    --data "$(jq -c --arg user "$ADA" '{userCode: .user_code, user: $user}' <<<"$asked")" >/dev/null || return
  curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$arm/$tenant_a/oauth2/v2.0/token" \
    --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:device_code --data-urlencode "client_id=$CLIENT" \
    --data-urlencode "device_code=$(jq -r .device_code <<<"$asked")" | jq -er .access_token
}

# asks_azure ACTION: the status of ada's request for a kubeconfig.
asks_azure() {
  local token
  token=$(token_of https://management.core.windows.net/) || return
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl -sS --max-time 20 --cacert "$ca" --config - -o /dev/null -w '%{http_code}' -X POST \
      "${arm%/}$cluster/$1?api-version=2024-09-01"
}

# azure_gives ACTION: true where ada gets the kubeconfig. A role takes a while to take effect, and no proof waits for this one.
azure_gives() {
  local status
  status=$(asks_azure "$1") && [ "$status" = 200 ] || {
    echo "Azure answers ada's $1 with ${status:-nothing}" >&2
    return 1
  }
}

# signs_in: ada's entry in the kubeconfig, beside that of the operator.
signs_in() {
  local token
  token=$(token_of "$SERVER") || return
  "$KUBECTL" --kubeconfig "$work/kubeconfig" config set-credentials ada --token="$token" &&
    "$KUBECTL" --kubeconfig "$work/kubeconfig" config set-context ada --user=ada \
      --cluster="$("$KUBECTL" --kubeconfig "$work/kubeconfig" config view -o jsonpath='{.clusters[0].name}')"
}

as_ada() {
  kubectl --context ada "$@"
}

# change PART OPTION...: opens or closes.
change() {
  local part=$1
  shift
  "$crosspull" access "$part" --cluster "$cluster" --tenant-a "$tenant_a" --sign-in-a service-principal --yes --pace 50 \
    --principal "$ADA" "${credential[@]}" "$@"
}

# begin SCENARIO [OPTION...]: a cluster, its entry as crosspull writes it, and ada beside it. The options are those by which
# the operator comes in.
begin() {
  local scenario=$1
  shift
  credential=("$@")
  rm -f "$work/kubeconfig" "$work/secret"
  start_sim "$work/$scenario" --scenario "$scenario"
  printf %s "$CROSSPULL_A_CLIENT_SECRET" >"$work/secret"
  unset CROSSPULL_A_CLIENT_SECRET
  export CROSSPULL_A_CLIENT_SECRET_FILE=$work/secret
  succeeds "the cluster's entry ($scenario)" "$crosspull" access kubeconfig --cluster "$cluster" --tenant-a "$tenant_a" \
    --sign-in-a service-principal --file "$work/kubeconfig" || give_up "there is no kubeconfig"
  succeeds "ada signs in ($scenario)" signs_in || give_up "ada has no token"
}

# Thirty questions: half of them a reader of a namespace may, and half not.
readonly questions='list pods -n shop
get pods -n shop
watch pods -n shop
get pods/log -n shop
create pods -n shop
delete pods -n shop
create pods/exec -n shop
get services -n shop
list endpoints -n shop
create services -n shop
get configmaps -n shop
update configmaps -n shop
get secrets -n shop
list secrets -n shop
create secrets -n shop
get serviceaccounts -n shop
impersonate serviceaccounts -n shop
list deployments.apps -n shop
patch deployments.apps -n shop
delete deployments.apps -n shop
get statefulsets.apps -n shop
get poddisruptionbudgets.policy -n shop
list events -n shop
create poddisruptionbudgets.policy -n shop
list rolebindings.rbac.authorization.k8s.io -n shop
get roles.rbac.authorization.k8s.io -n shop
create rolebindings.rbac.authorization.k8s.io -n shop
list pods -n jobs
list pods -n default
list nodes'

# can_i CONTEXT ARGUMENT...: kubectl's yes or no, without the reason.
can_i() {
  local context=$1
  shift
  kubectl --context "$context" auth can-i "$@" 2>/dev/null </dev/null | cut -d ' ' -f 1
}

# agrees NAME PRINCIPAL CONTEXT: crosspull's answers about somebody are those of kubectl's own user, one by one. Where the
# groups may not be read the exit status is 1, and the cluster answers all the same.
agrees() {
  local name=$1 principal=$2 context=$3 asked=() wrong=0 question
  while read -r question; do
    asked+=(--can "$question")
    # A part of a kind is an option there.
    read -r verb kind rest <<<"$question"
    part=(${kind#"${kind%%/*}"})
    # shellcheck disable=SC2086 # the rest is an option with its value
    can_i "$context" "$verb" "${kind%%/*}" ${part[0]:+--subresource="${part[0]#/}"} $rest
  done <<<"$questions" >"$work/kubectl-says"
  run "$crosspull" access --cluster "$cluster" --tenant-a "$tenant_a" --sign-in-a service-principal --pace 50 \
    "${credential[@]}" --principal "$principal" --output json "${asked[@]}"
  answer '.questions[] | if .allowed then "yes" else "no" end' >"$work/crosspull-says"
  wrong=$(diff "$work/kubectl-says" "$work/crosspull-says")
  equal "$name: thirty questions" 30 "$(wc -l <"$work/kubectl-says")"
  equal "$name: crosspull agrees with kubectl" "" "$wrong"
  equal "$name: so do its rules, where they say anything" "0" \
    "$(answer '[.questions[] | select(.differ)] | length')"
}

end_of_row() {
  unset CROSSPULL_A_CLIENT_SECRET_FILE
  stop_sim
}

forbidden='Forbidden|forbidden'

begin access-azure-roles
refused "row 4: nothing is opened" "$forbidden" as_ada get pods -n shop
equal "and Azure gives no kubeconfig" 403 "$(asks_azure listClusterUserCredential)"
succeeds "row 4: RBAC Reader is opened" change open --role rbac-reader --namespace shop
succeeds "row 4: kubectl get pods" as_ada get pods -n shop
succeeds_within 20 "row 4: Azure gives the kubeconfig" azure_gives listClusterUserCredential
refused "row 4: in that namespace alone" "$forbidden" as_ada get pods -A
refused "row 4: and no secrets" "$forbidden" as_ada get secrets -n shop
operator=$(kubectl config current-context)
agrees "row 4" "$ADA" ada
agrees "row 4, the operator" me "$operator"
equal "row 4: kubectl auth can-i --as says a wrong no" no \
  "$(can_i "$operator" list pods -n shop --as "$ADA")"
succeeds "row 4: crosspull is asked the same" "$crosspull" access --cluster "$cluster" --tenant-a "$tenant_a" \
  --sign-in-a service-principal --pace 50 --principal "$ADA" --output json --can "list pods -n shop"
equal "row 4: and says the right yes, by the role" "true Azure Kubernetes Service RBAC Reader on the namespace shop" \
  "$(answer '.questions[0] | "\(.allowed) \(.rules.reason)"')"
succeeds "row 4: it is closed" change close --role rbac-reader --namespace shop
refused "row 4: kubectl is refused again" "$forbidden" as_ada get pods -n shop
end_of_row

begin access-bindings --cluster-credential admin
refused "row 2: nothing is opened" "$forbidden" as_ada get pods -n shop
succeeds "row 2: view is bound" change open --bind view --namespace shop
succeeds "row 2: kubectl get pods" as_ada get pods -n shop
equal "row 2: kubectl auth can-i" yes "$(as_ada auth can-i list pods -n shop)"
refused "row 2: no secrets" "$forbidden" as_ada get secrets -n shop
agrees "row 2" "$ADA" ada
succeeds "row 2: it is closed" change close --bind view --namespace shop
refused "row 2: kubectl is refused again" "$forbidden" as_ada get pods -n shop
end_of_row

begin access-admin-group
refused "row 3: nothing is opened" "$forbidden" as_ada get nodes
succeeds "row 3: the group is joined" change open --group aks-admins
succeeds "row 3: ada signs in anew" signs_in
succeeds "row 3: kubectl get nodes" as_ada get nodes
succeeds "row 3: the group is left" change close --group aks-admins
succeeds "row 3: ada signs in once more" signs_in
refused "row 3: kubectl is refused again" "$forbidden" as_ada get nodes
end_of_row

begin access-local
equal "row 1: Azure gives no admin's kubeconfig" 403 "$(asks_azure listClusterAdminCredential)"
succeeds "row 1: the local admin is opened" change open --local-admin
succeeds_within 20 "row 1: Azure gives it" azure_gives listClusterAdminCredential
succeeds "row 1: it is closed" change close --local-admin
equal "row 1: Azure gives none again" 403 "$(asks_azure listClusterAdminCredential)"
end_of_row
finish

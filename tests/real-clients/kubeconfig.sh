#!/usr/bin/env bash
# kubectl with the kubeconfig that crosspull writes: crosspull itself is the plugin that signs in where Entra does, the
# admin's certificate is the other way in, and clusters of two clouds, of one name, live side by side in one file.
#
#   tests/real-clients/kubeconfig.sh CROSSPULL        KUBECTL names kubectl (default: kubectl, else the one in .az/)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/real-clients/kubectl-lib.sh
. "$(dirname "$0")/kubectl-lib.sh"

need_binary "$@"
need_tools "$KUBECTL" curl jq

# What is kept between two calls is kept here.
export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
export KUBECONFIG=$work/kubeconfig

# write OPTION...: the entry of the cluster that is served last.
write() {
  "$crosspull" access kubeconfig --cluster "$cluster" --tenant-a "$tenant_a" --sign-in-a service-principal "$@"
}

# in_context NAME COMMAND...
in_context() {
  local context=$1
  shift
  kubectl --context "$context" "$@"
}

# requests_for PATTERN: how many requests were made to such a path.
requests_for() {
  sim requests | jq --arg path "$1" '[.[] | select(.path | test($path))] | length'
}

# secret_in_file: the app's secret goes into no kubeconfig, so a file that the entry names holds it.
secret_in_file() {
  printf %s "$CROSSPULL_A_CLIENT_SECRET" >"$1"
  unset CROSSPULL_A_CLIENT_SECRET
  export CROSSPULL_A_CLIENT_SECRET_FILE=$1
}

a_person_signs_in_by_the_plugin() {
  succeeds "crosspull access kubeconfig" write || give_up "there is no kubeconfig"
  succeeds "kubectl reads the file" kubectl config view -o json
  equal "its current context is that of az" "$(basename "$cluster")" "$(answer '."current-context"')"
  equal "the plugin asks where it can" IfAvailable "$(answer '.users[0].user.exec.interactiveMode')"
  local before
  before=$(requests_for '/oauth2/v2.0/token$')
  # Whatever else the environment says of who signs in.
  succeeds "kubectl get pods" env CROSSPULL_A_CLIENT_ID=another CROSSPULL_CLOUD=https://localhost:1 \
    "$KUBECTL" get pods -A -o name
  succeeds "kubectl get nodes" kubectl get nodes -o name
  equal "no other sign-in was needed" "$before" "$(requests_for '/oauth2/v2.0/token$')"
  rm -f "$XDG_RUNTIME_DIR"/crosspull/*.token
  succeeds "kubectl get pods, where nothing is kept" kubectl get pods -A -o name
  equal "one sign-in was" "$((before + 1))" "$(requests_for '/oauth2/v2.0/token$')"
  succeeds "kubectl auth can-i" kubectl auth can-i list pods -A
}

# kubectl reads an entry of the version before, and what is wrong is told by it.
the_plugin_speaks_the_version_before() {
  sed 's#client.authentication.k8s.io/v1$#client.authentication.k8s.io/v1beta1#' "$work/kubeconfig" >"$work/beta"
  succeeds "kubectl with v1beta1" "$KUBECTL" --kubeconfig "$work/beta" get ns -o name
  sed 's#^\( *\)- --as$#\1- --no-such#' "$work/kubeconfig" >"$work/wrong"
  refused "an entry that is wrong" 'unexpected argument|exit code 2' "$KUBECTL" --kubeconfig "$work/wrong" get ns
  rm -f "$XDG_RUNTIME_DIR"/crosspull/*.token
  mv "$CROSSPULL_A_CLIENT_SECRET_FILE" "$work/aside"
  refused "the reason why there is no token" 'crosspull: no token of tenant .* by service-principal' kubectl get ns
  mv "$work/aside" "$CROSSPULL_A_CLIENT_SECRET_FILE"
  succeeds "and with the secret there is one" kubectl get ns -o name
}

the_admin_has_a_certificate() {
  refused "the admin's certificate is not written unasked" 'give --yes' write --admin
  succeeds "crosspull access kubeconfig --admin" write --admin --yes
  succeeds "kubectl by the certificate" in_context "$(basename "$cluster")-admin" get pods -A -o name
  succeeds "and by the person's entry" in_context "$(basename "$cluster")" get pods -A -o name
}

# entra_of NAME: a scenario in which Entra signs people in by Kubernetes' own rules, with local accounts.
entra_of() {
  cat >"$work/$1.toml" <<'TOML'
name = "with-local-accounts"
says = "Entra signs people in, Azure's roles decide, and local accounts are enabled"

[world]
cluster_identity = "system-assigned"

[world.cluster]
entra = { azure_rbac = true }

[world.operator_a]
roles = [
  { role = "Contributor", on = "subscription" },
  { role = "Azure Kubernetes Service RBAC Cluster Admin", on = "resource" },
]
TOML
}

entra_of entra
start_sim "$work/one" --scenario "$work/entra.toml"
secret_in_file "$work/secret-one"
a_person_signs_in_by_the_plugin
the_plugin_speaks_the_version_before
the_admin_has_a_certificate
# The first cloud goes on beside the second one.
first_pid=$sim_pid
trap 'kill "$first_pid" 2>/dev/null; cleanup' EXIT
sim_pid=
unset CROSSPULL_A_CLIENT_SECRET_FILE
start_sim "$work/two" --scenario "$work/entra.toml"
secret_in_file "$work/secret-two"
succeeds "the entry of a cluster of the same name in another tenant" write --output json
second=$(answer .context)
# The cluster's resource group is called the same there too.
equal "it has a longer name" "$(jq -rn --arg id "$cluster" '$id | split("/") | "\(.[4])_\(.[8])_\(.[2])"')" "$second"
succeeds "kubectl in the second tenant" in_context "$second" get ns -o name
succeeds "kubectl in the first tenant" in_context "$(basename "$cluster")" get ns -o name
succeeds "kubectl changes the file" kubectl config rename-context "$second" second
succeeds "and it still signs in" in_context second get ns -o name
stop_sim
finish

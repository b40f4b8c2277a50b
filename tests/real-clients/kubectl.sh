#!/usr/bin/env bash
# kubectl, which knows nothing of Azure, looks around in the cluster with the kubeconfig that the Resource Manager gives
# away, and runs a pod with the registry's image: before the reset its node is refused, afterwards it pulls.
#
#   tests/real-clients/kubectl.sh CROSSPULL        KUBECTL names kubectl (default: kubectl, else the one in .az/)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/real-clients/kubectl-lib.sh
. "$(dirname "$0")/kubectl-lib.sh"

need_binary "$@"
need_tools "$KUBECTL" curl jq base64

# arm_token [RESOURCE]: of operator A. The secret goes by standard input, as an argument is seen by everybody.
arm_token() {
  printf %s "$CROSSPULL_A_CLIENT_SECRET" |
    curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$arm/$tenant_a/oauth2/v2.0/token" \
      --data-urlencode grant_type=client_credentials --data-urlencode "client_id=$CROSSPULL_A_CLIENT_ID" \
      --data-urlencode client_secret@- --data-urlencode "scope=${1:-https://management.core.windows.net/}/.default" |
    jq -er .access_token
}

# get_kubeconfig ACTION: into $work/kubeconfig.
get_kubeconfig() {
  local token
  token=$(arm_token) || return
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl -sS --fail-with-body --max-time 20 --cacert "$ca" --config - -X POST \
      "${arm%/}$cluster/$1?api-version=2024-09-01" | jq -er '.kubeconfigs[0].value' | base64 -d >"$work/kubeconfig"
}

# run_pod NAME COMMAND...: a pod with the image that the cluster is to pull.
run_pod() {
  local name=$1
  shift
  run_image "$name" shop/web:1.4 "$@"
}

looks_around() {
  succeeds "kubectl version" kubectl version -o json
  equal "the server has a version" v1.33.2 "$(answer .serverVersion.gitVersion)"
  succeeds "kubectl get nodes" kubectl get nodes -o json
  equal "three nodes are ready" "True True True" \
    "$(answer '[.items[].status.conditions[] | select(.type == "Ready").status] | join(" ")')"
  succeeds "kubectl get nodes, for people" kubectl get nodes
  succeeds "kubectl get ns" kubectl get ns -o name
  equal "the namespaces" "namespace/default namespace/jobs namespace/kube-system namespace/shop" "$(paste -sd ' ' "$work/out")"
  succeeds "kubectl get ns, one at a time" kubectl get ns -o name --chunk-size=1
  equal "the namespaces, one at a time" "namespace/default namespace/jobs namespace/kube-system namespace/shop" \
    "$(paste -sd ' ' "$work/out")"
  succeeds "kubectl get deploy" kubectl get deploy -A -o json
  equal "the shop has two replicas" "shop/web 2 2" \
    "$(answer '.items[] | "\(.metadata.namespace)/\(.metadata.name) \(.spec.replicas) \(.status.readyReplicas)"')"
  succeeds "kubectl get pdb" kubectl get pdb -n shop -o json
  equal "its budget allows one disruption" "web 1" \
    "$(answer '.items[] | "\(.metadata.name) \(.status.disruptionsAllowed)"')"
  succeeds "kubectl get pods by label" kubectl get pods -n shop -l app=web -o json
  equal "the pods of the shop run" "Running Running" "$(answer '[.items[].status.phase] | join(" ")')"
  succeeds "kubectl get all" kubectl get all -n shop -o name
  succeeds "kubectl api-resources" kubectl api-resources
  succeeds "kubectl create namespace" kubectl create namespace crosspull
  refused "the namespace again: AlreadyExists" 'AlreadyExists' kubectl create namespace crosspull
  refused "a deployment that is not there: NotFound" 'deployments.apps "cart" not found' kubectl get deploy cart -n shop
}

rights() {
  succeeds "kubectl auth can-i create pods" kubectl auth can-i create pods
  equal "it may" yes "$(cat "$work/out")"
  refused "kubectl with a wrong token" 'must be logged in|Unauthorized' with_token wrong get ns
}

# with_token TOKEN COMMAND...: without the kubeconfig's own credentials.
with_token() {
  local token=$1
  shift
  sed -e '/client-certificate-data:/d' -e '/client-key-data:/d' -e "s/    token: .*/    token: $token/" \
    "$work/kubeconfig" >"$work/other-kubeconfig"
  timeout 60 "$KUBECTL" --kubeconfig "$work/other-kubeconfig" "$@"
}

refused_before_the_reset() {
  succeeds "kubectl run, before the reset" run_pod before
  succeeds_within 20 "its node is refused: ErrImagePull" \
    event_of before Failed '^Failed to pull image .* 401 Unauthorized$'
  succeeds_within 20 "and backs off: ImagePullBackOff" pod_is before "$waits_for_its_image"
  succeeds "kubectl describe pod" kubectl describe pod before
  succeeds "kubectl delete pod, which waits until it is gone" kubectl delete pod before
  refused "the pod is gone" 'pods "before" not found' kubectl get pod before
}

# shellcheck disable=SC2016 # the variables in the filters are jq's
pulled_after_the_reset() {
  succeeds "crosspull apply" "$crosspull" apply --answers "$answers" --yes --output json || give_up "nothing was set up"
  succeeds "kubectl run, after the reset" run_pod after
  succeeds_within 60 "its node pulls the image" event_of after Pulled '^Successfully pulled image .* Image size: [0-9]+ bytes\.$'
  succeeds_within 20 "the pod has done its work" pod_is after \
    '.status | .phase == "Succeeded" and .containerStatuses[0].state.terminated.reason == "Completed"'
  succeeds "kubectl run of a command that no image has" run_pod shell --command -- sh -c true
  succeeds_within 20 "it cannot start: StartError" pod_is shell \
    '.status.containerStatuses[0].state.terminated | .reason == "StartError" and .exitCode == 128'
  world_shows "the world shows both pods" \
    'of_cluster.namespaces.default.pods | map("\(.name) \(.phase)") == ["after Succeeded", "shell Failed"]'
  succeeds "kubectl delete pod --now" kubectl delete pod after shell --now
  world_shows "no pod is left" 'of_cluster.namespaces.default.pods == []'
}

# No request of kubectl's, no page of the simulated cloud about itself shows a credential of the kubeconfig.
kept_quiet() {
  sed -n 's/^ *\(token\|client-key-data\): //p' "$work/kubeconfig" >"$work/secrets"
  { sim world && sim requests; } >"$work/pages"
  if [ ! -s "$work/secrets" ] || grep -Fqf "$work/secrets" "$work/pages"; then
    fail "the simulated cloud shows no credential of the kubeconfig"
  else
    pass "the simulated cloud shows no credential of the kubeconfig"
  fi
  succeeds "the requests show that it was kubectl" \
    jq -se '.[1] | any(.[]; .plane == "kubernetes" and .status == 201 and (.client | startswith("kubectl")))' "$work/pages"
}

open_cluster() {
  start_sim "$work/happy"
  succeeds "the admin's kubeconfig" get_kubeconfig listClusterAdminCredential
  succeeds "it opens the cluster" kubectl get ns
  succeeds "the user's kubeconfig" get_kubeconfig listClusterUserCredential || give_up "there is no kubeconfig"
  looks_around
  rights
  judges_bindings
  refused_before_the_reset
  pulled_after_the_reset
  kept_quiet
  stop_sim
}

# scenario_of NAME VALUE: a scenario file of that name with `world.cluster.kubernetes` of that value.
scenario_of() {
  printf 'name = "%s"\nsays = "the Kubernetes API is %s"\n\n[world.cluster]\nkubernetes = "%s"\n' "$1" "$2" "$2" \
    >"$work/$1.toml"
}

closed_clusters() {
  scenario_of reads-only read-only
  start_sim "$work/read-only" --scenario "$work/reads-only.toml"
  succeeds "a kubeconfig that may only read" get_kubeconfig listClusterUserCredential
  succeeds "kubectl get pods" kubectl get pods -A
  refused "kubectl run: Forbidden" 'pods (".*" )?is forbidden: User "clusterUser" cannot create resource "pods"' run_pod x
  equal "kubectl auth can-i create pods says no" no "$(kubectl auth can-i create pods 2>/dev/null)"
  stop_sim

  scenario_of hidden private
  start_sim "$work/private" --scenario "$work/hidden.toml"
  succeeds "a kubeconfig of a private cluster" get_kubeconfig listClusterUserCredential
  refused "kubectl get ns: nobody answers" 'connection refused|connection to the server .* was refused' kubectl get ns
  stop_sim
}

# can_i ANSWER WHAT...: what kubectl says of a question.
can_i() {
  local wanted=$1
  shift
  equal "kubectl auth can-i $*" "$wanted" "$(kubectl auth can-i "$@" 2>/dev/null)"
}

# Roles and bindings, made and judged as the administrator of the cluster.
judges_bindings() {
  succeeds "kubectl create clusterrole" kubectl create clusterrole nodes --verb=get,list --resource=nodes
  succeeds "kubectl create clusterrolebinding" kubectl create clusterrolebinding nodes --clusterrole=nodes --user=ada
  succeeds "kubectl create rolebinding" kubectl create rolebinding ci -n shop --clusterrole=edit --serviceaccount=shop:default
  succeeds "kubectl get rolebindings" kubectl get rolebindings -A -o name
  equal "there is one in a namespace" rolebinding.rbac.authorization.k8s.io/ci "$(paste -sd ' ' "$work/out")"
  can_i yes list nodes --as ada
  can_i no delete nodes --as ada
  can_i no list secrets -n shop --as ada
  can_i yes get /healthz --as ada
  can_i yes create pods -n shop --as system:serviceaccount:shop:default
  can_i no create pods -n jobs --as system:serviceaccount:shop:default
  refused "kubectl get as somebody else: Forbidden" 'secrets is forbidden: User "ada" cannot list' \
    kubectl get secrets -n shop --as ada
  succeeds "kubectl create rolebinding, to a group" kubectl create rolebinding givers -n shop --clusterrole=admin --group=givers
  refused "a right that one does not have is not given away" 'attempting to grant RBAC permissions not currently held' \
    kubectl create role more -n shop --verb=get --resource=nodes --as giver --as-group=givers
  local token
  token=$(kubectl create token default -n shop) || fail "kubectl create token"
  succeeds "kubectl auth whoami, by that token" with_token "$token" auth whoami -o json
  equal "it is the service account" system:serviceaccount:shop:default "$(answer .status.userInfo.username)"
  succeeds "kubectl auth can-i --list" kubectl auth can-i --list -n shop
  succeeds "kubectl delete clusterrolebinding" kubectl delete clusterrolebinding nodes
  can_i no list nodes --as ada
}

# Users of Entra: kubectl's answer for somebody else is a wrong no, as on AKS (AKS #4743), and right for oneself.
entra_cluster() {
  start_sim "$work/entra" --scenario access-azure-roles
  succeeds "the kubeconfig of a cluster with Entra" get_kubeconfig listClusterUserCredential
  local token
  token=$(arm_token 6dae42f8-4368-4678-94ff-3960e28e3630) || give_up "there is no token"
  sed -i '/^    exec:/,$d' "$work/kubeconfig"
  printf '    token: %s\n' "$token" >>"$work/kubeconfig"
  can_i yes delete nodes
  local silent="no - Azure does not have opinion for this non AAD user. If you are an AAD user, please set Extra:oid parameter"
  can_i "$silent for impersonated user in the kubeconfig" list pods -n shop --as bob@contoso.com
  local bob
  bob=$(sim world | jq -er '.tenants.a.users[] | select(.userPrincipalName == "bob@contoso.com").id')
  local groups
  groups=$(sim world | jq -er '.tenants.a.groups[].id')
  jq -n --arg bob "$bob" --arg groups "$groups" '{
    apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview",
    spec: {user: "bob@contoso.com", groups: ($groups | split("\n")), extra: {oid: [$bob]},
      resourceAttributes: {verb: "list", resource: "pods", namespace: "shop"}}}' >"$work/review.json"
  succeeds "a review with the object id and the groups" \
    kubectl create --raw /apis/authorization.k8s.io/v1/subjectaccessreviews -f "$work/review.json"
  equal "it says yes, and by what" "true true" \
    "$(answer '"\(.status.allowed) \(.status.reason | startswith("Access allowed by Azure RBAC Role Assignment "))"')"
  stop_sim
}

open_cluster
closed_clusters
entra_cluster
finish

#!/usr/bin/env bash
# The API server that Kubernetes is judges route `pull-secret`: it runs alone on loopback, with RBAC, and `node.py` plays
# scheduler, kubelet and controllers. Entra, Resource Manager and the registry are those of the simulated cloud. kubectl
# sees what the run wrote into the cluster, what it kept of others, and what was there before after `crosspull undo`.
#
#   tests/real-clients/kube-apiserver.sh [--build] CROSSPULL [API_SERVER]        KUBECTL names kubectl
#
# The API server is API_SERVER, else what CROSSPULL_KUBE_APISERVER names, else `kube-apiserver` of the PATH; etcd is that of
# the PATH. No package has it; --build builds it from Debian's source package (`build-apiserver.sh`) into the folder that
# CROSSPULL_CACHE names, else into a new one. Where there is no API server, nothing is judged, and the exit
# status is 77.

# Functions are called through `succeeds` and its kin; `give_up` ends the script. The variables in the filters are jq's.
# shellcheck disable=SC2015,SC2016,SC2154,SC2317
here=$(dirname "$0")
if [ "${1:-}" = --build ]; then
  shift
  built=$("$here/build-apiserver.sh" "${CROSSPULL_CACHE:-$(mktemp -d)}") || exit
fi
# shellcheck source=tests/real-clients/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/real-clients/kubectl-lib.sh
. "$here/kubectl-lib.sh"
# shellcheck source=tests/real-clients/apiserver-lib.sh
. "$here/apiserver-lib.sh"

need_binary "${1:-}"
CROSSPULL_KUBE_APISERVER=${2:-${built:-${CROSSPULL_KUBE_APISERVER:-}}}
find_api_server || {
  echo "No kube-apiserver is at hand: nothing was judged by a real one" >&2
  exit 77
}
need_tools "$KUBECTL" curl jq base64

# Who signs in by a token: one who keeps the pull secrets of `shop` and may do nothing elsewhere, and one who may only read.
api_users=(shopkeeper reader)
secret_name='crosspull-registryb'
granted=shop/web
granted_image=$granted:1.4

clouds=0
node_pid=

# cloud: a new simulated cloud, with a node that pulls from its registry.
cloud() {
  clouds=$((clouds + 1))
  start_sim "$work/cloud-$clouds" --scenario managed-identity-cluster
  export XDG_STATE_HOME=$work/state-$clouds
  python3 "$here/node.py" "$api" "$work/api" "$ca" >"$work/node-$clouds.log" 2>&1 &
  node_pid=$!
  succeeds_within 20 "each namespace has its account" each_has_its_account
  what_is_there >"$work/before" || give_up "kubectl does not list what is there"
}

each_has_its_account() {
  [ "$(kubectl get serviceaccounts -A -o name | grep -c /default)" = "$(kubectl get namespaces -o name | wc -l)" ]
}

end_cloud() {
  kill "$node_pid" 2>/dev/null
  wait "$node_pid" 2>/dev/null
  node_pid=
  stop_sim
}

# what_is_there: all that the route may change. What tells only the time and the version is left out.
what_is_there() {
  kubectl get secrets,serviceaccounts,pods -A -o json | jq -S '.items[]
    | del(.metadata.resourceVersion, .metadata.managedFields)' || return
  sim world | jq -S '{tenants: (.tenants | map_values({applications, servicePrincipals})), roleAssignments}'
}

# apply OPTION...: into $work/out the events, into $work/secret the secret.
apply() { apply_by "$work/kubeconfig" "$@"; }
apply_by() { # KUBECONFIG OPTION...
  rm -f "$work/secret"
  "$crosspull" apply --route pull-secret --kubeconfig "$1" --answers "$answers" --yes --output json \
    --secret-out "$work/secret" "${@:2}"
}

# ends STATUS COMMAND...: its exit status is that one.
ends() {
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" -eq "$wanted" ] || {
    echo "its exit status is $status, not $wanted" >&2
    return 1
  }
}

run_of_last() { answer -s '.[-1].run'; }
says() { # NAME PATTERN
  if grep -Eq -- "$2" "$work/out"; then pass "$1"; else fail "$1" "$(tail -n 6 "$work/out")"; fi
}
outcome() { # OPERATION
  answer -rs --arg op "$1" '(map(select(.event == "run_started"))[0].plan.steps[] | select(.op == $op) | .id) as $id
    | map(select(.event == "step_ended" and .step == $id))[0].outcome' | paste -sd ' '
}

take_back() { # RUN NAME
  succeeds "crosspull undo ($2)" "$crosspull" undo "$1" --yes --kubeconfig "$work/kubeconfig"
  nothing_changed "$2"
}

login_in() { kubectl get secret "$secret_name" -n "$1" -o json | jq -r '.data[".dockerconfigjson"] | @base64d'; }

# pulls_by FILE: the login in a file pulls, by the requests that a client of a registry sends: basic, token, manifest.
pulls_by() {
  local auth token
  auth=$(jq -er --arg server "$login_server" '.auths[$server].auth' "$1") || return
  token=$(printf 'header = "Authorization: Basic %s"\n' "$auth" | curl -sS --fail --max-time 20 --cacert "$ca" --config - \
    "https://$login_server/oauth2/token?service=$login_server&scope=repository:$granted:pull" |
    jq -er '.access_token // .token') || return
  printf 'header = "Authorization: Bearer %s"\n' "$token" | curl -sS --fail --max-time 20 --cacert "$ca" --config - \
    -o "$work/manifest" "https://$login_server/v2/$granted/manifests/1.4"
}

# pull_secret_is NAME NAMESPACE: what the API server keeps is a pull secret, written as crosspull by server-side apply.
pull_secret_is() {
  succeeds "kubectl get secret ($1)" kubectl get secret "$secret_name" -n "$2" -o json --show-managed-fields
  equal "its type and whose it is ($1)" "kubernetes.io/dockerconfigjson crosspull" \
    "$(answer '"\(.type) \(.metadata.labels["app.kubernetes.io/managed-by"])"')"
  equal "one manager, who applied all of it ($1)" \
    '["crosspull","Apply","v1",{"f:data":{"f:.dockerconfigjson":{}},"f:metadata":{"f:annotations":{"f:crosspull/key-id":{},"f:crosspull/run":{}},"f:labels":{"f:app.kubernetes.io/managed-by":{}}},"f:type":{}}]' \
    "$(answer -cS '.metadata.managedFields[] | [.manager, .operation, .apiVersion, .fieldsV1]')"
  login_in "$2" >"$work/login"
  equal "it has one login, of that registry ($1)" "$login_server" "$(jq -r '.auths | keys | join(" ")' "$work/login")"
  succeeds "it has the password that was saved ($1)" \
    same "$(cat "$work/secret")" "$(jq -r --arg server "$login_server" '.auths[$server].password' "$work/login")"
  succeeds "it pulls ($1)" pulls_by "$work/login"
}

a_cluster() {
  echo "# a real API server"
  start_api_server "$work/api"
  succeeds "kubectl version" kubectl version -o json
  echo "# $(answer .serverVersion.gitVersion)"
  # Who makes the accounts `default` is not there before the first cloud.
  for namespace in shop jobs; do
    succeeds "kubectl create namespace $namespace" kubectl create namespace "$namespace"
  done
  for namespace in default shop jobs; do
    succeeds "kubectl create serviceaccount" kubectl create serviceaccount default -n "$namespace"
  done
  succeeds "kubectl create secret: somebody else's" kubectl create secret docker-registry theirs -n shop \
    --docker-server=registry.example --docker-username=u --docker-password=p
  succeeds "kubectl patch serviceaccount: it uses theirs" kubectl patch serviceaccount default -n shop \
    -p '{"automountServiceAccountToken": false, "imagePullSecrets": [{"name": "theirs"}]}'
}

two_namespaces() {
  local made
  echo "# two namespaces, and an account"
  cloud
  succeeds "crosspull apply" apply --namespace shop --namespace jobs --service-account shop/default \
    --manifest-out "$work/shop.yaml" || give_up "nothing was set up"
  made=$(run_of_last)
  cp "$work/out" "$work/events"
  equal "pods proved it in shop, in jobs and as the account, by what they pulled on the node" "proved proved proved" \
    "$(answer -rs '(map(select(.event == "run_started"))[0].plan.steps | map(select(.op == "prove-inside").id)) as $ids
      | map(select(.event == "step_ended" and (.step | IN($ids[]))).outcome) | join(" ")')"
  pull_secret_is "shop" shop
  pull_secret_is "jobs" jobs
  equal "no other namespace has one" "jobs shop" "$(kubectl get secrets -A -o json |
    jq -r --arg name "$secret_name" '[.items[] | select(.metadata.name == $name).metadata.namespace] | join(" ")')"
  succeeds "kubectl get serviceaccount" kubectl get serviceaccount default -n shop -o json
  equal "the account has it beside what it had" "theirs $secret_name" "$(answer '[.imagePullSecrets[].name] | join(" ")')"
  equal "the account of jobs has none" null "$(kubectl get serviceaccount default -n jobs -o json | jq .imagePullSecrets)"
  succeeds "kubectl run, dry" kubectl run web -n shop --image="$login_server/$granted_image" --dry-run=server -o json
  equal "admission gives a new pod what its account has" "theirs $secret_name" \
    "$(answer '[.spec.imagePullSecrets[].name] | join(" ")')"
  equal "no pod is left" "" "$(kubectl get pods -A -o name)"
  succeeds "kubectl apply --dry-run=server takes the Deployments" kubectl apply --dry-run=server -f "$work/shop.yaml" -o json
  equal "each names image and pull secret" "shop $secret_name $login_server/$granted_image
jobs $secret_name $login_server/$granted_image" \
    "$(answer '.items[] | "\(.metadata.namespace) \(.spec.template.spec
      | "\(.imagePullSecrets[0].name) \(.containers[0].image)")"')"
  succeeds "crosspull apply again" apply --namespace shop --namespace jobs --service-account shop/default
  equal "it finds all of it" "found found found" "$(outcome write-pull-secret) $(outcome use-pull-secret)"
  take_back "$made" "two namespaces"
  end_cloud
}

# nothing_written NAME STATUS PATTERN COMMAND...: it ends with that status, says so, and nothing is written anywhere.
nothing_written() {
  local name=$1 status=$2 pattern=$3
  shift 3
  succeeds "exit status $status: $name" ends "$status" "$@"
  says "it says so: $name" "$pattern"
  nothing_changed "$name"
}

rights() {
  local made
  echo "# users with few rights"
  cloud
  # What a pull secret takes in one namespace, and nothing more: not even to read the namespace.
  succeeds "kubectl create role" kubectl create role keeper -n shop --verb=get,create,patch,delete --resource=secrets,pods
  succeeds "kubectl create role, accounts" kubectl create role accounts -n shop --verb=get,patch --resource=serviceaccounts
  for role in keeper accounts; do
    succeeds "kubectl create rolebinding" kubectl create rolebinding "$role" -n shop --role="$role" --user=shopkeeper
  done
  # The cluster role `view` is filled by a controller, and none runs here.
  succeeds "kubectl create clusterrole" kubectl create clusterrole look --verb=get,list \
    --resource=namespaces,pods,events,serviceaccounts
  succeeds "kubectl create clusterrolebinding" kubectl create clusterrolebinding reader --clusterrole=look --user=reader
  nothing_written "who may only read" 4 'you may not get secrets, create secrets, patch secrets, delete secrets, create pods and delete pods in the namespace shop' \
    apply_by "$work/api/reader.kubeconfig" --namespace shop
  nothing_written "who may write in one of two" 4 'you may not get secrets, .* in the namespace jobs' \
    apply_by "$work/api/shopkeeper.kubeconfig" --namespace shop --namespace jobs
  succeeds "crosspull apply, by who may write in one" apply_by "$work/api/shopkeeper.kubeconfig" --namespace shop \
    --service-account shop/default
  made=$(run_of_last)
  pull_secret_is "by who may write in one" shop
  succeeds "exit status 4: renewing, where other namespaces may not be read" \
    ends 4 apply_by "$work/api/shopkeeper.kubeconfig" --namespace shop --renew
  says "it says what to accept" '--unread pull-secrets'
  succeeds "crosspull undo, by who may write in one" "$crosspull" undo "$made" --yes \
    --kubeconfig "$work/api/shopkeeper.kubeconfig"
  nothing_changed "by who may write in one"
  end_cloud
}

namespaces() {
  echo "# namespaces that are not there, or will not be"
  cloud
  nothing_written "a namespace that is not there" 4 'has no namespace shp' apply --namespace shop --namespace shp
  succeeds "kubectl create namespace" kubectl create namespace leaving
  succeeds "kubectl label namespace: its end takes long" kubectl label namespace leaving stuck=yes
  succeeds_within 20 "its account is there" kubectl get serviceaccount default -n leaving
  what_is_there >"$work/before"
  succeeds "kubectl delete namespace" kubectl delete namespace leaving --wait=false
  nothing_written "a namespace that is being deleted" 4 'leaving of aks-shop takes no pull secret: .*because it is being terminated' \
    apply --namespace leaving
  succeeds "kubectl label namespace" kubectl label namespace leaving stuck-
  end_cloud
}

others() {
  local made
  echo "# what others wrote"
  cloud
  succeeds "kubectl create secret of that name" kubectl create secret generic "$secret_name" -n jobs --from-literal=a=b
  what_is_there >"$work/before"
  nothing_written "a secret that somebody else made" 4 "jobs has a secret $secret_name that kubectl-create wrote; it is kept" \
    apply --namespace jobs
  succeeds "kubectl delete secret" kubectl delete secret "$secret_name" -n jobs
  what_is_there >"$work/before"
  succeeds "crosspull apply" apply --namespace jobs
  made=$(run_of_last)
  succeeds "kubectl patch takes the login over" kubectl patch secret "$secret_name" -n jobs --type=merge \
    -p "$(jq -cn '{data: {".dockerconfigjson": ({auths: {theirs: {}}} | tojson | @base64)}}')"
  what_is_there >"$work/taken"
  mv "$work/before" "$work/first" && cp "$work/taken" "$work/before"
  nothing_written "a renewal of what kubectl took over" 4 \
    'somebody else manages a part of the pull secret in jobs .*kubectl-patch.* using v1.*: \.data\.\.dockerconfigjson' \
    apply --namespace jobs --renew
  mv "$work/first" "$work/before"
  succeeds "exit status 5: undo keeps what kubectl took over" ends 5 "$crosspull" undo "$made" --yes \
    --kubeconfig "$work/kubeconfig"
  says "it says so" 'Somebody has put something else into it since'
  equal "it is there" '{"auths":{"theirs":{}}}' "$(login_in jobs)"
  succeeds "kubectl delete secret" kubectl delete secret "$secret_name" -n jobs
  take_back "$made" "what kubectl took over"
  end_cloud
}

renewal() {
  local made old app
  echo "# --renew"
  cloud
  succeeds "crosspull apply" apply --namespace shop --namespace jobs --service-account shop/default
  made=$(run_of_last)
  login_in shop >"$work/old"
  old=$(kubectl get secret "$secret_name" -n shop -o json | jq -r '.metadata.annotations["crosspull/key-id"]')
  app=$(jq -r --arg server "$login_server" '.auths[$server].username' "$work/old")
  succeeds "crosspull apply --renew" apply --namespace shop --namespace jobs --service-account shop/default --renew
  pull_secret_is "renewed, shop" shop
  pull_secret_is "renewed, jobs" jobs
  succeeds "it is another login" unlike "$(cat "$work/old")" "$(login_in shop)"
  equal "both have one key" 1 "$(kubectl get secrets -A -o json |
    jq -r '[.items[].metadata.annotations["crosspull/key-id"] // empty] | unique | length')"
  world_shows "the app has one secret, and not the old one" --arg app "$app" --arg old "$old" \
    '[.tenants.b.applications[] | select(.appId == $app).passwordCredentials[].keyId] | length == 1 and .[0] != $old'
  refused_within 60 "the old login pulls no more" pulls_by "$work/old"
  take_back "$made" "--renew"
  end_cloud
}
unlike() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }
# refused_within SECONDS NAME COMMAND...: it comes to fail.
refused_within() { succeeds_within "$1" "$2" fails "${@:3}"; }
fails() { ! "$@"; }

# webhook NAME RESOURCE OPERATION: a policy of the cluster, by an admission webhook.
webhook() {
  jq -n --arg url "$hooks/$1" --arg name "$1" --arg resource "$2" --arg operation "$3" --rawfile ca "$api_ca" '{
    apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", metadata: {name: $name},
    webhooks: [{name: "\($name).crosspull.example", admissionReviewVersions: ["v1"], sideEffects: "NoneOnDryRun",
      clientConfig: {url: $url, caBundle: ($ca | @base64)},
      rules: [{apiGroups: [""], apiVersions: ["v1"], operations: [$operation], resources: [$resource]}]}]}' |
    kubectl apply -f -
}

webhooks() {
  local made hooks
  # No controller makes the token that an account of this Kubernetes would give its pods.
  local no_token='--overrides={"spec":{"automountServiceAccountToken":false}}'
  echo "# who is quicker, and who keeps things out"
  exec {webhook_out}< <(exec python3 "$here/webhook.py" "$api" "$work/api")
  webhook_pid=$!
  read -r -t 30 -u "$webhook_out" hooks || give_up "there is no webhook"
  cloud
  succeeds "a webhook that changes the account first" webhook touch serviceaccounts UPDATE
  # A webhook is called some moments after it is made.
  succeeds_within 30 "it is called" is_touched
  succeeds "crosspull apply, where somebody is quicker" apply --namespace shop --service-account shop/default
  made=$(run_of_last)
  says "it read the account again" 'somebody changed the account meanwhile; reading it again'
  succeeds "kubectl get serviceaccount" kubectl get serviceaccount default -n shop -o json
  equal "what both wrote is there" "yes theirs $secret_name" \
    "$(answer '"\(.metadata.labels.touched) \([.imagePullSecrets[].name] | join(" "))"')"
  succeeds "kubectl delete webhook" kubectl delete validatingwebhookconfiguration touch
  succeeds "kubectl label serviceaccount" kubectl label serviceaccount default -n shop touched-
  take_back "$made" "where somebody is quicker"
  end_cloud
  echo "# what keeps things out"
  cloud
  succeeds "a webhook that lets no secret in" webhook deny secrets CREATE
  succeeds_within 30 "it is called" refuses create secret generic probe -n jobs
  nothing_written "a policy against secrets" 4 'shop of aks-shop takes no pull secret: .*policy-17 keeps it out' apply --namespace shop
  succeeds "kubectl delete webhook" kubectl delete validatingwebhookconfiguration deny
  succeeds_within 30 "it is gone" kubectl create secret generic probe -n jobs
  succeeds "kubectl delete secret" kubectl delete secret probe -n jobs
  succeeds "a webhook that lets no pod in" webhook deny pods CREATE
  succeeds_within 30 "it is called" refuses run probe -n jobs --image=x "$no_token"
  succeeds "crosspull apply, where no pod is let in" apply --namespace shop
  says "it says so before" 'shop of aks-shop lets no pod in that proves the pull: .*policy-17 keeps it out'
  equal "no pod proved it" not_done "$(outcome prove-inside)"
  made=$(run_of_last)
  pull_secret_is "where no pod is let in" shop
  take_back "$made" "where no pod is let in"
  succeeds "kubectl delete webhook" kubectl delete validatingwebhookconfiguration deny
  end_cloud
  kill "$webhook_pid" 2>/dev/null
  exec {webhook_out}<&-
}
# refuses KUBECTL ARGUMENT...: by the policy, and not for another reason.
refuses() {
  ! kubectl "$@" --dry-run=server 2>"$work/refusal" && grep -q policy-17 "$work/refusal" && return
  cat "$work/refusal" >&2
  return 1
}
# is_touched: an account that is there for this alone is changed by the webhook.
is_touched() {
  kubectl create serviceaccount probe -n jobs --dry-run=client -o yaml | kubectl apply -f - &&
    kubectl label serviceaccount probe -n jobs --overwrite "at=$RANDOM" || true
  kubectl get serviceaccount probe -n jobs -o json | jq -e '.metadata.labels.touched' &&
    kubectl delete serviceaccount probe -n jobs
}

a_cluster
two_namespaces
rights
namespaces
others
renewal
webhooks
finish

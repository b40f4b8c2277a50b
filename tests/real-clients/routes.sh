#!/usr/bin/env bash
# The real Azure CLI, kubectl and skopeo judge the routes `convert-app`, `pull-secret`, `repository-token` and
# `admin-account`: they see what the run changed and nothing else, they pull by it what was granted and nothing else, and
# after `crosspull undo` they see what was there before. `attach.sh` and `az.sh` judge the other two;
# `kube-apiserver.sh` has a real API server judge what is written into the cluster.
#
#   tests/real-clients/routes.sh CROSSPULL        AZ, KUBECTL and SKOPEO name the programs

# Functions are called through `succeeds` and its kin; `give_up` ends the script. The variables in the filters are jq's.
# shellcheck disable=SC2015,SC2016,SC2154,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"
# shellcheck source=tests/real-clients/kubectl-lib.sh
. "$(dirname "$0")/kubectl-lib.sh"

need_binary "$@"
SKOPEO=${SKOPEO:-skopeo}
need_tools "$AZ" "$KUBECTL" "$SKOPEO" curl jq base64

group_of() { cut -d/ -f5 <<<"$1"; }
name_of() { cut -d/ -f9 <<<"$1"; }

secret_name='crosspull-registryb'
token_name='crosspull-aks-shop'
granted=shop/web
other=shop/api
denied='unauthorized|denied|authentication required'
# An image of each, and what skopeo and kubectl call it.
granted_image=$granted:1.4
other_image=$other:2.0

clouds=0

# cloud SCENARIO...: a new cloud, with az signed in to both tenants and kubectl let into the cluster by az.
cloud() {
  local one options=()
  for one in "$@"; do options+=(--scenario "$one"); done
  clouds=$((clouds + 1))
  start_sim "$work/cloud-$clouds" "${options[@]}"
  register_cloud "cloud-$clouds"
  succeeds "az login in both tenants" sign_in_both || give_up "az does not sign in"
  export XDG_STATE_HOME=$work/state-$clouds
  rm -f "$work/kubeconfig"
  succeeds "az aks get-credentials" aks get-credentials --file "$work/kubeconfig" || give_up "there is no kubeconfig"
  what_is_there >"$work/before" || give_up "the tools do not list what is there"
}

sign_in_both() { sign_in_operator_a && sign_in_operator_b; }

# aks COMMAND..., acr COMMAND...: of the cluster, of the registry.
aks() {
  az aks "$@" -g "$(group_of "$cluster")" -n "$(name_of "$cluster")" --subscription "$subscription_a"
}
acr() {
  az acr "$@" --subscription "$subscription_b"
}
the_registry() { name_of "$registry"; }

# in_a COMMAND..., in_b COMMAND...: for what az asks the directory of the account that is chosen.
in_a() { use_a && "$@"; }
in_b() { use_b && "$@"; }

# what_is_there: all that a route may change, as az and kubectl list it. What tells only the time is left out.
what_is_there() {
  local tenant
  for tenant in in_a in_b; do
    "$tenant" az ad app list --all | jq -S 'map({appId, displayName, signInAudience, web,
      secrets: (.passwordCredentials | map(.keyId) | sort)}) | sort_by(.appId)[]' || return
    "$tenant" az ad sp list --all | jq -S 'map({id, appId}) | sort_by(.id)[]' || return
    "$tenant" az role assignment list --all | jq -S 'map({roleDefinitionName, principalId, scope, condition}) | sort[]' || return
  done
  aks show | jq -S '{servicePrincipalProfile, identity, identityProfile, provisioningState}' || return
  acr show -n "$(the_registry)" | jq -S '{adminUserEnabled, roleAssignmentMode, publicNetworkAccess}' || return
  acr scope-map list -r "$(the_registry)" | jq -S 'map({name, actions})[]' || return
  acr token list -r "$(the_registry)" | jq -S 'map({name, scopeMapId, status})[]' || return
  kubectl get secrets,serviceaccounts,pods -A -o json |
    jq -S '.items | map({kind, in: .metadata.namespace, name: .metadata.name, type, data, imagePullSecrets}) | sort[]'
}

# run_route ROUTE OPTION...: into $work/out the events, into $work/secret the secret.
run_route() {
  rm -f "$work/secret"
  "$crosspull" apply --route "$1" --answers "$answers" --yes --output json --secret-out "$work/secret" "${@:2}"
}

run_of_last() { answer -s '.[-1].run'; }
outcome() { # OPERATION
  answer -rs --arg op "$1" '(map(select(.event == "run_started"))[0].plan.steps[] | select(.op == $op) | .id) as $id
    | map(select(.event == "step_ended" and .step == $id))[0].outcome'
}

take_back() { # RUN NAME
  succeeds "crosspull undo ($2)" "$crosspull" undo "$1" --yes
  nothing_changed "$2"
}

# roles_of OBJECT_ID: a line for each role in B: its name, its scope, the repositories that its condition names.
roles_of() {
  in_b az role assignment list --all --assignee "$1" | jq -r --arg granted "'$granted'" --arg other "'$other'" \
    '.[] | "\(.roleDefinitionName) \(.scope | ascii_downcase) \(if .condition == null then "without condition"
      else [.condition | contains($granted), contains($other)] end)"'
}

# role_on_registry ROLE: what `roles_of` gives for it, where a run granted one repository.
role_on_registry() {
  case $1 in
  AcrPull) echo "AcrPull ${registry,,} without condition" ;;
  *) echo "$1 ${registry,,} [true,false]" ;;
  esac
}

# names_secret SECRET: an option of kubectl run for a pod that names its pull secret.
names_secret() {
  jq -cn --arg name "$1" '"--overrides=\({spec: {imagePullSecrets: [{name: $name}]}} | tojson)"' -r
}

# node_pulls NAME POD IMAGE [OPTION...], node_is_refused NAME POD IMAGE [OPTION...]: NAME is the check's. A node that was
# refused asks again, so a role that takes its time does no harm.
node_pulls() {
  local name=$1 pod=$2 image=$3
  shift 3
  succeeds "kubectl run: $name" run_image "$pod" "$image" "$@"
  succeeds_within 60 "Pulled: $name" event_of "$pod" Pulled '^Successfully pulled image ' "$(namespace_in "$@")"
  succeeds "kubectl delete pod: $name" kubectl delete pod "$pod" --now "$(namespace_in "$@")"
}
node_is_refused() {
  local name=$1 pod=$2 image=$3
  shift 3
  succeeds "kubectl run: $name" run_image "$pod" "$image" "$@"
  succeeds_within 60 "a refusal: $name" event_of "$pod" Failed '^Failed to pull image .*(401 Unauthorized|insufficient_scope)' "$(namespace_in "$@")"
  succeeds_within 60 "ImagePullBackOff: $name" event_of "$pod" BackOff '^Back-off pulling image ' "$(namespace_in "$@")"
  succeeds "it waits: $name" pod_is "$pod" "$waits_for_its_image" "$(namespace_in "$@")"
  succeeds "kubectl delete pod: $name" kubectl delete pod "$pod" --now "$(namespace_in "$@")"
}
namespace_in() {
  local option
  for option in "$@"; do
    case $option in --namespace=*) echo "$option" && return ;; esac
  done
  echo --namespace=default
}

# login_in NAMESPACE: the login that the pull secret has there, for skopeo in a file.
login_in() {
  kubectl get secret "$secret_name" -n "$1" -o json | jq -r '.data[".dockerconfigjson"] | @base64d' >"$work/auth.json"
}
user_in_login() { jq -r --arg server "$login_server" '.auths[$server].username' "$work/auth.json"; }
password_in_login() { jq -r --arg server "$login_server" '.auths[$server].password' "$work/auth.json"; }

skopeo() { SSL_CERT_FILE=$ca REGISTRY_AUTH_FILE=$work/auth.json timeout 60 "$SKOPEO" "$@"; }
inspect() { skopeo inspect "docker://$login_server/$1"; }

# by_login COMMAND...: the registry's own planes, by az with the login of the pull secret.
by_login() {
  az acr repository "$@" -n "$(the_registry)" --username "$(user_in_login)" --password="$(password_in_login)"
}

# pull_secret_is NAME NAMESPACE: what kubectl shows is a pull secret with the password that the run saved, and what
# kubectl itself would have made of the same login.
pull_secret_is() {
  succeeds "kubectl get secret -o yaml ($1)" kubectl get secret "$secret_name" -n "$2" -o yaml
  succeeds "kubectl get secret ($1)" kubectl get secret "$secret_name" -n "$2" -o json
  equal "its type and whose it is ($1)" "kubernetes.io/dockerconfigjson crosspull" \
    "$(answer '"\(.type) \(.metadata.labels["app.kubernetes.io/managed-by"])"')"
  login_in "$2"
  succeeds "it has the password that was saved ($1)" same "$(cat "$work/secret")" "$(password_in_login)"
  succeeds "kubectl create secret --dry-run ($1)" kubectl create secret docker-registry "$secret_name" -n "$2" \
    --docker-server="$login_server" --docker-username="$(user_in_login)" --docker-password="$(password_in_login)" \
    --dry-run=client -o json
  succeeds "kubectl would have written the same ($1)" same "$(jq -S . "$work/auth.json")" \
    "$(answer '.data[".dockerconfigjson"] | @base64d' | jq -S .)"
}

# broken_and_mended NAME: the password in the pull secret of `default` is spoilt by kubectl, and put back.
broken_and_mended() {
  local good bad
  good=$(kubectl get secret "$secret_name" -o json | jq -c '{data}')
  bad=$(jq -c --arg server "$login_server" '.data[".dockerconfigjson"] |= (@base64d | fromjson
    | .auths[$server] |= (.password = "spoilt" | .auth = ("\(.username):spoilt" | @base64)) | tojson | @base64)' <<<"$good")
  succeeds "kubectl patch spoils the password ($1)" kubectl patch secret "$secret_name" -p "$bad"
  succeeds "kubectl run ($1)" run_image spoilt "$granted_image" "$(names_secret "$secret_name")"
  succeeds_within 60 "ImagePullBackOff with a spoilt password ($1)" event_of spoilt BackOff '^Back-off pulling image '
  succeeds "kubectl patch puts it back ($1)" kubectl patch secret "$secret_name" -p "$good"
  succeeds_within 60 "the same pod is Pulled then ($1)" event_of spoilt Pulled '^Successfully pulled image '
  succeeds "kubectl delete pod ($1)" kubectl delete pod spoilt --now
}

convert_app() { # ROLE SCENARIO...
  local role=$1 app made object
  shift
  echo "# convert-app, $*"
  cloud "$@"
  app=$(aks show | jq -r .servicePrincipalProfile.clientId)
  succeeds "az ad app show, before" in_a az ad app show --id "$app"
  equal "the cluster's app is of one tenant" AzureADMyOrg "$(answer .signInAudience)"
  answer '.passwordCredentials' >"$work/secrets-before"
  refused "az ad sp show in B, before" 'does not exist' in_b az ad sp show --id "$app"
  node_is_refused "the cluster pulls, before" before "$granted_image"

  succeeds "crosspull apply --route convert-app" run_route convert-app || give_up "nothing was set up"
  made=$(run_of_last)
  equal "it opened the app" changed "$(outcome open-app)"
  succeeds "az ad app show" in_a az ad app show --id "$app"
  equal "the app is multi-tenant" AzureADMultipleOrgs "$(answer .signInAudience)"
  equal "its secrets are as they were" "$(cat "$work/secrets-before")" "$(answer '.passwordCredentials')"
  succeeds "az ad sp show in B" in_b az ad sp show --id "$app"
  object=$(answer .id)
  equal "it belongs to the app of A" "$tenant_a" "$(answer .appOwnerOrganizationId)"
  equal "az role assignment list: that role, on that registry" "$(role_on_registry "$role")" "$(roles_of "$object")"
  equal "az aks show: the cluster has the app that it had" "$app Succeeded" \
    "$(aks show | jq -r '"\(.servicePrincipalProfile.clientId) \(.provisioningState)"')"
  equal "kubectl get secrets: none was made" "" "$(kubectl get secrets -A -o name)"
  node_pulls "the cluster pulls, by what it has" own "$granted_image"
  [ "$role" = AcrPull ] || node_is_refused "what nobody granted" not-granted "$other_image"
  take_back "$made" convert-app
  node_is_refused "the cluster pulls, after undo" after "$granted_image"
  stop_sim
}

# owner_lists SCENARIO: who owns a registry lists its repositories, unless its roles hold on repositories.
owner_lists() {
  case $1 in
  *abac*) refused "az acr repository list: not even who owns it" "$denied" acr repository list -n "$(the_registry)" ;;
  *)
    succeeds "az acr repository list, as who owns the registry" acr repository list -n "$(the_registry)"
    equal "it lists both repositories" "true" "$(answer --arg one "$granted" --arg two "$other" 'contains([$one, $two])')"
    ;;
  esac
}

pull_secret() { # ROLE SCENARIO...
  local role=$1 app made object
  shift
  echo "# pull-secret, $*"
  cloud "$@"
  node_is_refused "the cluster pulls, before" before "$granted_image"
  succeeds "crosspull apply --route pull-secret" run_route pull-secret \
    --namespace default --namespace shop --service-account shop/default --secret-days 90 || give_up "nothing was set up"
  made=$(run_of_last)
  pull_secret_is "pull-secret" default
  pull_secret_is "pull-secret, shop" shop
  app=$(user_in_login)
  succeeds "az ad app show in B" in_b az ad app show --id "$app"
  equal "the app is of one tenant, with one secret of 90 days" "AzureADMyOrg 1 90" \
    "$(answer '"\(.signInAudience) \(.passwordCredentials | length) \(.passwordCredentials[0]
      | [.startDateTime, .endDateTime] | map(sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdate) | (.[1] - .[0]) / 86400 | round)"')"
  refused "az ad sp show in A: nothing of it is there" 'does not exist' in_a az ad sp show --id "$app"
  succeeds "az ad sp show in B" in_b az ad sp show --id "$app"
  object=$(answer .id)
  equal "az role assignment list: that role, on that registry" "$(role_on_registry "$role")" "$(roles_of "$object")"
  equal "kubectl get serviceaccount: shop/default uses it, and no other does" "shop/default" \
    "$(kubectl get serviceaccounts -A -o json |
      jq -r --arg name "$secret_name" '.items[] | select(.imagePullSecrets // [] | any(.name == $name))
        | "\(.metadata.namespace)/\(.metadata.name)"')"

  succeeds "skopeo inspects what was granted" inspect "$granted_image"
  succeeds "az acr repository show-tags, as the app" by_login show-tags --repository "$granted"
  if [ "$role" = AcrPull ]; then
    succeeds "skopeo inspects another: the role is about the registry" inspect "$other_image"
  else
    refused "skopeo is refused at another" "$denied" inspect "$other_image"
    refused "az acr repository show-tags is refused there" "$denied" by_login show-tags --repository "$other"
    refused "az acr repository list: it may not list" "$denied" by_login list
  fi
  owner_lists "$1"

  node_pulls "a pod that names the secret" named "$granted_image" "$(names_secret "$secret_name")"
  node_pulls "a pod of the account that uses it" as-account "$granted_image" --namespace=shop
  node_is_refused "a pod without it" without "$granted_image"
  [ "$role" = AcrPull ] ||
    node_is_refused "what nobody granted" not-granted "$other_image" "$(names_secret "$secret_name")"
  broken_and_mended pull-secret
  take_back "$made" pull-secret
  refused "skopeo is refused after undo" "$denied" inspect "$granted_image"
  stop_sim
}

# days_of PASSWORD: how many days a password of the token lives. The token is what az showed last.
days_of() {
  answer --arg name "$1" '.credentials.passwords[] | select(.name == $name) | [.creationTime, .expiry]
    | map(sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdate) | (.[1] - .[0]) / 86400 | round'
}

live_passwords() {
  acr token show -r "$(the_registry)" -n "$token_name" |
    jq -r '[.credentials.passwords[] | select((.expiry | sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdate) > now + 3600)
      .name] | join(" ")'
}

repository_token() { # SCENARIO...
  local made
  echo "# repository-token, $*"
  cloud "$@"
  succeeds "crosspull apply --route repository-token" run_route repository-token --secret-days 30 ||
    give_up "nothing was set up"
  made=$(run_of_last)
  pull_secret_is "repository-token" default
  equal "who pulls is the token" "$token_name" "$(user_in_login)"
  succeeds "az acr token show" acr token show -r "$(the_registry)" -n "$token_name"
  equal "it is enabled, with that scope map and one password" "enabled scopeMaps/$token_name password1" \
    "$(answer '"\(.status) \(.scopeMapId | split("/")[-2:] | join("/")) \(.credentials.passwords | map(.name) | join(" "))"')"
  equal "its password lives for 30 days" 30 "$(days_of password1)"
  succeeds "az acr scope-map show" acr scope-map show -r "$(the_registry)" -n "$token_name"
  equal "it reads that repository alone" "repositories/$granted/content/read repositories/$granted/metadata/read" \
    "$(answer '.actions | sort | join(" ")')"
  refused "az acr credential show: the admin user stays off" 'admin' acr credential show -n "$(the_registry)"

  succeeds "skopeo inspects what was granted" inspect "$granted_image"
  refused "skopeo is refused at another" "$denied" inspect "$other_image"
  succeeds "skopeo copies it, layers and digests checked" \
    skopeo copy --quiet "docker://$login_server/$granted_image" "dir:$work/image-$clouds"
  refused "skopeo may not push" "$denied" \
    skopeo copy --quiet "dir:$work/image-$clouds" "docker://$login_server/$granted:pushed"
  succeeds "az acr repository show-tags, as the token" by_login show-tags --repository "$granted"
  refused "az acr repository show-tags is refused at another" "$denied" by_login show-tags --repository "$other"
  refused "az acr repository list: it may not list" "$denied" by_login list
  owner_lists "$1"
  node_pulls "a pod that names the secret" named "$granted_image" "$(names_secret "$secret_name")"
  node_is_refused "a pod without it" without "$granted_image"
  node_is_refused "what nobody granted" not-granted "$other_image" "$(names_secret "$secret_name")"
  broken_and_mended repository-token

  succeeds "az acr token update: disabled" acr token update -r "$(the_registry)" -n "$token_name" --status disabled
  refused "skopeo is refused while it is disabled" "$denied" inspect "$granted_image"
  succeeds "az acr token update: enabled" acr token update -r "$(the_registry)" -n "$token_name" --status enabled
  succeeds_within 60 "skopeo inspects again" inspect "$granted_image"
  take_back "$made" repository-token
  refused "az acr token show: it is gone" 'not ?found' acr token show -r "$(the_registry)" -n "$token_name"
  refused "az acr scope-map show: it is gone" 'not ?found' acr scope-map show -r "$(the_registry)" -n "$token_name"
  refused "skopeo is refused after undo" "$denied" inspect "$granted_image"
  stop_sim
}

# Another password is made, written, proved; the replaced one ends, and undo of that run leaves what the cluster pulls by.
renewal() {
  local made renewed
  echo "# repository-token --renew"
  cloud managed-identity-cluster
  succeeds "crosspull apply" run_route repository-token || give_up "nothing was set up"
  made=$(run_of_last)
  login_in default
  cp "$work/auth.json" "$work/replaced.json"
  succeeds "crosspull apply --renew" run_route repository-token --renew
  renewed=$(run_of_last)
  equal "az acr token show: the other password lives, the replaced one does not" password2 "$(live_passwords)"
  pull_secret_is "after the renewal" default
  succeeds "skopeo inspects by the new password" inspect "$granted_image"
  node_pulls "after the renewal" renewed "$granted_image" "$(names_secret "$secret_name")"
  cp "$work/replaced.json" "$work/auth.json"
  refused "skopeo is refused by the replaced one" "$denied" inspect "$granted_image"
  succeeds "crosspull undo of the renewal" "$crosspull" undo "$renewed" --yes
  equal "the new password lives" password2 "$(live_passwords)"
  node_pulls "after undo of the renewal" still "$granted_image" "$(names_secret "$secret_name")"
  take_back "$made" "the run before the renewal"
  stop_sim
}

# refuses_foreign ROUTE: a secret of that name that kubectl made is kept, and nothing is written.
refuses_foreign() {
  run run_route "$1"
  equal "crosspull apply --route $1 stops: the secret is somebody else's" 4 "$?"
  equal "it says who wrote it ($1)" true \
    "$(answer -s 'any(.. | strings; test("that kubectl-create wrote; it is kept as it is"))')"
  nothing_changed "$1"
}

what_others_made() {
  echo "# what others made"
  cloud managed-identity-cluster
  succeeds "kubectl create secret docker-registry" kubectl create secret docker-registry "$secret_name" \
    --docker-server="$login_server" --docker-username=somebody --docker-password=else
  what_is_there >"$work/before"
  refuses_foreign pull-secret
  refuses_foreign repository-token
  succeeds "kubectl delete secret" kubectl delete secret "$secret_name"

  succeeds "az acr token create" acr token create -r "$(the_registry)" -n "$token_name" --repository "$other" content/read
  what_is_there >"$work/before"
  run run_route repository-token
  equal "crosspull apply fails at a token that az made" 1 "$?"
  nothing_changed "a token of az's"
  stop_sim
}

# A part of a secret of crosspull's that kubectl has taken over is not taken back from it, and no event tells otherwise.
what_kubectl_took_over() {
  echo "# what kubectl took over"
  cloud managed-identity-cluster
  succeeds "crosspull apply" run_route repository-token || give_up "nothing was set up"
  succeeds "kubectl patch" kubectl patch secret "$secret_name" -p '{"data":{".dockerconfigjson":"e30="}}'
  run run_route repository-token --renew
  equal "crosspull apply --renew stops before anything is made" 4 "$?"
  equal "it says what kubectl manages" true "$(answer -s 'any(.. | strings; test("conflict with \"kubectl-patch\""))')"
  equal "it does not say that the secret was changed" false \
    "$(answer -s 'last | any(.. | strings; test("Pull secrets of this run are in"))')"
  equal "kubectl's part is kept" "e30=" "$(kubectl get secret "$secret_name" -o json | jq -r '.data[".dockerconfigjson"]')"
  equal "az acr token show: no password is new" password1 "$(live_passwords)"
  succeeds "kubectl delete secret" kubectl delete secret "$secret_name"
  succeeds "crosspull apply" run_route repository-token
  login_in default
  succeeds "skopeo inspects what was granted" inspect "$granted_image"
  # Nobody has the first password, so a renewal has no place for a new one until somebody says that it may end.
  run run_route repository-token --renew
  equal "crosspull apply --renew fails: both passwords live" 1 "$?"
  equal "it names the command of az" true "$(answer -s 'any(.. | strings; test("az acr token credential delete"))')"
  succeeds "az acr token credential delete" acr token credential delete -r "$(the_registry)" -n "$token_name" --password1
  succeeds "crosspull apply --renew" run_route repository-token --renew
  equal "az acr token show: the new one is left" password1 "$(live_passwords)"
  login_in default
  succeeds "skopeo inspects by the new one" inspect "$granted_image"
  stop_sim
}

# The admin user pushes and pulls everything, which is what skopeo is let do.
admin_account() {
  local made
  echo "# admin-account"
  cloud managed-identity-cluster
  refused "az acr credential show: it is off" 'admin' acr credential show -n "$(the_registry)"
  succeeds "crosspull apply --route admin-account" run_route admin-account || give_up "nothing was set up"
  made=$(run_of_last)
  pull_secret_is "admin-account" default
  succeeds "az acr credential show" acr credential show -n "$(the_registry)"
  succeeds "the pull secret has its name and its first password" same "$(user_in_login) $(password_in_login)" \
    "$(answer '"\(.username) \(.passwords[0].value)"')"
  succeeds "skopeo inspects the image" inspect "$granted_image"
  succeeds "skopeo inspects another: it is not limited" inspect "$other_image"
  succeeds "az acr repository list, as the admin user" by_login list
  node_pulls "a pod that names the secret" named "$granted_image" "$(names_secret "$secret_name")"
  node_is_refused "a pod without it" without "$granted_image"
  broken_and_mended admin-account
  take_back "$made" admin-account
  refused "skopeo is refused after undo" "$denied" inspect "$granted_image"

  # One that az enabled is not disabled again.
  succeeds "az acr update --admin-enabled true" acr update -n "$(the_registry)" --admin-enabled true
  what_is_there >"$work/before"
  succeeds "crosspull apply, with the account enabled" run_route admin-account
  equal "it found the account" found "$(outcome enable-admin)"
  take_back "$(run_of_last)" "an account that az enabled"
  stop_sim
}

# Two registries in one run: a token on each, a pull secret for each.
two_registries() {
  local made second server
  echo "# two registries"
  cloud managed-identity-cluster
  second=$(world '[.registries[] | select((.id | ascii_downcase) != $registry)][0] | .id')
  server=$(world '[.registries[] | select((.id | ascii_downcase) != $registry)][0] | .loginServer')
  succeeds "crosspull apply with two registries" run_route repository-token --registry "$registry" --registry "$second" \
    --repository "$(the_registry)/$granted_image" --repository "$(name_of "$second")/$other_image" ||
    give_up "nothing was set up"
  made=$(run_of_last)
  equal "az acr scope-map show: each registry's own repository" "repositories/$granted repositories/$other" \
    "$(for one in "$(the_registry)" "$(name_of "$second")"; do
      acr scope-map show -r "$one" -n "$token_name" | jq -r '.actions | map(sub("/(content|metadata)/read$"; "")) | unique[]'
    done | paste -sd ' ')"
  login_in default
  succeeds "skopeo inspects in the one by its secret" inspect "$granted_image"
  refused "skopeo is refused in the other by it" "$denied" skopeo inspect "docker://$server/$other_image"
  kubectl get secret "crosspull-$(name_of "$second")" -o json |
    jq -r '.data[".dockerconfigjson"] | @base64d' >"$work/auth.json"
  succeeds "skopeo inspects in the other by its own" skopeo inspect "docker://$server/$other_image"
  take_back "$made" "two registries"
  stop_sim
}

# kubectl reads the Deployment to copy, and a pod of it pulls. The simulated cloud has no schema of Deployments to check it
# by; a real API server has, and `kube-apiserver.sh` asks it.
manifest() {
  local made
  echo "# --manifest-out"
  cloud managed-identity-cluster
  succeeds "crosspull apply --manifest-out" run_route pull-secret --namespace shop --manifest-out "$work/shop.yaml" ||
    give_up "nothing was set up"
  made=$(run_of_last)
  succeeds "kubectl apply --dry-run=client reads it" \
    kubectl apply --dry-run=client --validate=false -f "$work/shop.yaml" -o json
  equal "it is a Deployment that names the pull secret" "apps/v1 Deployment shop $secret_name $login_server/$granted_image" \
    "$(answer '"\(.apiVersion) \(.kind) \(.metadata.namespace) \(.spec.template.spec
      | "\(.imagePullSecrets[0].name) \(.containers[0].image)")"')"
  node_pulls "a pod as in the Deployment" as-in-manifest "$granted_image" --namespace=shop \
    "--overrides=$(answer -c '{spec: .spec.template.spec | {imagePullSecrets}}')"
  take_back "$made" "--manifest-out"
  stop_sim
}

convert_app AcrPull happy
convert_app "Container Registry Repository Reader" happy abac-registry
pull_secret AcrPull managed-identity-cluster
pull_secret "Container Registry Repository Reader" managed-identity-abac
repository_token managed-identity-cluster
repository_token managed-identity-abac
renewal
what_others_made
what_kubectl_took_over
admin_account
two_registries
manifest
finish

#!/usr/bin/env bash
# Every way to sign in to a registry that Azure's documents list, each with a pull and, where it may, a push by real clients,
# and its refusal: skopeo, docker without a daemon, podman, and Helm's own code. The clients sign in by what az and the
# documents give first, and then by `crosspull login`, which opens the same doors and leaves no secret anywhere.
#
#   tests/real-clients/login.sh CROSSPULL        AZ, SKOPEO, DOCKER, PODMAN and PYTHON name the programs

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"
# shellcheck source=tests/real-clients/login-lib.sh
. "$(dirname "$0")/login-lib.sh"

need_binary "$@"
need_tools "$AZ" "$SKOPEO" "$DOCKER" "$PODMAN" "$PYTHON" curl jq

image=shop/web:1.4
name_of() { cut -d/ -f9 <<<"$1"; }

# token_of_az: sets `user` and `password` to what `az acr login --expose-token` prints.
token_of_az() {
  run az acr login -n "$(name_of "$registry")" --expose-token || return
  user=$(answer .username)
  password=$(answer .accessToken)
}

# clients_sign_in METHOD: each client by `user` and `password`, in a home of its own.
clients_sign_in() {
  local client
  new_home
  for client in skopeo docker podman helm; do
    succeeds "$1: $client signs in" sign_in_with "$client" "$user" "$password"
  done
}

# clients_pull METHOD
clients_pull() {
  succeeds "$1: skopeo pulls" pulls "$image"
  succeeds "$1: docker reads a manifest" reads "$image"
  succeeds "$1: podman pulls" podman pull --quiet "$login_server/$image"
}

# clients_push METHOD NAME
clients_push() {
  succeeds "$1: skopeo pushes" pushes "team/$2:1"
  succeeds "$1: podman pushes" podman push --quiet "$login_server/$image" "$login_server/team/$2-pod:1"
  succeeds "$1: helm pushes a chart" helm push "$work"/charts/web-*.tgz "oci://$login_server/team/$2-charts"
  succeeds "$1: helm pulls it" helm pull "oci://$login_server/team/$2-charts/web" --version 0.1.0 --destination "$client_home"
}

# all_doors METHOD NAME: pull and push.
all_doors() {
  clients_sign_in "$1"
  clients_pull "$1"
  clients_push "$1" "$2"
}

# by_crosspull METHOD NAME ARGUMENT...: what crosspull prints opens the same doors as `user` and `password`, the clients that
# it hands its sign-in to pull and push, and no secret is left.
by_crosspull() {
  local method=$1 name=$2 client before
  shift 2
  before=$(doors "$user" "$password")
  new_home
  : >"$work/watched.seen"
  succeeds "$method: crosspull login --expose-token" person "$crosspull" login "$login_server" "$@" --expose-token || return
  equal "$method: crosspull names the same user" "$user" "$(answer .username)"
  password=$(answer .accessToken)
  equal "$method: az's and crosspull's open the same doors" "$before" "$(doors "$user" "$password")"
  new_home
  succeeds "$method: crosspull login" person "$crosspull" login "$login_server" "$@" || return
  cp "$work/out" "$work/told"
  nothing_secret "$method: crosspull leaves no secret" "$password" "${secrets[@]}"
  for client in docker podman helm skopeo; do
    succeeds "$method: $client has the sign-in" grep -x "$client has the sign-in" "$work/told"
  done
  clients_pull "$method, by crosspull"
  [ "$name" = - ] || clients_push "$method, by crosspull" "$name"
}

# crosspull_is_refused METHOD WORDS ARGUMENT...: crosspull says why, and prints no token.
crosspull_is_refused() {
  local method=$1 words=$2
  shift 2
  refused "$method: crosspull login" "$words" person "$crosspull" login "$login_server" "$@" --expose-token
  equal "$method: crosspull prints nothing" "" "$(cat "$work/out")"
}

# is_refused METHOD: no client signs in by `user` and `password`.
is_refused() {
  local client
  new_home
  for client in skopeo docker podman helm; do
    refused "$1: $client is refused" "$denied" sign_in_with "$client" "$user" "$password"
  done
}

an_individual() {
  new_session
  succeeds "individual: az login --use-device-code" device_login "$tenant_b" ops@fabrikam.com || give_up "no sign-in"
  succeeds "individual: az acr login --expose-token" token_of_az
  equal "individual: the user name is the null GUID" "$null_guid" "$user"
  all_doors individual person
  equal "individual: docker keeps the token as an identity token" true \
    "$(jq --arg server "$login_server" --arg token "$password" '.auths[$server].identitytoken == $token' "$DOCKER_CONFIG/config.json")"
  world_shows "individual: the pushes are the person's" 'any(.registries[0].pushes[]; .by == "ops@fabrikam.com")'
  by_crosspull individual person
  # The same person at home, in the other tenant, is nobody here.
  new_session
  succeeds "individual: az login in tenant A" device_login "$tenant_a" ops@contoso.com
  succeeds "individual: az gives a token of A for registries" \
    az account get-access-token --resource https://containerregistry.azure.net
  answer -j .accessToken >"$work/foreign"
  refused "individual: the registry of B does not exchange it" '401' exchange "$work/foreign"
  crosspull_is_refused "individual of another tenant" "does not let this account in"
}

a_service_principal() {
  user=$CROSSPULL_B_CLIENT_ID password=$CROSSPULL_B_CLIENT_SECRET
  all_doors "service principal, its secret" app
  password=not-$password
  is_refused "service principal, a wrong secret"
  CROSSPULL_B_CLIENT_SECRET=$password crosspull_is_refused "service principal, a wrong secret" "The secret is wrong" \
    --as service-principal --tenant "$tenant_b"
  new_session
  succeeds "service principal: az login" sign_in_operator_b
  succeeds "service principal: az acr login --expose-token" token_of_az
  all_doors "service principal, az" app-az
  by_crosspull "service principal" app --as service-principal --tenant "$tenant_b"
}

# With no variable that names a file, podman and skopeo find the sign-in where they look for it, also beside docker's token.
in_the_usual_places() {
  new_home
  local usual=(env -u DOCKER_CONFIG -u REGISTRY_AUTH_FILE "HOME=$client_home" "XDG_RUNTIME_DIR=$client_home/login")
  mkdir -p -m 700 "$client_home/login" "$client_home/.docker"
  echo '{"auths":{"registry.invalid":{}}}' >"$client_home/.docker/config.json"
  succeeds "usual places: crosspull login" "${usual[@]}" "$crosspull" login "$login_server" --as service-principal \
    --tenant "$tenant_b" --into docker --into podman --into skopeo || return
  echo '{}' >"$client_home/.docker/config.json"
  succeeds "usual places: skopeo pulls" "${usual[@]}" "$SKOPEO" inspect "docker://$login_server/$image"
  succeeds "usual places: podman is signed in" "${usual[@]}" "$PODMAN" login --get-login "$login_server"
  equal "usual places: as the null GUID" "$null_guid" "$(cat "$work/out")"
}

# A role to pull alone.
a_puller() {
  succeeds "crosspull apply makes an app that may pull" \
    "$crosspull" apply --answers "$answers" --yes --output json --secret-out "$work/secret" || give_up "nothing was set up"
  user=$(world of_cluster.clientId) password=$(cat "$work/secret")
  clients_sign_in "service principal with AcrPull"
  clients_pull "service principal with AcrPull"
  refused "service principal with AcrPull: skopeo may not push" "$denied" pushes team/puller:1
  refused "service principal with AcrPull: helm may not push" "$denied|401" \
    helm push "$work"/charts/web-*.tgz "oci://$login_server/team/puller-charts"
  refused "service principal with AcrPull: skopeo may not delete" "$denied" skopeo delete "docker://$login_server/$image"
}

a_managed_identity() {
  new_session
  export AZURE_POD_IDENTITY_AUTHORITY_HOST=$arm
  succeeds "managed identity: az login --identity" az login --identity || give_up "no sign-in"
  succeeds "managed identity: az acr login --expose-token" token_of_az
  all_doors "managed identity" machine
  # The variable would name one of several identities.
  CROSSPULL_B_CLIENT_ID='' by_crosspull "managed identity" machine --as managed-identity
  unset AZURE_POD_IDENTITY_AUTHORITY_HOST
}

a_workload_identity() {
  new_session
  succeeds "workload identity: az login --federated-token" az login --service-principal --tenant "$tenant_b" \
    --username "$CROSSPULL_B_CLIENT_ID" --federated-token "$(cat "$work/login/operator-b.token")" || give_up "no sign-in"
  succeeds "workload identity: az acr login --expose-token" token_of_az
  all_doors "workload identity" workload
  CROSSPULL_B_FEDERATED_TOKEN_FILE=$work/login/operator-b.token CROSSPULL_B_CLIENT_SECRET='' \
    by_crosspull "workload identity" workload --as workload-identity --tenant "$tenant_b"
  new_session
  refused "workload identity: the token of another's account" 'AADSTS70021' az login --service-principal --tenant "$tenant_b" \
    --username "$CROSSPULL_B_CLIENT_ID" --federated-token "$(cat "$work/login/operator-a.token")"
  CROSSPULL_B_FEDERATED_TOKEN_FILE=$work/login/operator-a.token CROSSPULL_B_CLIENT_SECRET='' \
    crosspull_is_refused "workload identity of another account" "no federated credential for the subject" --as workload-identity --tenant "$tenant_b"
}

the_admin_account() {
  new_session
  succeeds "admin account: az login" sign_in_operator_b
  succeeds "admin account: az acr credential show" az acr credential show -n "$(name_of "$registry")"
  user=$(answer .username) password=$(answer '.passwords[0].value')
  all_doors "admin account" admin
  by_crosspull "admin account" admin --as admin
  succeeds "admin account: az acr update --admin-enabled false" \
    az acr update -n "$(name_of "$registry")" --admin-enabled false
  is_refused "admin account, disabled"
  crosspull_is_refused "admin account, disabled" "admin account of .* cannot be used" --as admin
}

a_repository_token() {
  new_session
  succeeds "repository token: az login" sign_in_operator_b
  succeeds "repository token: az acr token create" az acr token create -n web-writer -r "$(name_of "$registry")" \
    --repository shop/web content/read content/write metadata/read --repository team/token content/read content/write
  user=web-writer password=$(answer '.credentials.passwords[0].value')
  pass_time 60 >/dev/null
  clients_sign_in "repository token"
  clients_pull "repository token"
  succeeds "repository token: skopeo pushes" pushes team/token:1
  CROSSPULL_REGISTRY_PASSWORD=$password by_crosspull "repository token" - --as token --username web-writer
  refused "repository token: skopeo may not pull another repository" "$denied" pulls shop/api:latest
  refused "repository token: skopeo may not push to another repository" "$denied" pushes team/other:1
  succeeds "repository token: az acr token update --status disabled" \
    az acr token update -n web-writer -r "$(name_of "$registry")" --status disabled
  is_refused "repository token, disabled"
  CROSSPULL_REGISTRY_PASSWORD=$password crosspull_is_refused "repository token, disabled" "does not let web-writer in" \
    --as token --username web-writer
}

# shellcheck disable=SC2016 # the variables in the filters are jq's
three_hours() {
  new_session
  succeeds "az login" sign_in_operator_b
  succeeds "az acr login --expose-token" token_of_az
  clients_sign_in "three hours"
  pass_time 10700 >/dev/null
  clients_pull "three hours: short of them"
  pass_time 100 >/dev/null
  refused "three hours: skopeo is refused" "$denied" pulls "$image"
  refused "three hours: docker is refused" "$denied" reads "$image"
  refused "three hours: podman is refused" "$denied" podman pull --quiet "$login_server/$image"
  user=$CROSSPULL_B_CLIENT_ID password=$CROSSPULL_B_CLIENT_SECRET
  clients_sign_in "three hours: the secret of a service principal"
  clients_pull "three hours: the secret of a service principal"
}

the_mode_is_switched() {
  new_session
  succeeds "az login" sign_in_operator_b
  succeeds "az acr login --expose-token" token_of_az
  clients_sign_in "before the switch"
  clients_pull "before the switch"
  succeeds "az acr update --role-assignment-mode rbac-abac" \
    az acr update -n "$(name_of "$registry")" --role-assignment-mode rbac-abac
  refused "after the switch: skopeo is refused by the token of before" "$denied" pulls "$image"
  is_refused "after the switch, the token of before"
  # Owner is a role of the control plane: it signs in, and nothing is granted.
  succeeds "after the switch: az acr login --expose-token" token_of_az
  clients_sign_in "after the switch"
  refused "after the switch: skopeo may not pull" "$denied" pulls "$image"
}

# health_of NAME PATTERN OPTION...: what az says of the registry's health; it succeeds whatever it finds.
health_of() {
  local name=$1 pattern=$2
  shift 2
  PYTHONPATH=$work/python AZURE_CORE_ONLY_SHOW_ERRORS=false run \
    az acr check-health -n "$(name_of "$registry")" --yes --ignore-errors "$@"
  if grep -Eq -- "$pattern" "$work/err"; then pass "$name"; else fail "$name" "$(cat "$work/err")"; fi
}

# az looks up the login server as the name of a host. A port is none, so it is taken off here.
health() {
  mkdir -p "$work/python"
  cat >"$work/python/sitecustomize.py" <<'PY'
import socket

look_up = socket.gethostbyname
socket.gethostbyname = lambda name: look_up(name.rsplit(":", 1)[0])
PY
  new_session
  succeeds "health: az login" sign_in_operator_b
  health_of "health: az fetches an access token" "Fetch access token for registry '$login_server' : OK"
  health_of "health: az may not read a repository after the switch" \
    'lacking pull, push, metadata_write, metadata_read and delete' --repository shop/web
  succeeds "health: az acr update --role-assignment-mode rbac" \
    az acr update -n "$(name_of "$registry")" --role-assignment-mode rbac
  health_of "health: az may do everything with a repository" \
    "Fetch access token for repository 'shop/web' in registry '$login_server' : OK" --repository shop/web
}

# The identity of a machine of tenant A.
a_machine_of_the_other_tenant() {
  start_sim "$work/other-machine"
  register_cloud other-machine
  export AZURE_POD_IDENTITY_AUTHORITY_HOST=$arm
  succeeds "managed identity of another tenant: az login --identity" az login --identity
  succeeds "managed identity of another tenant: az gives its token for registries" \
    az account get-access-token --resource https://containerregistry.azure.net
  answer -j .accessToken >"$work/foreign"
  refused "managed identity of another tenant: the registry does not exchange it" '401' exchange "$work/foreign"
  CROSSPULL_B_CLIENT_ID='' crosspull_is_refused "managed identity of another tenant" "does not let this account in" --as managed-identity
  unset AZURE_POD_IDENTITY_AUTHORITY_HOST
  stop_sim
}

# az falls back to the admin account at most: azure-cli 33698.
no_audience_of_registries() {
  start_sim "$work/no-audience" --scenario no-registry-audience
  register_cloud no-audience
  export AZURE_POD_IDENTITY_AUTHORITY_HOST=$arm
  succeeds "no audience: az login --identity" az login --identity
  AZURE_CORE_ONLY_SHOW_ERRORS=false refused "no audience: az acr login --expose-token" AADSTS500011 \
    az acr login -n "$(name_of "$registry")" --expose-token
  succeeds "no audience: az gives a token for Resource Manager" az account get-access-token
  answer -j .accessToken >"$work/of-arm"
  unset AZURE_POD_IDENTITY_AUTHORITY_HOST
  succeeds "no audience: the registry exchanges it" exchange "$work/of-arm"
  user=$null_guid password=$(answer .refresh_token)
  clients_sign_in "no audience: the token that it gives"
  clients_pull "no audience: the token that it gives"
  export AZURE_POD_IDENTITY_AUTHORITY_HOST=$arm
  CROSSPULL_B_CLIENT_ID='' by_crosspull "no audience" - --as managed-identity
  unset AZURE_POD_IDENTITY_AUTHORITY_HOST
  stop_sim
}

ways_to_sign_in() {
  cat >"$work/login.toml" <<'TOML'
name = "login"
says = "every way to sign in to a registry is open"

[world]
machine_in_b = true
[world.registry]
admin_user_enabled = true
TOML
  start_sim "$work/login" --scenario "$work/login.toml"
  register_cloud login
  new_home
  sign_in_with skopeo "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET" >/dev/null &&
    skopeo copy --quiet "docker://$login_server/$image" "dir:$work/image" || give_up "there is no image to push"
  mkdir "$work/charts" && helm package web "$work/charts" >/dev/null || give_up "there is no chart to push"
  watched_clients
  secrets=("$CROSSPULL_A_CLIENT_SECRET" "$CROSSPULL_B_CLIENT_SECRET" "$(cat "$work/login/operator-b.token")")
  an_individual
  a_service_principal
  in_the_usual_places
  a_managed_identity
  a_workload_identity
  the_admin_account
  a_repository_token
  a_puller
  three_hours
  the_mode_is_switched
  health
  stop_sim
}

ways_to_sign_in
a_machine_of_the_other_tenant
no_audience_of_registries
finish

#!/usr/bin/env bash
# The real Azure CLI walks the documented manual flow through the simulated cloud: a multi-tenant app in
# tenant A, its service principal in tenant B, AcrPull on the registry in B, the cluster in A reset to it.
# Its wrong turns must fail as they do in Azure.
#
#   tests/real-clients/az.sh CROSSPULL        AZ names the Azure CLI (default: az)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" curl jq

# sign_in_app TENANT SECRET: as the new app, which has no subscription.
sign_in_app() {
  alone sign_in "$1" "$app_id" "$2" --allow-no-subscriptions
}


# The resource group and the name in a resource id.
group_of() { cut -d/ -f5 <<<"$1"; }
name_of() { cut -d/ -f9 <<<"$1"; }

reset_cluster() { # CLIENT_ID SECRET
  az aks update-credentials -g "$(group_of "$cluster")" -n "$(name_of "$cluster")" \
    --reset-service-principal --service-principal "$1" --client-secret="$2"
}

grant_acr_pull() { # OBJECT_ID
  az role assignment create --assignee-object-id "$1" --assignee-principal-type ServicePrincipal \
    --role AcrPull --scope "$registry"
}

add_secret() { # NAME
  az ad app credential reset --id "$app_id" --append --display-name "$1"
}

# shellcheck disable=SC2016 # the variables in the filters are jq's
the_documented_flow() {
  start_sim "$work/happy"
  register_cloud happy
  local old_client_id
  old_client_id=$(world 'of_cluster.clientId')
  world_comes_to_show "before: no node of the cluster can pull" \
    'all(of_cluster.nodes[].pulls; length > 0 and all(.[]; .state == "ImagePullBackOff"))'

  # Sign-in, in one session for both tenants as an operator has it.
  succeeds "az login in tenant A" sign_in_operator_a || give_up "no sign-in in A"
  equal "az login in A shows the subscription of A" "$subscription_a $tenant_a" \
    "$(answer --arg id "$subscription_a" '.[] | select(.id == $id) | "\(.id) \(.tenantId)"')"
  succeeds "az login in tenant B" sign_in_operator_b || give_up "no sign-in in B"
  equal "az login in B shows the subscription of B" "$subscription_b $tenant_b" \
    "$(answer --arg id "$subscription_b" '.[] | select(.id == $id) | "\(.id) \(.tenantId)"')"

  # Step 1, in A: the app, its service principal, its secret.
  succeeds "az account set to A" use_a
  succeeds "az ad app create, multi-tenant" az ad app create --display-name crosspull-az \
    --sign-in-audience AzureADMultipleOrgs --web-redirect-uris https://www.microsoft.com ||
    give_up "no app"
  app_id=$(answer .appId)
  equal "the app is multi-tenant" AzureADMultipleOrgs "$(answer .signInAudience)"
  succeeds_within 30 "az ad app show" az ad app show --id "$app_id"
  equal "az ad app show finds the app" "$app_id" "$(answer .appId)"
  succeeds_within 30 "az ad sp create in A" az ad sp create --id "$app_id"
  local object_id_in_a
  object_id_in_a=$(answer .id)
  equal "the service principal in A is the app's" "$app_id $tenant_a" \
    "$(answer '"\(.appId) \(.appOwnerOrganizationId)"')"
  succeeds_within 30 "az ad app credential reset --append" add_secret first || give_up "no secret"
  local first_secret secret
  first_secret=$(answer .password)
  equal "the secret belongs to the app in A" "$app_id $tenant_a" "$(answer '"\(.appId) \(.tenant)"')"
  succeeds_within 30 "az ad app credential reset --append, again" add_secret second || give_up "no second secret"
  secret=$(answer .password)
  world_shows "the second secret was appended to the first" --arg app "$app_id" \
    '[.tenants.a.applications[] | select(.appId == $app) | .passwordCredentials[].displayName] == ["first", "second"]'

  succeeds_within 60 "the first secret signs in in A" sign_in_app "$tenant_a" "$first_secret"
  succeeds_within 60 "the second secret signs in in A" sign_in_app "$tenant_a" "$secret"

  # Wrong turns.
  refused "an operator's wrong secret: AADSTS7000215" AADSTS7000215 \
    alone sign_in "$tenant_a" "$CROSSPULL_A_CLIENT_ID" "not-$CROSSPULL_A_CLIENT_SECRET"
  refused "the app's wrong secret: AADSTS7000215" AADSTS7000215 sign_in_app "$tenant_a" "not-$secret"
  refused "the app in B before consent: AADSTS700016" AADSTS700016 sign_in_app "$tenant_b" "$secret"
  refused "operator A is unknown in B: AADSTS700016" AADSTS700016 \
    alone sign_in "$tenant_b" "$CROSSPULL_A_CLIENT_ID" "$CROSSPULL_A_CLIENT_SECRET"

  # Step 2, in B: the app's service principal; this is consent in its command line form.
  succeeds "az account set to B" use_b
  succeeds_within 30 "az ad sp create in B" az ad sp create --id "$app_id" || give_up "no service principal in B"
  local object_id
  object_id=$(answer .id)
  equal "the service principal in B belongs to A's app" "$app_id $tenant_a" \
    "$(answer '"\(.appId) \(.appOwnerOrganizationId)"')"
  succeeds_within 60 "after consent the app signs in in B" sign_in_app "$tenant_b" "$secret"

  # Step 3, in B: the role on the registry.
  succeeds "az acr show" az acr show -n "$(name_of "$registry")" -g "$(group_of "$registry")"
  equal "az acr show names the login server" "$login_server" "$(answer .loginServer)"
  succeeds "az acr show gives the registry's id" same_id "$registry" "$(answer .id)"
  refused "a role in B for the object id of A: PrincipalNotFound" PrincipalNotFound \
    az role assignment create --assignee-object-id "$object_id_in_a" \
    --role AcrPull --scope "$registry"
  succeeds_within 30 "az role assignment create" grant_acr_pull "$object_id"
  equal "the role assignment is for the app in B" "$object_id ServicePrincipal" \
    "$(answer '"\(.principalId) \(.principalType)"')"
  succeeds_within 30 "az role assignment list" az role assignment list --assignee "$app_id" --scope "$registry"
  equal "az role assignment list shows AcrPull on the registry" "AcrPull ${registry,,} $object_id" \
    "$(answer '.[] | "\(.roleDefinitionName) \(.scope | ascii_downcase) \(.principalId)"')"
  succeeds "az role assignment create, again, is no error" grant_acr_pull "$object_id"
  world_shows "the second one made no second role assignment" --arg object "$object_id" \
    '[.roleAssignments[] | select(.principalId == $object)] | length == 1'

  # Step 4, in A: the cluster.
  succeeds "az account set to A, again" use_a
  succeeds "az aks show" az aks show -g "$(group_of "$cluster")" -n "$(name_of "$cluster")"
  equal "az aks show names the old service principal" "$old_client_id Succeeded" \
    "$(answer '"\(.servicePrincipalProfile.clientId) \(.provisioningState)"')"
  refused "a reset with a wrong secret is refused" 'AADSTS7000215|ServicePrincipalProfile|invalid' \
    reset_cluster "$app_id" "not-$secret"
  world_shows "the refused reset left the cluster as it was" --arg old "$old_client_id" \
    'of_cluster | .clientId == $old and .resets == 0'
  succeeds "az aks update-credentials --reset-service-principal" reset_cluster "$app_id" "$secret"
  succeeds "az aks show, afterwards" az aks show -g "$(group_of "$cluster")" -n "$(name_of "$cluster")"
  equal "az aks show names the new service principal" "$app_id Succeeded" \
    "$(answer '"\(.servicePrincipalProfile.clientId) \(.provisioningState)"')"

  # What the world says of all that.
  the_route_is_done crosspull-az "$app_id"
  world_shows "world: the service principal in B is the one that az showed" --arg app "$app_id" --arg object "$object_id" \
    '[.tenants.b.servicePrincipals[] | select(.appId == $app) | .id] == [$object]'
  if sim world | grep -Fq -e "$secret" -e "$first_secret" -e "$CROSSPULL_A_CLIENT_SECRET" -e "$CROSSPULL_B_CLIENT_SECRET"; then
    fail "world: no secret's value"
  else
    pass "world: no secret's value"
  fi
  stop_sim
}

# shellcheck disable=SC2016
no_right_on_the_registry() {
  start_sim "$work/no-right-b" --scenario no-right-on-registry
  register_cloud no-right-on-registry
  succeeds "az login in B without a right on the registry" sign_in_operator_b || give_up "no sign-in in B"
  local object_id
  object_id=$(world --arg app "$CROSSPULL_B_CLIENT_ID" \
    '[.tenants.b.servicePrincipals[] | select(.appId == $app) | .id][0]')
  local before
  before=$(world '.roleAssignments | length')
  refused "az role assignment create: AuthorizationFailed" \
    "AuthorizationFailed.*$CROSSPULL_B_CLIENT_ID.*Microsoft.Authorization/roleAssignments/write" \
    grant_acr_pull "$object_id"
  equal "no role assignment was made" "$before" "$(world '.roleAssignments | length')"
  stop_sim
}

# shellcheck disable=SC2016
no_right_on_the_cluster() {
  start_sim "$work/no-right-a" --scenario no-right-on-cluster
  register_cloud no-right-on-cluster
  succeeds "az login in A without a right on the cluster" sign_in_operator_a || give_up "no sign-in in A"
  refused "az aks update-credentials: AuthorizationFailed" \
    "AuthorizationFailed.*$CROSSPULL_A_CLIENT_ID.*resetServicePrincipalProfile/action" \
    reset_cluster "$CROSSPULL_A_CLIENT_ID" "$CROSSPULL_A_CLIENT_SECRET"
  world_shows "the cluster was not reset" \
    'of_cluster.resets == 0'
  stop_sim
}

# A lock as people set it: crosspull sees it before it writes, and az removes it by the command that is told.
# shellcheck disable=SC2016
a_lock_on_the_cluster() {
  printf 'name = "owner"\nsays = "operator A owns the subscription"\n[world.operator_a]\nroles = [{ role = "Owner", on = "subscription" }]\n' \
    >"$work/owner.toml"
  start_sim "$work/lock" --scenario happy --scenario "$work/owner.toml"
  register_cloud lock
  succeeds "az login in A (lock)" sign_in_operator_a || give_up "no sign-in in A"
  succeeds "az lock create" az lock create --name freeze --lock-type ReadOnly --resource-group "$(group_of "$cluster")" \
    --notes "until Monday"
  equal "az lock list shows it" "freeze ReadOnly" "$(az lock list -g "$(group_of "$cluster")" | jq -r '.[] | "\(.name) \(.level)"')"
  refused "az cannot reset the locked cluster: ScopeLocked" ScopeLocked \
    reset_cluster "$CROSSPULL_A_CLIENT_ID" "$CROSSPULL_A_CLIENT_SECRET"
  "$crosspull" plan --answers "$answers" >"$work/locked" 2>"$work/locked.err"
  equal "crosspull plan stops at the lock" 4 $?
  local told
  told=$(grep -o 'az lock delete --ids [^ ]*' "$work/locked" | head -n 1)
  [ -n "$told" ] || give_up "no command was told"
  succeeds "the command that crosspull tells removes the lock" bash -c "\"\$0\" ${told#az }" "$AZ"
  equal "az lock list is empty" "[]" "$(az lock list -g "$(group_of "$cluster")" | jq -c .)"
  succeeds "crosspull plan goes through without the lock" "$crosspull" plan --answers "$answers"
  stop_sim
}

the_documented_flow
a_lock_on_the_cluster
no_right_on_the_registry
no_right_on_the_cluster
finish

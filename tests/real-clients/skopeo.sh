#!/usr/bin/env bash
# skopeo, which knows nothing of crosspull, reads the image with the id and the secret that `crosspull apply`
# made, and is refused with a wrong secret, at another registry, and before the role takes effect.
#
#   tests/real-clients/skopeo.sh CROSSPULL        SKOPEO names skopeo (default: skopeo)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
SKOPEO=${SKOPEO:-skopeo}
need_tools "$SKOPEO" curl jq

image=shop/web:1.4
denied='unauthorized|denied|authentication required'

# skopeo SERVER CLIENT_ID SECRET COMMAND...: the credentials go by a file, as an argument is seen by everybody.
skopeo() {
  local server=$1 client_id=$2 secret=$3
  shift 3
  jq -n --arg server "$server" --arg auth "$(printf '%s:%s' "$client_id" "$secret" | base64 -w 0)" \
    '{auths: {($server): {auth: $auth}}}' >"$work/auth.json"
  SSL_CERT_FILE=$ca REGISTRY_AUTH_FILE=$work/auth.json timeout 60 "$SKOPEO" "$@"
}

# inspect SERVER IMAGE CLIENT_ID SECRET
inspect() {
  skopeo "$1" "$3" "$4" inspect "docker://$1/$2"
}

# shellcheck disable=SC2016 # the variables in the filters are jq's
after_apply() {
  start_sim "$work/happy"
  local out=$work/apply.jsonl saved=$work/secret
  succeeds "crosspull apply" "$crosspull" apply --answers "$answers" --yes --output json --secret-out "$saved" ||
    give_up "nothing was set up"
  cp "$work/out" "$out"
  cp "$work/err" "$work/apply.err"

  local app_id secret
  app_id=$(world 'of_cluster.clientId')
  secret=$(cat "$saved")
  equal "the secret's file is for its owner alone" 600 "$(stat -c %a "$saved")"
  succeeds "the last line is run_ended and names the app" \
    jq -es --arg app "$app_id" 'last | .event == "run_ended" and any(.. | strings; . == $app)' "$out"
  if [ -z "$secret" ] || grep -Fq -- "$secret" "$out" "$work/apply.err"; then
    fail "the secret is in its file and nowhere in the output"
  else
    pass "the secret is in its file and nowhere in the output"
  fi

  succeeds "skopeo inspects $image" inspect "$login_server" "$image" "$app_id" "$secret"
  equal "skopeo sees the tag among the repository's" "$login_server/${image%:*} true" \
    "$(answer --arg tag "${image#*:}" '"\(.Name) \(.RepoTags | index($tag) != null)"')"
  succeeds "skopeo copies $image, layers and digests checked" \
    skopeo "$login_server" "$app_id" "$secret" copy --quiet "docker://$login_server/$image" "dir:$work/image"

  refused "skopeo with a wrong secret" "$denied|invalid username/password" \
    inspect "$login_server" "$image" "$app_id" "not-$secret"
  refused "skopeo with another app's id" "$denied|invalid username/password" \
    inspect "$login_server" "$image" "$CROSSPULL_B_CLIENT_ID" "$secret"

  # Another registry of the same tenant: the image is there, the operator of B may read it, the app may not.
  local other repository tag
  other=$(world '[.registries[] | select((.id | ascii_downcase) != $registry)][0].loginServer') &&
    repository=$(world --arg server "$other" \
      '.registries[] | select(.loginServer == $server) | .repositories[0] | if type == "object" then .name else . end') ||
    give_up "the world has no second registry with a repository"
  succeeds "skopeo, as operator of B, lists an image in another registry" skopeo "$other" \
    "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET" list-tags "docker://$other/$repository"
  tag=$(answer '.Tags[0]')
  succeeds "skopeo, as operator of B, inspects it" \
    inspect "$other" "$repository:$tag" "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET"
  refused "skopeo, as the app, is refused there" "$denied" inspect "$other" "$repository:$tag" "$app_id" "$secret"

  succeeds "the requests show that it was skopeo" requests_of_skopeo
  stop_sim
}

requests_of_skopeo() {
  sim requests | jq -e 'any(.[]; .plane == "registry" and .status == 200
    and (.path | contains("/manifests/")) and (.client // "" | ascii_downcase | contains("skopeo")))'
}

# token TENANT CLIENT_ID SECRET RESOURCE: an access token, by client credentials.
token() {
  printf %s "$3" | curl -sS --fail-with-body --max-time 20 --cacert "$ca" "$arm/$1/oauth2/v2.0/token" \
    --data-urlencode grant_type=client_credentials --data-urlencode "client_id=$2" \
    --data-urlencode client_secret@- --data-urlencode "scope=${4%/}/.default" | jq -er .access_token
}

# send METHOD URL TOKEN BODY: standard output is the answer.
send() {
  printf 'header = "Authorization: Bearer %s"\n' "$3" |
    curl -sS --fail-with-body --max-time 20 --cacert "$ca" --config - -X "$1" "$2" \
      -H 'Content-Type: application/json' -d "$4"
}

# try_send NAME ARGUMENTS OF send...: again while things replicate.
try_send() {
  local name=$1
  shift
  succeeds_within 30 "$name" send "$@" || give_up "$name: $(cat "$work/out")"
}

# The same set-up by hand, without crosspull, in a world where a role takes 20 seconds to take effect
# (1000 simulated ones at speed 50).
# shellcheck disable=SC2016
before_the_role_takes_effect() {
  cat >"$work/slow-role.toml" <<'TOML'
name = "slow-role"
says = "a role takes long to take effect"

[time]
role_effect = 1000
TOML
  start_sim "$work/slow-role" --scenario "$work/slow-role.toml"
  local endpoints graph audience graph_a graph_b arm_b
  endpoints=$(curl -sS --fail --cacert "$ca" "$arm/metadata/endpoints?api-version=2022-09-01")
  graph=$(jq -r '.microsoftGraphResourceId | rtrimstr("/")' <<<"$endpoints")
  audience=$(jq -r '.authentication.audiences[0]' <<<"$endpoints")
  graph_a=$(token "$tenant_a" "$CROSSPULL_A_CLIENT_ID" "$CROSSPULL_A_CLIENT_SECRET" "$graph") &&
    graph_b=$(token "$tenant_b" "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET" "$graph") &&
    arm_b=$(token "$tenant_b" "$CROSSPULL_B_CLIENT_ID" "$CROSSPULL_B_CLIENT_SECRET" "$audience") ||
    give_up "the operators got no token"

  local application app_id secret object_id
  try_send "an app by hand" POST "$graph/v1.0/applications" "$graph_a" \
    '{"displayName":"by-hand","signInAudience":"AzureADMultipleOrgs"}'
  application=$(answer .id)
  app_id=$(answer .appId)
  try_send "its secret" POST "$graph/v1.0/applications/$application/addPassword" "$graph_a" \
    '{"passwordCredential":{"displayName":"by-hand"}}'
  secret=$(answer .secretText)
  try_send "its service principal in A" POST "$graph/v1.0/servicePrincipals" "$graph_a" "{\"appId\":\"$app_id\"}"
  try_send "its service principal in B" POST "$graph/v1.0/servicePrincipals" "$graph_b" "{\"appId\":\"$app_id\"}"
  object_id=$(answer .id)
  succeeds_within 60 "its secret is good in B" token "$tenant_b" "$app_id" "$secret" "$graph"

  refused "skopeo without the role" "$denied" inspect "$login_server" "$image" "$app_id" "$secret"

  local subscription=${registry#/subscriptions/}
  local role="/subscriptions/${subscription%%/*}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
  local body
  body=$(jq -cn --arg role "$role" --arg object "$object_id" \
    '{properties: {roleDefinitionId: $role, principalId: $object, principalType: "ServicePrincipal"}}')
  try_send "AcrPull is granted" PUT \
    "${arm%/}$registry/providers/Microsoft.Authorization/roleAssignments/$(cat /proc/sys/kernel/random/uuid)?api-version=2022-04-01" \
    "$arm_b" "$body"
  world_shows "the role assignment is there" --arg object "$object_id" \
    'any(.roleAssignments[]; .principalId == $object and .roleName == "AcrPull" and (.scope | ascii_downcase) == $registry)'
  refused "skopeo before the role takes effect" "$denied" inspect "$login_server" "$image" "$app_id" "$secret"
  succeeds_within 90 "skopeo once the role has taken effect" \
    inspect "$login_server" "$image" "$app_id" "$secret"
  stop_sim
}

after_apply
before_the_role_takes_effect
finish

#!/usr/bin/env bash
# Persons and the real Azure CLI: az signs a person in to each tenant by device code, in one profile, and crosspull works
# with both. Then tenant B's administrator follows the hand-over page with az alone, and the run that waits goes on by
# itself.
#
#   tests/real-clients/az-people.sh CROSSPULL        AZ names the Azure CLI (default: az)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" curl jq

with_az=$work/with-az
mkdir "$with_az"
printf '#!/bin/sh\nexec %q "$@"\n' "$(realpath "$(command -v "$AZ")")" >"$with_az/az"
chmod 700 "$with_az/az"

# without_credentials COMMAND...: with no operator's secret in the environment.
without_credentials() {
  env -u CROSSPULL_A_CLIENT_ID -u CROSSPULL_A_CLIENT_SECRET -u CROSSPULL_B_CLIENT_ID -u CROSSPULL_B_CLIENT_SECRET \
    PATH="$with_az:$PATH" "$@"
}

# account SIDE: the sign-in name of that tenant's operator.
account() {
  world --arg side "$1" '.tenants[$side].users[]? | .userPrincipalName | select(startswith("ops@"))' 2>/dev/null ||
    case $1 in a) echo ops@contoso.com ;; b) echo ops@fabrikam.com ;; esac
}

people_in_one_profile() {
  start_sim "$work/people"
  register_cloud people
  succeeds "az login --use-device-code in tenant A" device_login "$tenant_a" "$(account a)" || give_up "no sign-in in A"
  succeeds "az login --use-device-code in tenant B" device_login "$tenant_b" "$(account b)" || give_up "no sign-in in B"
  succeeds "az knows both subscriptions" az account list
  equal "by two accounts" "$(account a) $(account b)" \
    "$(answer --arg a "$subscription_a" --arg b "$subscription_b" \
      '[($a, $b) as $id | .[] | select(.id == $id) | .user.name] | join(" ")')"

  succeeds "crosspull apply, both sign-ins being azure-cli" without_credentials "$crosspull" apply --answers "$answers" \
    --sign-in-a azure-cli --sign-in-b azure-cli --yes --output json --secret-out "$work/secret"
  [ "$failed" -eq 0 ] || jq -c 'select(.event == "run_ended" or .event == "check_ended" and .finding.level == "stop")' "$work/out"
  cp "$work/out" "$work/said"
  succeeds "its last line is run_ended, all being done" \
    jq -es 'last | .event == "run_ended" and .verdict == "done"' "$work/said" || give_up "nothing was set up"
  equal "the checks tell both accounts" "$(account a) $(account b)" \
    "$(jq -r 'select(.event == "check_ended") | .finding.text | capture("^signed in to tenant [AB] as (?<who>[^:]+):").who' \
      "$work/said" | sort | xargs)"
  the_route_is_done crosspull-aks-shop "$(world 'of_cluster.clientId')"
  stop_sim
}

# waits_for_page: the files that the waiting run wrote.
page() {
  find "$XDG_STATE_HOME/crosspull/runs" -name '*.tenant-b.txt' -newer "$work/before" | head -n 1
}
written() { [ -n "$(page)" ]; }

handed_over() {
  start_sim "$work/handed-over"
  register_cloud handed-over
  touch "$work/before"
  env -u CROSSPULL_B_CLIENT_ID -u CROSSPULL_B_CLIENT_SECRET "$crosspull" apply --answers "$answers" --sign-in-b none \
    --registry "$login_server" --yes --output json --secret-out "$work/handed-secret" \
    >"$work/waiting.out" 2>"$work/waiting.err" </dev/null &
  local waiting=$!
  succeeds_within 60 "the page is written" written || give_up "there is no page"

  succeeds "tenant B's administrator: az login by device code" device_login "$tenant_b" "$(account b)" ||
    give_up "no sign-in in B"
  # The lines of the page as they stand, but for the sign-in, up to the other role's.
  sed -n 's/^    \(az ad sp create\|REGISTRY=\|PRINCIPAL=\|az role assignment create\)/\1/p' "$(page)" | sed '/Repository Reader/,$d' \
    >"$work/lines.sh"
  equal "the page has four lines beside the sign-in" 4 "$(wc -l <"$work/lines.sh")"
  sed -i '1s/^/az() { timeout 180 "$AZ" "$@"; }\nset -e\n/' "$work/lines.sh"
  export AZ
  succeeds "the page's lines run as they are" bash "$work/lines.sh"
  # A service principal is known everywhere after a while; the role line may come before that.
  local status=0
  wait "$waiting" || status=$?
  equal "the waiting run ends by itself, done" 0 "$status"
  succeeds "its last line is run_ended, all being done" \
    jq -es 'last | .event == "run_ended" and .verdict == "done"' "$work/waiting.out"
  the_route_is_done crosspull-aks-shop "$(world 'of_cluster.clientId')"
  taken_back_by_the_script
  stop_sim
}

# The page as a script takes all of it back. Its sign-in is done already; the rest is the real az.
taken_back_by_the_script() {
  local app principal bin=$work/bin
  app=$(world 'of_cluster.clientId')
  principal=$(world --arg app "$app" '.tenants.b.servicePrincipals[] | select(.appId == $app) | .id')
  mkdir -p "$bin"
  printf '#!/bin/sh\n[ "$1" = login ] || exec timeout 180 "$AZ" "$@"\n' >"$bin/az"
  chmod 755 "$bin/az"
  succeeds "the script gives it again: what is there stays as it is" \
    env PATH="$bin:$PATH" sh "$(page | sed 's/txt$/sh/')"
  succeeds "the script takes it back" env PATH="$bin:$PATH" sh "$(page | sed 's/txt$/sh/')" back
  world_shows "world: nothing of it is left in B" --arg app "$app" --arg principal "$principal" \
    '[(.tenants.b.servicePrincipals[] | select(.appId == $app)), (.roleAssignments[] | select(.principalId == $principal))]
     == []'
}

# pasted HEAD: the lines below that head of the page, as they stand, up to those for another kind of registry.
pasted() {
  awk -v head="$1" '$0 == head { on = 1 } /^Where / { on = 0 } on && sub(/^    /, "")' "$(page)"
}

# paste_lines_of FILE: a shell takes them. The sign-in is done already; the rest is the real az.
paste_lines_of() {
  # shellcheck disable=SC2016 # it expands where the lines run
  { printf 'az() { [ "$1" = login ] || timeout 180 "$AZ" "$@"; }\nset -e\n' && cat "$1"; } >"$work/lines.sh"
  export AZ
  bash "$work/lines.sh"
}

nothing_is_left_in_b() {
  world_shows "world: nothing is left in B ($1)" --arg app "$app" --argjson before "$roles_before" \
    '[(.tenants.b.servicePrincipals[] | select(.appId == $app)), (.roleAssignments | length) - $before] | . == [0]'
}

role_is_there() {
  world_shows "world: the role is there ($1)" --arg app "$app" \
    '(.tenants.b.servicePrincipals[] | select(.appId == $app) | .id) as $principal
     | [.roleAssignments[] | select(.principalId == $principal) | [.roleName, (.scope | ascii_downcase)]]
       == [["AcrPull", $registry]]'
}

# Tenant B has several subscriptions. Its administrator's az was left in one of them, another is beside, and the registry
# is in a third. The page is followed by hand and as a script, and back again each time.
third_subscription() {
  local app roles_before other
  printf '%s\n' 'name = "third"' 'says = "tenant B has several subscriptions"' '[world.many]' 'subscriptions = 9' \
    >"$work/third.toml"
  start_sim "$work/third" --scenario "$work/third.toml"
  register_cloud third
  touch "$work/before"
  env -u CROSSPULL_B_CLIENT_ID -u CROSSPULL_B_CLIENT_SECRET "$crosspull" apply --answers "$answers" --sign-in-b none \
    --registry "$login_server" --yes --output json --consent-wait 0 --secret-out "$work/third-secret" \
    >"$work/waiting.out" 2>"$work/waiting.err" </dev/null
  equal "the run waits for somebody" 3 $?
  succeeds "the page is written" written || give_up "there is no page"
  app=$(world '.tenants.a.applications[] | select(.displayName == "crosspull-aks-shop") | .appId')
  roles_before=$(world '.roleAssignments | length')

  succeeds "tenant B's administrator: az login" device_login "$tenant_b" "$(account b)" || give_up "no sign-in in B"
  succeeds "az lists the subscriptions" az account list
  cp "$work/out" "$work/subscriptions"
  succeeds "there are three or more of B" jq -e --arg b "$tenant_b" '[.[] | select(.tenantId == $b)] | length >= 3' \
    "$work/subscriptions"
  other=$(jq -r --arg b "$tenant_b" --arg registry "$subscription_b" \
    '[.[] | select(.tenantId == $b and .id != $registry) | .id] | first' "$work/subscriptions")
  succeeds "az is left in another one than the registry's" az account set --subscription "$other"

  pasted 'BOTH BY THE AZURE CLI' >"$work/in.sh"
  pasted 'HOW TO TAKE IT BACK' >"$work/back.sh"
  equal "the page has its lines" "5 5" "$(wc -l <"$work/in.sh") $(wc -l <"$work/back.sh")"
  succeeds "the lines of the page let it in" paste_lines_of "$work/in.sh"
  role_is_there "by hand"
  # A registry that no subscription has: a word, and nothing changes. The app is in, so that is not what stops it.
  local word='nosuch.azurecr.io is in no subscription that this account sees' lines
  for lines in in back; do
    sed "s/$login_server/nosuch.azurecr.io/g" "$work/$lines.sh" | grep -v 'az ad sp create' >"$work/nosuch-$lines.sh"
    refused "no such registry: the lines stop ($lines)" "$word" paste_lines_of "$work/nosuch-$lines.sh"
    role_is_there "no such registry, $lines"
  done
  succeeds "the lines of the page take it back" paste_lines_of "$work/back.sh"
  nothing_is_left_in_b "by hand"

  local script bin=$work/third-bin
  script=$(page | sed 's/txt$/sh/')
  mkdir -p "$bin"
  printf '#!/bin/sh\n[ "$1" = login ] || exec timeout 180 "$AZ" "$@"\n' >"$bin/az"
  chmod 755 "$bin/az"
  succeeds "the script lets it in" env PATH="$bin:$PATH" sh "$script"
  role_is_there "by script"
  succeeds "the script takes it back" env PATH="$bin:$PATH" sh "$script" back
  nothing_is_left_in_b "by script"

  # Nothing is there to take back, and nothing is written.
  sed "s/$login_server/nosuch.azurecr.io/g" "$script" >"$work/nosuch.sh"
  refused "no such registry: the script stops" "$word" env PATH="$bin:$PATH" sh "$work/nosuch.sh"
  refused "no such registry: the script stops, back" "$word" env PATH="$bin:$PATH" sh "$work/nosuch.sh" back
  nothing_is_left_in_b "no such registry"
  stop_sim
}

people_in_one_profile
handed_over
third_subscription
finish

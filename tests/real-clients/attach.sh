#!/usr/bin/env bash
# The real Azure CLI judges the route `attach`: it lists the role that crosspull gave, and does not list it after undo. Its own
# `az aks update --attach-acr` gives the same world, in which crosspull then finds the role.
#
#   tests/real-clients/attach.sh CROSSPULL        AZ names the Azure CLI (default: az)

# Functions are called through `succeeds` and its kin; `give_up` ends the script. The variables in the filters are jq's.
# shellcheck disable=SC2015,SC2016,SC2154,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" curl jq

group_of() { cut -d/ -f5 <<<"$1"; }
name_of() { cut -d/ -f9 <<<"$1"; }

clouds=0

# cloud SCENARIO: a new cloud, with az signed in to it, and the principal that the cluster pulls with.
cloud() {
  scenario=$1
  clouds=$((clouds + 1))
  start_sim "$work/$scenario-$clouds" --scenario "$scenario"
  register_cloud "$scenario-$clouds"
  succeeds "az login ($scenario)" sign_in_operator_a || give_up "az does not sign in"
  puller=$(world of_cluster.identity.kubelet.objectId) || give_up "the world tells no identity"
  export XDG_STATE_HOME=$work/state-$clouds
}

apply() { # OPTION...
  "$crosspull" apply --answers "$answers" --yes --output json "$@"
}

# ended: the run of the last line, and how a step of an operation ended.
run_of_last() { answer -s '.[-1].run'; }
outcome() { # OPERATION
  answer -rs --arg op "$1" '(map(select(.event == "run_started"))[0].plan.steps[] | select(.op == $op) | .id) as $id
    | map(select(.event == "step_ended" and .step == $id))[0].outcome'
}

# roles: what the real az lists of the puller at the registry: role and scope, a line each.
roles() {
  az role assignment list --scope "$registry" --assignee "$puller" --include-inherited --include-groups |
    jq -r '.[] | "\(.roleDefinitionName) \(.scope | ascii_downcase)"' | sort
}

# what_matters: the assignments of the puller as the world has them, without the name, which crosspull derives and az makes up,
# and without the description, by which crosspull finds its own.
what_matters() {
  world --arg puller "$puller" '[.roleAssignments[] | select(.principalId == $puller)
    | [.roleName, (.scope | ascii_downcase), .principalType, .condition]] | sort | tostring'
}

every_node_pulls() {
  world_comes_to_show "world: every node pulls ($scenario)" \
    '[of_cluster.nodes[]] as $nodes | ($nodes | length) > 0
     and all($nodes[]; (.pulls | length) > 0 and all(.pulls[]; .state == "Pulled"))'
}

for scenario in same-tenant same-tenant-system-assigned same-tenant-user-assigned; do
  cloud "$scenario"
  before=$(what_matters)
  succeeds "crosspull apply takes attach by itself ($scenario)" apply
  equal "it made the role ($scenario)" created "$(outcome attach)"
  made_by_crosspull=$(run_of_last)
  equal "az lists AcrPull on the registry, once ($scenario)" "AcrPull ${registry,,}" "$(roles | grep AcrPull)"
  every_node_pulls
  by_crosspull=$(what_matters)
  succeeds "crosspull undo ($scenario)" "$crosspull" undo "$made_by_crosspull" --yes
  equal "az lists nothing of it any more ($scenario)" "" "$(roles | grep AcrPull)"
  equal "the world's roles are those of before ($scenario)" "$before" "$(what_matters)"
  stop_sim

  cloud "$scenario"
  succeeds "az aks update --attach-acr ($scenario)" az aks update -g "$(group_of "$cluster")" -n "$(name_of "$cluster")" \
    --attach-acr "$registry" --subscription "$subscription_a"
  equal "az's own world is the same as crosspull's ($scenario)" "$by_crosspull" "$(what_matters)"
  every_node_pulls
  succeeds "crosspull apply after az ($scenario)" apply
  equal "it found the role ($scenario)" found "$(outcome attach)"
  succeeds "crosspull undo of what was found ($scenario)" "$crosspull" undo "$(run_of_last)" --yes
  equal "what az made stays ($scenario)" "$by_crosspull" "$(what_matters)"
  stop_sim
done

cloud same-tenant-held-by-group
equal "az lists the group's role, above the registry" "AcrPull" "$(roles | cut -d' ' -f1)"
succeeds "crosspull apply where a group has the role" apply
equal "it found the group's role" found "$(outcome attach)"
stop_sim

cloud same-tenant-abac
succeeds "crosspull apply on a registry of repositories" apply
succeeds "az lists the reader" az role assignment list --scope "$registry" --assignee "$puller"
equal "its condition names both repositories" "Container Registry Repository Reader true true" \
  "$(answer '.[] | "\(.roleDefinitionName) \(.condition | contains("'\''shop/web'\''")) \(.condition | contains("'\''shop/api'\''"))"')"
every_node_pulls
stop_sim

# The page is followed as it stands, by whoever may assign; here that is the operator with az.
cloud same-tenant-system-assigned
run apply --route attach --sign-in-b none --registry "$login_server" --consent-wait 0
equal "who may not assign hands a page over, and the run waits" 3 "$?"
handed_over=$(run_of_last)
page=$(ls "$XDG_STATE_HOME"/crosspull/runs/*.md)
# The first fenced block of the page has the commands; az is signed in already.
commands=$(awk '/^```/ { n++; next } n == 1' "$page" | grep -v '^az login')
succeeds "az follows the page" eval "$commands"
succeeds "crosspull resume goes on to the end" "$crosspull" resume "$handed_over" --yes
equal "az lists what the page gave" "AcrPull ${registry,,}" "$(roles | grep AcrPull)"
every_node_pulls
# The third block takes the role back, and no other role that the identity has there.
others=$(roles | grep -v AcrPull)
succeeds "az gives the identity one role more" az role assignment create --role Reader --scope "$registry" \
  --assignee-object-id "$puller" --assignee-principal-type ServicePrincipal
commands=$(awk '/^```/ { n++; next } n == 5' "$page" | grep -v '^az login')
succeeds "az takes the role back as the page tells" eval "$commands"
equal "the other roles stay" "$(printf '%s\n' "$others" "Reader ${registry,,}" | grep . | sort)" "$(roles)"
stop_sim

finish

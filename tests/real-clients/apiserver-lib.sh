# shellcheck shell=bash disable=SC2154,SC2034
# (lib.sh sets what is not set here; what is set here is read by the scripts that source it)
# The API server that Kubernetes is, with its etcd, on loopback: RBAC and the authorizer of nodes are on, and nothing else
# of a cluster is there. Sourced after lib.sh, never run.

etcd_pid=
api_pid=

# find_api_server: sets `api_server`; fails where it or etcd is not there. CROSSPULL_KUBE_APISERVER names it.
find_api_server() {
  api_server=${CROSSPULL_KUBE_APISERVER:-$(type -P kube-apiserver)}
  [ -x "$api_server" ] && [ -f "$api_server" ] && type -P etcd openssl python3 >/dev/null
}

# start_api_server DIR: sets `api`, its address, and `api_ca`; the folder gets the certificates of who signs in.
start_api_server() {
  local dir=$1 ports
  mkdir -p "$dir"
  certificates_in "$dir" || give_up "there are no certificates"
  ports=$(python3 -c 'import socket
held = [socket.socket() for _ in range(3)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))')
  read -r client_port peer_port api_port <<<"$ports"
  api=https://127.0.0.1:$api_port
  api_ca=$dir/ca.pem
  etcd --data-dir "$dir/etcd" --listen-client-urls "http://127.0.0.1:$client_port" \
    --advertise-client-urls "http://127.0.0.1:$client_port" --listen-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" >"$dir/etcd.log" 2>&1 &
  etcd_pid=$!
  : >"$dir/tokens"
  for user in "${api_users[@]}"; do
    echo "$(openssl rand -hex 16),$user,$user" >>"$dir/tokens"
  done
  "$api_server" --etcd-servers "http://127.0.0.1:$client_port" --bind-address 127.0.0.1 --secure-port "$api_port" \
    --advertise-address 127.0.0.1 --cert-dir "$dir/certs" --tls-cert-file "$dir/server.pem" \
    --tls-private-key-file "$dir/server.key" --client-ca-file "$dir/ca.pem" --token-auth-file "$dir/tokens" \
    --authorization-mode Node,RBAC --service-cluster-ip-range 10.0.0.0/24 --service-account-issuer https://localhost \
    --service-account-key-file "$dir/accounts.key" --service-account-signing-key-file "$dir/accounts.key" \
    >"$dir/api.log" 2>&1 &
  api_pid=$!
  trap 'stop_api_server; cleanup' EXIT
  for user in "${api_users[@]}"; do
    kubeconfig_of "$user" "    token: $(grep ",$user,$user\$" "$dir/tokens" | cut -d, -f1)" >"$dir/$user.kubeconfig"
  done
  kubeconfig_of admin "    client-certificate: $dir/admin.pem
    client-key: $dir/admin.key" >"$work/kubeconfig"
  succeeds_within 120 "a real API server answers" kubectl get --raw /readyz || give_up "$(tail -n 5 "$dir/api.log")"
}

stop_api_server() {
  [ -n "$api_pid" ] || return 0
  kill "$api_pid" "$etcd_pid" 2>/dev/null
  wait "$api_pid" "$etcd_pid" 2>/dev/null
  api_pid=
}

# certificates_in DIR: an authority, the server's certificate, and those of an administrator and a node.
certificates_in() {
  local dir=$1 one
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kube-ca -keyout "$dir/ca.key" -out "$dir/ca.pem"
    openssl genrsa -out "$dir/accounts.key" 2048
    for one in "server /CN=kube-apiserver" "admin /O=system:masters/CN=admin" \
      "node /O=system:nodes/CN=system:node:node-1" "webhook /CN=webhook"; do
      openssl req -newkey rsa:2048 -nodes -subj "${one#* }" -keyout "$dir/${one%% *}.key" -out "$dir/request"
      openssl x509 -req -in "$dir/request" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
        -extfile <(printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n') -out "$dir/${one%% *}.pem"
    done
  } 2>"$dir/openssl.log"
}

# kubeconfig_of USER LINES: a kubeconfig whose user has those lines.
kubeconfig_of() {
  cat <<END
apiVersion: v1
kind: Config
clusters:
- name: real
  cluster:
    server: $api
    certificate-authority: $api_ca
users:
- name: $1
  user:
$2
contexts:
- name: $1
  context: {cluster: real, user: $1}
current-context: $1
END
}

# as USER COMMAND...: kubectl as that user.
as() {
  timeout 60 "$KUBECTL" --kubeconfig "$work/api/$1.kubeconfig" "${@:2}"
}

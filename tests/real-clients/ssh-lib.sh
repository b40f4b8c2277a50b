# shellcheck shell=bash disable=SC2154,SC2317
# (lib.sh sets what is not set here; functions are called through `succeeds` and its kin)
# A login to a real sshd on loopback, in tmux, where the wizard runs. Sourced after lib.sh, never run.

export PATH=$PATH:/usr/sbin
need_tools tmux ssh sshd ssh-keygen curl jq pgrep

tmux() { command tmux -L "crosspull-$$" "$@"; }
stop_all() {
  tmux kill-server 2>/dev/null
  [ -z "${sshd_pid:-}" ] || kill "$sshd_pid" 2>/dev/null
  cleanup
}
trap stop_all EXIT

start_sshd() {
  local port
  ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/id" || return
  cp "$work/id.pub" "$work/authorized"
  mkdir -p /run/sshd
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    "$(command -v sshd)" -D -e -f /dev/null -o Port=$port -o ListenAddress=127.0.0.1 -o HostKey="$work/host" \
      -o AuthorizedKeysFile="$work/authorized" -o StrictModes=no -o PermitRootLogin=prohibit-password -o UsePAM=no \
      -o PasswordAuthentication=no -o PidFile=none 2>"$work/sshd.err" &
    sshd_pid=$!
    login=(ssh -F /dev/null -p "$port" -i "$work/id" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
      -o LogLevel=ERROR -o BatchMode=yes "$(id -un)@127.0.0.1")
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      "${login[@]}" true 2>"$work/login.err" && return
      kill -0 "$sshd_pid" 2>/dev/null || break
      sleep 0.2
    done
  done
  cat "$work/sshd.err" "$work/login.err" >&2
  return 1
}

# sees PATTERN: the screen comes to show it.
sees() {
  local end=$((SECONDS + 60))
  until tmux capture-pane -p -t wizard 2>/dev/null | grep -Eq -- "$1"; do
    [ "$SECONDS" -lt "$end" ] || {
      echo "not on the screen: $1" >&2
      tmux capture-pane -p -t wizard >&2
      return 1
    }
    sleep 0.1
  done
}

# presses KEY PATTERN: presses a key, and sees PATTERN. Whoever presses Enter has read the screen: where it writes something,
# it counts no sooner.
presses() {
  [ "$1" != Enter ] || sleep 0.8
  tmux send-keys -t wizard "$1" && sees "$2"
}

# opens PATTERN: logs in and starts the wizard.
opens() {
  tmux kill-session -t wizard 2>/dev/null
  tmux new-session -d -s wizard -x 80 -y 24 "${login[*]} -tt $work/wizard" && sees "$1"
}

# The wizards that were started with a command line that begins so.
wizards() { pgrep -f -- "^$crosspull --answers "; }
no_wizard() { ! wizards >"$work/left" || { ps -o pid,stat,time,args -p "$(paste -sd, "$work/left")" >&2 && false; }; }

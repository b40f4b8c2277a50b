#!/usr/bin/env bash
# The wizard in tmux, over a login to a real sshd on loopback, against a simulated cloud that another process serves:
# ended in the middle of the reset, by a cut connection, by a hangup and by kill -9, and started again. It offers to go on,
# finishes, and no process is left behind.
#
#   tests/real-clients/ssh.sh CROSSPULL

# Functions are called through `succeeds` and its kin.
# shellcheck disable=SC2317
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
export PATH=$PATH:/usr/sbin
need_tools tmux ssh sshd ssh-keygen curl jq pgrep

tmux() { command tmux -L "crosspull-$$" "$@"; }
stop_all() {
  tmux kill-server 2>/dev/null
  [ -z "${sshd_pid:-}" ] || kill "$sshd_pid" 2>/dev/null
  cleanup
}
trap stop_all EXIT

# A reset that is still running when the wizard is there again.
cat >"$work/slow.toml" <<'TOML'
name = "slow-reset"
says = "a reset takes a while"
[time]
reset_operation = 1500
poll = 10
TOML

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

# presses KEY PATTERN: presses a key, and sees PATTERN.
presses() {
  tmux send-keys -t wizard "$1" && sees "$2"
}

# opens PATTERN: logs in and starts the wizard.
opens() {
  tmux kill-session -t wizard 2>/dev/null
  tmux new-session -d -s wizard -x 80 -y 24 "${login[*]} -tt $work/wizard" && sees "$1"
}

reaches_the_reset() {
  opens 'What do you want to do' && presses Enter 'Tenant A, where' && presses Enter 'Tenant B, where' &&
    presses Enter '(\||│) App and secret' && presses Enter 'Checks .*(warn|passed)' && presses Enter 'Review .*steps' &&
    presses Enter 'Reset aks-shop now' && presses Tab '(▸|>) Reset' && presses Enter 'the operation is running'
}

goes_on() {
  opens '1 unfinished' && presses Enter 'Go on with which run' && presses Enter 'signed in to both tenants' &&
    presses Enter 'The reset was sent' && presses Enter 'The run is over' &&
    presses Enter 'pulls shop/web:1.4 from registryb' && tmux send-keys -t wizard Enter
}

wizards() { pgrep -f -- "^$crosspull --answers $answers"; }
no_wizard() { ! wizards >"$work/left" || { ps -o pid,stat,time,args -p "$(paste -sd, "$work/left")" >&2 && false; }; }

cut_the_line() { pkill -KILL -f '^sshd(-session)?: .*@pts' --parent "$sshd_pid,$(pgrep -d, -P "$sshd_pid")"; }
hang_up() { kill -HUP "$(wizards)"; }
kill_it() { kill -KILL "$(wizards)"; }

succeeds "sshd answers on loopback" start_sshd
for end in cut_the_line hang_up kill_it; do
  start_sim "$work/$end" --scenario "$work/slow.toml"
  cat >"$work/wizard" <<SH
#!/bin/sh
export XDG_STATE_HOME=$work/$end/state
. $work/$end/env
exec $crosspull --answers $answers
SH
  chmod 700 "$work/wizard"
  succeeds "$end: the reset is under way" reaches_the_reset
  world_shows "$end: Azure works on it" 'of_cluster.provisioningState == "Updating"'
  succeeds "$end: it is ended" "$end"
  succeeds_within 5 "$end: no process is left" no_wizard
  succeeds "$end: started again, it goes on and finishes" goes_on
  succeeds_within 5 "$end: no process is left at the end" no_wizard
  world_shows "$end: the cluster was reset once" 'of_cluster | .resets == 1 and .provisioningState == "Succeeded"'
  stop_sim
done
finish

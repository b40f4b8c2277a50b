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
# shellcheck source=tests/real-clients/ssh-lib.sh
. "$(dirname "$0")/ssh-lib.sh"

# A reset that is still running when the wizard is there again.
cat >"$work/slow.toml" <<'TOML'
name = "slow-reset"
says = "a reset takes a while"
[time]
reset_operation = 1500
poll = 10
TOML

reaches_the_reset() {
  opens 'What do you want to do' && presses Enter 'Which way' && presses Enter 'Tenant A, where' && presses Enter 'Tenant B, where' &&
    presses Enter '(\||│) App and secret' && presses Enter 'Checks .*(warn|passed)' && presses Enter 'Review .*steps' &&
    presses Enter 'Reset aks-shop now' && presses Tab '(▸|>) Reset' && presses Enter 'the operation is running'
}

goes_on() {
  opens '1 unfinished' && presses Enter 'Go on with which run' && presses Enter 'signed in to both tenants' &&
    presses Enter 'The reset was sent' && presses Enter 'The run is over' &&
    presses Enter 'pulls shop/web:1.4 from registryb' && tmux send-keys -t wizard Enter
}

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

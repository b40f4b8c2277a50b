#!/usr/bin/env bash
# The wizard in a person's shell in real tmux, in real GNU screen and behind a real sshd: what each sends besides keys, what
# comes to it, and that each gets its terminal back, whatever ended the wizard. All in the demo, which needs no cloud.
#
#   tests/real-clients/terminals.sh CROSSPULL

# Functions are called through `succeeds` and its kin.
# shellcheck disable=SC2317,SC2154,SC2086
# shellcheck source=tests/real-clients/lib.sh
. "$(dirname "$0")/lib.sh"

need_binary "$@"
# shellcheck source=tests/real-clients/ssh-lib.sh
. "$(dirname "$0")/ssh-lib.sh"
# shellcheck source=tests/real-clients/terminals-lib.sh
. "$(dirname "$0")/terminals-lib.sh"

by_key() { tmux send-keys -t wizard C-l; }
by_signal() { kill -WINCH "$(pid_of_wizard)"; }

# The key bar is on the last row of the window as it is now.
fills() {
  local end=$((SECONDS + 30))
  until tmux capture-pane -p -t wizard | sed -n "$1p" | grep -q 'Enter'; do
    [ "$SECONDS" -lt "$end" ] || { tmux capture-pane -p -t wizard >&2 && return 1; }
    sleep 0.1
  done
}
resizes() { tmux resize-window -t wizard -x "$1" -y "$2" && fills "$2"; }
is_resized() { resizes 100 30 && resizes 80 24 && resizes 60 15 && resizes 80 24; }

arrow_in_pieces() {
  sees "$home" && bytes 1b && sleep 0.03 && bytes 5b 42 && not_seen "$home" &&
    sees '(▸|>) Sign in to a registry' && goes Up "$home"
}

# What it is, which version, its colours, where its cursor is, how it is; asked by somebody else on the same terminal.
answers_are_typed_nowhere() {
  goes C-u 'Secret lives' && tmux capture-pane -p -t wizard >"$work/empty" &&
    printf '\033[c\033[>c\033]11;?\033\\\033]10;?\007\033[6n\033[5n' >"$(tty_of_wizard)" &&
    goes zq zq && away C-u zq && tmux capture-pane -p -t wizard | diff "$work/empty" - >&2
}

# A paste of two lines submits nothing. GNU screen 4.9 marks none, so it gets one line, and a long one.
pastes() {
  local text=$'the-shop\nof-ours'
  [ "$place" != screen ] || text=the-shop-of-ours-longer-than-one-types
  tmux set-buffer -- "$text" && tmux paste-buffer -p -t wizard && sees 'the-shop ?-?of-ours' && sees 'Secret lives' &&
    away C-u the-shop
}

# stopped_by HOW...: the shell has its terminal while the wizard is stopped, and fg brings it back.
times=0
stopped_by() {
  times=$((times + 1))
  "$@" && sees Stopped && line "stty -a >$work/after; echo time \$(($times))" "^time $times" && cmp "$work/before" "$work/after" &&
    on_the_usual_screen && line fg "$home"
}
control_z() { tmux send-keys -t wizard C-z; }
the_signal() { kill -TSTP "$(pid_of_wizard)"; }

sends() { kill "-$1" "$(pid_of_wizard)"; }

# The copy is its owner's alone while the wizard runs, and what was saved stays.
saves_and_copies() {
  local copy
  copy=$work/run/crosspull-copy-$(pid_of_wizard)
  walks 'The run is over' 'crosspull does not keep the secret' && goes y 'The secret is in' &&
    [ "$(stat -c %a "$copy")" = 600 ] && cp "$copy" "$work/copied" && goes s 'Save the secret' && goes C-u 'Save the secret' &&
    tmux send-keys -t wizard -l -- "$work/$place.secret" && away Enter 'Save the secret' && sees 'Enter leave' &&
    [ -s "$work/$place.secret" ]
}
the_secret_is_there() {
  [ "$(stat -c %a "$work/$place.secret")" = 600 ] && [ "$(cat "$work/$place.secret")" = "$(cat "$work/copied")" ] &&
    [ -z "$(ls "$work/run")" ]
}

# The machine's clock goes back by an hour while a secret is in sight; what is in sight for ten seconds stays no longer.
a_clock_put_back() {
  local faked
  faked="LD_PRELOAD=$(find /usr/lib -name libfaketimeMT.so.1 | head -n 1) FAKETIME_TIMESTAMP_FILE=$work/clock"
  faked+=" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1"
  echo +0 >"$work/clock"
  line "env $faked $work/crosspull demo --speed 50" "$home" && to_the_question &&
    walks 'The run is over' 'crosspull does not keep the secret' && goes v 'hides in' && echo -1h >"$work/clock" &&
    [ $(($(date +%s) - $(env $faked date +%s))) -ge 3500 ] && sees 'hides in [1-7] s' && not_seen 'hides in' &&
    goes Enter '^ready> *$'
}

# closes: the person's window goes, and the wizard with it.
closes() {
  case $place in
  tmux) multiplexer kill-pane ;;
  screen) command screen -S "crosspull-$$" -X kill ;;
  ssh) kill -KILL "$(tmux display-message -p -t wizard '#{pane_pid}')" ;;
  esac
}

places=()
succeeds "sshd answers on loopback" start_sshd
refused "ssh without -t says what to do" 'ssh -t HOST crosspull' "${login[@]}" "$crosspull demo"

# Everything in one place; the three go on beside each other, since they wait more than they work.
in_the_place() {
  settles_in "$1"
  succeeds "$place: a shell" enters
  succeeds "$place: the wizard starts" starts
  succeeds "$place: idle, it takes no processor time" is_idle
  succeeds "$place: Ctrl+L draws anew" writes_over by_key
  succeeds "$place: a change to the same size draws anew" writes_over by_signal
  succeeds "$place: other sizes fill the window" is_resized
  succeeds "$place: an arrow in two pieces is an arrow" arrow_in_pieces
  succeeds "$place: Ctrl+Z stops it, fg brings it back" stopped_by control_z
  succeeds "$place: SIGTSTP stops it, fg brings it back" stopped_by the_signal
  succeeds "$place: to a form" to_the_name
  succeeds "$place: answers to queries are typed nowhere" answers_are_typed_nowhere
  succeeds "$place: a paste is a paste" pastes
  succeeds "$place: SIGQUIT ends it" sends QUIT
  succeeds "$place: the terminal is as it was" given_back 131

  succeeds "$place: a run" starts
  succeeds "$place: to the question before the reset" to_the_question
  succeeds "$place: SIGTERM ends it" sends TERM
  succeeds "$place: the terminal is as it was" given_back 143
  succeeds "$place: the summary stays" keeps 'The run was stopped'

  succeeds "$place: a run" starts
  succeeds "$place: to the question before the reset" to_the_question
  succeeds "$place: SIGHUP ends it" sends HUP
  succeeds "$place: the terminal is as it was" given_back 129
  succeeds "$place: the summary stays" keeps 'The run broke off'

  succeeds "$place: a run" starts
  succeeds "$place: to the question before the reset" to_the_question
  succeeds "$place: the secret is copied and saved at the end" saves_and_copies
  succeeds "$place: it is left" goes Enter 'The secret is saved'
  succeeds "$place: the terminal is as it was" given_back 0
  succeeds "$place: the summary stays" keeps 'The secret is saved'
  succeeds "$place: the secret is where the person left it, and nowhere else" the_secret_is_there

  succeeds "$place: TERM=dumb gets plain lines" line "TERM=dumb $work/crosspull demo" 'Which one\? Type a number'
  succeeds "$place: they are left" line leave '^ready> *$'
  succeeds "$place: no size told but by LINES and COLUMNS" \
    line "stty rows 0 cols 0; LINES=20 COLUMNS=70 $work/crosspull demo --speed 50" "$home"
  succeeds "$place: it is drawn for those" fills 20
  succeeds "$place: it is left" goes q '^ready> *$'
  succeeds "$place: the size is told again" line 'stty rows 24 cols 80; echo sized' '^sized'

  [ "$place" != ssh ] || succeeds "$place: a clock put back by an hour shows no secret for longer" a_clock_put_back
  succeeds "$place: a run" starts
  succeeds "$place: to the question before the reset" to_the_question
  succeeds "$place: its window is closed" closes
  succeeds_within 5 "$place: nothing is left" no_wizard_left

  succeeds "$place: a shell" enters
  succeeds "$place: the wizard" starts
  succeeds "$place: it is stopped" goes C-z Stopped
  succeeds "$place: its window is closed" closes
  succeeds_within 5 "$place: the last is gone" no_wizard_left
}

for place in tmux screen ssh; do
  in_the_place "$place" >"$work/$place.log" 2>&1 &
  places+=("$!")
done
wait "${places[@]}"
for place in tmux screen ssh; do
  cat "$work/$place.log"
  passed=$((passed + $(grep -c '^ok - ' "$work/$place.log")))
  failed=$((failed + $(grep -c '^not ok - ' "$work/$place.log")))
  grep -q '^ok - '"$place"': the last' "$work/$place.log" || fail "$place: it comes to its end"
done
finish

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
  sees "$home" && bytes 1b && sleep 0.01 && bytes 5b 42 && not_seen "$home" &&
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
    [ "$(stat -c %a "$copy")" = 600 ] && cp "$copy" "$work/copied" &&
    goes p 'Any key wipes this' && away Enter 'Any key wipes this' && goes s 'Save the secret' && goes C-u 'Save the secret' &&
    tmux send-keys -t wizard -l -- "$work/$place.secret" && away Enter 'Save the secret' && sees 'Enter leave' &&
    [ -s "$work/$place.secret" ]
}
the_secret_is_there() {
  [ "$(stat -c %a "$work/$place.secret")" = 600 ] && [ "$(cat "$work/$place.secret")" = "$(cat "$work/copied")" ] &&
    [ -z "$(ls "$work/run")" ] && ! grep -qF -- "$(cat "$work/copied")" "$work/scrollback"
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

# in_time COMMAND...: within five seconds.
in_time() {
  local end=$((SECONDS + 5))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return
    sleep 0.1
  done
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

# step NAME COMMAND...: after what fails nothing in the place means anything.
step() { succeeds "$place: $1" "${@:2}" || exit; }

# Everything in one place; the three go on beside each other, since they wait more than they work.
in_the_place() {
  settles_in "$1"
  step "a shell" enters
  step "the wizard starts" starts
  step "idle, it takes no processor time" is_idle
  step "Ctrl+L draws anew" writes_over by_key
  step "a change to the same size draws anew" writes_over by_signal
  step "other sizes fill the window" is_resized
  step "an arrow in two pieces is an arrow" arrow_in_pieces
  step "Ctrl+Z stops it, fg brings it back" stopped_by control_z
  step "SIGTSTP stops it, fg brings it back" stopped_by the_signal
  step "to a form" to_the_name
  step "answers to queries are typed nowhere" answers_are_typed_nowhere
  step "a paste is a paste" pastes
  step "SIGQUIT ends it" sends QUIT
  step "the terminal is as it was" given_back 131

  step "a run" starts
  step "to the question before the reset" to_the_question
  step "SIGTERM ends it" sends TERM
  step "the terminal is as it was" given_back 143
  step "the summary stays" keeps 'The run was stopped'

  step "a run" starts
  step "to the question before the reset" to_the_question
  step "SIGHUP ends it" sends HUP
  step "the terminal is as it was" given_back 129
  step "the summary stays" keeps 'The run broke off'

  step "a run below an empty window's first row" starts_on_top
  step "to the question before the reset" to_the_question
  step "the secret is copied, shown and saved at the end" saves_and_copies
  step "it is left" goes Enter 'The secret is saved'
  step "the terminal is as it was" given_back 0
  step "the summary stays" keeps 'The secret is saved'
  step "the secret is where the person left it, and nowhere else" the_secret_is_there

  step "TERM=dumb gets plain lines" line "TERM=dumb $work/crosspull demo" 'Which one\? Type a number'
  step "they are left" line leave '^ready> *$'
  step "no size told but by LINES and COLUMNS" \
    line "stty rows 0 cols 0; LINES=20 COLUMNS=70 $work/crosspull demo --speed 50" "$home"
  step "it is drawn for those" fills 20
  step "it is left" goes q '^ready> *$'
  step "the size is told again" line 'stty rows 24 cols 80; echo sized' '^sized'

  [ "$place" != ssh ] || step "a clock put back by an hour shows no secret for longer" a_clock_put_back
  step "a run" starts
  step "to the question before the reset" to_the_question
  step "its window is closed" closes
  step "nothing is left" in_time no_wizard_left

  step "a shell" enters
  step "the wizard" starts
  step "it is stopped" goes C-z Stopped
  step "its window is closed" closes
  step "the last is gone" in_time no_wizard_left
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

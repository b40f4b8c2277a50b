# shellcheck shell=bash disable=SC2154,SC2317
# (lib.sh and ssh-lib.sh set what is not set here; functions are called through `succeeds` and its kin)
# A person's shell in tmux, in GNU screen, and behind sshd, each looked at through a tmux of its own, `wizard`, which is the
# person's terminal. Sourced after ssh-lib.sh, never run.

need_tools tmux screen ssh sshd bash faketime

export SCREENDIR=$work/screens
mkdir -m 700 "$work/screens"
# Each place has a tmux of its own to be looked at through.
tmux() { command tmux -L "crosspull-$$-$place" "$@"; }
multiplexer() { command tmux -L "crosspull-$$-inner" -f "$work/tmux.conf" "$@"; }
stop_terminals() {
  multiplexer kill-server 2>/dev/null
  command screen -S "crosspull-$$" -X quit >/dev/null 2>&1
  for place in tmux screen ssh; do tmux kill-server 2>/dev/null; done
  stop_all
}
trap stop_terminals EXIT

# settles_in PLACE: a folder of the place's own, where the program has a name of its own, so that no other is taken for it.
settles_in() {
  place=$1
  work=$work/$place
  mkdir -p "$work/run" && ln -s "$crosspull" "$work/crosspull"
  echo 'set -g status off' >"$work/tmux.conf"
  # GNU screen has no second screen unless it is told to.
  printf 'startup_message off\naltscreen on\ndefscrollback 500\n' >"$work/screenrc"
  cat >"$work/rc" <<RC
PS1='ready> '
unset HISTFILE DISPLAY WAYLAND_DISPLAY COLORFGBG LINES COLUMNS
export XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work/run TMPDIR=$work LANG=C.UTF-8
RC
  shell="bash --noprofile --rcfile $work/rc -i"
}

# enters: a person's shell in the place, at 80x24.
enters() {
  local starts
  case $place in
  tmux) starts="tmux -L crosspull-$$-inner -f $work/tmux.conf new-session '$shell'" ;;
  screen) starts="screen -c $work/screenrc -S crosspull-$$ $shell" ;;
  ssh) starts="${login[*]} -tt $shell" ;;
  esac
  tmux kill-session -t wizard 2>/dev/null
  tmux new-session -d -s wizard -x 80 -y 24 "env -u TMUX -u TMUX_PANE $starts" && sees '^ready>' || return
  line "stty -a >$work/before; echo marker-\$((6 * 7))" '^marker-42'
}

# scrollback: all that the place keeps of its shell's lines.
scrollback() {
  case $place in
  tmux) multiplexer capture-pane -p -S - ;;
  screen)
    rm -f "$work/hardcopy"
    command screen -S "crosspull-$$" -X hardcopy -h "$work/hardcopy" || return
    for _ in $(seq 50); do
      [ -s "$work/hardcopy" ] && break
      sleep 0.1
    done
    cat "$work/hardcopy"
    ;;
  ssh) tmux capture-pane -p -S - -t wizard ;;
  esac
}

# The shell's terminal is on its usual screen; GNU screen does not tell.
on_the_usual_screen() {
  case $place in
  tmux) [ "$(multiplexer display-message -p '#{alternate_on}')" = 0 ] ;;
  screen) true ;;
  ssh) [ "$(tmux display-message -p -t wizard '#{alternate_on}')" = 0 ] ;;
  esac
}

# line COMMAND PATTERN: types a line, and sees PATTERN.
line() {
  tmux send-keys -t wizard -l -- "$1" && tmux send-keys -t wizard Enter && sees "$2"
}

# goes KEY PATTERN: presses a key, and sees PATTERN.
goes() { tmux send-keys -t wizard "$1" && sees "$2"; }

# away KEY PATTERN: presses a key, and PATTERN goes.
away() { tmux send-keys -t wizard "$1" && not_seen "$2"; }

not_seen() {
  local end=$((SECONDS + 20))
  while tmux capture-pane -p -t wizard | grep -Eq -- "$1"; do
    [ "$SECONDS" -lt "$end" ] || {
      echo "still on the screen: $1" >&2
      tmux capture-pane -p -t wizard >&2
      return 1
    }
    sleep 0.1
  done
}

# bytes HEX...: sends bytes as they are.
bytes() { tmux send-keys -t wizard -H "$@"; }

# The first screen, which plain lines do not look like.
home='(▸|>) Let a cluster pull'
starts() { line "$work/crosspull demo --speed 50 --clipboard file" "$home"; }
# starts_on_top: the wizard starts in the first row, from which tmux takes a wiped window into its history.
starts_on_top() {
  line "printf '\\n%.0s' {1..24}; printf '\\033[H'; $work/crosspull demo --speed 50 --clipboard file" "$home"
}
walks() {
  local words
  for words in "$@"; do goes Enter "$words" || return; done
}
to_the_name() { walks 'Which way\?' 'Tenant A, where' 'Tenant B, where' 'Secret lives'; }
to_the_question() { to_the_name && walks 'The plan may run' 'Nothing was written so far' 'Its nodes restart'; }

pid_of_wizard() { pgrep -f -- "^$work/crosspull demo "; }
no_wizard_left() { ! pid_of_wizard >"$work/left" || { ps -o pid,stat,time,args -p "$(paste -sd, "$work/left")" >&2 && false; }; }
tty_of_wizard() { readlink "/proc/$(pid_of_wizard)/fd/1"; }

# writes_over HOW...: another program writes over the screen, and after HOW nothing is left of it.
writes_over() {
  printf '\033[5;20Hscribble' >"$(tty_of_wizard)" && sees scribble && "$@" && not_seen scribble &&
    sees "$home"
}

# ticks: the processor time of the wizard so far, in ticks of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$(pid_of_wizard)/stat"; }

# is_idle: it takes next to nothing for two seconds.
is_idle() {
  local before took
  before=$(ticks) && sleep 2 && took=$(($(ticks) - before)) || return
  [ "$took" -le 2 ] || { echo "$took ticks in 2 s" >&2 && false; }
}

# given_back CODE: the shell is there again with that exit code, and its terminal as it was.
given_back() {
  sees '^ready> *$' && line "echo rc=\$?; stty -a >$work/after" "^rc=$1\$" && sees '^ready> *$' && on_the_usual_screen &&
    diff "$work/before" "$work/after" >&2
}

# keeps PATTERN: in the scrollback, below what was there before; nothing of the screens is there.
keeps() {
  scrollback >"$work/scrollback" || return
  awk -v says="$1" '/^marker-42/ { marked = 1 } marked && $0 ~ says { kept = 1 } END { exit !kept }' "$work/scrollback" &&
    ! grep -q 'What do you want to do' "$work/scrollback" || { tail -n 30 "$work/scrollback" >&2 && false; }
}

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What build-aux/screenshots, build-aux/login-pictures and build-aux/moving-picture share: a daemon with
# directories of its own, and tmux. Sourced after lib.sh, with $programs set to the folder of the built programs.
# shellcheck disable=SC2154 # set by who sources this
demo=$(mktemp -d)
tmux="tmux -L $(basename "$demo") -f /dev/null"
daemon_pid=

cleanup ()
{
  $tmux kill-server 2>/dev/null || true
  [ -z "$daemon_pid" ] || { kill "$daemon_pid"; wait "$daemon_pid" || true; }
  rm -rf "$demo"
}
trap cleanup EXIT

# await COMMAND...: until it succeeds.
await ()
{
  for _ in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  die "waited too long for: $*"
}

shows ()
{
  $tmux capture-pane -p | grep -qF "$1"
}

start ()
{
  for directory in config state cache data home run; do
    [ -d "$demo/$directory" ] || mkdir -m 700 "$demo/$directory"
  done
  export XDG_CONFIG_HOME="$demo/config" XDG_STATE_HOME="$demo/state" XDG_CACHE_HOME="$demo/cache" \
    XDG_DATA_HOME="$demo/data" XDG_RUNTIME_DIR="$demo/run" HOME="$demo/home" \
    DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent PATH="$programs/cli:$PATH"
  "$programs/daemon/mcp-sessiond" --port=0 --keeper="$programs/upstream/stdio/keeper/mcp-sessiond-keeper" \
    2>"$demo/log" &
  daemon_pid=$!
  await test -S "$demo/run/mcp-sessiond/http.sock"
}

# picture NAME: what the terminal shows now, without what is empty below.
picture ()
{
  mkdir -p "$root/docs/screens"
  for ground in dark light; do
    $tmux capture-pane -e -p | sed -e "s|$demo|/home/ann|g; s|$programs/cli:||g" -e '/^\(\x1b\[[0-9;]*m\)*\$ #/d' |
      sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' |
      "$root/build-aux/terminal-svg" "$columns" "$ground" >"$root/docs/screens/$1-$ground.svg"
  done
  say "docs/screens/$1-dark.svg, $1-light.svg"
}

# shown COMMAND...: types a command, and waits until the prompt is there again.
shown ()
{
  $tmux send-keys "clear; $*" Enter
  await shows '$ #'
}

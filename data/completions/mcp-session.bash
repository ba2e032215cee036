# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Completion of mcp-session for bash. Sessions, calls, tools and servers are asked for
# as they are now; a daemon that does not run is not started for that.

_mcp_session_running ()
{
  [ -S "${XDG_RUNTIME_DIR:-/nonexistent}/mcp-sessiond/http.sock" ]
}

# One a line: labels; ids once somebody has begun to type one.
_mcp_session_sessions ()
{
  _mcp_session_running || return
  mcp-session list --fields=label 2>/dev/null | tail -n +2
  if [ -n "${COMP_WORDS[COMP_CWORD]}" ]; then
    mcp-session list -o name 2>/dev/null
  fi
}

_mcp_session_calls ()
{
  _mcp_session_running && mcp-session history -o name "$@" 2>/dev/null
}

_mcp_session_tools ()
{
  _mcp_session_running && mcp-session tools -o name 2>/dev/null
}

# The arguments that a tool takes, each with its “=”.
_mcp_session_arguments ()
{
  _mcp_session_running &&
    mcp-session tools show "$1" 2>/dev/null | head -n 1 | grep -o '[A-Za-z0-9_.-]*='
}

_mcp_session_servers ()
{
  mcp-session server list -o name 2>/dev/null
}

_mcp_session_clients ()
{
  mcp-session connect 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mcp_session_options ()
{
  mcp-session "$@" --help 2>/dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u
}

# The words behind the command's name that are no options: the commands and names so far.
_mcp_session_names ()
{
  local i
  for ((i = 2; i < COMP_CWORD; i++)); do
    [[ "${COMP_WORDS[i]}" == -* ]] || echo "${COMP_WORDS[i]}"
  done
}

# What may follow --OPTION.
_mcp_session_values ()
{
  case $1 in
    --session) _mcp_session_sessions ;;
    --state) printf '%s\n' running ok error cancelled ;;
    --scope) printf '%s\n' session cwd shared ;;
    --server) _mcp_session_servers ;;
    --tool) _mcp_session_tools ;;
    --output|-o) printf '%s\n' json yaml table name ;;
    --color) printf '%s\n' auto always never ;;
    --since) printf '%s\n' 1h 24h today yesterday ;;
    --before) _mcp_session_calls ;;
    *) return 1 ;;
  esac
}

_mcp_session_server_words ()
{
  case $1 in
    "") printf '%s\n' add remove list show logs edit test accept enable disable restart refresh \
          login logout --help ;;
    add|list) ;;
    *) _mcp_session_servers ;;
  esac
}

# What may follow COMMAND NAME...
_mcp_session_words ()
{
  case $1 in
    show|close|watch) _mcp_session_sessions ;;
    history)
      if [ "${2:-}" = show ]; then _mcp_session_calls; else echo show; _mcp_session_sessions; fi ;;
    cancel) _mcp_session_calls --state=running ;;
    consent)
      case ${2:-} in
        '') printf '%s\n' list answer ;;
        answer) _mcp_session_running && mcp-session consent list -o name 2>/dev/null; printf '%s\n' once session deny ;;
      esac ;;
    secret)
      case ${2:-} in
        '') printf '%s\n' set list remove ;;
        set|remove) mcp-session secret list 2>/dev/null ;;
      esac ;;
    tools)
      if [ "${2:-}" = show ]; then _mcp_session_tools; else echo show; fi ;;
    call) if [ -z "${2:-}" ]; then _mcp_session_tools; else _mcp_session_arguments "$2"; fi ;;
    prompts)
      if [ "${2:-}" = get ]; then _mcp_session_running && mcp-session prompts -o name 2>/dev/null
      else echo get; fi ;;
    complete) _mcp_session_running && mcp-session prompts -o name 2>/dev/null ;;
    read) _mcp_session_running && mcp-session resources -o name 2>/dev/null ;;
    connect) _mcp_session_clients ;;
    server) _mcp_session_server_words "${2:-}" ;;
  esac
}

_mcp_session ()
{
  local word="${COMP_WORDS[COMP_CWORD]}"
  local command="${COMP_WORDS[1]:-}"
  local previous="${COMP_WORDS[COMP_CWORD - 1]}"
  local choices names i

  mapfile -t names < <(_mcp_session_names)
  if [ "$COMP_CWORD" -eq 1 ]; then
    choices="$(mcp-session --help | awk '/^  / { print $1 }'; printf '%s\n' --help --version)"
  elif choices="$(_mcp_session_values "$previous")"; then
    :
  elif [[ "$word" == -* ]]; then
    [ "$command" = server ] || names=()
    choices="$(_mcp_session_options "$command" "${names[@]:0:1}")"
  elif [ "$command" = run ]; then
    mapfile -t COMPREPLY < <(compgen -c -- "$word")
    return
  else
    choices="$(_mcp_session_words "$command" "${names[@]}")"
  fi

  # A label may have blanks.
  local IFS=$'\n'
  mapfile -t COMPREPLY < <(compgen -W "${choices//\'/\\\'}" -- "$word")
  for i in "${!COMPREPLY[@]}"; do
    [[ "${COMPREPLY[i]}" == *=* && "$command" == call ]] && compopt -o nospace 2>/dev/null
    COMPREPLY[i]=$(printf '%q' "${COMPREPLY[i]}")
    COMPREPLY[i]=${COMPREPLY[i]//\\=/=}
  done
}

complete -o default -F _mcp_session mcp-session

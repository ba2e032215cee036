# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Completion of mcp-session for bash. Sessions, tools and servers are asked for
# as they are now; a daemon that does not run is not started for that.

_mcp_session_running ()
{
  [ -S "${XDG_RUNTIME_DIR:-/nonexistent}/mcp-sessiond/http.sock" ]
}

_mcp_session_sessions ()
{
  _mcp_session_running && mcp-session list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mcp_session_tools ()
{
  _mcp_session_running && mcp-session tools 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mcp_session_servers ()
{
  mcp-session server list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mcp_session_clients ()
{
  mcp-session connect 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mcp_session_options ()
{
  mcp-session "$@" --help 2>/dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u
}

_mcp_session ()
{
  local word="${COMP_WORDS[COMP_CWORD]}"
  local command="${COMP_WORDS[1]:-}"
  local previous="${COMP_WORDS[COMP_CWORD - 1]}"
  local choices=

  if [ "$COMP_CWORD" -eq 1 ]; then
    choices="$(mcp-session --help | awk '/^  / { print $1 }') --help --version"
  elif [ "$previous" = --session ]; then
    choices="$(_mcp_session_sessions)"
  elif [ "$previous" = --state ]; then
    choices="running ok error cancelled"
  elif [ "$previous" = --scope ]; then
    choices="session cwd shared"
  elif [ "$previous" = --server ]; then
    choices="$(_mcp_session_servers)"
  elif [ "$command" = server ] && [ "$COMP_CWORD" -eq 2 ]; then
    choices="add remove list test accept enable disable --help"
  elif [[ "$word" == -* ]]; then
    if [ "$command" = server ]; then
      choices="$(_mcp_session_options server "${COMP_WORDS[2]}")"
    else
      choices="$(_mcp_session_options "$command")"
    fi
  else
    case $command in
      show|close|watch|history) choices="$(_mcp_session_sessions)" ;;
      tools)
        if [ "$COMP_CWORD" -eq 2 ]; then choices=show
        elif [ "$previous" = show ]; then choices="$(_mcp_session_tools)"; fi ;;
      call) [ "$COMP_CWORD" -eq 2 ] && choices="$(_mcp_session_tools)" ;;
      connect) choices="$(_mcp_session_clients)" ;;
      server)
        case ${COMP_WORDS[2]} in
          remove|test|accept|enable|disable) choices="$(_mcp_session_servers)" ;;
        esac ;;
      secret)
        case ${COMP_WORDS[2]} in
          set|remove) choices="$(mcp-session secret list 2>/dev/null)" ;;
          *) choices='set list remove' ;;
        esac ;;
      run) mapfile -t COMPREPLY < <(compgen -c -- "$word"); return ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -o default -F _mcp_session mcp-session

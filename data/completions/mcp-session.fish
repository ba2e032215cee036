# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of mcp-session for fish. Sessions, tools and servers are asked for
# as they are now; a daemon that does not run is not started for that.

function __mcp_session_running
    test -S "$XDG_RUNTIME_DIR/mcp-sessiond/http.sock"
end

function __mcp_session_column
    $argv 2>/dev/null | awk 'NR > 1 { print $1 }'
end

function __mcp_session_sessions
    __mcp_session_running; and __mcp_session_column mcp-session list
end

function __mcp_session_tools
    __mcp_session_running; and __mcp_session_column mcp-session tools
end

function __mcp_session_commands
    mcp-session --help | awk '/^  / { name = $1; $1 = ""; sub(/^ +/, ""); print name "\t" $0 }'
end

function __mcp_session_options
    set -l words (commandline -opc)
    set -l command $words[2]
    if test "$command" = server; and set -q words[3]
        set command server $words[3]
    end
    mcp-session $command --help 2>/dev/null | string match -ar -- '--[a-z][a-z-]*' | sort -u
end

complete -c mcp-session -f
complete -c mcp-session -n __fish_use_subcommand -a '(__mcp_session_commands)'
complete -c mcp-session -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' -a '(__mcp_session_options)'
complete -c mcp-session -n '__fish_seen_subcommand_from show close watch history' -a '(__mcp_session_sessions)'
complete -c mcp-session -n '__fish_seen_subcommand_from call' -a '(__mcp_session_tools)'
complete -c mcp-session -n '__fish_seen_subcommand_from connect' -a '(__mcp_session_column mcp-session connect)'
complete -c mcp-session -n '__fish_seen_subcommand_from server; and not __fish_seen_subcommand_from add remove list test accept enable disable' -a 'add remove list test accept enable disable'
complete -c mcp-session -n '__fish_seen_subcommand_from server; and __fish_seen_subcommand_from remove test accept enable disable' -a '(__mcp_session_column mcp-session server list)'
complete -c mcp-session -n '__fish_seen_subcommand_from run' -a '(__fish_complete_subcommand)'
complete -c mcp-session -l session -x -a '(__mcp_session_sessions)'
complete -c mcp-session -n '__fish_seen_subcommand_from secret; and not __fish_seen_subcommand_from set list remove' -a 'set list remove'
complete -c mcp-session -n '__fish_seen_subcommand_from secret; and __fish_seen_subcommand_from set remove' -a '(mcp-session secret list 2>/dev/null)'

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
    __mcp_session_running; or return
    mcp-session list --fields=label 2>/dev/null | tail -n +2
    mcp-session list -o name 2>/dev/null
end

function __mcp_session_calls
    __mcp_session_running; and mcp-session history -o name $argv 2>/dev/null
end

function __mcp_session_tools
    __mcp_session_running; and mcp-session tools -o name 2>/dev/null
end

# The arguments of the tool that is called.
function __mcp_session_arguments
    set -l words (commandline -opc)
    __mcp_session_running; and set -q words[3]
    and mcp-session tools show $words[3] 2>/dev/null | head -n 1 | string match -ar -- '[A-Za-z0-9_.-]*='
end

function __mcp_session_has_word
    set -l words (commandline -opc)
    test (count $words) -ge $argv[1]
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
set -l server_commands add remove list show logs edit test accept enable disable restart refresh login logout
complete -c mcp-session -n '__fish_seen_subcommand_from show close watch history; and not __fish_seen_subcommand_from tools server' -a '(__mcp_session_sessions)'
complete -c mcp-session -n '__fish_seen_subcommand_from history tools' -a show
complete -c mcp-session -n '__fish_seen_subcommand_from history; and __fish_seen_subcommand_from show' -a '(__mcp_session_calls)'
complete -c mcp-session -n '__fish_seen_subcommand_from cancel' -a '(__mcp_session_calls --state=running)'
complete -c mcp-session -n '__fish_seen_subcommand_from consent; and not __fish_seen_subcommand_from list answer' -a 'list answer'
complete -c mcp-session -n '__fish_seen_subcommand_from consent; and __fish_seen_subcommand_from answer' -a '(mcp-session consent list -o name 2>/dev/null) once session deny'
complete -c mcp-session -n '__fish_seen_subcommand_from secret; and not __fish_seen_subcommand_from set list remove' -a 'set list remove'
complete -c mcp-session -n '__fish_seen_subcommand_from secret; and __fish_seen_subcommand_from set remove' -a '(mcp-session secret list 2>/dev/null)'
complete -c mcp-session -n '__fish_seen_subcommand_from tools; and __fish_seen_subcommand_from show' -a '(__mcp_session_tools)'
complete -c mcp-session -n '__fish_seen_subcommand_from call; and not __mcp_session_has_word 3' -a '(__mcp_session_tools)'
complete -c mcp-session -n '__fish_seen_subcommand_from call; and __mcp_session_has_word 3' -a '(__mcp_session_arguments)'
complete -c mcp-session -n '__fish_seen_subcommand_from prompts' -a get
complete -c mcp-session -n '__fish_seen_subcommand_from complete; or begin; __fish_seen_subcommand_from prompts; and __fish_seen_subcommand_from get; end' -a '(__mcp_session_running; and mcp-session prompts -o name 2>/dev/null)'
complete -c mcp-session -n '__fish_seen_subcommand_from read' -a '(__mcp_session_running; and mcp-session resources -o name 2>/dev/null)'
complete -c mcp-session -n '__fish_seen_subcommand_from connect' -a '(__mcp_session_column mcp-session connect)'
complete -c mcp-session -n "__fish_seen_subcommand_from server; and not __fish_seen_subcommand_from $server_commands" -a "$server_commands"
complete -c mcp-session -n '__fish_seen_subcommand_from server; and __mcp_session_has_word 3' -a '(mcp-session server list -o name 2>/dev/null)'
complete -c mcp-session -n '__fish_seen_subcommand_from run' -a '(__fish_complete_subcommand)'
complete -c mcp-session -l session -x -a '(__mcp_session_sessions)'
complete -c mcp-session -l state -x -a 'running ok error cancelled'
complete -c mcp-session -l scope -x -a 'session cwd shared'
complete -c mcp-session -l server -x -a '(mcp-session server list -o name 2>/dev/null)'
complete -c mcp-session -l tool -x -a '(__mcp_session_tools)'
complete -c mcp-session -s o -l output -x -a 'json yaml table name'
complete -c mcp-session -l color -x -a 'auto always never'
complete -c mcp-session -l since -x -a '1h 24h today yesterday'
complete -c mcp-session -l before -x -a '(__mcp_session_calls)'

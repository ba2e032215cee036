# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# The parts of build-aux/soak, one function each: it builds what it needs, runs
# it, records the result, and returns whether all went well.
# shellcheck disable=SC2154 # set by build-aux/soak

# record PART WHAT FIGURES VERDICT: PART's row in the table of the report, in
# place of its former one.
record ()
{
  say "$1: $3: $4"
  [ -n "$report" ] || return 0
  row="| $1 | $(date -u +%Y-%m-%d) | $2 | $3 | $4 |"
  (
    flock 8
    awk -v start="| $1 |" -v row="$row" '
      index($0, start) == 1 { if (!done) print row; done = 1; next }
      in_table && !/^\|/ && !done { print row; done = 1 }
      { print }
      { in_table = /^\|/ }
      END { if (!done) print row }' "$report" >"$report.new"
    mv "$report.new" "$report"
  ) 8>"$work/report.lock"
}

# verdict STATUS: as a word.
verdict ()
{
  if [ "$1" -eq 0 ]; then echo passed; else echo FAILED; fi
}

# since SECONDS-OF-THE-EPOCH: how long ago, for people.
since ()
{
  seconds=$(($(date +%s) - $1))
  if [ "$seconds" -lt 120 ]; then echo "$seconds s"; else echo "$(((seconds + 30) / 60)) min"; fi
}

# statistic LOG NAME: one of the numbers that libFuzzer ends with.
statistic ()
{
  sed -n "s/^stat::$2: *//p" "$1" | tail -n 1
}

# fuzz_target NAME: runs one, then keeps of its corpus what reaches something.
fuzz_target ()
{
  fuzzer="$work/fuzz/tests/fuzz/fuzz-$1"
  seeds="$root/tests/fuzz/corpus/$1"
  corpus="$work/corpus/$1"
  log="$work/fuzz-$1.log"
  dictionary=
  [ ! -e "$root/tests/fuzz/$1.dict" ] || dictionary="$root/tests/fuzz/$1.dict"
  started=$(date +%s)
  mkdir -p "$corpus" "$work/found"
  say "fuzzing $1"
  status=0
  # A single input that takes 10 s or 2 GiB is a finding too. 16 MiB of freed memory are what many
  # inputs free, and none uses another's; with the default of 256 MiB each page is a new one.
  ASAN_OPTIONS="quarantine_size_mb=16" "$fuzzer" "-runs=$executions" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    "-artifact_prefix=$work/found/$1-" ${dictionary:+"-dict=$dictionary"} \
    "$corpus" "$seeds" >"$log" 2>&1 || status=$?
  figures="$(statistic "$log" number_of_executed_units) executions, \
$(statistic "$log" average_exec_per_sec)/s"

  rm -rf "$corpus.new"
  mkdir "$corpus.new"
  if "$fuzzer" -merge=1 "$corpus.new" "$seeds" "$corpus" >"$log.merge" 2>&1; then
    rm -rf "$corpus"
    mv "$corpus.new" "$corpus"
  fi
  record "fuzz $1" "libFuzzer with ASan and UBSan, $(since "$started")" \
    "$figures, corpus of $(find "$corpus" -type f | wc -l)" "$(verdict "$status")"
  [ "$status" -eq 0 ] || tail -n 40 "$log"
  return "$status"
}

part_fuzz ()
{
  need_packages clang || return 1
  names=
  for source in "$root"/tests/fuzz/fuzz-*.c; do
    name=$(basename "$source" .c)
    name=${name#fuzz-}
    # The one that is main() for all in ordinary builds.
    [ "$name" != replay-main ] || continue
    [ -z "$only_target" ] || [ "$name" = "$only_target" ] || continue
    names="$names $name"
  done
  [ -n "$names" ] || { warn "there is no fuzz target of this name"; return 1; }

  # shellcheck disable=SC2086 # a list of names
  targets=$(printf 'tests/fuzz/fuzz-%s ' $names)
  CC=clang build_in "$work/fuzz" -Dfuzzers=true -Db_lundef=false \
    -Db_sanitize=address,undefined || return 1
  # shellcheck disable=SC2034 # of build_in
  targets=
  all_well=0
  for name in $names; do
    fuzz_target "$name" || all_well=1
  done
  return "$all_well"
}

# build_plain: what load, kill and faults drive.
build_plain ()
{
  build_in "$work/plain"
}

part_load ()
{
  build_plain || return 1
  started=$(date +%s)
  status=0
  rm -f "$work/load.json"
  # The seed is new each time; a failure says it.
  seed=$(date +%s)
  python3 "$root/tests/soak/soak.py" --daemon="$work/plain/src/daemon/mcp-sessiond" \
    --keeper="$work/plain/src/upstream/stdio/keeper/mcp-sessiond-keeper" \
    --server="$work/plain/tests/support/mcp-test-server" \
    --heap-probe="$work/plain/tests/soak/libheap-probe.so" \
    --seconds=$((minutes * 60)) --seed="$seed" --slopes --verbose --figures="$work/load.json" \
    >"$work/load.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || { say "seed $seed"; grep -v '^# {' "$work/load.log" | tail -n 60; }
  figures=$(sed -n 's/^ *"figures": "\(.*\)",$/\1/p' "$work/load.json")
  record load "24 honest and hostile clients, $(since "$started")" "$figures" "$(verdict "$status")"
  return "$status"
}

part_kill ()
{
  build_plain || return 1
  started=$(date +%s)
  status=0
  MCP_TEST_KILLS="$kills" meson test -C "$work/plain" --no-rebuild --timeout-multiplier 0 \
    --print-errorlogs persistence >"$work/kill.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || tail -n 60 "$work/kill.log"
  record kill "SIGKILL at random points under load, $(since "$started")" \
    "$kills kills, the database and all promises checked after each" "$(verdict "$status")"
  return "$status"
}

# n_passed LOG: how many tests of a `meson test` passed.
n_passed ()
{
  sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$1" | tail -n 1
}

# The rooms whose tests stay in one process; the others' start programs.
# What is lost for good, and what is read or written where it must not, fails.
memcheck="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
--show-leak-kinds=definite --trace-children=no --suppressions=$root/tests/valgrind.supp"

part_valgrind ()
{
  need_packages valgrind || return 1
  build_plain || return 1
  started=$(date +%s)
  status=0
  suites="common session protocol upstream gateway dbus http daemon"
  # shellcheck disable=SC2046 # a list
  meson test -C "$work/plain" --no-rebuild --timeout-multiplier 0 --print-errorlogs \
    --num-processes "$(n_jobs)" $(printf -- '--suite %s ' $suites) --no-suite native \
    --wrapper "$(echo "$memcheck" | tr '\n' ' ')" </dev/null >"$work/valgrind.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || tail -n 60 "$work/valgrind.log"
  tests=$(n_passed "$work/valgrind.log")
  load_under_memcheck || status=1
  record valgrind "memcheck, the rooms' tests, then load on the daemon, $(since "$started")" \
    "$tests tests without an error; $visits" "$(verdict "$status")"
  return "$status"
}

# The whole daemon, and who visits it. Sets $visits.
load_under_memcheck ()
{
  printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$(echo "$memcheck" | tr '\n' ' ')" \
    "$work/plain/src/daemon/mcp-sessiond" >"$work/daemon-under-memcheck"
  chmod +x "$work/daemon-under-memcheck"
  load_status=0
  python3 "$root/tests/soak/soak.py" --daemon="$work/daemon-under-memcheck" \
    --keeper="$work/plain/src/upstream/stdio/keeper/mcp-sessiond-keeper" \
    --server="$work/plain/tests/support/mcp-test-server" --clients=8 --seconds=300 \
    --seed="$(date +%s)" >"$work/valgrind-load.log" 2>&1 || load_status=$?
  [ "$load_status" -eq 0 ] || tail -n 60 "$work/valgrind-load.log"
  visits=$(sed -n 's/^# \([0-9]* visits, [0-9]* not as promised\).*/\1/p' "$work/valgrind-load.log")
  return "$load_status"
}

part_tsan ()
{
  build_in "$work/tsan" -Db_sanitize=thread -Db_lundef=false || return 1
  started=$(date +%s)
  status=0
  reports="$work/tsan-reports"
  rm -rf "$reports"
  mkdir -p "$reports"
  TSAN_OPTIONS="log_path=$reports/report:exitcode=0:suppressions=$root/tests/tsan/suppressions" \
    meson test -C "$work/tsan" --no-rebuild --timeout-multiplier 0 --print-errorlogs \
    --num-processes 1 --suite common --suite session --suite gateway --suite http --suite daemon \
    --wrapper "env LD_PRELOAD=$work/tsan/tests/tsan/libtsan-glib.so" >"$work/tsan.log" 2>&1 || status=$?
  n_reports=$(cat "$reports"/* 2>/dev/null | grep -c '^WARNING: ThreadSanitizer' || true)
  if [ "$n_reports" -gt 0 ]; then
    cat "$reports"/* | grep '^SUMMARY' | sort | uniq -c
    status=1
  fi
  record tsan "ThreadSanitizer, tests of common, session, gateway, http and daemon, $(since "$started")" \
    "$(n_passed "$work/tsan.log") tests passed, $n_reports reports" "$(verdict "$status")"
  return "$status"
}

part_faults ()
{
  build_plain || return 1
  started=$(date +%s)
  status=0
  python3 "$root/tests/faults/faults.py" --daemon="$work/plain/src/daemon/mcp-sessiond" \
    --keeper="$work/plain/src/upstream/stdio/keeper/mcp-sessiond-keeper" \
    --server="$work/plain/tests/support/mcp-test-server" \
    --shim="$work/plain/tests/faults/libfault-shim.so" --all >"$work/faults.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || grep -A 20 '^not ok' "$work/faults.log" | tail -n 60
  record faults "system calls that fail at the 1st, 2nd, … and from there on, $(since "$started")" \
    "$(sed -n '$s/^# //p' "$work/faults.log")" "$(verdict "$status")"
  return "$status"
}

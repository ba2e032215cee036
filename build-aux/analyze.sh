# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# The part "analyze" of build-aux/soak: three analyzers, whose findings must all be in
# build-aux/analyze.suppressions, each with its reason. What clang-tidy looks for is in .clang-tidy.
# shellcheck disable=SC2154 # set by build-aux/soak

# to_findings TOOL: the warnings on standard input as lines "TOOL CHECK FILE:LINE: MESSAGE".
to_findings ()
{
  sed -n -e 's|^[^ ]*/\(src/[^: ]*\)|\1|' -e 's|^[^ ]*/\(glib-[a-z]*\.h\)|\1|' \
    -e 's/ \[CWE-[0-9]*\]//' \
    -e "s/^\([^: ]*:[0-9]*\)\(:[0-9]*\)\{0,1\}: [a-z]*: \(.*\) \[-\{0,1\}\([A-Za-z0-9.,_-]*\)\]\$/$1 \4 \1: \3/p" |
    sort -u
}

analyze_gcc ()
{
  # Without checks: what follows a g_return_if_fail() that fails is our own mistake, not a path.
  if [ ! -e "$work/analyzer/build.ninja" ]; then
    meson setup "$work/analyzer" "$root" -Dc_args="-fanalyzer -DG_DISABLE_CHECKS" \
      >"$work/analyze-setup.log" || return 1
  fi
  ninja -C "$work/analyzer" -t clean >/dev/null
  targets=$(ninja -C "$work/analyzer" -t targets all | sed -n 's|^\(src/[^:]*\.c\.o\): .*|\1|p')
  # shellcheck disable=SC2086 # a list of targets
  ninja -C "$work/analyzer" -k 0 -j "$(n_jobs)" $targets >"$work/analyze-gcc.log" 2>&1 || return 1
  to_findings gcc <"$work/analyze-gcc.log" | grep '^gcc Wanalyzer' || true
}

analyze_clang ()
{
  mkdir -p "$work/clang-tidy"
  # clang knows what a g_return_if_fail() is.
  sed -e 's/ -fanalyzer / /' -e 's/ -DG_DISABLE_CHECKS / /' "$work/analyzer/compile_commands.json" \
    >"$work/clang-tidy/compile_commands.json"
  # gcc has warnings that clang does not know.
  find "$root/src" -name '*.c' -print0 |
    xargs -0 -P "$(n_jobs)" -n 4 clang-tidy -p "$work/clang-tidy" --quiet \
      --extra-arg=-Wno-unknown-warning-option >"$work/analyze-clang.log" 2>&1 || true
  if grep -q 'clang-diagnostic-error' "$work/analyze-clang.log"; then
    return 1
  fi
  to_findings clang-tidy <"$work/analyze-clang.log"
}

analyze_cppcheck ()
{
  (cd "$root" && cppcheck --quiet -j "$(n_jobs)" --std=c11 --enable=warning,portability,performance \
     --library=gtk --library=posix '-DG_DEFINE_QUARK(a,b)=' \
     --template='./{file}:{line}: {severity}: {message} [{id}]' src) >"$work/analyze-cppcheck.log" 2>&1 ||
    return 1
  to_findings cppcheck <"$work/analyze-cppcheck.log"
}

# unsuppressed FINDINGS: those that no line "TOOL CHECK FILE REASON…" names; lines that name nothing are
# findings too, so that the file does not rot.
unsuppressed ()
{
  awk 'FNR == NR { if ($0 !~ /^(#|$)/) named[$1 " " $2 " " $3] = 1; next }
       { file = $3; sub(/:.*/, "", file); key = $1 " " $2 " " file
         if (key in named) used[key] = 1; else print }
       END { for (key in named) if (!(key in used)) print "suppressed, but not found: " key }' \
    "$root/build-aux/analyze.suppressions" "$1"
}

part_analyze ()
{
  need_packages clang-tidy cppcheck || return 1
  started=$(date +%s)
  findings="$work/analyze.findings"
  : >"$findings"
  for tool in gcc clang cppcheck; do
    "analyze_$tool" >>"$findings" || { warn "$tool failed"; return 1; }
  done
  unsuppressed "$findings" >"$work/analyze.log"
  cat "$work/analyze.log"
  status=0
  [ ! -s "$work/analyze.log" ] || status=1
  record analyze "gcc -fanalyzer, clang-tidy, cppcheck on src/, $(since "$started")" \
    "$(wc -l <"$work/analyze.log") findings, $(wc -l <"$findings") suppressed with a reason" \
    "$(verdict "$status")"
  return "$status"
}

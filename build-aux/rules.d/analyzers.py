# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-tidy and cppcheck on the sources that a change touches; "build-aux/soak analyze" takes all of
them, and gcc's analyzer too. What both leave out is in build-aux/analyze.suppressions."""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SUPPRESSIONS = "build-aux/analyze.suppressions"
CPPCHECK = ["cppcheck", "--quiet", "--std=c11", "--enable=warning,portability,performance", "--library=gtk",
            "--library=posix", "-DG_DEFINE_QUARK(a,b)=", "--template={file}:{line}: {severity}: {message} [{id}]"]
FINDING = re.compile(r"^(\S*?)(src/[^: ]+):(\d+)(?::\d+)?: \w+: (.*) \[([\w.,-]+)\]$", re.M)


def git(root, *words):
    result = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else None


def default_base(root):
    """Where this branch left main; on main itself, the commit before."""
    head = git(root, "rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        base = git(root, "merge-base", "HEAD", main)
        if base and base != head:
            return base
    return git(root, "rev-parse", "HEAD~1")


def changed_sources(root, base):
    names = (git(root, "diff", "--name-only", "--diff-filter=d", base, "--", "src") or "").splitlines()
    names += (git(root, "ls-files", "--others", "--exclude-standard", "src") or "").splitlines()
    return sorted({name for name in names if name.endswith(".c")})


def suppressed(root):
    with open(os.path.join(root, SUPPRESSIONS), encoding="utf-8") as file:
        return {tuple(line.split()[:3]) for line in file if line.strip() and not line.startswith("#")}


def without_analyzer(build, folder):
    """Compile commands that clang understands, in @folder."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    for command in commands:
        command["command"] = command["command"].replace(" -fanalyzer ", " ")
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(commands, file)


def analyze(root, source, folder):
    tidy = ["clang-tidy", "-p", folder, "--quiet", "--extra-arg=-Wno-unknown-warning-option", source]
    for tool, command in (("clang-tidy", tidy), ("cppcheck", CPPCHECK + [source])):
        result = subprocess.run(command, cwd=root, capture_output=True, text=True)
        for match in FINDING.finditer(result.stdout + result.stderr):
            yield tool, match.group(5), match.group(2), match.group(3), match.group(4)


def run(root, base, build):
    build = build or os.path.join(root, "_build", "plain")
    base = base or default_base(root)
    missing = [tool for tool in ("git", "clang-tidy", "cppcheck") if not shutil.which(tool)]
    if missing or base is None or not os.path.exists(os.path.join(build, "compile_commands.json")):
        print("analyzers are left out:", ", ".join(missing) or "no commit to compare with, or no build")
        return 77
    sources, known, found = changed_sources(root, base), suppressed(root), set()
    with tempfile.TemporaryDirectory() as folder:
        without_analyzer(build, folder)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for findings in pool.map(lambda source: list(analyze(root, source, folder)), sources):
                found.update(finding for finding in findings if finding[:3] not in known)
    for tool, check, path, line, message in sorted(found, key=lambda finding: finding[2:]):
        print(f"{path}:{line}: {message} [{tool} {check}]")
    print(f"{len(sources)} sources that differ from {base[:12]}: {len(found)} findings", file=sys.stderr)
    return 1 if found else 0

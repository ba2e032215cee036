#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""build-aux/count-tests counts what a run of the tests came to, with and without further runs.

Usage: test-count.py COUNT-TESTS (the path of build-aux/count-tests); prints TAP.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

# A run as meson logs it: programs, the result of each, and the results of the cases of each. A program without
# cases is a case itself.
STEADY = {"p:a / one": ("OK", ["OK", "OK", "SKIP"]), "p:a / two words": ("OK", ["OK", "OK"]), "p:a / bare": ("OK", None)}
FAILED = {**STEADY, "p:a / two words": ("FAIL", ["OK", "FAIL"])}
CRASHED = {**STEADY, "p:a / two words": ("ERROR", ["OK"])}
BARE = {**STEADY, "p:a / bare": ("TIMEOUT", None)}
TWO = {**FAILED, "p:a / bare": ("FAIL", None)}
PASSED_AGAIN = {"p:a / two words": ("OK", ["OK", "OK"])}
FAILED_AGAIN = {"p:a / two words": ("FAIL", ["OK", "FAIL"])}

# What it shows, status, the runs, the last line, and the programs that are named unsteady.
COUNTS = [
    ("a run without a failure", 0, [STEADY], "5 0 1", []),
    ("a case that failed", 1, [FAILED], "4 1 1", []),
    ("a program that crashed between its cases", 1, [CRASHED], "4 1 1", []),
    ("a program without cases that hung", 1, [BARE], "4 1 1", []),
    ("a run that says of no test why it failed", 2, [STEADY], "5 1 1", []),
    ("a program that passes twice alone", 1, [FAILED, PASSED_AGAIN, PASSED_AGAIN], "5 0 1", ["p:a / two words"]),
    ("a crash that does not come again", 1, [CRASHED, PASSED_AGAIN, PASSED_AGAIN], "5 0 1", ["p:a / two words"]),
    ("a program that fails once alone", 1, [FAILED, PASSED_AGAIN, FAILED_AGAIN], "4 1 1", []),
    ("a program that no further run has", 1, [FAILED, PASSED_AGAIN, {}], "4 1 1", []),
    ("one unsteady, one broken", 1, [TWO, {**PASSED_AGAIN, "p:a / bare": ("FAIL", None)}], "4 1 1", ["p:a / two words"]),
]


def write_case(name, result):
    inner = {"OK": "", "SKIP": "<skipped/>"}.get(result, "<failure/>")
    return f'<testcase name="{name}">{inner}</testcase>'


def write_logs(directory, base, run):
    """Writes a run the way meson does."""
    suites, bare, entries = "", "", ""
    for name, (result, cases) in run.items():
        entries += json.dumps({"name": name, "result": result, "stdout": "", "stderr": ""}) + "\n"
        if cases is None:
            bare += write_case(name, "OK" if result == "OK" else "FAIL")
        else:
            inner = "".join(write_case(f"{n} case", case) for n, case in enumerate(cases, 1))
            suites += f'<testsuite name="p.{name}">{inner}</testsuite>'
    (directory / f"{base}.json").write_text(entries)
    (directory / f"{base}.junit.xml").write_text(f'<testsuites>{suites}<testsuite name="p">{bare}</testsuite></testsuites>')


def run(program, status, runs):
    """Returns the lines that count-tests prints, and those of --failed."""
    with tempfile.TemporaryDirectory() as build:
        logs = pathlib.Path(build) / "meson-logs"
        logs.mkdir()
        bases = ["testlog"] + [f"again-{n}" for n in range(1, len(runs))]
        for base, each in zip(bases, runs):
            write_logs(logs, base, each)
        ask = lambda *arguments: subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True).stdout.splitlines()
        return ask(build, str(status), *bases[1:]), ask("--failed", build)


def main():
    program, n_failed = sys.argv[1], 0
    print(f"1..{len(COUNTS) + 1}")
    for number, (name, status, runs, expected, unsteady) in enumerate(COUNTS, 1):
        lines, _ = run(program, status, runs)
        named = [line.split(": ")[1] for line in lines if line.startswith("UNSTEADY: ")]
        is_right = lines[-1:] == [expected] and named == unsteady
        n_failed += not is_right
        print("" if is_right else "".join(f"# {line}\n" for line in lines), end="")
        print(f"{'ok' if is_right else 'not ok'} {number} {name}")
    _, failed = run(program, 1, [TWO])
    is_right = failed == ["bare", "two words"]
    print(f"{'ok' if is_right else 'not ok'} {len(COUNTS) + 1} the programs that failed are named as meson takes them")
    return 1 if n_failed or not is_right else 0


if __name__ == "__main__":
    sys.exit(main())

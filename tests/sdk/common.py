# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the installed SDK share: running commands, counting failures."""
import os
import subprocess
import sys

SOURCE = os.environ["PORTRAIT_SOURCE"]
failures = []


def check(is_right, what):
    if not is_right:
        failures.append(what)
        print("FAILED:", what, file=sys.stderr)


def equal(got, want, what):
    check(got == want, f"{what}: got {got!r}, want {want!r}")


def run(words, folder, env=None, timeout=200):
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **(env or {})})


def good(words, folder, env=None):
    r = run(words, folder, env)
    check(r.returncode == 0, f"{' '.join(words)}: exit {r.returncode}\n{r.stdout}{r.stderr}")
    return r


def built(prefix, folder, *settings):
    """Configures, builds and tests a folder by the one command of its README."""
    env = {"CMAKE_PREFIX_PATH": prefix}
    if settings:
        good(["cmake", "--preset", "default", *settings], folder, env)
    r = good(["cmake", "--workflow", "--preset", "default"], folder, env)
    check("100% tests passed" in r.stdout, f"{folder}: {r.stdout}{r.stderr}")


def finish():
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)

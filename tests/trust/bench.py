# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""A folder with a pipeline, a plugin that leaves a mark when its code runs, keys and a keyring."""
import json
import os
import shutil
import sys

from common import check, equal, portrait

HERE = os.path.dirname(os.path.abspath(__file__))
MARKER = os.path.abspath(sys.argv[2])
PIPELINE = """portrait: 1
name: pinned
as_of: 2025-06-10T00:00:00Z
sources:
  counted: {plugin: abi-source, with: {rows: 100, limits: {high: 5}}}
identity:
  namespaces:
    who: {class: person}
  rows:
    counted: {who: id}
features:
  n: {from: counted, count: rows}
sinks:
  people: {plugin: campaign-csv, from: profiles, with: {path: people.csv}}
"""


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.plugins, self.ring = self.path("plugins"), self.path("keyring")
        self.plugin = os.path.join(self.plugins, "abi-source.so")
        self.manifest = os.path.join(self.plugins, "abi-source.manifest")
        self.signature = self.manifest + ".minisig"
        self.pipeline, self.lock = self.path("p.yaml"), self.path("p.yaml.lock")
        self.mark = self.path("mark")
        os.makedirs(self.plugins)
        os.makedirs(self.ring)
        self.restore()
        self.write(self.pipeline, PIPELINE)
        for name in os.listdir(os.path.join(HERE, "keys")):
            shutil.copyfile(os.path.join(HERE, "keys", name), self.path(name))
            os.chmod(self.path(name), 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def write(path, text, mode=0o644):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as f:
            return f.read()

    def restore(self):
        shutil.copyfile(MARKER, self.plugin)
        os.chmod(self.plugin, 0o755)

    def change(self):
        """The same code, other bytes."""
        with open(self.plugin, "ab") as f:
            f.write(b"\0")

    def trust(self, *names):
        for name in os.listdir(self.ring):
            os.remove(os.path.join(self.ring, name))
        for name in names:
            shutil.copy(self.path(f"{name}.pub"), self.ring)
            os.chmod(os.path.join(self.ring, f"{name}.pub"), 0o644)

    def revoke(self, line):
        self.write(os.path.join(self.ring, "revoked"), f"# test\n\n{line}\n")

    def run(self, *words, ring=True, timeout=300):
        """Runs the command without what an earlier one learnt, and clears the mark before."""
        if os.path.exists(self.mark):
            os.remove(self.mark)
        env = dict(os.environ, XDG_CACHE_HOME=self.path("cache"), PORTRAIT_MARK=self.mark)
        shutil.rmtree(self.path("cache"), ignore_errors=True)
        more = ["--keyring", self.ring] if ring else []
        return portrait(*words, "--plugin-dir", self.plugins, *more, cwd=self.folder, env=env, timeout=timeout)

    def is_marked(self):
        return os.path.exists(self.mark)

    def sign(self, target=None, key="test", *more):
        return self.run("plugins", "sign", target or self.plugin, "--key", self.path(f"{key}.key"), *more, ring=False)

    def verify(self, *more):
        return self.run("plugins", "verify", self.plugin, *more)

    def refused(self, run, said, text, marks=False):
        equal(run.returncode, 78, f"{text}: exit code; {run.stderr}")
        check(said in run.stderr, f"{text}: wanted `{said}` in {run.stderr!r}")
        check(marks or not self.is_marked(), f"{text}: no code of the plugin ran")

    def manifest_with(self, **changes):
        """The manifest with keys replaced (None = taken out), unsigned."""
        m = json.loads(self.read(self.manifest))
        for key, value in changes.items():
            if value is None:
                m.pop(key)
            else:
                m[key] = value
        self.write(self.manifest, json.dumps(m))

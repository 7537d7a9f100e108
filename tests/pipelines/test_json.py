# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""--json of every verb: one object on stdout with the documented keys, messages on stderr only."""
import json
import os
import re
import shutil
import tempfile

from common import PIPELINES, PORTRAIT, ROOT, check, digest, equal, finish, portrait, record, rows, status_line

FEATURES = os.path.join(PIPELINES, "shop-features.yaml")
DIAGNOSTIC = {"level", "code", "file", "line", "column", "message", "suggestion"}
COMPONENT = {"kind", "name", "summary", "plugin", "version", "license", "file", "sha256", "runs", "abi", "can"}
LINK = {"a", "b", "because", "source", "rows", "first_row"}
seen = set()


def answer(kind, exit_code, keys, *words, cwd=None):
    r = portrait(*words, "--json", cwd=cwd)
    equal(r.returncode, exit_code, f"{kind}: exit\n{r.stderr}")
    try:
        a = json.loads(r.stdout)
    except ValueError as error:
        check(False, f"{kind}: stdout is no JSON object: {error}\n{r.stdout[:400]}")
        return {}, r
    equal((a.pop("version"), a.pop("kind")), (1, kind), f"{kind}: version and kind")
    equal(set(a), set(keys), f"{kind}: keys")
    if "exit" in a:
        equal(a["exit"], exit_code, f"{kind}: exit in the object")
    seen.add(kind)
    return a, r


def test_check_and_plan(t):
    bad = os.path.join(t, "bad.yaml")
    with open(FEATURES, encoding="utf-8") as f:
        text = f.read()
    with open(bad, "w", encoding="utf-8") as f:
        f.write(text.replace("portrait: 1\n", "portrait: 1\nsuorces: {}\n", 1))
    a, r = answer("check", 78, {"exit", "pipelines"}, "check", FEATURES, bad)
    good, wrong = a["pipelines"]
    equal((good["file"], good["ok"], good["sources"], good["diagnostics"]), (FEATURES, True, 3, []), "check: good")
    equal(wrong["ok"], False, "check: bad")
    first = wrong["diagnostics"][0]
    equal(set(first), DIAGNOSTIC, "check: keys of a diagnostic")
    want = (text.split("portrait: 1\n")[0].count("\n") + 2, 1, "P0103", "error", bad)
    equal((first["line"], first["column"], first["code"], first["level"], first["file"]), want, "check: place and code")
    check("`suorces`" in first["message"] and "`sources`" in first["suggestion"], f"check: {first}")
    check(f"{bad}:{want[0]}:1: error[P0103]" in r.stderr, "check: told to people too\n" + r.stderr)

    a, _ = answer("plan", 0, {"exit", "diagnostics", "diagnostics_not_shown", "plan"}, "plan", FEATURES)
    equal((a["diagnostics"], a["plan"]["pipeline"]), ([], "shop-features"), "plan")
    a, _ = answer("plan", 78, {"exit", "diagnostics", "diagnostics_not_shown", "plan"}, "plan", bad)
    equal((a["plan"], a["diagnostics"][0]["code"]), (None, "P0103"), "plan: bad")
    return bad


def test_run(t, bad):
    runs, keys = os.path.join(t, "runs"), {"exit", "diagnostics", "diagnostics_not_shown", "folder", "run"}
    plain = os.path.join(t, "plain.csv")
    portrait("run", FEATURES, "--runs", runs, "--var", "out=" + plain)
    out = os.path.join(t, "out.csv")
    a, r = answer("run", 0, keys, "run", FEATURES, "--runs", runs, "--var", "out=" + out)
    equal(a["run"], record(runs), "run: the record")
    equal(os.path.realpath(a["folder"]), os.path.realpath(os.path.join(runs, "latest")), "run: folder")
    equal(status_line(r)["status"], "DONE", "run: the status line stays on stderr")
    equal(digest(out), digest(plain), "run: same bytes")
    a, r = answer("run", 78, keys, "run", bad)
    equal((a["run"], a["folder"], a["diagnostics"][0]["code"]), (None, None, "P0103"), "run: refused")
    return runs, out


def test_read(t):
    log = os.path.join(PIPELINES, "data/weblog/apache_logs.gz")
    keys = {"plugin", "path", "exit", "read", "good", "quarantined", "reasons"}
    a, _ = answer("read", 0, keys, "read", "weblog", log, "--with", "format=combined", "--format", "count")
    equal((a["read"], a["good"], a["quarantined"]), (10000, 9999, 1), "read: counts")
    equal([r["rows"] for r in a["reasons"]], [1], "read: reasons")
    r = portrait("read", "weblog", log, "--json")
    equal((r.returncode, r.stdout), (2, ""), "read: rows are no object")


def test_runs(runs):
    a, _ = answer("runs list", 0, {"folder", "runs"}, "runs", "list", "--runs", runs)
    equal([r["status"] for r in a["runs"]], ["DONE", "DONE"], "runs list: status")
    equal(set(a["runs"][0]), {"id", "status", "pipeline", "started", "ended", "exit", "balance", "damage"}, "runs list: keys")
    latest = os.path.basename(os.path.realpath(os.path.join(runs, "latest")))
    by_id = {r["id"]: r for r in a["runs"]}  # of one second, they may be listed either way round
    equal(by_id.pop(latest)["balance"], record(runs)["balance"], "runs list: balance")
    older = list(by_id)[0]
    with open(os.path.join(runs, older, "run.json"), "w", encoding="utf-8") as f:
        f.write("{")
    a, _ = answer("runs list", 0, {"folder", "runs"}, "runs", "list", "--runs", runs)
    by_id = {r["id"]: r for r in a["runs"]}
    equal((by_id[older]["status"], by_id[latest]["status"]), ("DAMAGED", "DONE"), "runs list: a damaged one")
    check(by_id[older]["damage"] and not by_id[latest]["damage"], "runs list: the damage is told")
    a, _ = answer("runs show", 0, {"status", "folder", "run"}, "runs", "show", "latest", "--runs", runs)
    equal((a["status"], a["run"]), ("DONE", record(runs)), "runs show")
    r = portrait("runs", "show", "nothing", "--runs", runs, "--json")
    equal((r.returncode, r.stdout), (2, ""), "runs show: no such run, no object")


def test_deliver(t, runs):
    a, _ = answer("deliver", 0, {"exit", "folder", "delivered", "pending", "rejected"}, "deliver", "latest", "--runs", runs)
    equal((a["delivered"], a["pending"], a["rejected"]), (0, 0, 0), "deliver: nothing to send")


def test_plugins():
    a, _ = answer("plugins list", 0, {"plugins", "failed"}, "plugins", "list")
    check({"weblog", "logreg", "webhook"} <= {p["name"] for p in a["plugins"]}, "plugins list: names")
    check(all(set(p) == COMPONENT for p in a["plugins"]), "plugins list: keys")
    equal(a["failed"], [], "plugins list: failed")
    a, _ = answer("plugins info", 0, {"components"}, "plugins", "info", "weblog")
    equal(set(a["components"][0]), COMPONENT | {"options"}, "plugins info: keys")
    equal([a["components"][0][k] for k in ("abi", "can")], ["1.0", ["projection", "splits"]], "plugins info: abi, can")
    check("path" in a["components"][0]["options"]["properties"], "plugins info: a schema")


def test_trust(t):
    plugin, pipeline = os.path.join(t, "weblog.so"), os.path.join(t, "pinned.yaml")
    shutil.copyfile(os.path.join(os.path.dirname(os.path.dirname(PORTRAIT)), "plugins", "weblog.so"), plugin)
    shutil.copyfile(os.path.join(ROOT, "tests", "trust", "keys", "test.key"), os.path.join(t, "test.key"))
    os.chmod(os.path.join(t, "test.key"), 0o600)
    keys = {"exit", "file", "sha256", "trusted", "reason", "signer", "key", "manifest"}
    a, _ = answer("plugins verify", 78, keys, "plugins", "verify", plugin)
    equal((a["trusted"], a["manifest"], a["sha256"]), (False, None, digest(plugin)), "plugins verify: unsigned")
    a, _ = answer("plugins sign", 0, {"manifest", "signature", "key"}, "plugins", "sign", plugin, "--key",
                  os.path.join(t, "test.key"))
    check(os.path.exists(a["signature"]), "plugins sign: the signature is there")
    ring = os.path.join(t, "ring")
    os.makedirs(ring)
    shutil.copyfile(os.path.join(ROOT, "tests", "trust", "keys", "test.pub"), os.path.join(ring, "test.pub"))
    b, _ = answer("plugins verify", 0, keys, "plugins", "verify", plugin, "--keyring", ring)
    equal((b["trusted"], b["reason"], b["signer"], b["key"]), (True, None, "test", a["key"]), "plugins verify: signed")
    equal(set(b["manifest"]), {"id", "version", "license", "read", "hosts"}, "plugins verify: keys of the manifest")
    shutil.copyfile(FEATURES, pipeline)
    a, _ = answer("plugins lock", 0, {"file", "plugins"}, "plugins", "lock", pipeline)
    equal((a["file"], [set(p) for p in a["plugins"]]), (pipeline + ".lock", [{"id", "version", "sha256"}] * 4),
          "plugins lock")


def test_people(runs, out):
    person = rows(out)[0]
    a, _ = answer("show", 0, {"folder", "profile", "values"}, "show", person["person_id"], "--runs", runs)
    equal((a["profile"], a["values"]["web_pv_90d"]), (person["person_id"], int(person["web_pv_90d"])), "show: values")
    crm = [c for c in rows(os.path.join(PIPELINES, "data/shop/crm.csv")) if c["email"]]
    keys = {"one_profile", "links", "refused"}
    a, _ = answer("why", 0, keys, "why", crm[0]["customer_id"], crm[0]["email"].strip().lower(), "--runs", runs)
    equal((a["one_profile"], set(a["links"][0]), a["refused"]), (True, LINK, []), "why: one")
    equal(set(a["links"][0]["a"]), {"namespace", "value"}, "why: an identifier")
    a, _ = answer("why", 0, keys, "why", crm[0]["customer_id"], crm[1]["customer_id"], "--runs", runs)
    equal((a["one_profile"], a["links"]), (False, []), "why: two")


def test_models(t):
    runs = os.path.join(t, "model-runs")
    r = portrait("run", os.path.join(PIPELINES, "retail-personas.yaml"), "--quiet", "--runs", runs, "--var",
                 "out=" + os.path.join(t, "personas.csv"))
    equal(r.returncode, 0, "models: a run\n" + r.stderr)
    a, _ = answer("models list", 0, {"folder", "models"}, "models", "list", "--runs", runs)
    equal([set(m) for m in a["models"]],
          [{"name", "component", "label", "inputs", "columns", "rows", "damage"}], "models list: keys of a model")
    a, _ = answer("models show", 0, {"file", "model"}, "models", "show", "latest", "persona", "--runs", runs)
    equal(set(a["model"]) & {"plugin", "inputs", "preparation", "training", "explain"},
          {"plugin", "inputs", "preparation", "training", "explain"}, "models show: keys")
    a, _ = answer("models check", 0, {"file", "component", "plugin", "plugin_version"}, "models", "check", a["file"])
    equal(a["component"], "kmeans", "models check: component")


def main():
    with tempfile.TemporaryDirectory() as t:
        bad = test_check_and_plan(t)
        runs, out = test_run(t, bad)
        test_deliver(t, runs)
        test_people(runs, out)
        test_runs(runs)
        test_read(t)
        test_plugins()
        test_trust(t)
        test_models(t)
    manual = open(os.path.join(ROOT, "docs/json.md"), encoding="utf-8").read()
    equal(set(re.findall(r"^\| `[^|]*` \| `([^`]+)` \|", manual, re.M)), seen, "docs/json.md: kinds")
    finish()


main()

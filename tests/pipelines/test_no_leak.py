# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""No leak from the future: when every row at or after the cut-off is changed or removed, every
feature of every profile stays the same, byte for byte."""
import json
import os
import re
import tempfile
from datetime import datetime, timezone

from common import PIPELINES, check, equal, finish, plain_shop, portrait, rows

AS_OF = datetime(2025, 6, 1, tzinfo=timezone.utc)


def is_future_line(line):
    stamp = re.search(r"\[([^\]]+)\]", line)[1]
    return datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z") >= AS_OF


def is_future_event(line):
    return json.loads(line)["ts"]["$date"] >= "2025-06-01T00:00:00"


def rewrite(path, is_future, change):
    future = 0
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    with open(path, "w", encoding="utf-8") as f:
        for line in lines:
            if is_future(line):
                future += 1
                line = change(line)
            f.write(line)
    check(future > 1000, f"{path}: {future} rows at or after the cut-off")


def features(shop, folder):
    out = os.path.join(folder, "features.csv")
    r = portrait("run", os.path.join(PIPELINES, "shop-features.yaml"), "--var", "data=" + shop,
                 "--var", "out=" + out, "--runs", os.path.join(folder, "runs"))
    equal(r.returncode, 0, "exit\n" + r.stderr[-1000:])
    table = rows(out)
    labels = sum(int(r["label"]) for r in table)
    for row in table:
        del row["label"]  # labels look past the cut-off: they must change
    return table, labels


def change_line(line):
    # another person, another page, more orders
    line = re.sub(r'^(\S+) (\S+) (\S+)', r"10.0.0.1 - C00000001", line)
    return re.sub(r'"[A-Z]+ \S+ HTTP', '"GET /checkout/complete HTTP', line)


def change_event(line):
    event = json.loads(line)
    event["customer_id"] = "C00000002"
    event["event"] = "purchase"
    event["properties"] = {"sku": "X1", "category": "leaked", "price": 1e6, "qty": 9}
    return json.dumps(event) + "\n"


def main():
    with tempfile.TemporaryDirectory() as t:
        want, labels = features(plain_shop(os.path.join(t, "as-is")), t)
        check(labels > 10, f"{labels} labels")
        for what, line, event in (("changed", change_line, change_event),
                                  ("removed", lambda _: "", lambda _: "")):
            shop = plain_shop(os.path.join(t, what))
            rewrite(os.path.join(shop, "access.log"), is_future_line, line)
            rewrite(os.path.join(shop, "events.jsonl"), is_future_event, event)
            got, other = features(shop, t)
            equal(got, want, f"future {what}: features")
            check(other != labels, f"future {what}: labels do change")
    finish()


main()

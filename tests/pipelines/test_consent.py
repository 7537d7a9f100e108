# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Consent over several rows and sources: some yes and no no, whatever the order."""
import os
import tempfile

from common import equal, finish, portrait, rows

PIPELINE = """portrait: 1
name: consent
sources:
  shop: {plugin: crm-csv, with: {path: shop.csv, columns: {id: string, mail: bool, sms: i64}}, consents: {mail: mail, sms: sms}}
  app: {plugin: crm-csv, with: {path: app.csv, columns: {id: string, mail: bool}}, consents: {mail: mail}}
identity:
  namespaces: {customer: {class: person}}
  rows: {shop: {customer: id}, app: {customer: id}}
features:
  n: {from: [shop, app], count: rows}
audiences:
  mail: {consent: mail}
  sms: {consent: sms}
  all: {where: "n > 0"}
sinks:
  mail: {plugin: campaign-csv, from: mail, with: {path: mail.csv, columns: {id: profile}}}
  sms: {plugin: campaign-csv, from: sms, with: {path: sms.csv, columns: {id: profile}}}
  all: {plugin: campaign-csv, from: all, with: {path: all.csv, columns: {id: profile}}}
"""
# id: (mail in shop, mail in app, sms in shop), several rows each; "" is unknown
PEOPLE = {
    "yes_in_both": (["true"], ["true"], ["1"]),
    "yes_once": (["true"], [""], ["1"]),
    "yes_elsewhere": ([""], ["true"], [""]),
    "no_elsewhere": (["true"], ["false"], ["0"]),
    "no_first": (["false"], ["true"], ["0"]),
    "no_later_row": (["true", "false"], [], ["1", "0"]),
    "no_earlier_row": (["false", "true"], [], ["0", "1"]),
    "twice_yes": (["true", "true"], [], ["1", "1"]),
    "unknown": ([""], [""], [""]),
    "not_one": (["true"], [], ["2"]),
}


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def main():
    with tempfile.TemporaryDirectory() as t:
        write(t, "p.yaml", PIPELINE)
        shop = [f"{i},{m},{s}" for i, (mail, _, sms) in PEOPLE.items() for m, s in zip(mail, sms)]
        app = [f"{i},{m}" for i, (_, mail, _) in PEOPLE.items() for m in mail]
        for order in (1, -1):
            write(t, "shop.csv", "\n".join(["id,mail,sms", *shop[::order], ""]))
            write(t, "app.csv", "\n".join(["id,mail", *app[::order], ""]))
            equal(portrait("check", "p.yaml", cwd=t).returncode, 0, "check")
            r = portrait("run", "p.yaml", cwd=t)
            equal(r.returncode, 0, "run\n" + r.stderr)
            got = {name: [row["id"] for row in rows(os.path.join(t, name + ".csv"))]
                   for name in ("mail", "sms", "all")}
            equal(got["all"], sorted(PEOPLE), "everybody")
            equal(got["mail"], ["not_one", "twice_yes", "yes_elsewhere", "yes_in_both", "yes_once"], "mail")
            equal(got["sms"], ["twice_yes", "yes_in_both", "yes_once"], "sms")
    finish()


main()

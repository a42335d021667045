"""Runs schemathesis, with every check it has, against a running county: makes the first account and a token on the pages, validates the
document, and tries the operations that a part of the document names. Closes with a line that counts what was tried."""

import argparse
import html
import json
import pathlib
import re
import subprocess
import sys
import time

import requests
from openapi_spec_validator import validate

HERE = pathlib.Path(__file__).parent
PASSWORD = "一句不短的口令 2026"


def hidden(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def token(base, start):
    """The first account, by its one-time link, and a token of its own."""
    browser = requests.Session()
    link = base + "/start/" + start.rsplit("/start/", 1)[1]
    form = {"csrf": hidden(browser.get(link).text, "csrf"), "login": "api", "name": "接口测试", "password": PASSWORD, "repeat": PASSWORD}
    browser.post(link, data=form).raise_for_status()
    form = {"csrf": hidden(browser.get(base + "/tokens").text, "csrf"), "name": "schemathesis", "of": "", "days": "30", "rights": ["read", "write", "step"]}
    page = browser.post(base + "/tokens", data=form)
    page.raise_for_status()
    return re.search(r"zh_[0-9a-f]{64}", page.text)[0]


def part_of(document, kinds):
    """The document with the general paths and those of some kinds: what one run tries."""
    def wanted(path):
        return not path.startswith("/kinds/") or path == "/kinds/{kind}" or path.split("/")[2] in kinds

    return {**document, "paths": {path: item for path, item in document["paths"].items() if wanted(path)}}


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--base", required=True)
    words.add_argument("--start", required=True)
    words.add_argument("--out", required=True)
    words.add_argument("--kinds", default="food_sample,consumer_complaint,laboratory", help="ids, or all")
    words.add_argument("--examples", default="8")
    words.add_argument("--seconds", default="160")
    words.add_argument("--seed", default=str(int(time.time())))
    words = words.parse_args()

    document = requests.get(words.base + "/api/v1/openapi.json").json()
    validate(document)
    total = sum(len(item) for item in document["paths"].values())
    if words.kinds != "all":
        document = part_of(document, words.kinds.split(","))
    out = pathlib.Path(words.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "openapi.json").write_text(json.dumps(document, ensure_ascii=False))
    tried = sum(len(item) for item in document["paths"].values())
    print(f"   {total} operations, of which {tried} are tried; seed {words.seed}", flush=True)

    program = pathlib.Path(sys.executable).parent / "schemathesis"
    run = subprocess.run(
        [
            program, "--config-file", HERE / "schemathesis.toml", "run", out / "openapi.json", "--url", words.base + "/api/v1",
            "--header", "Authorization: Bearer " + token(words.base, words.start), "--checks", "all", "--continue-on-failure",
            "--max-examples", words.examples, "--seed", words.seed, "--no-color", "--report", "json", "--report-json-path", out / "report.json",
        ]
        + (["--max-time", words.seconds] if words.seconds != "0" else []),
        check=False,
    )
    print(f"{tried if run.returncode == 0 else 0} passed, {0 if run.returncode == 0 else 1} failed", flush=True)
    sys.exit(run.returncode)


main()

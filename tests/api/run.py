"""Runs schemathesis, with every check it has, against a running county: makes the first account and a token on the pages, validates the
document, and tries every operation, or one of every shape. Closes with a line that counts what was tried."""

import argparse
import collections
import html
import json
import os
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


def tokens(base, start):
    """The first account, by its one-time link, and two tokens of its own: one to try with, one to look around with."""
    browser = requests.Session()
    link = base + "/start/" + start.rsplit("/start/", 1)[1]
    form = {"csrf": hidden(browser.get(link).text, "csrf"), "login": "api", "name": "接口测试", "password": PASSWORD, "repeat": PASSWORD}
    browser.post(link, data=form).raise_for_status()
    made = []
    for name in ("schemathesis", "hooks"):
        form = {"csrf": hidden(browser.get(base + "/tokens").text, "csrf"), "name": name, "of": "", "days": "30", "rights": ["read", "write", "step"]}
        page = browser.post(base + "/tokens", data=form)
        page.raise_for_status()
        made.append(re.search(r"zh_[0-9a-f]{64}", page.text)[0])
    return made


def kind_of(path):
    return path.split("/")[2] if path.startswith("/kinds/") and path != "/kinds/{kind}" else None


def shape_of(path, method, operation, handled):
    """What one operation has in common with others: the kind's name and the step's left out, what a step asks for kept."""
    kind = kind_of(path)
    if kind is None:
        return method, path
    words = ["{kind}" if word == kind else word for word in path.split("/")]
    asked = ()
    if "steps" in words:
        words[-1] = "{step}"
        schema = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
        asked = ("fields" in schema, "enum" if "enum" in schema.get("reason", {}) else "reason" in schema)
    return method, "/".join(words), kind in handled, asked


def parts(document, kinds, shapes):
    """The operations that one run tries."""
    items = [(path, method) for path, item in document["paths"].items() for method in item]
    if kinds != "all":
        items = [(path, method) for path, method in items if kind_of(path) in (None, *kinds.split(","))]
    if shapes:
        handled = {kind_of(path) for path in document["paths"] if "/acts/" in path}
        found = {}
        for path, method in items:
            found.setdefault(shape_of(path, method, document["paths"][path][method], handled), (path, method))
        items = found.values()
    paths = collections.defaultdict(dict)
    for path, method in items:
        paths[path][method] = document["paths"][path][method]
    # What an answer leads to is left out with the operation it names.
    left = {operation["operationId"] for item in paths.values() for operation in item.values()}
    for answer in (answer for item in paths.values() for operation in item.values() for answer in operation["responses"].values()):
        if "links" in answer:
            answer["links"] = {name: link for name, link in answer["links"].items() if link["operationId"] in left}
    return {**document, "paths": dict(paths)}


def told(path, operations):
    """A run that only ever met 404 has shown nothing: how many operations were done at least once."""
    counts = json.loads(path.read_text())
    done = {line.rsplit(" ", 1)[0] for line in counts if line.endswith((" 200", " 201"))}
    by_status = collections.Counter()
    for line, count in counts.items():
        by_status[line.rsplit(" ", 1)[1]] += count
    print(f"   {sum(by_status.values())} requests: {dict(sorted(by_status.items()))}; {len(done)} of {operations} operations were done", flush=True)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--base", required=True)
    words.add_argument("--start", required=True)
    words.add_argument("--out", required=True)
    words.add_argument("--kinds", default="all", help="ids, or all")
    words.add_argument("--shapes", action="store_true", help="one operation of every shape")
    words.add_argument("--examples", default="6")
    words.add_argument("--workers", default="2")
    words.add_argument("--seed", default=str(int(time.time())))
    words = words.parse_args()

    document = requests.get(words.base + "/api/v1/openapi.json").json()
    validate(document)
    total = sum(len(item) for item in document["paths"].values())
    document = parts(document, words.kinds, words.shapes)
    out = pathlib.Path(words.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    (out / "openapi.json").write_text(json.dumps(document, ensure_ascii=False))
    tried = sum(len(item) for item in document["paths"].values())
    print(f"   {total} operations, of which {tried} are tried; seed {words.seed}", flush=True)

    secret, other = tokens(words.base, words.start)
    validate(requests.get(words.base + "/api/v1/openapi/mine.json", headers={"Authorization": "Bearer " + secret}).json())
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    run = subprocess.run(
        [
            program, "--config-file", HERE / "schemathesis.toml", "run", out / "openapi.json", "--url", words.base + "/api/v1",
            "--header", "Authorization: Bearer " + secret, "--checks", "all", "--continue-on-failure", "--workers", words.workers,
            "--max-examples", words.examples, "--seed", words.seed, "--no-color", "--report", "json", "--report-json-path", out / "report.json",
        ],
        check=False,
        # What schemathesis leaves behind stays out of the checkout.
        cwd=out,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "ZHIHENG_API": words.base + "/api/v1", "ZHIHENG_TOKEN": other, "ZHIHENG_ANSWERS": str(out / "answers.json")},
    )
    told(out / "answers.json", tried)
    print(f"{tried if run.returncode == 0 else 0} passed, {0 if run.returncode == 0 else 1} failed", flush=True)
    sys.exit(run.returncode)


main()

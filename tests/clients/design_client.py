"""Design's service as an analyst calls it from a notebook: a plan, a few edits of it, and what they do.

    cargo revloops design export fy27-baseline --out plan.json
    python design_client.py --url http://127.0.0.1:4566 --host <api id>.execute-api.localhost --plan plan.json [--stored fy27-baseline] [--region eu-west-1]

`--host` is what the local cloud tells APIs apart by; on AWS leave it out. With `--region`, requests are
signed for IAM by the credentials in the environment, as the API asks. `--stored` is a scenario that the service has.
Prints a line for each check; ends with status 1 where one failed.
"""

import argparse
import copy
import json
import sys
import traceback

import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from requests_auth_aws_sigv4 import AWSSigV4


class Design:
    """The service: one method an operation; a refusal is an exception that carries its problems."""

    def __init__(self, url, host=None, region=None):
        self.url = url.rstrip("/")
        self.session = requests.Session()
        if region:
            self.session.auth = AWSSigV4("execute-api", region=region)
        if host:
            self.session.headers["Host"] = host
        self.description = self.session.get(f"{self.url}/design/openapi.json", timeout=30).json()

    def ask(self, operation, **body):
        answer = self.session.post(f"{self.url}/design/{operation}", json=body, timeout=30)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.json())
        return answer.json()

    def compute(self, **body):
        return self.ask("compute", **body)

    def simulate(self, **body):
        return self.ask("simulate", **body)

    def diff(self, **body):
        return self.ask("diff", **body)

    def holds(self, name, value):
        """Whether a value is what the description says of it."""
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.description["components"]}
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
        assert not wrong, f"{name}: {wrong[:3]}"


class Refused(Exception):
    def __init__(self, status, refusal):
        super().__init__(f"{status}: {refusal['title']} {refusal['problems']}")
        self.status, self.refusal = status, refusal


def the_description_is_valid_open_api(design, plan, stored):
    OpenAPIV31SpecValidator(design.description).validate()


def capacity_of_the_segments_adds_up_to_the_whole(design, plan, stored):
    answer = design.compute(scenario=plan, by=["segment"])
    design.holds("ComputeAnswer", answer)
    computed = answer["computed"]
    months = zip(*(segment["series"]["capacity"] for segment in computed["segments"]))
    assert [sum(month) for month in months] == computed["total"]["series"]["capacity"]


def one_more_hire_is_seen_in_capacity_and_named_by_the_diff(design, plan, stored):
    edited = copy.deepcopy(plan)
    edited["hiring_plan"][0]["seats"] += 1
    before, after = (design.compute(scenario=one)["computed"]["total"]["years"][0] for one in (plan, edited))
    assert after["capacity"] > before["capacity"] and after["target"] == before["target"]
    difference = design.diff(**{"from": plan, "to": edited})
    design.holds("Difference", difference)
    assert difference["change"]["first_year_capacity"] == after["capacity"] - before["capacity"]
    assert any(plan["hiring_plan"][0]["id"] in cause["what"] for cause in difference["causes"]), difference["causes"]
    assert sum(cause["amounts"]["capacity"] for cause in difference["causes"]) == difference["change"]["capacity"]


def the_same_seed_gives_the_same_fan(design, plan, stored):
    first, again, other = (design.simulate(scenario=plan, trials=2000, seed=seed) for seed in (5, 5, 6))
    design.holds("Simulated", first)
    assert first == again and first["months"] != other["months"]
    assert all(month["p10"] <= month["p50"] <= month["p90"] for month in first["months"])


def every_mistake_is_told_at_once(design, plan, stored):
    wrong = copy.deepcopy(plan)
    wrong["roster"][0]["profile"] = "nobody"
    wrong["hiring_plan"][0]["territory"] = "nowhere"
    wrong["months"] = 0
    try:
        design.compute(scenario=wrong)
    except Refused as refused:
        design.holds("Refusal", refused.refusal)
        paths = [problem["path"] for problem in refused.refusal["problems"]]
        assert refused.status == 422
        assert {"scenario.roster[0].profile", "scenario.hiring_plan[0].territory", "scenario.months"} <= set(paths), paths
        return
    raise AssertionError("a plan with three mistakes was computed")


def a_stored_scenario_is_computed_by_its_id(design, plan, stored):
    by_id, by_content = design.compute(scenario=stored), design.compute(scenario=plan)
    assert by_id["computed"]["total"] == by_content["computed"]["total"]


CHECKS = [
    the_description_is_valid_open_api, capacity_of_the_segments_adds_up_to_the_whole,
    one_more_hire_is_seen_in_capacity_and_named_by_the_diff, the_same_seed_gives_the_same_fan, every_mistake_is_told_at_once,
    a_stored_scenario_is_computed_by_its_id,
]


def main():
    options = argparse.ArgumentParser()
    for name in ("url", "plan"):
        options.add_argument(f"--{name}", required=True)
    for name in ("host", "stored", "region"):
        options.add_argument(f"--{name}")
    settings = options.parse_args()
    with open(settings.plan, encoding="utf-8") as file:
        plan = json.load(file)["content"]
    design = Design(settings.url, settings.host, settings.region)
    checks = [check for check in CHECKS if settings.stored or check is not a_stored_scenario_is_computed_by_its_id]
    failed = 0
    for check in checks:
        try:
            check(design, plan, settings.stored)
            print(f"ok     {check.__name__}")
        except Exception:  # every check is run, whatever the one before it met
            failed += 1
            print(f"FAILED {check.__name__}\n{traceback.format_exc()}")
    print(f"{len(checks) - failed} of {len(checks)} held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

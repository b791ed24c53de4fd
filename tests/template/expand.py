"""Prints the template as CloudFormation gets to see it: parsed, and expanded by the SAM transform, as one JSON document.

    python expand.py infra/template.yaml  →  {"source": {...}, "expanded": {...}}

Runs in the local cloud's venv, which has cfn-lint's reader and the transform that AWS itself runs.
"""

import copy
import json
import os
import sys

from cfnlint.decode.cfn_yaml import load
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    def load(self):
        return {}


def main() -> None:
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    source = json.loads(json.dumps(load(sys.argv[1])))
    uploaded = copy.deepcopy(source)
    for name, resource in uploaded["Resources"].items():
        # `aws cloudformation package` has put its uploads here by the time the transform runs.
        for property in ("CodeUri", "DefinitionUri"):
            if property in resource.get("Properties", {}):
                resource["Properties"][property] = f"s3://bucket/{name}"
    expanded = transform(uploaded, {}, NoManagedPolicies())
    json.dump({"source": source, "expanded": expanded}, sys.stdout)


if __name__ == "__main__":
    main()

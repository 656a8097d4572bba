import json
import subprocess
import sys

import pytest

LISTED = """
import json, sys
if {hooked}:
    from offline.imports import load_only_what_is_named
    load_only_what_is_named()
import pulumi_aws as aws
service = aws.{service}
names = {names} or [name for name in dir(service) if not name.startswith("_")]
found = {{name: getattr(getattr(service, name), "__module__", "") for name in names}}
modules = sorted(name for name in sys.modules if name.startswith("pulumi_aws.{service}."))
print(json.dumps([found, modules]))
"""


def looked_up(service: str, names: list[str], *, hooked: bool) -> tuple[dict[str, str], list[str]]:
    program = LISTED.format(service=service, names=names, hooked=hooked)
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, modules = json.loads(done.stdout)
    return found, modules


@pytest.mark.parametrize("service", ["kms", "lambda_"])
def test_every_name_of_a_service_is_the_one_that_the_sdk_gives(service: str) -> None:
    real, _ = looked_up(service, [], hooked=False)
    found, _ = looked_up(service, sorted(real), hooked=True)
    assert found == real


def test_naming_a_resource_loads_its_module_and_no_other_resource() -> None:
    _, modules = looked_up("kms", ["Key"], hooked=True)
    assert modules == ["pulumi_aws.kms.key"]


def test_a_name_that_the_service_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        looked_up("kms", ["Kye"], hooked=True)
    assert "module 'pulumi_aws.kms' has no attribute 'Kye'" in caught.value.stderr

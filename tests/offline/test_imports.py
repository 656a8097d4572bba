import json
import subprocess
import sys

import pytest

LISTED = """
import json, sys
from pulumi import _types
def said(value):
    if _types.is_input_type(value) or _types.is_output_type(value):
        return f"{{value.__module__}} {{_types._types_from_py_properties(value)}}"
    if isinstance(value, type) and issubclass(value, pulumi.Resource):
        return f"{{value.__module__}} {{_types.resource_types(value)}}"
    return getattr(value, "__module__", "")
if {hooked}:
    from offline.imports import load_only_what_is_named
    load_only_what_is_named()
import pulumi, pulumi_aws as aws
service = aws.{service}
names = {names} or [name for name in dir(service) if not name.startswith("_")]
found = {{name: said(getattr(service, name)) for name in names}}
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
def test_every_name_of_a_service_is_what_the_sdk_gives_to_its_nested_types(service: str) -> None:
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


def test_naming_a_resource_makes_no_nested_type_that_it_does_not_name() -> None:
    program = """
from offline.imports import load_only_what_is_named
load_only_what_is_named()
import pulumi_aws as aws
aws.lambda_.FunctionVpcConfigArgs(subnet_ids=["subnet-1"], security_group_ids=[])
from pulumi_aws.lambda_ import _inputs, outputs
for module in (_inputs, outputs):
    print(*(name for name, found in vars(module).items()
            if getattr(found, "__module__", "") == module.__name__ and isinstance(found, type)))
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["FunctionVpcConfigArgs", ""]

"""What programs meet at the provider: secrets, components, and refusals."""

import hashlib
import json
from pathlib import Path

import pytest

from offline.project import PLACEHOLDER
from tests.engine.programs import HEAD, STACK, Program

NETWORK = """
import pulumi_awsx as awsx

def closed(args):
    if args.type_ == "aws:ec2/subnet:Subnet":
        props = {**args.props, "mapPublicIpOnLaunch": False}
        return pulumi.ResourceTransformResult(props, args.opts)

vpc = awsx.ec2.Vpc(
    "net",
    availability_zone_names=["eu-west-2a"],
    nat_gateways=awsx.ec2.NatGatewayConfigurationArgs(strategy="None"),
    subnet_strategy="Auto",
    subnet_specs=[awsx.ec2.SubnetSpecArgs(type="Public", cidr_mask=MASK)],
    opts=pulumi.ResourceOptions(providers=[provider], transforms=[closed]),
)
pulumi.export("subnets", vpc.public_subnet_ids)
"""


def test_a_component_is_constructed_and_its_children_are_transformed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It speaks to the engine past any proxy.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    program = Program.write(tmp_path / "small", NETWORK.replace("MASK", "24"))

    assert program.run("preview") == 0
    assert program.up() == 0
    state = program.state()
    subnet = state["Subnet net-public-1"]
    assert subnet["inputs"]["mapPublicIpOnLaunch"] is False
    assert subnet["inputs"]["vpcId"] == state["Vpc net"]["id"]
    assert subnet["outputs"]["tagsAll"]["owner"] == "us"
    assert state["Route net-public-1"]["inputs"]["gatewayId"] == state["InternetGateway net"]["id"]
    assert program.run("preview", "--expect-no-changes") == 0


def test_a_component_refuses_arguments_in_its_own_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", NETWORK.replace("MASK", "2"))

    assert program.run("preview") == 2
    assert "subnetSpecs[0].cidrMask and size must agree" in capfd.readouterr().out


def test_secrets_stay_secret_and_the_users_file_is_left_alone(tmp_path: Path) -> None:
    program = Program.write(
        tmp_path / "small",
        """
        config = pulumi.Config()
        nested = pulumi.Output.secret(config.require_object("database")["password"])
        aws.iam.Role("r", assume_role_policy=TRUST, description=nested, opts=opts)
        pulumi.export("token", config.require_secret("token"))
        pulumi.export("shown", config.require("plain"))
        """,
    )
    file = program.folder / f"Pulumi.{STACK}.yaml"
    file.write_text(
        "secretsprovider: awskms://alias/nobody-has-it\n"
        "config:\n"
        "  small:plain: text\n"
        "  small:token: {secure: v1:only-the-account-can-read-this}\n"
        "  small:database: {password: {secure: v1:nor-this}, port: 5432}\n"
    )
    before = file.read_bytes()

    assert program.up() == 0
    assert file.read_bytes() == before
    assert PLACEHOLDER not in json.dumps(program.export())
    opened = program.cli("stack", "output", "--json", "--show-secrets", "--stack", STACK)
    assert json.loads(opened.stdout) == {"token": PLACEHOLDER, "shown": "text"}
    assert program.records()[0].properties["description"].value == PLACEHOLDER


def test_another_package_updates_the_function(tmp_path: Path) -> None:
    program = Program.write(
        tmp_path / "small",
        """
        role = "arn:aws:iam::111122223333:role/r"
        code = pulumi.FileArchive("code.zip")
        settings = {"role": role, "code": code, "runtime": "python3.13", "handler": "a.b"}
        aws.lambda_.Function("f", **settings, opts=opts)
        """,
    )
    (program.folder / "code.zip").write_bytes(b"first")
    assert program.up() == 0
    assert program.run("preview", "--expect-no-changes") == 0
    (program.folder / "code.zip").write_bytes(b"second")

    assert program.up() == 0
    assert program.steps() == [("update", "f")]
    code = program.state()["Function f"]["inputs"]["code"]
    assert code["hash"] == hashlib.sha256(b"second").hexdigest()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'aws.iam.RolePolicy("p", role="arn:aws:iam::1:role/x", policy="{}", opts=opts)',
            "role must be the name of a role; got 'arn:aws:iam::1:role/x'",
        ),
        (
            'aws.kinesis.Stream("s", opts=opts)',
            "nothing is known about aws:kinesis/stream:Stream: describe it in offline/aws/",
        ),
        (
            "aws.get_availability_zones(opts=pulumi.InvokeOptions(provider=provider))",
            "there is no answer to aws:index/getAvailabilityZones:getAvailabilityZones",
        ),
    ],
)
def test_what_no_update_could_make_is_refused_as_in_a_plan(
    line: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", line)

    assert program.run("preview") == 2
    assert message in capfd.readouterr().out.replace("\n", " ")


def test_the_providers_own_region_and_account_reach_the_resources(tmp_path: Path) -> None:
    program = Program.write(tmp_path / "small")
    program.change(
        """
        other = aws.Provider("other", region="us-east-1", allowed_account_ids=["999988887777"])
        there = pulumi.ResourceOptions(provider=other)
        aws.sns.Topic("here", opts=opts)
        aws.sns.Topic("there", opts=there)
        """,
        head=HEAD.replace("111122223333", "999988887777"),
    )
    (program.folder / f"Pulumi.{STACK}.yaml").write_text(
        'config: {"small:account_id": "999988887777"}\n'
    )

    assert program.up() == 0
    state = program.state()
    here, there = (state[f"Topic {name}"]["outputs"] for name in ("here", "there"))
    assert here["arn"].startswith("arn:aws:sns:eu-west-2:999988887777:")
    assert there["arn"].startswith("arn:aws:sns:us-east-1:999988887777:")
    assert (here["tagsAll"], there["tagsAll"]) == ({"owner": "us"}, {})

"""What changes behind the engine's back, and what AWS refuses to delete."""

from pathlib import Path

import pytest

from tests.engine.programs import ROLE, Program

KEPT = """
attributes = [aws.dynamodb.TableAttributeArgs(name="id", type="S")]
settings = {{"hash_key": "id", "deletion_protection_enabled": {protected}}}
aws.dynamodb.Table("t", attributes=attributes, **settings, opts=opts)
aws.s3.Bucket("b", force_destroy={force}, opts=opts)
"""


def test_a_refresh_shows_drift_and_the_next_update_mends_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(
        tmp_path / "small",
        'aws.iam.Role("reader", assume_role_policy=TRUST, description="ours", opts=opts)',
    )
    assert program.up() == 0
    program.drift("reader", description="theirs")

    assert program.run("refresh", "--diff") == 0
    assert "theirs" in capfd.readouterr().out
    assert program.state()["Role reader"]["outputs"]["description"] == "theirs"
    assert program.up() == 0
    assert program.steps() == [("update", "reader")]
    (record,) = program.records()
    assert record.properties["description"] == "ours"


def test_a_refresh_without_drift_changes_nothing(made: Program) -> None:
    before = made.state()["Role reader"]
    assert made.run("refresh", "--expect-no-changes") == 0
    after = made.state()["Role reader"]
    assert (after["id"], after["inputs"], after["outputs"]) == (
        before["id"],
        before["inputs"],
        before["outputs"],
    )


def test_what_was_deleted_elsewhere_is_made_again(made: Program) -> None:
    made.lose("reader")

    assert made.run("refresh") == 0
    assert made.state() == {}
    assert made.up() == 0
    assert made.steps() == [("create", "reader")]
    assert len(made.records()) == 1


def test_what_pulumi_protects_is_not_destroyed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(
        tmp_path / "small",
        """
        kept = pulumi.ResourceOptions(provider=provider, protect=True)
        aws.iam.Role("kept", assume_role_policy=TRUST, opts=kept)
        """,
    )
    assert program.up() == 0

    assert program.run("destroy") == 2
    assert "1 protected resource stays, as in the account: kept" in capfd.readouterr().err
    assert program.run("destroy", "--skip-preview") == 2
    assert "because it is protected" in capfd.readouterr().out
    assert len(program.records()) == 1


def test_what_aws_protects_and_a_bucket_that_is_not_empty_are_deleted_only_when_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", KEPT.format(protected=True, force=False))
    assert program.up() == 0
    program.fill("b", "index.html")

    assert program.run("destroy", "--skip-preview", "--continue-on-error") == 2
    said = capfd.readouterr().out
    assert "can't be deleted: its deletionProtectionEnabled is on" in said
    assert "it holds 1 objects, such as 'index.html'" in said
    assert len(program.records()) == 2
    program.change(KEPT.format(protected=False, force=True))
    assert program.up() == 0
    assert program.run("destroy", "--skip-preview") == 0
    assert program.records() == []


def test_a_resource_of_another_account_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", ROLE)
    settings = program.folder / "Pulumi.test.yaml"
    settings.write_text('config: {"small:account_id": "999988887777"}\n')

    assert program.up() == 2
    assert "AWS account ID not allowed: 999988887777" in capfd.readouterr().out
    assert program.records() == []

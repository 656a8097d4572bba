"""What changes behind the engine's back, and what AWS refuses to delete."""

from pathlib import Path

import pytest

from tests.engine.programs import ROLE, Program


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
    output = capfd.readouterr()
    assert "protected" in output.out + output.err
    assert "kept" in output.out + output.err
    assert len(program.records()) == 1


def test_what_aws_protects_is_deleted_only_when_the_protection_is_off(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = """
        attributes = [aws.dynamodb.TableAttributeArgs(name="id", type="S")]
        aws.dynamodb.Table(
            "t",
            attributes=attributes,
            hash_key="id",
            deletion_protection_enabled={},
            opts=opts,
        )
        """
    program = Program.write(tmp_path / "small", table.format(True))
    assert program.up() == 0

    assert program.run("destroy", "--skip-preview") == 2
    message = "can't be deleted: its deletionProtectionEnabled is on"
    assert message in capfd.readouterr().out
    assert len(program.records()) == 1
    program.change(table.format(False))
    assert program.up() == 0
    assert program.run("destroy", "--skip-preview") == 0


def test_a_bucket_that_is_not_empty_is_deleted_only_by_force(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bucket = 'aws.s3.Bucket("b", force_destroy={}, opts=opts)'
    program = Program.write(tmp_path / "small", bucket.format(False))
    assert program.up() == 0
    program.fill("b", "index.html")

    assert program.run("destroy", "--skip-preview") == 2
    assert "it holds 1 objects, such as 'index.html'" in capfd.readouterr().out
    program.change(bucket.format(True))
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

"""Preview, up, update, replacement and destroy, by the real engine on the offline provider."""

from pathlib import Path

import pytest

from tests.engine.programs import ROLE, Program


def test_a_preview_makes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = Program.write(tmp_path / "small", ROLE)

    assert program.run("preview") == 0
    assert "aws:iam:Role reader create" in capfd.readouterr().out
    assert program.records() == []
    assert program.state() == {}


def test_an_update_makes_what_the_program_declares(made: Program) -> None:
    (record,) = made.records()
    role = made.state()["Role reader"]

    assert role["id"] == record.id
    assert role["inputs"]["name"] == record.id
    assert record.id.startswith("small-test-reader-")
    assert role["outputs"]["arn"] == f"arn:aws:iam::111122223333:role/{record.id}"
    assert role["outputs"]["tagsAll"] == {"owner": "us"}


def test_a_second_update_changes_nothing(made: Program) -> None:
    before = made.state()
    assert made.run("up", "--expect-no-changes") == 0
    assert made.state() == before


def test_a_change_in_place_keeps_the_resource(made: Program) -> None:
    before = made.state()["Role reader"]
    made.change('aws.iam.Role("reader", assume_role_policy=TRUST, description="x", opts=opts)')

    assert made.up() == 0
    assert made.steps() == [("update", "reader")]
    after = made.state()["Role reader"]
    assert after["id"] == before["id"]
    assert after["outputs"]["description"] == "x"


def test_a_forcing_change_makes_the_new_before_it_deletes_the_old(made: Program) -> None:
    before = made.state()["Role reader"]
    made.change('aws.iam.Role("reader", assume_role_policy=TRUST, path="/a/", opts=opts)')

    assert made.up() == 0
    operations = [operation for operation, _ in made.steps()]
    assert operations.index("create-replacement") < operations.index("delete-replaced")
    after = made.state()["Role reader"]
    assert after["id"] != before["id"]
    assert [record.id for record in made.records()] == [after["id"]]


def test_a_resource_with_a_name_of_its_own_is_deleted_before_it_is_made_again(
    tmp_path: Path,
) -> None:
    program = Program.write(
        tmp_path / "small", 'aws.iam.Role("r", name="known", assume_role_policy=TRUST, opts=opts)'
    )
    assert program.up() == 0
    program.change(
        'aws.iam.Role("r", name="known", path="/a/", assume_role_policy=TRUST, opts=opts)'
    )

    assert program.up() == 0
    operations = [operation for operation, _ in program.steps()]
    assert operations.index("delete-replaced") < operations.index("create-replacement")
    (record,) = program.records()
    assert record.properties["path"] == "/a/"


def test_the_order_of_sets_and_of_documents_makes_no_change(tmp_path: Path) -> None:
    def lines(arns: list[str], document: str) -> str:
        return (
            f'aws.iam.Role("r", managed_policy_arns={arns}, assume_role_policy=TRUST, opts=opts)\n'
            f'aws.iam.RolePolicy("p", role="known", policy={document!r}, opts=opts)'
        )

    first, second = "arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"
    one = '{"Version": "2012-10-17", "Statement": [{"Action": ["a:B", "a:C"], "Resource": "*"}]}'
    other = '{"Statement": {"Resource": ["*"], "Action": ["a:C", "a:B"]}, "Version":"2012-10-17"}'
    program = Program.write(tmp_path / "small", lines([first, second], one))
    assert program.up() == 0
    program.change(lines([second, first], other))

    assert program.run("preview", "--expect-no-changes") == 0


def test_other_tags_of_the_provider_reach_the_resources(made: Program) -> None:
    text = made.folder / "__main__.py"
    text.write_text(text.read_text().replace('"owner": "us"', '"owner": "them"'))

    assert made.up() == 0
    assert made.state()["Role reader"]["outputs"]["tagsAll"] == {"owner": "them"}
    assert made.run("preview", "--expect-no-changes") == 0


def test_destroying_leaves_nothing(made: Program) -> None:
    assert made.run("destroy") == 0
    assert made.state() == {}
    assert made.records() == []
    assert made.up() == 0
    assert len(made.records()) == 1

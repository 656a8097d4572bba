"""A person can run whatever a pipeline runs, and no pipeline can do more than it needs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main
import yaml
from typer import Typer

from ops import cli, cli_bootstrap

ROOT: Final = Path(__file__).resolve().parent.parent
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
ACTIONS: Final = sorted((ROOT / ".github" / "actions").glob("*/action.yaml"))
PINNED: Final = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OURS: Final = re.compile(r"uses: \./\.github/[\w./-]+")
# A variable is given by the environment, so that no text of an event gets into a shell.
MAKE: Final = re.compile(r"make (?P<target>[a-z-]+)(?P<values>( [A-Z]+=[a-z]+)*)")
JENKINS: Final = (ROOT / "Jenkinsfile").read_text()
GUIDE: Final = (ROOT / "docs" / "pipelines.md").read_text()
MAKEFILE: Final = (ROOT / "Makefile").read_text()


def label(path: Path) -> str:
    return path.stem if path.stem != "action" else path.parent.name


def read(path: Path) -> Any:
    # YAML 1.1 takes the key `on` for a truth.
    return {("on" if key is True else key): item for key, item in load(path.read_text()).items()}


def load(text: str) -> Any:
    return yaml.safe_load(text)


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read(path)["jobs"]
    return found


def every_job() -> list[Any]:
    return [
        pytest.param(path, name, id=f"{label(path)}-{name}")
        for path in WORKFLOWS
        for name in jobs(path)
    ]


def gitlab() -> dict[str, Any]:
    (text,) = re.findall(r"```yaml title=\.gitlab-ci\.yml\n(.+?)```", GUIDE, re.DOTALL)
    found: dict[str, Any] = load(text)
    return found


def commands() -> Iterator[tuple[str, str]]:
    """Every shell command of every pipeline, with where it stands."""
    for path in WORKFLOWS:
        for job in jobs(path).values():
            for step in job.get("steps", []):
                yield from ((label(path), line) for line in step.get("run", "").splitlines())
    for path in ACTIONS:
        for step in read(path)["runs"]["steps"]:
            yield from ((label(path), line) for line in step.get("run", "").splitlines())
    for line in re.findall(r"\bsh\b(.+)", JENKINS):
        yield "Jenkinsfile", line.strip().strip("'")
    for name, job in gitlab().items():
        if isinstance(job, dict):
            yield from ((f"gitlab-{name}", line) for line in job.get("script", []))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize(("place", "line"), [pytest.param(*c, id=" ".join(c)) for c in commands()])
def test_every_command_of_a_pipeline_is_a_target_of_the_makefile(place: str, line: str) -> None:
    found = MAKE.fullmatch(line)
    assert found, f"{place} runs {line!r}"
    assert found["target"] in targets()


def test_every_pipeline_runs_something() -> None:
    places = {place.split("-")[0] for place, _ in commands()}
    assert places >= {"pull", "deploy", "drift", "security", "set", "Jenkinsfile", "gitlab"}


def known_commands() -> set[str]:
    app = Typer()
    app.registered_commands = [*cli.app.registered_commands]
    app.registered_groups = [*cli.app.registered_groups]
    cli_bootstrap.register(app, ROOT)
    known: set[str] = set()
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        known |= {f"{name} {inner}" for inner in getattr(command, "commands", {})} or {name}
    return known


def test_every_plinth_command_of_the_makefile_exists() -> None:
    called = set(re.findall(r"\$\(BIN\)/plinth ((?:live )?[a-z-]+)", MAKEFILE))
    assert {"live preview", "live up", "reports"} <= called
    assert called <= known_commands()


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=label)
def test_every_action_is_pinned_by_commit_and_says_its_version(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if re.search(r"\buses:", line)]
    assert lines or path.stem == "deploy"
    for line in lines:
        found = line.strip().removeprefix("- ")
        assert PINNED.fullmatch(found) or OURS.fullmatch(found), line


def test_an_action_has_one_pin_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for name, pin in re.findall(r"uses: ([\w-]+/[\w-]+)\S*@(.+)", path.read_text()):
            pins.setdefault(name, set()).add(pin)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=label)
def test_a_workflow_grants_nothing_by_itself(path: Path) -> None:
    assert read(path)["permissions"] == {}


# What each job may do beside checking out.
RIGHTS: Final = {
    ("pull-request", "plans"): {"security-events": "write"},
    ("pull-request", "preview"): {"id-token": "write"},
    ("deploy", "staging"): {"id-token": "write"},
    ("deploy", "production"): {"id-token": "write"},
    ("deploy-stack", "plan"): {"id-token": "write"},
    ("deploy-stack", "apply"): {"id-token": "write"},
    ("drift", "look"): {"id-token": "write"},
    ("drift", "tell"): {"issues": "write"},
    ("security", "codeql"): {"actions": "read", "security-events": "write"},
}


@pytest.mark.parametrize(("path", "name"), every_job())
def test_a_job_may_do_what_it_needs_and_no_more(path: Path, name: str) -> None:
    expected = {"contents": "read", **RIGHTS.get((path.stem, name), {})}
    assert jobs(path)[name]["permissions"] == expected


@pytest.mark.parametrize(("path", "name"), every_job())
def test_a_job_ends_some_time(path: Path, name: str) -> None:
    job = jobs(path)[name]
    # One that calls a workflow has the limits of that workflow's jobs.
    assert "uses" in job or 0 < job["timeout-minutes"] <= 120


@pytest.mark.parametrize(("path", "name"), every_job())
def test_a_job_becomes_a_role_only_with_its_own_token(path: Path, name: str) -> None:
    job = jobs(path)[name]
    roles = [
        step["with"]
        for step in job.get("steps", [])
        if "configure-aws-credentials" in step.get("uses", "")
    ]
    takes_token = job["permissions"].get("id-token") == "write"
    assert bool(roles) == (takes_token and "uses" not in job)
    for role in roles:
        assert {"role-to-assume", "allowed-account-ids"} <= role.keys()
        assert not [name for name in role if "key" in name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=label)
def test_no_workflow_knows_a_secret(path: Path) -> None:
    assert "secrets." not in path.read_text()
    assert "pull_request_target" not in path.read_text()


@pytest.mark.parametrize("path", WORKFLOWS, ids=label)
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    for job in jobs(path).values():
        for step in job.get("steps", []):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"] == {"persist-credentials": False}


def test_one_deployment_at_a_time_touches_a_stack_and_none_is_cut_off() -> None:
    group = {"group": "stack-${{ inputs.stack }}", "cancel-in-progress": False}
    found = jobs(ROOT / ".github/workflows/deploy-stack.yaml")
    assert {name: job["concurrency"] for name, job in found.items()} == {
        "plan": group,
        "apply": group,
    }


def test_a_fork_gets_the_offline_preview_and_nothing_else() -> None:
    found = jobs(ROOT / ".github/workflows/pull-request.yaml")
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert own in found["preview"]["if"]
    assert own.replace("==", "!=") in found["preview-offline"]["if"]
    with_token = [name for name, job in found.items() if "id-token" in job["permissions"]]
    assert with_token == ["preview"]


def test_only_the_job_that_applies_a_plan_runs_where_the_deploy_role_is_trusted() -> None:
    places = {
        (path.stem, name): str(job["environment"])
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        if "environment" in job
    }
    where = "${{ matrix.stack == 'prod' && 'production-preview' || 'staging-preview' }}"
    assert places.pop(("deploy-stack", "apply")).startswith("{'name': '${{ inputs.environment }}'")
    assert places == {
        ("deploy-stack", "plan"): "${{ inputs.environment }}-preview",
        ("drift", "look"): where,
        ("pull-request", "preview"): where,
    }


def test_production_follows_staging_and_applies_the_plan_that_was_kept() -> None:
    found = jobs(ROOT / ".github/workflows/deploy.yaml")
    assert [found["staging"]["needs"], found["production"]["needs"]] == ["test", "staging"]
    apply = jobs(ROOT / ".github/workflows/deploy-stack.yaml")["apply"]
    assert apply["needs"] == "plan"
    assert apply["environment"]["name"] == "${{ inputs.environment }}"
    (kept,) = [step["with"] for step in apply["steps"] if "download" in step.get("uses", "")]
    assert kept["path"] == apply["env"]["PLAN"]


def test_every_deployment_is_followed_by_its_migration() -> None:
    found = list(commands())
    deployed = [at for at, (_, line) in enumerate(found) if line.startswith("make deploy")]
    assert len(deployed) == 5
    for at in deployed:
        place, line = found[at]
        assert found[at + 1] == (place, line.replace("deploy", "migrate"))


def test_a_deployment_by_hand_migrates_though_nothing_else_changes() -> None:
    apply = jobs(ROOT / ".github/workflows/deploy-stack.yaml")["apply"]
    assert apply["if"].split(" || ") == [
        "needs.plan.outputs.changes == 'true'",
        "github.event_name == 'workflow_dispatch'",
    ]


def test_what_is_deployed_comes_from_no_cache() -> None:
    for name in ("deploy", "deploy-stack"):
        assert "cache: true" not in (ROOT / f".github/workflows/{name}.yaml").read_text()


def test_every_stack_of_a_pipeline_exists() -> None:
    text = "\n".join(path.read_text() for path in WORKFLOWS) + JENKINS + GUIDE
    named = set(re.findall(r"(?:STACK=|stack: )([a-z]+)\b", text)) - {"true"}
    assert named == {"dev", "prod"}
    assert all((ROOT / f"Pulumi.{stack}.yaml").is_file() for stack in named)


def test_every_variable_of_a_workflow_is_explained() -> None:
    text = "\n".join(path.read_text() for path in WORKFLOWS)
    named = set(re.findall(r"vars\.(\w+)", text))
    assert named == {name for name in named if f"`{name}`" in GUIDE}


def test_jenkins_has_the_stages_and_tells_of_failure() -> None:
    stages = re.findall(r"stage\('([^']+)'\)", JENKINS)
    assert stages == [
        "Install",
        "Test",
        "Preview",
        "Plan staging",
        "Deploy staging",
        "Plan production",
        "Approve production",
        "Deploy production",
    ]
    assert JENKINS.count("when") == len(stages) - 3
    assert JENKINS.count("branch 'main'") == len(stages) - 3
    assert re.search(r"post \{\s+failure \{\s+mail\(", JENKINS)

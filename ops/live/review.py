"""A preview that is kept for review, and the update that does exactly what was reviewed."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from offline import judge
from ops.live import update_plan
from ops.live.engine import Engine, LiveError

PLAN: Final = "plan.json"
REVIEW: Final = "review.json"
PRINTED: Final = "preview.txt"
SUMMARY: Final = "summary.md"


@dataclass(frozen=True, slots=True)
class Review:
    """What a plan was made from: if any of it has changed, the plan is another one.

    Attributes:
        commit: the commit of the program; empty outside of git.
        state: the SHA-256 of the stack's state.
        plan: the SHA-256 of the plan file.
    """

    stack: str
    commit: str
    state: str
    plan: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the review that `preview` kept.

        Raises:
            LiveError: when there is none.
        """
        try:
            return cls(**json.loads((folder / REVIEW).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise LiveError(
                f"{folder} holds no reviewed plan: make one with `plinth live preview`"
            ) from error


def preview(engine: Engine, folder: Path) -> int:
    """Preview the stack, judged by the pack, and keep plan and summary in ``folder``.

    The exit code is the CLI's; the folder holds a review only if it is 0, and a summary always.

    Raises:
        LiveError: when the state moved meanwhile, or can't be read.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before = _state(engine)
    plan = folder / PLAN
    with (folder / PRINTED).open("w", encoding="utf-8") as printed:
        arguments = ("--save-plan", str(plan.resolve()), "--diff", "--color", "never")
        status = engine.run("preview", *_pack(engine), *arguments, copy=printed)
    shown = (folder / PRINTED).read_text(encoding="utf-8")
    if status != 0:
        _write(folder / SUMMARY, update_plan.failure(engine.where.stack, shown))
        return status
    if _state(engine) != before:
        raise LiveError(f"the state of {engine.where.stack} moved during the preview: run it again")
    made = update_plan.read(plan)
    _write(folder / SUMMARY, update_plan.markdown(engine.where.stack, made, shown))
    review = Review(engine.where.stack, _commit(engine.root), before, _digest(plan.read_bytes()))
    _write(folder / REVIEW, json.dumps(asdict(review), indent=1) + "\n")
    return status


def problems(folder: Path) -> list[str]:
    """Why the preview kept in a folder failed."""
    return update_plan.problems((folder / PRINTED).read_text(encoding="utf-8"))


def changes(folder: Path) -> bool:
    """Whether the plan kept in a folder does anything."""
    return update_plan.read(folder / PLAN).changes


def deploy(engine: Engine, folder: Path) -> int:
    """Apply the plan kept in ``folder``, and nothing else. The exit code is the CLI's.

    Raises:
        LiveError: when stack, plan, program or state aren't those that were reviewed.
    """
    review = Review.load(folder)
    plan = folder / PLAN
    stack = engine.where.stack
    again = f"preview {stack} again and have that reviewed"
    if review.stack != stack:
        raise LiveError(f"{folder} holds a plan of {review.stack}, not of {stack}")
    if not plan.is_file() or _digest(plan.read_bytes()) != review.plan:
        raise LiveError(f"{plan} isn't the file that was reviewed: {again}")
    here = _commit(engine.root)
    if here != review.commit:
        raise LiveError(
            f"the plan was made from commit {review.commit[:12]} and this is {here[:12]}: check"
            f" that out, or {again}"
        )
    if _state(engine) != review.state:
        raise LiveError(f"the state of {stack} has moved since the plan was made: {again}")
    arguments = ("--plan", str(plan.resolve()), "--yes", "--skip-preview", "--color", "never")
    return engine.run("up", *_pack(engine), *arguments)


def outputs(engine: Engine) -> dict[str, object]:
    """The stack's outputs; a secret one is not shown."""
    shown: dict[str, object] = json.loads(engine.ask("stack", "output", "--json"))
    return shown


def _pack(engine: Engine) -> list[str]:
    """The policy pack, with the stack's own levels where it has some."""
    configuration = judge.configuration_of(engine.root, engine.where.stack)
    given = ["--policy-pack", "policy"]
    return given + (["--policy-pack-config", str(configuration)] if configuration else [])


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _state(engine: Engine) -> str:
    # Every update writes the state anew, with its time: the same text means that none was made.
    return _digest(engine.ask("stack", "export").encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _commit(root: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(  # noqa: S603 no shell
        [git, "rev-parse", "HEAD"], cwd=root, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""

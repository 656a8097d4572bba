"""The ways to more privileges than an identity was given."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rules.core.actions import covers
from rules.core.documents import Statement
from rules.core.findings import each
from rules.core.globs import is_glob
from rules.core.privileges import grants, identity_statements, reaches_broadly
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import NotKnown
from rules.iam import GRANTS, IDENTITY_POLICIES


@dataclass(frozen=True, slots=True)
class Path:
    """Actions that together lead to more privileges.

    Attributes:
        reach: those that do so when they are for too many resources.
        then: those that are needed beside them, on whatever resource.
    """

    reach: tuple[str, ...]
    then: tuple[str, ...] = ()


def _alone(*names: str) -> Iterator[Path]:
    return (Path((name,)) for name in names)


def _with_a_role(*steps: tuple[str, ...]) -> Iterator[Path]:
    return (Path(("iam:PassRole",), then) for then in steps)


# After Rhino Security Labs' list, as cloudsplaining and checkov have carried it on.
PATHS: Final = (
    *_alone(
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateLoginProfile",
        "glue:UpdateDevEndpoint",
        "lambda:UpdateFunctionCode",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "ssm:SendCommand",
    ),
    *_with_a_role(
        ("apprunner:CreateService",),
        ("bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:InvokeCodeInterpreter"),
        ("cloudformation:CreateStack",),
        ("cloudformation:CreateStackSet",),
        ("cloudformation:UpdateStack",),
        ("cloudformation:UpdateStackSet",),
        ("codebuild:CreateProject", "codebuild:StartBuild"),
        ("codebuild:CreateProject", "codebuild:StartBuildBatch"),
        ("codestar:CreateProject",),
        ("datapipeline:CreatePipeline",),
        ("ec2:RequestSpotInstances",),
        ("ec2:RunInstances",),
        ("ecs:RegisterTaskDefinition", "ecs:CreateService"),
        ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
        ("ecs:RegisterTaskDefinition", "ecs:StartTask"),
        ("glue:CreateDevEndpoint",),
        ("glue:CreateJob",),
        ("glue:UpdateJob", "glue:StartJobRun"),
        ("lambda:CreateFunction", "lambda:AddPermission"),
        ("lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
        ("lambda:CreateFunction", "lambda:InvokeFunction"),
        ("sagemaker:CreateNotebookInstance",),
        ("sagemaker:CreateProcessingJob",),
        ("sagemaker:CreateTrainingJob",),
        ("states:CreateStateMachine", "states:StartExecution"),
    ),
    Path(("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet")),
    Path(("ec2:ModifyInstanceAttribute", "ec2:StartInstances", "ec2:StopInstances")),
)

STEPS: Final = {step.lower(): step for path in PATHS for step in (*path.reach, *path.then)}


@resource_rule(
    "iam-no-privesc",
    *IDENTITY_POLICIES,
    severity=Severity.CRITICAL,
    why="Who may hand out permissions, or act through a stronger role, has every permission.",
    fix=GRANTS,
    checkov="CKV_AWS_286 CKV_AWS_289",
)
def no_escalation(policy: Resource) -> Findings:
    """No policy allows a known way to more privileges."""
    broadly: set[str] = set()
    at_all: set[str] = set()

    def collect(statement: Statement) -> Findings:
        found = set(_steps(statement))
        at_all.update(found)
        if found and reaches_broadly(statement):
            broadly.update(found)
        return ()

    missing: NotKnown | None = None
    try:
        list(each(identity_statements(policy), collect))
    except NotKnown as error:
        missing = error
    for path in PATHS:
        if broadly.issuperset(path.reach) and at_all.issuperset(path.then):
            yield f"it allows {' with '.join((*path.reach, *path.then))}"
    if missing is not None:
        raise missing


def _steps(statement: Statement) -> Iterator[str]:
    """The steps of any path that a statement allows."""
    if not statement.allows:
        return
    if statement.has("NotAction"):
        yield from (step for step in STEPS.values() if grants(statement, step))
        return
    for action in statement.actions():
        if is_glob(action):
            yield from (step for step in STEPS.values() if covers(action, step))
        elif action.lower() in STEPS:
            yield STEPS[action.lower()]

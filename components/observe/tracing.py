"""Which requests X-Ray traces, and which traces belong together."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.observe.composite import unique_name

# X-Ray takes no longer names of rules and groups.
_LONGEST_NAME = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class TracingArgs:
    """Settings of traces.

    Attributes:
        function_names: the functions whose traces make up the group.
        region: where they run.
        reservoir: requests a second that are traced in any case.
        rate: part of the further requests that is traced, 0 to 1. Each trace costs.
    """

    function_names: tuple[pulumi.Output[str], ...]
    region: str
    reservoir: int = 1
    rate: float = 0.05

    def __post_init__(self) -> None:
        if not self.function_names:
            raise ValueError("function_names must not be empty")
        if self.reservoir < 0:
            raise ValueError(f"reservoir must be at least 0, got {self.reservoir}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate must be from 0 to 1, got {self.rate}")


class Tracing(pulumi.ComponentResource):
    """A sampling rule for the stack's own services, and a group of the traces of its functions.

    The rule holds for services that ask X-Ray: containers, state machines and REST APIs. Lambda
    doesn't ask where it is the first to trace, as behind an HTTP API; it samples one request a
    second and 5 % of the others by itself, so that the defaults here say the same:
    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    """

    group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Tracing", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        unique = unique_name(name)
        if len(unique) > _LONGEST_NAME:
            raise ValueError(
                f"name must make one of at most {_LONGEST_NAME} characters, got {unique}"
            )
        aws.xray.SamplingRule(
            f"{name}-sampling",
            rule_name=unique,
            # Before the default rule, which comes last at 10000.
            priority=1_000,
            version=1,
            reservoir_size=args.reservoir,
            fixed_rate=args.rate,
            # The account's other stacks keep their own rules.
            service_name=unique_name("*"),
            service_type="*",
            host="*",
            http_method="*",
            url_path="*",
            resource_arn="*",
            region=args.region,
            opts=child,
        )
        services = [
            pulumi.Output.concat('service("', function, '")') for function in args.function_names
        ]
        group = aws.xray.Group(
            f"{name}-group",
            group_name=unique,
            filter_expression=pulumi.Output.all(*services).apply(" OR ".join),
            insights_configuration=aws.xray.GroupInsightsConfigurationArgs(
                # Paid by the trace, and alarms already tell.
                insights_enabled=False,
                notifications_enabled=False,
            ),
            region=args.region,
            opts=child,
        )
        self.group_name = group.group_name
        self.register_outputs({"group_name": self.group_name})

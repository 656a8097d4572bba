"""Layers: libraries that lie beside a function's code, and change less often than it does."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.api.functions import ARCHITECTURE, RUNTIME


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerArgs:
    """Settings of a layer.

    Attributes:
        code: the archive, for Python 3.13 on arm64; Lambda unpacks it under ``/opt``, and Python
            finds what is in its folder ``python``.
        description: what is in it, at most 256 characters.
    """

    code: pulumi.Archive
    description: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.description) <= 256:
            raise ValueError(
                f"description must have 1 to 256 characters, got {len(self.description)}"
            )


class Layer(pulumi.ComponentResource):
    """A layer at its newest version.

    A version can't change: another archive makes another version, and the one before goes once no
    function of the stack asks for it. Versions of functions that were published with it keep
    their copy, so that they still run.
    """

    # Of the version, as a function asks for it.
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: LayerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:api:Layer", name, None, opts)
        layer = aws.lambda_.LayerVersion(
            f"{name}-layer",
            # The one name of a layer's that Pulumi doesn't make: its versions are all called so.
            layer_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            code=args.code,
            description=args.description,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = layer.arn
        self.register_outputs({"arn": self.arn})

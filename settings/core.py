"""The whole of a stack's configuration, and the sections that say where it is and whose."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from settings.api import ApiSettings
from settings.data import BucketSettings, TableSettings
from settings.database import DatabaseSettings
from settings.delivery import DeliverySettings
from settings.frontend import SiteSettings
from settings.kinds import Flag, Named, OneOf, Section, Text, nothing_named
from settings.network import NetworkSettings
from settings.observe import AlertSettings, BudgetSettings, ObjectiveSettings
from settings.portals import PortalsSettings

# Of the `aws` partition only: ARNs, endpoints and CloudFront differ in the others.
Region: TypeAlias = Literal[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]

TagValue: TypeAlias = Annotated[
    str,
    Text(
        "1 to 256 letters, digits, spaces and characters of _ . : / = + - @, without a space at"
        " either end, and not aws: at the beginning",
        # A letter of any language, as AWS has it: the rest is told apart in `check`.
        r"^[^\s].*$",
        longest=256,
        check=lambda value: (
            value == value.strip()
            and all(c.isalnum() or c in " _.:/=+-@" for c in value)
            and not value.lower().startswith("aws:")
        ),
    ),
]

REQUIRED: Final = ("account_id", "region", "owner", "cost_centre")


class EncryptionSettings(Section):
    """Whose keys encrypt what is stored."""

    customer_keys: Annotated[Literal["shared", "per-store"], OneOf()] = Field(
        "shared",
        description=(
            "Customer keys of KMS: `shared` by all stores, or one `per-store`, so that access to"
            " one store's key opens no other. Each key costs by the month, and by use."
        ),
    )
    protect: Flag = Field(
        default=True,
        description=(
            "Refuse to delete the keys. False lets a disposable stack be destroyed; KMS still"
            " keeps a deleted key for 30 days."
        ),
    )


class Settings(Section):
    """The configuration of one stack. Defaults are those of production."""

    account_id: Annotated[
        str, Text('12 digits in quotes, such as "111122223333"', r"^[0-9]{12}$")
    ] = Field(
        description=(
            "The AWS account, 12 digits in quotes: the stack can be deployed to no other. Without"
            " quotes YAML reads a number, and drops a leading 0."
        )
    )
    region: Annotated[Region, OneOf("a region of the aws partition, such as eu-west-2")] = Field(
        description=(
            "The AWS region that everything but CloudFront's parts is in, such as eu-west-2."
        )
    )
    owner: TagValue = Field(
        description="The team that answers for this stack: the tag `owner` on everything."
    )
    cost_centre: TagValue = Field(
        description="Who pays for this stack: the tag `cost-centre` on everything."
    )
    network: NetworkSettings | None = Field(
        None,
        description=(
            "The private network. Left out, there is none; a database of the stack's own needs one."
        ),
    )
    encryption: EncryptionSettings = Field(
        default_factory=EncryptionSettings,
        description="Whose keys encrypt what is stored. Left out: one shared customer key.",
    )
    tables: Named[TableSettings] = Field(
        default_factory=nothing_named,
        description=(
            "DynamoDB tables by name, each paid by request and by gigabyte kept. A name, once"
            " deployed, can't change without a new, empty table."
        ),
    )
    buckets: Named[BucketSettings] = Field(
        default_factory=nothing_named,
        description=(
            "Private S3 buckets by name, each paid by gigabyte kept and by request. A name, once"
            " deployed, can't change without a new, empty bucket."
        ),
    )
    database: DatabaseSettings | None = Field(
        None,
        description=(
            "A PostgreSQL database: in the network as `kind: instance` or `kind:"
            " aurora-serverless`, or elsewhere as `kind: external`. Left out, there is none."
        ),
    )
    api: ApiSettings | None = Field(
        None,
        description="The HTTP API on Lambda. Left out, there is none; `{}` takes the defaults.",
    )
    site: SiteSettings | None = Field(
        None,
        description="The site on CloudFront. Left out, there is none; `{}` takes the defaults.",
    )
    sites: Named[SiteSettings] = Field(
        default_factory=nothing_named,
        description=(
            "Further sites on CloudFront by name, each as `site` is. A name, once deployed, can't"
            " change without a new, empty site."
        ),
    )
    portals: PortalsSettings | None = Field(
        None,
        description=(
            "Single-page applications by name, on Amplify or CloudFront. Left out, there are none."
        ),
    )
    delivery: DeliverySettings | None = Field(
        None,
        description=(
            "The roles by which GitHub previews and deploys the stack. Left out, there are none."
        ),
    )
    alerts: AlertSettings | None = Field(
        None,
        description=(
            "Who is told when something goes wrong: alarms on everything in the stack, paid by the"
            " month and metric, a dashboard, saved queries and traces. Left out, there are none."
        ),
    )
    objectives: ObjectiveSettings | None = Field(
        None,
        description=(
            "What the API promises, with alarms before it breaks the promise. Left out, it promises"
            " nothing; `{}` takes the defaults."
        ),
    )
    budget: BudgetSettings | None = Field(
        None,
        description=(
            "What the account may cost in a month, and who is told of more. Left out, nobody is."
        ),
    )

    def every_site(self) -> dict[str, SiteSettings]:
        """All sites by the names of their components; portals on CloudFront are sites too."""
        main = {} if self.site is None else {"site": self.site}
        portals = self.portals
        on_cloudfront = () if portals is None else portals.hosted_on("cloudfront")
        return {
            **main,
            **self.sites,
            **{name: portals.as_site(name) for name in on_cloudfront if portals is not None},
        }

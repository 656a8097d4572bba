"""The section `portals`: single-page applications that are built and hosted alike."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from settings.content_security import DEFAULT_CONTENT_SECURITY_POLICY, ContentSecurityPolicy
from settings.frontend import FirewallSettings, PriceClass, SiteSettings
from settings.kinds import (
    Domain,
    Flag,
    Frozen,
    HostedZoneId,
    LogDays,
    Name,
    Section,
    Text,
    nothing_named,
)
from settings.portal_kinds import (
    PORTAL,
    Branch,
    DomainPattern,
    Environment,
    Folder,
    Host,
    Repository,
)
from settings.problems import Problem

# The longest name of a certificate.
_LONGEST_DOMAIN = 64


class PortalSettings(Section):
    """One portal: what is other than in all of them."""

    host: Host | None = Field(
        None,
        description="`amplify` or `cloudfront`, for this portal alone; null as all portals.",
    )
    repository: Repository | None = Field(
        None, description="This portal's own repository; null as all portals."
    )
    branch: Branch | None = Field(None, description="The branch it is built from; null as all.")
    root: Folder | None = Field(
        None, description="The folder of the repository that it is in; null as all portals."
    )
    domain: Domain | None = Field(
        None, description="Its own domain, such as shop.example.com; null as all portals."
    )
    environment: Environment = Field(
        default_factory=nothing_named,
        description=(
            "Variables of its build, beside those of all portals. They end in pages that everybody"
            " can read."
        ),
    )
    indexed: Flag | None = Field(
        None, description="Whether search engines may list it; null as all portals."
    )


class PortalsSettings(Section):
    """Single-page applications; what is said here holds for all of them."""

    host: Host = Field(
        "amplify",
        description=(
            "Where portals run: `amplify` builds each from its repository, paid by build minute,"
            " request and gigabyte; `cloudfront` makes each a site like those of `sites`, which a"
            " pipeline publishes to."
        ),
    )
    apps: Annotated[Mapping[Name, PortalSettings], Field(min_length=1, max_length=25), Frozen()] = (
        Field(
            description=(
                "The portals by name, at most 25; {} takes all that is said for all of them. A"
                " name, once deployed, can't change without a new address."
            )
        )
    )
    repository: Repository | None = Field(
        None,
        description=(
            "The repository on GitHub that Amplify builds from, such as"
            " https://github.com/example-org/{portal}, where {portal} stands for the portal's name."
        ),
    )
    branch: Branch = Field("main", description="The branch that Amplify builds.")
    root: Folder | None = Field(
        None,
        description=(
            "The folder of the repository that a portal is in, such as portals/{portal}; null for"
            " the whole repository."
        ),
    )
    build_spec: (
        Annotated[
            str,
            Text(
                "Amplify's build specification: a block of YAML that says `version: 1`, of at most"
                " 25000 characters",
                r"(^|\n)version: *[\"']?1",
                longest=25_000,
            ),
        ]
        | None
    ) = Field(
        None,
        description=(
            "Amplify's build specification, as a block of text; null runs npm ci and npm run build"
            " and takes what is in dist/."
        ),
    )
    auto_build: Flag = Field(
        default=True, description="Build whenever the branch changes; false leaves that to people."
    )
    environment: Environment = Field(
        default_factory=nothing_named,
        description=(
            "Variables of every portal's build. VITE_API_URL, the API's address, and"
            " VITE_PORTAL_TYPE, the portal's name, are there without being said. They end in pages"
            " that everybody can read."
        ),
    )
    domain: DomainPattern | None = Field(
        None,
        description=(
            "The portals' own domains, such as {portal}.example.com, with hosted_zone_id; null"
            " leaves them the addresses that AWS gives."
        ),
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None,
        description="The public Route 53 zone in which the domains are, such as Z0123456789AB.",
    )
    content_security_policy: ContentSecurityPolicy = Field(
        DEFAULT_CONTENT_SECURITY_POLICY,
        description=(
            "What the portals' pages may load and run, as a Content-Security-Policy header; the"
            " API's address is added to what they may call."
        ),
    )
    indexed: Flag = Field(
        default=True,
        description="Whether search engines may list the portals; false tells robots to stay out.",
    )
    price_class: PriceClass = Field(
        "PriceClass_100",
        description="As of a site: where CloudFront serves portals from whose host is cloudfront.",
    )
    firewall: FirewallSettings | None = Field(
        None,
        description=(
            "A firewall before each portal whose host is cloudfront. Costs by the month and rule,"
            " and by request, for each of them; null for none."
        ),
    )
    log_retention_days: LogDays = Field(
        365,
        description=(
            "Days that access logs of portals whose host is cloudfront are kept: a value that"
            " CloudWatch Logs accepts. Logs cost by the gigabyte kept."
        ),
    )
    protect: Flag = Field(
        default=True,
        description="Refuse to delete the buckets of portals whose host is cloudfront.",
    )

    def hosted_on(self, host: str) -> tuple[str, ...]:
        """The names of the portals that run there."""
        return tuple(name for name, app in self.apps.items() if (app.host or self.host) == host)

    def repository_of(self, name: str) -> str | None:
        """The repository that a portal is built from."""
        return _filled(self.apps[name].repository or self.repository, name)

    def branch_of(self, name: str) -> str:
        """The branch that a portal is built from."""
        return self.apps[name].branch or self.branch

    def root_of(self, name: str) -> str | None:
        """The folder that a portal is in."""
        return _filled(self.apps[name].root or self.root, name)

    def domain_of(self, name: str) -> str | None:
        """A portal's own domain."""
        return self.apps[name].domain or _filled(self.domain, name)

    def environment_of(self, name: str) -> Mapping[str, str]:
        """The variables that the settings give to a portal's build."""
        return {
            "VITE_PORTAL_TYPE": name,
            **self.environment,
            **self.apps[name].environment,
        }

    def is_indexed(self, name: str) -> bool:
        """Whether search engines may list a portal."""
        own = self.apps[name].indexed
        return self.indexed if own is None else own

    def as_site(self, name: str) -> SiteSettings:
        """A portal on CloudFront, as the site that it is."""
        domain = self.domain_of(name)
        return SiteSettings(
            domain=domain,
            hosted_zone_id=None if domain is None else self.hosted_zone_id,
            price_class=self.price_class,
            firewall=self.firewall,
            content_security_policy=self.content_security_policy,
            indexed=self.is_indexed(name),
            log_retention_days=self.log_retention_days,
            protect=self.protect,
        )


def _filled(text: str | None, name: str) -> str | None:
    return None if text is None else text.replace(PORTAL, name)


def portal_contradictions(portals: PortalsSettings) -> Iterator[Problem]:
    """What is wrong between the settings of the portals."""
    for name in portals.hosted_on("amplify"):
        if portals.repository_of(name) is None:
            yield Problem(
                "portals.repository",
                f"must name the repository that Amplify builds {name} from; got null",
                because=(
                    "portals.host",
                    f"portals.apps.{name}.repository",
                    f"portals.apps.{name}.host",
                ),
            )
    named = {name: domain for name in portals.apps if (domain := portals.domain_of(name))}
    if named and portals.hosted_zone_id is None:
        yield Problem(
            "portals.hosted_zone_id",
            f"must name the Route 53 zone in which {next(iter(named.values()))} is; got null",
            because=("portals.domain", "portals.apps"),
        )
    if portals.hosted_zone_id is not None and not named:
        yield Problem(
            "portals.domain",
            "must name the portals' domains in the hosted zone, or hosted_zone_id be left out; got"
            " null",
            because=("portals.hosted_zone_id", "portals.apps"),
        )
    for name in portals.apps:
        yield from _domain(portals, name, portals.domain_of(name) or "")


def _domain(portals: PortalsSettings, name: str, domain: str) -> Iterator[Problem]:
    own = f"portals.apps.{name}.domain"
    if len(domain) > _LONGEST_DOMAIN:
        yield Problem(
            "portals.domain",
            f"must have at most {_LONGEST_DOMAIN} characters with every portal's name; {domain} has"
            f" {len(domain)}",
            because=(own,),
        )
    elif domain.count(".") == 1 and name in portals.hosted_on("amplify"):
        yield Problem(
            own,
            "must be below the zone's own name, since Amplify is reached by a CNAME record; got"
            f" {domain!r}",
            because=("portals.host", f"portals.apps.{name}.host"),
        )

"""Single-page applications that Amplify builds from a repository and serves."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.dns import Certificate, CertificateArgs, check_domain
from components.frontend.headers import allowing_calls, security_headers
from components.watched import EDGE_REGION, Watched

# As the viewer function of a site has it: a path whose last part has no dot is a page of the
# application's, unless it is well known.
# https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
PAGES = r"</^(?!\/\.well-known\/)(.*\/)?[^.\/]*$/>"
_BUILD = """\
frontend:
  phases:
    preBuild:
      commands: [npm ci --cache .npm --prefer-offline]
    build:
      commands: [npm run build]
  artifacts:
    baseDirectory: dist
    files: ["**/*"]
  cache:
    paths: [.npm/**/*]
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalDomain:
    """A portal's own name.

    Attributes:
        name: such as ``shop.example.com``; below the zone's own name, since a CNAME leads there.
        hosted_zone_id: the public Route 53 zone that it lies in.
    """

    name: str
    hosted_zone_id: str

    def __post_init__(self) -> None:
        check_domain("name", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalArgs:
    """Settings of a portal.

    Attributes:
        repository: where its sources are, such as ``https://github.com/example-org/shop``.
        access_token: a token of GitHub's by which Amplify sets its own access up, once, when the
            portal is made. Amplify keeps no token, and a new one changes nothing.
        branch: what is built.
        root: the folder of the repository that it is in; the whole repository without.
        build_spec: how it is built, in Amplify's form; `npm run build` to ``dist/`` without.
        auto_build: build whenever the branch changes.
        content_security_policy: what pages may load and from where.
        api_origin: where pages call the API, as the policy has it; ``*`` may stand for a label.
        domain: a name of its own; without, Amplify gives it one below ``amplifyapp.com``.
        indexed: let search engines list it.
    """

    repository: str
    access_token: pulumi.Output[str] | None = None
    branch: str = "main"
    root: str | None = None
    build_spec: str | None = None
    auto_build: bool = True
    content_security_policy: str
    api_origin: str | None = None
    domain: PortalDomain | None = None
    indexed: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", self.repository, re.ASCII):
            raise ValueError(
                f"repository must be such as https://github.com/owner/name, got {self.repository!r}"
            )
        if not re.search(r"[A-Za-z0-9]", self.branch):
            raise ValueError(f"branch must have a letter or digit, got {self.branch!r}")


class Portal(pulumi.ComponentResource):
    """A portal on Amplify: the application at once, its pages once `publish` is called.

    In between, whoever must know where the pages come from can be told: the API admits them by
    ``origin``, and the pages are built with the API's address.
    """

    origin: pulumi.Output[str]
    app_id: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: PortalArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:frontend:Portal", name, None, opts)
        self._name = name
        self._args = args
        app = aws.amplify.App(
            f"{name}-app",
            platform="WEB",
            repository=args.repository,
            access_token=args.access_token,
            build_spec=args.build_spec or _build_spec(args.root),
            environment_variables=(
                None if args.root is None else {"AMPLIFY_MONOREPO_APP_ROOT": args.root}
            ),
            # No page differs by cookie, so that none needs to be kept once for each.
            cache_config=aws.amplify.AppCacheConfigArgs(type="AMPLIFY_MANAGED_NO_COOKIES"),
            # Amplify hands it back as a list, so that each update shows it as changed:
            # https://github.com/hashicorp/terraform-provider-aws/issues/34318
            custom_headers=_headers(args),
            custom_rules=[
                aws.amplify.AppCustomRuleArgs(source=PAGES, status="200", target="/index.html")
            ],
            enable_auto_branch_creation=False,
            # Needed to make it and never again: nothing changes once it is gone.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["accessToken"]),
        )
        self.app_id = app.id
        self.origin = (
            pulumi.Output.concat("https://", _label(args.branch), ".", app.default_domain)
            if args.domain is None
            else pulumi.Output.from_input(f"https://{args.domain.name}")
        )
        self.watched = ()
        self.register_outputs({"origin": self.origin, "app_id": self.app_id})

    def publish(self, environment: Mapping[str, pulumi.Input[str]]) -> None:
        """Build the branch with these variables, which end in pages for everybody, and serve it."""
        branch = aws.amplify.Branch(
            f"{self._name}-branch",
            app_id=self.app_id,
            branch_name=self._args.branch,
            display_name=_label(self._args.branch),
            stage="PRODUCTION",
            enable_auto_build=self._args.auto_build,
            # Anybody's pull request would be built, with all that the build may read.
            enable_pull_request_preview=False,
            environment_variables=dict(environment),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if self._args.domain is not None:
            self._serve_at(self._args.domain, branch)

    def _serve_at(self, domain: PortalDomain, branch: aws.amplify.Branch) -> None:
        child = pulumi.ResourceOptions(parent=self)
        certificate = Certificate(
            f"{self._name}-domain",
            CertificateArgs(
                domain=domain.name, hosted_zone_id=domain.hosted_zone_id, region=EDGE_REGION
            ),
            opts=child,
        )
        self.watched += certificate.watched
        association = aws.amplify.DomainAssociation(
            f"{self._name}-domain",
            app_id=self.app_id,
            domain_name=domain.name,
            sub_domains=[
                aws.amplify.DomainAssociationSubDomainArgs(
                    branch_name=branch.branch_name, prefix=""
                )
            ],
            certificate_settings=aws.amplify.DomainAssociationCertificateSettingsArgs(
                type="CUSTOM", custom_certificate_arn=certificate.arn
            ),
            # It would wait for the record that is made from it.
            wait_for_verification=False,
            opts=child,
        )
        aws.route53.Record(
            f"{self._name}-record",
            zone_id=domain.hosted_zone_id,
            name=domain.name,
            type="CNAME",
            records=[association.sub_domains.apply(_target)],
            ttl=300,
            # In its own account Amplify may have written the same record already:
            # https://github.com/aws-amplify/amplify-hosting/issues/3934
            allow_overwrite=True,
            opts=child,
        )


def _target(sub_domains: Sequence[aws.amplify.outputs.DomainAssociationSubDomain]) -> str:
    """Where Amplify wants the name to lead: it writes the record as ``<name> CNAME <target>``."""
    record = sub_domains[0].dns_record or ""
    return record.split()[-1] if record.split() else ""


def _label(branch: str) -> str:
    """The branch as a part of a host name."""
    return re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")


def _build_spec(root: str | None) -> str:
    if root is None:
        return f"version: 1\n{_BUILD}"
    first, rest = f"  - appRoot: {root}\n", textwrap.indent(_BUILD, "    ")
    return f"version: 1\napplications:\n{first}{rest}"


def _headers(args: PortalArgs) -> str:
    """The headers by path, in the YAML that JSON is."""
    policy = args.content_security_policy
    if args.api_origin is not None:
        policy = allowing_calls(policy, args.api_origin)
    headers = security_headers(policy, preload=args.domain is not None, indexed=args.indexed)
    patterns = {
        "**/*": headers,
        # Vite writes the hash of their content into their names.
        "/assets/*": {"Cache-Control": "public, max-age=31536000, immutable"},
    }
    found: dict[str, object] = {
        "customHeaders": [
            {
                "pattern": pattern,
                "headers": [{"key": key, "value": value} for key, value in named.items()],
            }
            for pattern, named in patterns.items()
        ]
    }
    if args.root is not None:
        found = {"applications": [{"appRoot": args.root, **found}]}
    return json.dumps(found, separators=(",", ":"))

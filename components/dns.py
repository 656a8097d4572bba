"""Names in a Route 53 hosted zone: certificates validated through it, and alias records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.watched import Watched, WatchedCertificate

# ACM answers in lower case, and the validation records are found by what it answers.
_DOMAIN = re.compile(
    r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
# Names that ACM puts on one certificate before the account's quota must be raised.
MAX_NAMES = 10


def check_domain(field: str, domain: str) -> None:
    """Refuse what is no fully qualified lower-case name without a trailing dot.

    Raises:
        ValueError: the name, and the field it was given in.
    """
    if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        raise ValueError(
            f"{field} must be a lower-case domain name such as www.example.com, got {domain!r}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateArgs:
    """Settings of a certificate.

    Attributes:
        domain: the first name, such as ``www.example.com``. A certificate for CloudFront takes at
            most 64 characters here.
        alternative_names: further names; all of them lie in the hosted zone.
        hosted_zone_id: the public Route 53 zone the validation records are written to.
        region: where the certificate is used: ``us-east-1`` for CloudFront, else the region of
            the load balancer or API.
    """

    domain: str
    hosted_zone_id: pulumi.Input[str]
    region: str
    alternative_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = (self.domain, *self.alternative_names)
        check_domain("domain", self.domain)
        for name in self.alternative_names:
            check_domain("alternative_names", name)
        if len(self.domain) > 64:
            raise ValueError(
                f"domain must be at most 64 characters, got {len(self.domain)}: {self.domain}"
            )
        if len(set(names)) != len(names):
            raise ValueError(f"alternative_names must not repeat a name, got {', '.join(names)}")
        if len(names) > MAX_NAMES:
            raise ValueError(
                f"alternative_names must be at most {MAX_NAMES - 1} names, "
                f"got {len(self.alternative_names)}"
            )


class Certificate(pulumi.ComponentResource):
    """A certificate that ACM issues, and renews by itself as long as its records stand.

    ``arn`` is there only once ACM has issued it, so what uses it waits for the validation.
    """

    arn: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:dns:Certificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        certificate = aws.acm.Certificate(
            f"{name}-certificate",
            domain_name=args.domain,
            subject_alternative_names=list(args.alternative_names) or None,
            validation_method="DNS",
            key_algorithm="RSA_2048",
            region=args.region,
            opts=child,
        )
        records = [
            self._proof(name, certificate, domain, args.hosted_zone_id)
            for domain in _validated_names((args.domain, *args.alternative_names))
        ]
        issued = aws.acm.CertificateValidation(
            f"{name}-issued",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            region=args.region,
            opts=child,
        )

        self.arn = issued.certificate_arn
        self.watched = (
            WatchedCertificate(name=name, region=args.region, certificate_arn=certificate.arn),
        )
        self.register_outputs({"arn": self.arn})

    def _proof(
        self,
        name: str,
        certificate: aws.acm.Certificate,
        domain: str,
        zone_id: pulumi.Input[str],
    ) -> aws.route53.Record:
        """Prove that ``domain`` is ours."""
        # ACM returns the options as a set: its order says nothing.
        option = certificate.domain_validation_options.apply(
            lambda options: {o.domain_name: o for o in options}[domain]
        )
        return aws.route53.Record(
            f"{name}-proof-{domain}",
            zone_id=zone_id,
            name=option.apply(lambda o: o.resource_record_name or ""),
            type="CNAME",
            records=[option.apply(lambda o: o.resource_record_value or "")],
            ttl=300,
            # One account's certificates for a name all share one record, whatever their region:
            # an earlier certificate may have left it, with this very content.
            allow_overwrite=True,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _validated_names(domains: Sequence[str]) -> tuple[str, ...]:
    """The names that need a record: a wildcard is proved by the record of the name below it."""
    return tuple(
        domain
        for domain in domains
        if not (domain.startswith("*.") and domain.removeprefix("*.") in domains)
    )


def alias_records(
    name: str,
    *,
    domain: str,
    hosted_zone_id: pulumi.Input[str],
    target_domain: pulumi.Input[str],
    target_zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions | None = None,
) -> tuple[aws.route53.Record, aws.route53.Record]:
    """Point ``domain`` at an AWS endpoint, over IPv4 (``<name>-a``) and IPv6 (``<name>-aaaa``).

    The endpoint must answer on both. Queries for an alias cost nothing.
    """
    check_domain("domain", domain)

    def record(kind: str) -> aws.route53.Record:
        return aws.route53.Record(
            f"{name}-{kind.lower()}",
            zone_id=hosted_zone_id,
            name=domain,
            type=kind,
            aliases=[
                aws.route53.RecordAliasArgs(
                    name=target_domain,
                    zone_id=target_zone_id,
                    # CloudFront and API Gateway give no health of their own to evaluate.
                    evaluate_target_health=False,
                )
            ],
            opts=opts,
        )

    return record("A"), record("AAAA")

import pytest

from components.frontend.site import SiteDomain
from offline.graph import Graph
from tests.components.frontends import DISTRIBUTION, DOMAIN, distribution, plan

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
FUNCTION = "aws:cloudfront/function:Function"
RECORD = "aws:route53/record:Record"
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan(with_api=False, domain=DOMAIN)


def test_the_distribution_answers_to_every_name(graph: Graph) -> None:
    assert distribution(graph)["aliases"] == ["www.example.com", "example.com"]


def test_one_certificate_in_virginia_covers_every_name(graph: Graph) -> None:
    (certificate,) = graph.of(CERTIFICATE)
    assert certificate.inputs["domainName"] == "www.example.com"
    assert certificate.inputs["subjectAlternativeNames"] == ["example.com"]
    assert certificate.inputs["region"] == "us-east-1"
    assert certificate.inputs["validationMethod"] == "DNS"


def test_viewers_need_tls_1_2_and_the_certificate_is_validated_first(graph: Graph) -> None:
    (validation,) = graph.of(VALIDATION)
    assert distribution(graph)["viewerCertificate"] == {
        "acmCertificateArn": validation.outputs["certificateArn"],
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    made = graph.one(DISTRIBUTION, "site-distribution")
    assert validation.urn in made.property_dependencies["viewerCertificate"]


def test_every_name_leads_to_the_distribution_over_ipv4_and_ipv6(graph: Graph) -> None:
    target = graph.one(DISTRIBUTION, "site-distribution").outputs["domainName"]
    aliases = {
        item.name: (item.inputs["name"], item.inputs["type"], item.inputs["aliases"])
        for item in graph.of(RECORD)
        if "aliases" in item.inputs
    }
    leads_there = [{"name": target, "zoneId": CLOUDFRONT_ZONE, "evaluateTargetHealth": False}]
    assert aliases == {
        "site-www.example.com-a": ("www.example.com", "A", leads_there),
        "site-www.example.com-aaaa": ("www.example.com", "AAAA", leads_there),
        "site-example.com-a": ("example.com", "A", leads_there),
        "site-example.com-aaaa": ("example.com", "AAAA", leads_there),
    }


def test_every_record_is_in_the_zone_of_the_settings(graph: Graph) -> None:
    assert {item.inputs["zoneId"] for item in graph.of(RECORD)} == {DOMAIN.hosted_zone_id}


def test_pages_have_one_host(graph: Graph) -> None:
    code = graph.one(FUNCTION, "site-viewer").inputs["code"]
    assert 'const canonicalHost = "www.example.com";' in code
    assert graph.exports["url"] == "https://www.example.com"


@pytest.mark.parametrize(
    ("name", "aliases", "message"),
    [
        (
            "Example.com",
            (),
            "name must be a lower-case domain name such as www.example.com, got 'Example.com'",
        ),
        ("*.example.com", (), "name must be one name, got '*.example.com'"),
        (
            "example.com",
            ("example",),
            "aliases must be a lower-case domain name such as www.example.com, got 'example'",
        ),
        ("example.com", ("example.com",), "aliases must not repeat a name, got example.com"),
        (
            "example.com",
            tuple(f"a{number}.example.com" for number in range(10)),
            "aliases must be at most 9 names, got 10",
        ),
    ],
)
def test_names_that_cannot_be_served_are_refused(
    name: str, aliases: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the whole message is compared
        SiteDomain(name=name, hosted_zone_id="Z1", aliases=aliases)
    assert str(raised.value) == message

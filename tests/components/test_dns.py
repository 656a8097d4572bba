from typing import Any

import pytest

from components.dns import Certificate, CertificateArgs, alias_records
from offline.graph import Graph
from tests.components.api_support import built

CERTIFICATE = "aws:acm/certificate:Certificate"
ISSUED = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
ZONE = "Z0123456789"


def args(**changes: Any) -> CertificateArgs:
    given: dict[str, Any] = {
        "domain": "www.example.com",
        "hosted_zone_id": ZONE,
        "region": "us-east-1",
        **changes,
    }
    return CertificateArgs(**given)


def certificate(**changes: Any) -> Certificate:
    return Certificate("site-tls", args(**changes))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return built(lambda: certificate(alternative_names=("example.com",)))


def test_the_certificate_is_asked_for_where_it_is_used(graph: Graph) -> None:
    assert graph.one(CERTIFICATE, "site-tls-certificate").given == {
        "domainName": "www.example.com",
        "subjectAlternativeNames": ["example.com"],
        "validationMethod": "DNS",
        "keyAlgorithm": "RSA_2048",
        "region": "us-east-1",
    }


def test_each_name_is_proved_by_its_own_record(graph: Graph) -> None:
    options = graph.one(CERTIFICATE, "site-tls-certificate").outputs["domainValidationOptions"]
    assert {option["domainName"] for option in options} == {"www.example.com", "example.com"}
    for option in options:
        record = graph.one(RECORD, f"site-tls-proof-{option['domainName']}")
        assert record.inputs == {
            "zoneId": ZONE,
            "name": option["resourceRecordName"],
            "type": "CNAME",
            "records": [option["resourceRecordValue"]],
            "ttl": 300,
            "allowOverwrite": True,
        }


def test_the_order_in_which_acm_answers_does_not_matter(graph: Graph) -> None:
    options = graph.one(CERTIFICATE, "site-tls-certificate").outputs["domainValidationOptions"]
    assert options[0]["domainName"] != "www.example.com"
    record = graph.one(RECORD, "site-tls-proof-www.example.com")
    assert record.inputs["name"].endswith(".www.example.com.")


def test_a_wildcard_and_the_name_below_it_share_one_record() -> None:
    graph = built(lambda: certificate(domain="example.com", alternative_names=("*.example.com",)))
    assert [record.name for record in graph.of(RECORD)] == ["site-tls-proof-example.com"]


def test_a_wildcard_alone_is_proved_by_a_record_below_it() -> None:
    graph = built(lambda: certificate(domain="*.example.com"))
    (record,) = graph.of(RECORD)
    assert record.inputs["name"].endswith(".example.com.")
    assert "*" not in record.inputs["name"]


def test_the_arn_is_there_once_the_certificate_is_issued(graph: Graph) -> None:
    arns: list[str] = []
    built(lambda: certificate().arn.apply(arns.append))
    issued = graph.one(ISSUED, "site-tls-issued")
    assert arns[0].startswith("arn:aws:acm:us-east-1:111122223333:certificate/")
    assert issued.inputs["region"] == "us-east-1"
    assert issued.inputs["validationRecordFqdns"] == [
        graph.one(RECORD, f"site-tls-proof-{name}").outputs["fqdn"]
        for name in ("www.example.com", "example.com")
    ]


def test_a_preview_needs_nothing_that_acm_has_yet_to_answer() -> None:
    preview = built(certificate, unknown=True)
    assert [record.name for record in preview.of(RECORD)] == ["site-tls-proof-www.example.com"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"domain": "WWW.example.com"}, "domain must be a lower-case domain name .*'WWW.example"),
        ({"domain": "example.com."}, "got 'example.com.'"),
        ({"domain": "localhost"}, "got 'localhost'"),
        ({"domain": "-a.example.com"}, "got '-a.example.com'"),
        ({"domain": "a.*.example.com"}, r"got 'a.\*.example.com'"),
        ({"domain": f"{'a' * 60}.example.com"}, "domain must be at most 64 characters, got 72"),
        ({"alternative_names": ("bad_name.com",)}, "alternative_names must be a lower-case"),
        ({"alternative_names": ("www.example.com",)}, "must not repeat a name"),
        (
            {"alternative_names": tuple(f"{n}.example.com" for n in range(10))},
            "alternative_names must be at most 9 names, got 10",
        ),
    ],
)
def test_names_that_acm_would_refuse_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        args(**changes)


def test_a_name_leads_to_its_target_over_ipv4_and_ipv6() -> None:
    graph = built(
        lambda: alias_records(
            "site-alias",
            domain="www.example.com",
            hosted_zone_id=ZONE,
            target_domain="d111111abcdef8.cloudfront.net",
            target_zone_id="Z2FDTNDATAQYW2",
        )
    )
    assert {record.name: record.inputs for record in graph.of(RECORD)} == {
        f"site-alias-{kind.lower()}": {
            "zoneId": ZONE,
            "name": "www.example.com",
            "type": kind,
            "aliases": [
                {
                    "name": "d111111abcdef8.cloudfront.net",
                    "zoneId": "Z2FDTNDATAQYW2",
                    "evaluateTargetHealth": False,
                }
            ],
        }
        for kind in ("A", "AAAA")
    }

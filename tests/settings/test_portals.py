"""The section `portals`: what is said for all, and what for one."""

from typing import Any

import pulumi
import pytest

from offline.engine import synthesise
from offline.values import Secret
from settings import SettingsError, parse
from settings.portals import PortalsSettings
from settings.tokens import amplify_access_token
from tests.settings.examples import MINIMAL, problems

REPOSITORY = "https://github.com/example-org/{portal}"
NAMED = {"domain": "{portal}.example.com", "hosted_zone_id": "Z0123456789ABC"}


def portals(**section: Any) -> PortalsSettings:
    current = parse({**MINIMAL, "portals": {"repository": REPOSITORY, **section}}).portals
    assert current is not None
    return current


def refused(**section: Any) -> list[str]:
    return problems({**MINIMAL, "portals": {"repository": REPOSITORY, **section}})


def test_a_portal_takes_all_that_is_said_for_all_with_its_own_name_in_it() -> None:
    current = portals(**NAMED, root="portals/{portal}", apps={"b2b": {}})

    assert current.repository_of("b2b") == "https://github.com/example-org/b2b"
    assert current.root_of("b2b") == "portals/b2b"
    assert current.domain_of("b2b") == "b2b.example.com"
    assert current.branch_of("b2b") == "main"
    assert current.environment_of("b2b") == {"VITE_PORTAL_TYPE": "b2b"}
    assert current.is_indexed("b2b") is True


def test_a_portal_may_be_other_than_all() -> None:
    own = {
        "repository": "https://github.com/example-org/admin-tool",
        "branch": "stable",
        "root": "web",
        "domain": "back-office.example.com",
        "environment": {"VITE_THEME": "dark", "VITE_PORTAL_TYPE": "staff"},
        "indexed": False,
    }
    current = portals(**NAMED, environment={"VITE_THEME": "light"}, apps={"admin": own})

    assert current.repository_of("admin") == own["repository"]
    assert current.branch_of("admin") == "stable"
    assert current.root_of("admin") == "web"
    assert current.domain_of("admin") == "back-office.example.com"
    assert current.environment_of("admin") == own["environment"]
    assert current.is_indexed("admin") is False


def test_one_switch_moves_a_portal() -> None:
    current = portals(apps={"b2b": {}, "admin": {"host": "cloudfront"}})
    others = portals(host="cloudfront", apps={"b2b": {}, "admin": {"host": "amplify"}})

    assert (current.hosted_on("amplify"), current.hosted_on("cloudfront")) == (("b2b",), ("admin",))
    assert (others.hosted_on("amplify"), others.hosted_on("cloudfront")) == (("admin",), ("b2b",))


def test_a_portal_on_cloudfront_is_a_site_with_what_is_said_for_portals() -> None:
    current = portals(
        **NAMED,
        host="cloudfront",
        firewall={"rate_limit": 500},
        protect=False,
        indexed=False,
        apps={"b2b": {}},
    )
    site = current.as_site("b2b")

    assert (site.domain, site.hosted_zone_id) == ("b2b.example.com", "Z0123456789ABC")
    assert site.firewall is not None
    assert (site.firewall.rate_limit, site.protect, site.indexed) == (500, False, False)
    assert site.api is True


def test_every_site_is_known_by_the_name_of_its_component() -> None:
    current = parse(
        {
            **MINIMAL,
            "site": {},
            "sites": {"docs": {"api": False}},
            "portals": {
                "repository": REPOSITORY,
                "apps": {"b2b": {}, "admin": {"host": "cloudfront"}},
            },
        }
    )

    assert [*current.every_site()] == ["site", "docs", "admin"]


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (
            {"repository": None, "apps": {"b2b": {}}},
            ("portals.repository must name the repository that Amplify builds b2b from; got null"),
        ),
        (
            {"domain": "{portal}.example.com", "apps": {"b2b": {}}},
            (
                "portals.hosted_zone_id must name the Route 53 zone in which b2b.example.com is;"
                " got null"
            ),
        ),
        (
            {"hosted_zone_id": "Z1", "apps": {"b2b": {}}},
            (
                "portals.domain must name the portals' domains in the hosted zone, or"
                " hosted_zone_id be left out; got null"
            ),
        ),
        (
            {**NAMED, "apps": {"b2b": {"domain": "example.com"}}},
            (
                "portals.apps.b2b.domain must be below the zone's own name, since Amplify is"
                " reached by a CNAME record; got 'example.com'"
            ),
        ),
        (
            {**NAMED, "apps": {"b2b": {}, "b2c": {"domain": "b2b.example.com"}}},
            (
                "portals.apps.b2c.domain must be another name than portals.domain, got"
                " 'b2b.example.com'"
            ),
        ),
        (
            {**NAMED, "domain": f"{{portal}}.{'x' * 42}.example.com", "apps": {"b" * 12: {}}},
            (
                "portals.domain must have at most 64 characters with every portal's name;"
                f" {'b' * 12}.{'x' * 42}.example.com has 67"
            ),
        ),
        (
            {"apps": {"b2b": {"environment": {"AWS_REGION": "x"}}}},
            (
                "portals.apps.b2b.environment.AWS_REGION must be a variable such as VITE_THEME:"
                " capital letters, digits and _, not one of Amplify's own, which begin with AWS or"
                " AMPLIFY_, nor called a secret, since everybody can read it; got 'AWS_REGION'"
            ),
        ),
        (
            {"apps": {"b2b": {"environment": {"VITE_MAPS_API_KEY": "x", "NPM_TOKEN": "hunter2"}}}},
            (
                "portals.apps.b2b.environment.NPM_TOKEN must be a variable such as VITE_THEME:"
                " capital letters, digits and _, not one of Amplify's own, which begin with AWS or"
                " AMPLIFY_, nor called a secret, since everybody can read it; got 'NPM_TOKEN'"
            ),
        ),
        ({"apps": {}}, "portals.apps must have at least 1 entry, got 0"),
        (
            {"repository": "https://gitlab.com/a/b", "apps": {"b2b": {}}},
            (
                "portals.repository must be a repository on GitHub such as"
                " https://github.com/example-org/portals, without .git; {portal} stands for the"
                " portal's name; got 'https://gitlab.com/a/b'"
            ),
        ),
        (
            {"build_spec": "frontend: {}", "apps": {"b2b": {}}},
            (
                "portals.build_spec must be Amplify's build specification: a block of YAML that"
                " says `version: 1`, of at most 25000 characters; got 'frontend: {}'"
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused(section: dict[str, Any], problem: str) -> None:
    assert refused(**section) == [problem]


@pytest.mark.parametrize(
    "repository",
    [
        "https://github.com/example-org/{name}",
        "https://github.com/example-org/{portal",
        "https://github.com/example-org/portals.git",
        "https://github.com/example-org",
    ],
)
def test_braces_stand_for_the_portals_name_and_nothing_else(repository: str) -> None:
    (problem,) = refused(repository=repository, apps={"b2b": {}})
    assert problem.startswith("portals.repository must be a repository on GitHub")


def test_names_of_sites_and_portals_must_differ() -> None:
    raw = {
        **MINIMAL,
        "site": {},
        "sites": {"site": {}, "b2b": {}},
        "portals": {"repository": REPOSITORY, "apps": {"b2b": {}}},
    }
    assert problems(raw) == [
        "sites.site must have another name than site, got 'site'",
        "portals.apps.b2b must have another name than sites.b2b, got 'b2b'",
    ]


@pytest.mark.parametrize("section", ["sites", "portals"])
def test_a_site_s_name_must_leave_room_for_what_stands_around_it(section: str) -> None:
    name = "b" * 24
    apps: dict[str, Any] = {name: {}}
    value = apps if section == "sites" else {"repository": REPOSITORY, "apps": apps}
    path = name if section == "sites" else f"apps.{name}"

    assert parse({**MINIMAL, section: value}, stack="prod")
    assert problems({**MINIMAL, section: value}, stack="production") == [
        (
            f"{section}.{path} must have a name of at most 23 characters, since S3 takes 63 for"
            f" plinth-production-{name}-…; got 24"
        )
    ]


def token(config: dict[str, str], *secret_keys: str) -> Any:
    found: list[Any] = []

    def program() -> None:
        found.append(amplify_access_token())
        pulumi.export("token", found[0])

    graph = synthesise(program, config=config, secret_keys=secret_keys)
    return graph.exports.get("token")


def test_the_token_comes_encrypted_and_stays_so() -> None:
    assert token({"amplify:access_token": "x"}, "amplify:access_token") == Secret("x")


def test_once_used_the_token_may_be_gone() -> None:
    assert token({}) is None


def test_a_token_that_everybody_can_read_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        token({"amplify:access_token": "a-readable-token"})
    assert "amplify:access_token must be encrypted" in str(caught.value)
    assert "a-readable-token" not in str(caught.value)

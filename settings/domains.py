"""What is wrong between the names and domains of the API, the sites and the portals."""

from collections.abc import Iterator
from dataclasses import dataclass

from settings.core import Settings
from settings.frontend import SiteSettings, share_a_zone
from settings.problems import Problem


@dataclass(frozen=True, slots=True)
class _Domain:
    """A domain, and where the settings give it and its zone."""

    path: str
    name: str
    zone: str | None
    zone_path: str


def domain_contradictions(settings: Settings) -> Iterator[Problem]:
    """Whether no two parts of the stack have one domain or one name, and zones hold their names."""
    yield from _names(settings)
    seen: list[_Domain] = []
    for domain in _domains(settings):
        problem = next(filter(None, (_clash(domain, other) for other in seen)), None)
        if problem is not None:
            yield problem
        seen.append(domain)


def _clash(domain: _Domain, other: _Domain) -> Problem | None:
    if domain.name == other.name:
        return Problem(
            domain.path,
            f"must be another name than {other.path}, got {domain.name!r}",
            because=(other.path,),
        )
    if (
        domain.zone is not None
        and domain.zone == other.zone
        and not share_a_zone(domain.name, other.name)
    ):
        return Problem(
            domain.path,
            f"must be in the same domain as {other.name}, since both are in the hosted zone"
            f" {other.zone}; got {domain.name!r}",
            because=(other.path, other.zone_path, domain.zone_path),
        )
    return None


def _domains(settings: Settings) -> Iterator[_Domain]:
    if settings.site is not None:
        yield from _of_site("site", settings.site)
    for name, site in settings.sites.items():
        yield from _of_site(f"sites.{name}", site)
    portals = settings.portals
    if portals is not None:
        for name, portal in portals.apps.items():
            own = portals.domain_of(name)
            if own is not None:
                path = "portals.domain" if portal.domain is None else f"portals.apps.{name}.domain"
                yield _Domain(path, own, portals.hosted_zone_id, "portals.hosted_zone_id")
    api = settings.api
    if api is not None and api.domain is not None:
        yield _Domain("api.domain", api.domain, api.hosted_zone_id, "api.hosted_zone_id")


def _of_site(where: str, site: SiteSettings) -> Iterator[_Domain]:
    zone_path = f"{where}.hosted_zone_id"
    if site.domain is not None:
        yield _Domain(f"{where}.domain", site.domain, site.hosted_zone_id, zone_path)
        for index, alias in enumerate(site.aliases):
            if alias == site.domain:
                continue
            # Within a site, site_contradictions looks after names and zone.
            yield _Domain(f"{where}.aliases[{index}]", alias, None, zone_path)


def _names(settings: Settings) -> Iterator[Problem]:
    """A site and a portal on CloudFront are components of one kind, told apart by their names."""
    portals = {} if settings.portals is None else settings.portals.apps
    for section, names in (("sites", settings.sites), ("portals.apps", portals)):
        for name in names:
            taken = "site" if name == "site" and settings.site is not None else None
            if section == "portals.apps" and name in settings.sites:
                taken = f"sites.{name}"
            if taken is not None:
                yield Problem(
                    f"{section}.{name}",
                    f"must have another name than {taken}, got {name!r}",
                    because=(taken,),
                )

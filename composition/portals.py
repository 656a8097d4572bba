"""The section ``portals``, as far as Amplify hosts them; the others are sites."""

from collections.abc import Iterator, Mapping

import pulumi

from components.frontend.portals import Portal, PortalArgs, PortalDomain
from components.frontend.site import Site
from composition.api import Api
from settings import Settings
from settings.portals import PortalsSettings
from settings.tokens import amplify_access_token


def make_portals(current: Settings, platform: pulumi.ResourceOptions) -> dict[str, Portal]:
    """The portals by name, not built yet: the API must know first where its callers come from."""
    portals = current.portals
    if portals is None:
        return {}
    token = amplify_access_token()
    return {
        name: Portal(name, args, opts=platform)
        for name, args in _arguments(current, portals, token)
    }


def publish_portals(
    current: Settings, portals: Mapping[str, Portal], api: Api | None, sites: Mapping[str, Site]
) -> None:
    """Build the portals' branches, which are told where the API is."""
    door = front_door(current)
    for name, portal in portals.items():
        told: dict[str, pulumi.Input[str]] = {}
        if api is not None:
            told["VITE_API_URL"] = api.http.url if door is None else sites[door].url
        if current.portals is not None:
            told |= current.portals.environment_of(name)
        portal.publish(told)


def front_door(current: Settings) -> str | None:
    """The site that calls from elsewhere go through, where the API takes none but those."""
    return next((name for name, site in current.every_site().items() if site.api), None)


def _arguments(
    current: Settings, portals: PortalsSettings, token: pulumi.Output[str] | None
) -> Iterator[tuple[str, PortalArgs]]:
    for name in portals.hosted_on("amplify"):
        domain = portals.domain_of(name)
        yield (
            name,
            PortalArgs(
                repository=portals.repository_of(name) or "",
                access_token=token,
                branch=portals.branch_of(name),
                root=portals.root_of(name),
                build_spec=portals.build_spec,
                auto_build=portals.auto_build,
                content_security_policy=portals.content_security_policy,
                api_origin=_api_origin(current),
                domain=(
                    PortalDomain(name=domain, hosted_zone_id=portals.hosted_zone_id)
                    if domain and portals.hosted_zone_id
                    else None
                ),
                indexed=portals.is_indexed(name),
            ),
        )


def _api_origin(current: Settings) -> str | None:
    """Where pages may call the API, said before AWS has named it: the API waits for the pages."""
    if current.api is None:
        return None
    door = front_door(current)
    if door is not None:
        return f"https://{current.every_site()[door].domain or '*.cloudfront.net'}"
    return f"https://{current.api.domain or f'*.execute-api.{current.region}.amazonaws.com'}"

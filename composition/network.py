"""The section ``network``."""

import pulumi

from components.network.vpc import Network, NetworkArgs
from composition.keys import Keys
from settings import Settings


def make_network(current: Settings, keys: Keys, platform: pulumi.ResourceOptions) -> Network | None:
    """The private network."""
    if current.network is None:
        return None
    return Network(
        "main",
        NetworkArgs(
            cidr=current.network.cidr,
            zones=current.network.zones,
            region=current.region,
            account_id=current.account_id,
            nat=current.network.nat,
            log_key_arn=keys.logs.arn,
            gateway_endpoints=current.network.gateway_endpoints,
            interface_endpoints=current.network.interface_endpoints,
            flow_log_retention_days=current.network.flow_log_retention_days,
        ),
        opts=platform,
    )

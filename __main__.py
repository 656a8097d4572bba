"""Composes the platform from a stack's settings. Read this file first.

The settings say what differs between environments; ``composition/`` says which components each
section becomes and who may reach whom; ``components/`` say how each is built.
"""

import pulumi

import settings
from composition.api import make_api
from composition.data import make_stores
from composition.delivery import make_delivery
from composition.frontend import Front, make_sites
from composition.keys import Keys
from composition.migrations import make_migrations
from composition.network import make_network
from composition.observe import make_observation, make_spending
from composition.outputs import outputs
from composition.portals import make_portals, publish_portals
from composition.providers import make_providers
from composition.rollout import make_rollout

current = settings.load(pulumi.Config())
platform = make_providers(current)
delivery = make_delivery(current, platform)
if delivery is not None:
    platform = delivery.bounding(platform)

keys = Keys(current, platform)
network = make_network(current, keys, platform)
stores = make_stores(current, network, keys, platform)
portals = make_portals(current, platform)
api = make_api(current, network, stores, portals, keys, platform)
migrations = make_migrations(current, network, stores, api, keys, platform)
sites = make_sites(current, api, stores, keys, platform)
publish_portals(current, portals, api, sites)
front = Front(site=sites.get("site"), sites=sites, portals=portals)
observation = make_observation(current, stores, api, migrations, front, keys, platform)
rollout = make_rollout(current, api, observation, platform)
make_spending(current, platform)

made = outputs(current, network, stores, api, migrations, front, observation, rollout, delivery)
for name, value in made:
    pulumi.export(name, value)

"""Composes the platform from a stack's settings. Read this file first.

The settings say what differs between environments; ``composition/`` says which components each
section becomes and who may reach whom; ``components/`` say how each is built.
"""

import pulumi

import settings
from composition.api import make_api
from composition.data import make_stores
from composition.frontend import make_site
from composition.keys import Keys
from composition.network import make_network
from composition.outputs import outputs
from composition.providers import make_providers

current = settings.load(pulumi.Config())
platform = make_providers(current)

keys = Keys(current, platform)
network = make_network(current, keys, platform)
stores = make_stores(current, network, keys, platform)
api = make_api(current, network, stores, keys, platform)
site = make_site(current, api, stores, keys, platform)

for name, value in outputs(network, stores, api, site):
    pulumi.export(name, value)

"""What awsx makes of a ``Vpc``: the children it registers and the outputs it returns.

Written from what awsx 3.11 was seen to register (``tests/offline/awsx``). Arguments that no
recording covers are refused by name, so that a plan never shows what an update would not make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from offline.awsx_arguments import Arguments, Endpoint, read
from offline.awsx_readers import AwsxError
from offline.awsx_subnets import Subnet

__all__ = ["AwsxError", "Child", "Expansion", "Ref", "expand"]

_VPC = "aws:ec2/vpc:Vpc"
_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
_SUBNET = "aws:ec2/subnet:Subnet"
_TABLE = "aws:ec2/routeTable:RouteTable"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_ROUTE = "aws:ec2/route:Route"
_ADDRESS = "aws:ec2/eip:Eip"
_NAT = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@dataclass(frozen=True, slots=True)
class Ref:
    """A child of the same expansion."""

    type: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A resource that awsx registers.

    Attributes:
        parent: None for the component itself.
        inputs: by wire name; a `Ref` stands for that child's id.
    """

    type: str
    name: str
    parent: Ref | None
    inputs: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expansion:
    """All that awsx makes of one component.

    Attributes:
        children: each after its parent and after every child that its inputs speak of.
        outputs: by wire name; a `Ref` stands for the child's id where the name ends in `Id` or
            `Ids`, and for the resource itself elsewhere.
    """

    children: tuple[Child, ...]
    outputs: Mapping[str, object]


def expand(
    name: str,
    args: Mapping[str, object],
    zones: Sequence[str] = ("eu-west-2a", "eu-west-2b", "eu-west-2c"),
) -> Expansion:
    """Work out what awsx makes of the ``Vpc`` called `name`.

    Args:
        args: by wire name.
        zones: those of the region, of which awsx takes the first when only a number is given.

    Raises:
        AwsxError: awsx or AWS refuses the arguments, or one of them is not modelled.
    """
    maker = _Maker(name, read(args, zones))
    maker.make_vpc()
    for subnet in maker.args.subnets:
        maker.make_subnet(subnet)
    for endpoint in maker.args.endpoints:
        maker.make_endpoint(endpoint)
    return Expansion(children=tuple(maker.children), outputs=maker.outputs())


class _Maker:
    """Registers one child after the other, and remembers what the outputs list."""

    def __init__(self, name: str, args: Arguments) -> None:
        self.name = name
        self.args = args
        self.children: list[Child] = []
        self.tiers: dict[str, list[Ref]] = {"Public": [], "Private": [], "Isolated": []}
        self.vpc = Ref(_VPC, name)
        self.shared_tags = {"Name": name, **args.tags}

    def make_vpc(self) -> None:
        self._add(_VPC, self.name, None, {**self.args.vpc, "tags": self.shared_tags})
        # Made even where nothing leads to it.
        self._add(_GATEWAY, self.name, self.vpc, {"vpcId": self.vpc, "tags": self.shared_tags})

    def make_subnet(self, subnet: Subnet) -> None:
        tier, label = subnet.spec.type, subnet.spec.label
        # The suffix of the zone changes the tag only: the resource keeps its number.
        name = f"{self.name}-{label}-{subnet.zone + 1}"
        forced = {
            "Name": f"{self.name}-{label}-{self.args.suffixes[subnet.zone]}",
            "SubnetType": tier,
        }
        made = self._add(
            _SUBNET,
            name,
            self.vpc,
            {
                "vpcId": self.vpc,
                "availabilityZone": self.args.zones[subnet.zone],
                "cidrBlock": str(subnet.block),
                "mapPublicIpOnLaunch": tier == "Public",
                "assignIpv6AddressOnCreation": False,
                "tags": {**self.args.tags, **subnet.spec.tags, **forced},
            },
        )
        self.tiers[tier].append(made)
        table = self._add(
            _TABLE, name, made, {"vpcId": self.vpc, "tags": {**self.args.tags, **forced}}
        )
        self._add(_ASSOCIATION, name, table, {"routeTableId": table, "subnetId": made})
        if tier == "Public":
            self._make_nat(subnet.zone, made)
            self._route(name, table, {"gatewayId": Ref(_GATEWAY, self.name)})
        elif tier == "Private" and self.args.nat != "None":
            number = 1 if self.args.nat == "Single" else subnet.zone + 1
            self._route(name, table, {"natGatewayId": Ref(_NAT, f"{self.name}-{number}")})

    def make_endpoint(self, endpoint: Endpoint) -> None:
        tags = {**self.shared_tags, **endpoint.tags}
        inputs = {"vpcId": self.vpc, **endpoint.inputs, "tags": tags}
        self._add(_ENDPOINT, endpoint.service, self.vpc, inputs)

    def outputs(self) -> dict[str, object]:
        tiers: dict[str, object] = {}
        for tier, refs in self.tiers.items():
            tiers |= {f"{tier.lower()}Subnets": refs, f"{tier.lower()}SubnetIds": refs}
        return {
            **tiers,
            "vpc": self.vpc,
            "vpcId": self.vpc,
            "internetGateway": Ref(_GATEWAY, self.name),
            "subnets": self._all(_SUBNET),
            "subnetLayout": self.args.outline,
            "routeTables": self._all(_TABLE),
            "routeTableAssociations": self._all(_ASSOCIATION),
            "routes": self._all(_ROUTE),
            "eips": self._all(_ADDRESS),
            "natGateways": self._all(_NAT),
            "vpcEndpoints": self._all(_ENDPOINT),
        }

    def _make_nat(self, zone: int, subnet: Ref) -> None:
        wanted = {"None": 0, "Single": 1}.get(self.args.nat, zone + 1)
        if len(self._all(_NAT)) >= wanted:
            return
        name = f"{self.name}-{zone + 1}"
        tags = {**self.args.tags, "Name": name}
        address: object
        if self.args.addresses:
            address = self.args.addresses[zone]
        else:
            address = self._add(_ADDRESS, name, subnet, {"tags": tags})
        self._add(_NAT, name, subnet, {"subnetId": subnet, "allocationId": address, "tags": tags})

    def _route(self, name: str, table: Ref, target: Mapping[str, object]) -> None:
        inputs = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", **target}
        self._add(_ROUTE, name, table, inputs)

    def _all(self, kind: str) -> list[Ref]:
        return [Ref(kind, child.name) for child in self.children if child.type == kind]

    def _add(self, kind: str, name: str, parent: Ref | None, inputs: Mapping[str, object]) -> Ref:
        self.children.append(
            Child(type=kind, name=name, parent=parent, inputs={**self.args.region, **inputs})
        )
        return Ref(kind, name)

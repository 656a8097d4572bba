"""Where awsx puts the subnets of a ``Vpc``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from offline.awsx_readers import AwsxError, items, mapping, one_of, whole

TYPES = ("Public", "Private", "Isolated", "Unused")
# What AWS takes, for a VPC and for a subnet alike.
_WIDEST, _NARROWEST = 16, 28
_SPEC_ARGUMENTS = {"type", "name", "cidrMask", "size", "cidrBlocks", "tags"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """One kind of subnet, of which every zone gets one.

    Attributes:
        type: one of `TYPES`.
        name: what its subnets are called, if not by their type.
        mask: of each subnet; an even share of the zone if it is not given.
        size: addresses of each subnet, as far as given or following from the mask.
        blocks: one range a zone; where they are not given, they are worked out.
        tags: of its subnets, and of nothing else.
    """

    type: str
    name: str | None = None
    mask: int | None = None
    size: int | None = None
    blocks: tuple[IPv4Network, ...] | None = None
    tags: Mapping[str, object]

    @property
    def label(self) -> str:
        """What stands between the name of the VPC and the zone."""
        return self.type.lower() if self.name is None else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnet:
    """A subnet and its place; zones count from 0."""

    spec: Spec
    zone: int
    block: IPv4Network


def parse_network(value: object, what: str) -> IPv4Network:
    """Read a range of addresses that AWS takes for a VPC or a subnet."""
    try:
        network = IPv4Network(value if isinstance(value, str) else "")
    except ValueError:
        network = None
    if network is None or not _WIDEST <= network.prefixlen <= _NARROWEST:
        raise AwsxError(
            f"{what} must be a range of /{_WIDEST} to /{_NARROWEST}, such as 10.0.0.0/16, "
            f"known beforehand; got {value!r}"
        )
    return network


def parse_specs(given: Sequence[Mapping[str, object]], zones: int) -> tuple[Spec, ...]:
    """Read the specs of subnets, for this many zones."""
    specs = tuple(_parse_spec(item, f"subnetSpecs[{at}]") for at, item in enumerate(given))
    if not specs:
        raise AwsxError("subnetSpecs must not be empty")
    twice = [label for label, count in Counter(item.label for item in specs).items() if count > 1]
    if twice:
        raise AwsxError(f"subnetSpecs must each have a name of their own, got {twice[0]!r} twice")
    explicit = [item.blocks for item in specs if item.blocks is not None]
    if explicit and len(explicit) < len(specs):
        raise AwsxError("subnetSpecs must all have cidrBlocks if any has")
    if wrong := [len(blocks) for blocks in explicit if len(blocks) != zones]:
        raise AwsxError(f"cidrBlocks must be one a zone ({zones}), got {wrong[0]}")
    return specs


def default_specs(vpc: IPv4Network, zones: int, zone_mask: int | None) -> tuple[Spec, ...]:
    """Return what awsx makes where no spec is given: half of a zone private, a quarter public."""
    mask = _zone_mask(vpc, zones) if zone_mask is None else zone_mask
    return tuple(
        Spec(type=kind, mask=mask + bits, tags={}) for kind, bits in (("Private", 1), ("Public", 2))
    )


def allocate(
    vpc: IPv4Network, specs: Sequence[Spec], zones: int, zone_mask: int | None = None
) -> tuple[Subnet, ...]:
    """Give every subnet its range: in the order of the zones, then of the specs."""
    given = specs[0].blocks is not None
    subnets = _given(specs, zones) if given else _worked_out(vpc, specs, zones, zone_mask)
    for at, subnet in enumerate(subnets):
        where = f"{subnet.spec.label} subnet {subnet.block} of zone {subnet.zone + 1}"
        # The real awsx lets the last zone's subnets leave a small VPC; AWS then refuses them.
        if not subnet.block.subnet_of(vpc):
            raise AwsxError(f"the {where} lies outside the VPC {vpc}")
        for other in subnets[:at]:
            if subnet.block.overlaps(other.block):
                raise AwsxError(f"the {where} overlaps {other.spec.label} subnet {other.block}")
    return subnets


def check_gapless(vpc: IPv4Network, subnets: Sequence[Subnet]) -> None:
    """Refuse what the strategy Exact refuses: addresses that belong to no subnet."""
    expected = vpc.network_address
    for subnet in subnets:
        if subnet.block.network_address != expected:
            raise AwsxError(f"there is a gap before {subnet.block}: name it as type Unused")
        expected = subnet.block.broadcast_address + 1
    if expected <= vpc.broadcast_address:
        raise AwsxError(f"there is a gap from {expected} to the end of {vpc}: name it as Unused")


def layout(specs: Sequence[Spec]) -> list[dict[str, object]]:
    """Return specs as awsx gives them back."""
    return [{key: item for key, item in _outline(spec).items() if item} for spec in specs]


def _outline(spec: Spec) -> dict[str, object]:
    return {
        "type": spec.type,
        "name": spec.name,
        "cidrBlocks": [str(block) for block in spec.blocks or ()],
        "cidrMask": spec.mask,
        "size": spec.size,
    }


def _parse_spec(given: Mapping[str, object], what: str) -> Spec:
    given = {key: value for key, value in given.items() if value is not None}
    if strange := given.keys() - _SPEC_ARGUMENTS:
        raise AwsxError(f"{what}.{min(strange)} is not modelled")
    name = given.get("name")
    if name is not None and not isinstance(name, str):
        raise AwsxError(f"{what}.name must be text known beforehand, got {name!r}")
    mask, size = _parse_mask(given, what)
    blocks = None
    if "cidrBlocks" in given:
        texts = items(given["cidrBlocks"], f"{what}.cidrBlocks")
        blocks = tuple(parse_network(text, f"{what}.cidrBlocks") for text in texts)
        if mask is not None and any(block.prefixlen != mask for block in blocks):
            raise AwsxError(f"{what}.cidrBlocks must all be /{mask}, got {texts}")
        # With explicit ranges awsx works neither out of the other.
        mask, size = (mask if "cidrMask" in given else None), (size if "size" in given else None)
    return Spec(
        type=one_of(given.get("type"), f"{what}.type", TYPES),
        name=name,
        mask=mask,
        size=size,
        blocks=blocks,
        tags=mapping(given.get("tags"), f"{what}.tags"),
    )


def _parse_mask(given: Mapping[str, object], what: str) -> tuple[int | None, int | None]:
    """Read the mask and the size; each follows from the other."""
    masks = []
    if "cidrMask" in given:
        masks.append(whole(given["cidrMask"], f"{what}.cidrMask"))
    if "size" in given:
        size = whole(given["size"], f"{what}.size")
        if size.bit_count() != 1 or size < 1:
            raise AwsxError(f"{what}.size must be a power of two, got {size}")
        masks.append(33 - size.bit_length())
    if not masks:
        return None, None
    if len(set(masks)) > 1 or not _WIDEST <= masks[0] <= _NARROWEST:
        raise AwsxError(
            f"{what}.cidrMask and size must agree, at /{_WIDEST} to /{_NARROWEST}; got "
            f"{' and '.join(f'/{mask}' for mask in masks)}"
        )
    return masks[0], 2 ** (32 - masks[0])


def _given(specs: Sequence[Spec], zones: int) -> tuple[Subnet, ...]:
    return tuple(
        Subnet(spec=spec, zone=zone, block=spec.blocks[zone])
        for zone in range(zones)
        for spec in specs
        if spec.blocks is not None
    )


def _worked_out(
    vpc: IPv4Network, specs: Sequence[Spec], zones: int, zone_mask: int | None
) -> tuple[Subnet, ...]:
    zone_mask = _zone_mask(vpc, zones) if zone_mask is None else zone_mask
    share = zone_mask + _bits(len(specs))
    masks = [share if spec.mask is None else spec.mask for spec in specs]
    if max(masks) > _NARROWEST:
        raise AwsxError(f"the VPC {vpc} is too small: its subnets would be /{max(masks)}")
    zone_size = 2 ** (32 - zone_mask)
    if (wanted := sum(2 ** (32 - mask) for mask in masks)) > zone_size:
        raise AwsxError(f"the subnets of a zone need {wanted} addresses, and it has {zone_size}")
    subnets = []
    for zone in range(zones):
        free = int(vpc.network_address) + zone * zone_size
        for spec, mask in zip(specs, masks, strict=True):
            size = 2 ** (32 - mask)
            # Each range begins at the next multiple of its own size.
            start = -(-free // size) * size
            block = IPv4Network((IPv4Address(start), mask))
            subnets.append(Subnet(spec=spec, zone=zone, block=block))
            free = start + size
    return tuple(subnets)


def _zone_mask(vpc: IPv4Network, zones: int) -> int:
    return vpc.prefixlen + _bits(zones)


def _bits(count: int) -> int:
    """How many bits tell this many things apart."""
    return (count - 1).bit_length()

from collections.abc import Mapping
from ipaddress import IPv4Network, collapse_addresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.vpc import Tier, subnet_layout

TIERS: tuple[Tier, ...] = ("public", "private", "isolated")
ZONES = st.integers(2, 4)


@st.composite
def cidrs(draw: st.DrawFn) -> str:
    range_, shortest = draw(
        st.sampled_from([("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16)])
    )
    mask = draw(st.integers(16, 24))
    index = draw(st.integers(0, 2 ** (mask - shortest) - 1))
    return str(
        IPv4Network((int(IPv4Network(range_).network_address) + (index << (32 - mask)), mask))
    )


def blocks(layout: Mapping[Tier, tuple[str, ...]]) -> list[IPv4Network]:
    return [IPv4Network(block) for tier in TIERS for block in layout[tier]]


def test_a_network_is_cut_in_quarters_and_each_quarter_in_four_zones() -> None:
    assert subnet_layout("10.20.0.0/16", 3) == {
        "public": ("10.20.0.0/20", "10.20.16.0/20", "10.20.32.0/20"),
        "private": ("10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"),
        "isolated": ("10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"),
    }


@given(cidrs(), ZONES)
def test_each_tier_has_one_block_a_zone(cidr: str, zones: int) -> None:
    assert {
        tier: len(found) for tier, found in subnet_layout(cidr, zones).items()
    } == dict.fromkeys(TIERS, zones)


@given(cidrs(), ZONES)
def test_blocks_lie_inside_the_network_and_never_overlap(cidr: str, zones: int) -> None:
    found = blocks(subnet_layout(cidr, zones))
    assert all(block.subnet_of(IPv4Network(cidr)) for block in found)
    assert sum(block.num_addresses for block in found) == sum(
        merged.num_addresses for merged in collapse_addresses(found)
    )


@given(cidrs(), st.integers(2, 3))
def test_adding_a_zone_moves_no_block(cidr: str, zones: int) -> None:
    before, after = subnet_layout(cidr, zones), subnet_layout(cidr, zones + 1)
    assert all(after[tier][:zones] == before[tier] for tier in TIERS)


@given(cidrs(), ZONES)
def test_the_last_quarter_stays_free(cidr: str, zones: int) -> None:
    *_, last = IPv4Network(cidr).subnets(prefixlen_diff=2)
    assert not any(block.overlaps(last) for block in blocks(subnet_layout(cidr, zones)))


@given(cidrs(), ZONES)
def test_every_block_has_a_size_that_a_vpc_takes(cidr: str, zones: int) -> None:
    assert all(16 <= block.prefixlen <= 28 for block in blocks(subnet_layout(cidr, zones)))


@pytest.mark.parametrize(("cidr", "block"), [("10.0.0.0/24", "/28"), ("10.0.0.0/16", "/20")])
def test_a_block_is_a_sixteenth_of_the_network(cidr: str, block: str) -> None:
    assert all(found.endswith(block) for found in subnet_layout(cidr, 4)["public"])

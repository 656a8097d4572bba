"""What rules of groups and access lists let through: which ports, and from where."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Final

from rules.core.values import NotKnown
from rules.core.view import View

HIGHEST: Final = 65_535
EVERYTHING: Final = range(HIGHEST + 1)
# Ranges shorter than these hold a good part of the internet: two halves make the whole of it.
_BROAD_IPV4: Final = 8
_BROAD_IPV6: Final = 16
_ALL: Final = frozenset({"-1", "all", "any"})
_NUMBERS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
WITH_PORTS: Final = frozenset({"tcp", "udp"})
CONTROL: Final = frozenset({"icmp", "icmpv6"})


@lru_cache(maxsize=1024)
def is_world(addresses: str) -> bool:
    """Whether a range of addresses is the internet, or a good part of it."""
    try:
        network = ip_network(addresses.strip(), strict=False)
    except ValueError:
        return False
    broad = _BROAD_IPV4 if network.version == 4 else _BROAD_IPV6
    return network.prefixlen < broad and not network.is_private


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a rule is about.

    Attributes:
        protocol: ``tcp``, ``udp``, ``icmp``, ``icmpv6``, ``all``, or another one's number.
        ports: of TCP and UDP; every one for all protocols, none for others.
    """

    protocol: str
    ports: range

    def has(self, port: int) -> bool:
        """Whether connections to a port are in it."""
        return port in self.ports

    @property
    def label(self) -> str:
        """How a message calls it."""
        if self.protocol not in WITH_PORTS:
            return "all protocols" if self.protocol == "all" else f"protocol {self.protocol}"
        first, last = self.ports.start, self.ports.stop - 1
        ports = f"port {first}" if first == last else f"ports {first} to {last}"
        return f"{self.protocol} {ports}"


def protocol_of(view: View, path: str) -> str:
    """The protocol by its one name."""
    number = view.number(path)
    text = view.text(path).lower() if number is None else f"{number:g}"
    return "all" if text in _ALL else _NUMBERS.get(text, text)


def traffic_of(view: View, path: str) -> Traffic:
    """The protocol and ports of a rule; ports that are not given are all of them."""
    protocol = protocol_of(view, path)
    if protocol == "all":
        return Traffic(protocol, EVERYTHING)
    if protocol not in WITH_PORTS:
        return Traffic(protocol, range(0))
    first, last = view.number("fromPort"), view.number("toPort")
    if first is None or first < 0:
        return Traffic(protocol, EVERYTHING)
    end = first if last is None else last
    return Traffic(protocol, range(int(first), min(int(end), HIGHEST) + 1))


def addresses_of(view: View, *paths: str) -> Iterator[str]:
    """The ranges of addresses that a rule names; ``NotKnown`` after those that are known."""
    missing: NotKnown | None = None
    for path in paths:
        try:
            yield from view.texts(path)
        except NotKnown as error:
            missing = missing or error
    if missing is not None:
        raise missing


def world(view: View, *paths: str) -> str:
    """The first range a rule names that is the internet, or empty."""
    return next((item for item in addresses_of(view, *paths) if is_world(item)), "")

"""Says what the reference systems cost: ``python -m tools.cost`` writes docs/cost.md.

With ``--check`` it writes nothing, and fails if the file isn't what plans and prices say.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from offline import imports, project
from offline.graph import Graph
from tools import prices as price_file
from tools.costing import HOURS, SECONDS, parts
from tools.prices import Prices

ROOT: Final = Path(__file__).resolve().parent.parent
PATH: Final = ROOT / "docs" / "cost.md"
STACKS: Final[Mapping[str, str]] = {
    "movies": "The movie site",
    "coupons": "The coupon platform in production",
    "coupons-dev": "The coupon platform for developers",
}
_INTRODUCTION: Final = """\
# What it costs

Made by `python -m tools.cost` from the plans of `examples/`, from the prices in
[prices.yaml](prices.yaml), each with its date and source there or in `policy/prices.json`, and from
the usage that is assumed there.
US dollars a month of 730 hours, in eu-west-2, without tax. No free allowance is taken off, though
AWS gives many (a million calls of Lambda, a terabyte from CloudFront, ten alarms, three
dashboards): a small account pays less than this.
"""


def text(graphs: Mapping[str, Graph], data: Prices) -> str:
    """The whole file."""
    lines = [_INTRODUCTION, *_overview(graphs, data)]
    for stack, title in STACKS.items():
        lines += ["", f"## {title}: `{stack}`", "", *_assumed(data.usage[stack]), ""]
        lines += _resources(graphs[stack], data, data.usage[stack])
    lines += ["", *_switches(data), "", *_limits(data)]
    return "\n".join(lines) + "\n"


def total(graph: Graph, data: Prices, usage: Mapping[str, float]) -> float:
    """What a stack costs a month."""
    return sum(part.quantity * data.usd(part.price) for _, part in parts(graph, usage))


def _overview(graphs: Mapping[str, Graph], data: Prices) -> Iterator[str]:
    yield "| stack | a month | of that before anybody comes |"
    yield "|---|---:|---:|"
    for stack, title in STACKS.items():
        usage = data.usage[stack]
        nobody = dict.fromkeys(usage, 0.0)
        idle = total(graphs[stack], data, nobody)
        used = total(graphs[stack], data, usage)
        yield f"| {title} (`{stack}`) | {_usd(used)} | {_usd(idle)} |"


def _assumed(usage: Mapping[str, float]) -> Iterator[str]:
    said = ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in usage.items())
    yield f"Assumed: {said}."


def _resources(graph: Graph, data: Prices, usage: Mapping[str, float]) -> Iterator[str]:
    rows: dict[tuple[str, str], tuple[float, float, int]] = {}
    for item, part in parts(graph, usage):
        key = (item.type.rpartition(":")[2], part.words)
        quantity, usd, count = rows.get(key, (0.0, 0.0, 0))
        cost = part.quantity * data.usd(part.price)
        rows[key] = (quantity + part.quantity, usd + cost, count + 1)
    yield "| resource | number | what is paid for | a month |"
    yield "|---|---:|---|---:|"
    for (kind, words), (quantity, usd, count) in sorted(rows.items(), key=lambda row: -row[1][1]):
        yield f"| {kind} | {count} | {words.format(_number(quantity))} | {_usd(usd)} |"
    yield f"| **all** | | | **{_usd(sum(usd for _, usd, _ in rows.values()))}** |"


def _switches(data: Prices) -> Iterator[str]:
    yield "## What each switch adds"
    yield ""
    yield "| setting | adds | a month |"
    yield "|---|---|---:|"
    for setting, words, usd in _switch_rows(data):
        yield f"| `{setting}` | {words} | {_usd(usd)} |"


def _switch_rows(data: Prices) -> Iterator[tuple[str, str, float]]:
    yield from _foundation_rows(data.usd)
    yield from _service_rows(data.usd)
    yield from _watching_rows(data.usd)


def _foundation_rows(usd: Callable[[str], float]) -> Iterator[tuple[str, str, float]]:
    nat = HOURS * (usd("nat-hour") + usd("ipv4-hour"))
    yield "network.nat: single", f"a NAT gateway with its address; {usd('nat-gb'):g} a GB", nat
    yield "network.nat: per-az", "one in each of three zones", 3 * nat
    yield "network.interface_endpoints", "one endpoint in one zone", HOURS * usd("endpoint-hour")
    yield "network.flow_log_retention_days", "each GB of flow logs written", usd("logs-gb")
    yield "encryption.customer_keys: per-store", "each further key", usd("key-month")
    yield "tables", "each million writes", 1_000_000 * usd("dynamodb-write")
    yield "tables", "each million reads of up to 4 KB", 1_000_000 * usd("dynamodb-read")
    yield "buckets", "each GB kept", usd("s3-gb-month")
    size = "db.t4g.medium"
    server = HOURS * usd(f"rds-{size}-hour") + 20 * usd("rds-gb-month")
    yield "database.kind: instance", f"a server of {size} with 20 GB in one zone", server
    yield "database.multi_az", "a standby of the same", server
    yield "database.kind: external", "nothing", 0.0
    proxy = 2 * HOURS * usd("rds-proxy-vcpu-hour")
    yield "database.proxy", "before a server of two processors", proxy
    acu = usd("aurora-acu-hour")
    yield "database.min_capacity: 0.5", "a server of Aurora that never pauses", HOURS * acu / 2
    yield "database.readers", "each further server, at the least capacity of 0.5", HOURS * acu / 2


def _service_rows(usd: Callable[[str], float]) -> Iterator[tuple[str, str, float]]:
    half = 0.5 * SECONDS
    warm = half * usd("lambda-warm-gb-second")
    yield "api.provisioned_concurrency", "each environment of 512 MB", warm
    working = 12 * 21 / HOURS
    yield "api.concurrency_schedule", "the same for 12 hours of 21 days", warm * working
    cached = half * usd("snapshot-gb-second")
    restored = usd("snapshot-gb-restored") * 0.5 * 10_000
    yield "api.snap_start", "each version of 512 MB that exists", cached
    yield "api.snap_start", "10,000 starts of it", restored
    yield "api.libraries: layer", "nothing", 0.0
    yield "api.rollout", "nothing beside the alarms that it needs", 0.0
    yield "sites", "another site, before anybody comes", 0.0
    rules = usd("firewall-acl-month") + 4 * usd("firewall-rule-month")
    yield "site.firewall", "a web ACL with four rules", rules
    yield "site.firewall", "each million requests", 1_000_000 * usd("firewall-request")
    build = 10 * usd("amplify-build-minute") + 10 * usd("amplify-gb-served")
    yield "portals.apps", "a portal on Amplify: ten minutes of builds, 10 GB served", build


def _watching_rows(usd: Callable[[str], float]) -> Iterator[tuple[str, str, float]]:
    metric = usd("alarm-metric-month")
    yield "alerts", "each metric that an alarm watches", metric
    yield "alerts", "the dashboard", usd("dashboard-month")
    # Three rates of burning in two windows, each by two metrics.
    yield "objectives", "each of the two: six alarms on two metrics", 3 * 2 * 2 * metric
    yield "budget", "nothing", 0.0
    yield "delivery", "nothing", 0.0


def _limits(data: Prices) -> Iterator[str]:
    yield "## What isn't in it"
    yield ""
    yield "Prices that could not be found, and count as nothing:"
    for entry in data.not_found:
        yield f"- {entry}"
    yield ""
    yield "Prices that stand for another one:"
    for name, price in data.prices.items():
        if price.stands_for is not None:
            yield f"- `{name}` for {price.stands_for}."
    yield ""
    yield (
        "Not counted either: requests to KMS and Secrets Manager (cents), traffic between zones,"
        " the hosted zone and the external database's secret (neither is the stack's), and support."
    )
    yield ""
    dates = [price.published for price in data.prices.values() if price.published]
    undated = ", ".join(f"`{name}`" for name, one in data.prices.items() if not one.published)
    yield f"The price lists are of {min(dates)} to {max(dates)}; {undated} has no known date."


def _usd(amount: float) -> str:
    return f"${amount:,.2f}"


def _number(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 10 else f"{quantity:g}"


def plans() -> dict[str, Graph]:
    """What each stack declares."""
    imports.load_only_what_is_named()
    return {
        stack: project.load(ROOT, stack, ROOT / "examples" / f"{stack}.yaml").run()
        for stack in STACKS
    }


def main(arguments: Sequence[str]) -> str | None:
    """Write the file, or say what is wrong with it."""
    new = text(plans(), price_file.load())
    if [*arguments] == ["--check"]:
        current = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
        return None if current == new else "docs/cost.md isn't current: run `python -m tools.cost`"
    if arguments:
        return f"usage: python -m tools.cost [--check], got {' '.join(arguments)}"
    PATH.write_text(new, encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

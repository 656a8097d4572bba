"""How much memory an instance class has, and how many connections PostgreSQL takes with it."""

import re

GIB = 1024**3
# GiB of the size `large` by family, longest name first; the other sizes are multiples of it:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
_LARGE_GIB = {"x2iedn": 64, "x2idn": 32, "x2g": 32, "x1e": 61, "x1": 30.5} | {
    "c": 4,
    "m": 8,
    "r": 16,
    "t": 8,
    "z": 16,
}
_PARTS = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1, "xlarge": 2}
# PostgreSQL's default in RDS and Aurora is LEAST({DBInstanceClassMemory/9531392}, 5000), where the
# variable is the memory without what the system takes. What that is AWS doesn't say; with these
# numbers the result differs by two per cent at most from AWS's table:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
_BYTES_A_CONNECTION = 9_531_392
_MOST_CONNECTIONS = 5_000
_SYSTEM_SHARE, _SYSTEM_BYTES = 0.05, GIB // 4


def memory_bytes(instance_class: str) -> int:
    """Memory of an instance class.

    Raises:
        ValueError: the class, when nothing is known about its family or size.
    """
    found = re.fullmatch(
        r"db\.(?P<family>[a-z]+[0-9]+[a-z]*)\.(?P<size>[0-9a-z-]+)", instance_class
    )
    family, size = (found["family"], found["size"]) if found else ("", "")
    large = next((gib for name, gib in _LARGE_GIB.items() if family.startswith(name)), None)
    count = re.fullmatch(r"(?:metal-)?([0-9]+)xl(?:arge)?", size)
    part = _PARTS.get(size) or (2 * int(count[1]) if count else None)
    if large is None or part is None:
        raise ValueError(
            f"instance_class must be of a family and size whose memory is known, "
            f"got {instance_class!r}: add it to components/data/postgres_sizes.py"
        )
    return int(large * part * GIB)


def max_connections(memory: int) -> int:
    """How many connections PostgreSQL takes by default with so many bytes of memory."""
    left = memory * (1 - _SYSTEM_SHARE) - _SYSTEM_BYTES
    return min(int(left / _BYTES_A_CONNECTION), _MOST_CONNECTIONS)

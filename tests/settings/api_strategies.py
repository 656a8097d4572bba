"""Parts of configurations for property tests: of the API, and databases elsewhere."""

from typing import Any, TypeAlias

from hypothesis import strategies as st

Raw: TypeAlias = dict[str, Any]

rollouts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["canary", "linear"]),
        "percent": st.integers(1, 99),
        # As many as there may be between the most steps.
        "minutes": st.integers(1, 2_880 // 99),
    },
)


@st.composite
def starts(draw: st.DrawFn, most: int) -> Raw:
    """What is done against slow starts, with at most so many environments warm."""
    match draw(st.sampled_from(["cold", "warm", "by the clock", "from a snapshot"])):
        case "warm":
            return {"provisioned_concurrency": draw(st.integers(1, most))}
        case "by the clock":
            moments = st.sampled_from(["morning", "evening"])
            schedule = st.dictionaries(moments, _warm_from(most), min_size=1)
            return {"concurrency_schedule": draw(schedule)}
        case "from a snapshot":
            return {"snap_start": True}
    return {}


def _warm_from(most: int) -> st.SearchStrategy[Raw]:
    return st.fixed_dictionaries(
        {
            "cron": st.sampled_from(["0 8 ? * MON-FRI *", "30 17 1,15 * ? *", "0 0 ? 12 6#2 *"]),
            "environments": st.integers(0, most),
        },
        optional={"timezone": st.sampled_from(["Europe/London", "Etc/UTC"])},
    )


@st.composite
def elsewhere(draw: st.DrawFn, account: str, region: str) -> Raw:
    """A database that somebody else runs, perhaps in another account."""
    owner = draw(st.sampled_from([account, "999988887777"]))
    key = f"arn:aws:kms:{region}:{owner}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    secret = draw(st.sampled_from(["movies/database", "rds!db-0f1e2d3c", "token"]))
    known = st.just({"key_arn": key})
    none = st.fixed_dictionaries({}, optional={"key_arn": st.none()})
    return {
        "kind": "external",
        "secret_arn": f"arn:aws:secretsmanager:{region}:{owner}:secret:{secret}-AbCdEf",
        **draw(known | none if owner == account else known),
    }

"""Configurations of who is told of what, for property tests."""

from typing import Any

from hypothesis import strategies as st

EMAILS = ("team@example.com", "On.Call+plinth@alerts.example.co.uk")

percents = st.sampled_from([95, 99, 99.5, 99.9, 99.95, 99.99])
slack = st.none() | st.just({"workspace_id": "T0123ABCD", "channel_id": "C0123ABCD"})
recipients = st.lists(st.sampled_from(EMAILS), min_size=1, unique=True)
# PagerDuty is left out: its address is a secret, which no configuration holds.
alerts = st.fixed_dictionaries(
    {"emails": recipients}, optional={"slack": slack, "pagerduty": st.just(value=False)}
)
latencies = st.fixed_dictionaries(
    {}, optional={"percent": percents, "milliseconds": st.integers(10, 29_000)}
)
# At most one of the two is null.
objectives = st.fixed_dictionaries(
    {},
    optional={"availability_percent": st.none() | percents, "latency": latencies},
) | st.just({"latency": None})


@st.composite
def budgets(draw: st.DrawFn, raw: dict[str, Any]) -> dict[str, Any]:
    """A budget that is told to somebody: to those whom alerts tell, if to nobody else."""
    told = {"emails": draw(recipients)}
    budget: dict[str, Any] = {"limit_usd": draw(st.integers(1, 1_000_000))}
    monitor = f"arn:aws:ce::{raw['account_id']}:anomalymonitor/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    if draw(st.booleans()):
        budget["anomaly_monitor_arn"] = draw(st.sampled_from([None, monitor]))
    return budget if "alerts" in raw and draw(st.booleans()) else {**budget, **told}

"""Configurations of what stands before the API and of who deploys it, for property tests."""

from typing import Any

from hypothesis import strategies as st

PORTALS = ("b2b", "b2c", "c2c", "admin")
FINGERPRINT = ":".join(["0A", "1B", "2C", "3D"] * 8)
KEY = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

flags = st.booleans()
paths = st.lists(st.sampled_from(["/", "/coupons", "/caf%C3%A9/a.b_c~d"]), max_size=2, unique=True)
app_links = st.fixed_dictionaries(
    {},
    optional={
        "apple": st.dictionaries(
            st.sampled_from(["ABCDE12345.com.example.app", "0123456789.a"]),
            st.lists(st.sampled_from(["/*", "/coupons/?"]), min_size=1, max_size=2, unique=True),
            max_size=2,
        ),
        "android": st.dictionaries(
            st.sampled_from(["com.example.app", "a.b_2"]), st.just([FINGERPRINT]), max_size=2
        ),
    },
)
hosts = st.sampled_from(["amplify", "cloudfront"])
branches = st.sampled_from(["main", "release/1.x", "a"])
environments = st.dictionaries(
    st.sampled_from(["VITE_THEME", "VITE_API_URL", "A_1"]),
    st.sampled_from(["dark", "https://api.example.com", "x y"]),
    max_size=2,
)


@st.composite
def portals(draw: st.DrawFn, zone_id: str) -> dict[str, Any]:
    """Some portals, with or without domains."""
    own = {
        "host": st.none() | hosts,
        "repository": st.none() | st.just("https://github.com/example-org/shop"),
        "branch": st.none() | branches,
        "root": st.none() | st.just("apps/shop"),
        "environment": environments,
        "indexed": st.none() | flags,
    }
    apps = st.dictionaries(
        st.sampled_from(PORTALS), st.fixed_dictionaries({}, optional=own), min_size=1, max_size=2
    )
    shared = {
        "host": hosts,
        "branch": branches,
        "root": st.none() | st.just("portals/{portal}"),
        "build_spec": st.none() | st.just("version: 1\nfrontend: {}\n"),
        "auto_build": flags,
        "environment": environments,
        "content_security_policy": st.just("default-src 'self'; connect-src 'self'"),
        "indexed": flags,
        "price_class": st.just("PriceClass_All"),
        "firewall": st.none() | st.just({}),
        "log_retention_days": st.just(7),
        "protect": flags,
    }
    named = {"domain": "{portal}.example.com", "hosted_zone_id": zone_id}
    return {
        "apps": draw(apps),
        "repository": draw(
            st.sampled_from(["https://github.com/example-org/{portal}", "https://github.com/o/p.q"])
        ),
        **draw(st.sampled_from([{}, named])),
        **draw(st.fixed_dictionaries({}, optional=shared)),
    }


@st.composite
def deliveries(draw: st.DrawFn, account: str, region: str) -> dict[str, Any]:
    """The roles of a pipeline."""
    provider = f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
    state = {"bucket": "example-state", "key_arn": f"arn:aws:kms:{region}:{account}:key/{KEY}"}
    return {
        "repository": draw(
            st.sampled_from(["example-org/plinth", "example-org@123456/plinth.x@456789"])
        ),
        "preview": draw(st.sampled_from([{"environment": "look"}, {"branch": "next"}])),
        "deploy": draw(
            st.sampled_from([{"environment": "production", "branch": None}, {"branch": "main"}])
        ),
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "provider_arn": st.none() | st.just(provider),
                    "session_minutes": st.integers(60, 720),
                    "state": st.none() | st.just(state),
                },
            )
        ),
    }

"""What pages may load: the form of a content security policy."""

from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

from settings.kinds import Text, not_allowed

# https://www.w3.org/TR/CSP3/#csp-directives, and what browsers know beyond it.
_DIRECTIVES: Final = (
    "base-uri child-src connect-src default-src fenced-frame-src font-src form-action"
    " frame-ancestors frame-src img-src manifest-src media-src object-src report-to report-uri"
    " require-trusted-types-for sandbox script-src script-src-attr script-src-elem style-src"
    " style-src-attr style-src-elem trusted-types upgrade-insecure-requests worker-src"
)
_QUOTED: Final = (
    *("self", "none", "strict-dynamic", "report-sample", "wasm-unsafe-eval"),
    *("unsafe-inline", "unsafe-eval", "unsafe-hashes"),
)


def _policy(value: str) -> str:
    directives = [part.split()[0] for part in value.split(";") if part.strip()]
    unknown = [name for name in directives if name not in _DIRECTIVES.split()]
    if unknown:
        # A browser skips what it doesn't know, so that a slip of the pen would open the page.
        raise not_allowed(
            f"a content security policy without {', '.join(unknown)}: there is no such directive"
        )
    if "default-src" not in directives:
        raise not_allowed("a content security policy with default-src, which bounds all the rest")
    bare = [word for word in value.replace(";", " ").split() if word in _QUOTED]
    if bare:
        # Without quotes it is the name of a host.
        raise not_allowed(f"a content security policy with quotes around '{bare[0]}'")
    if len(set(directives)) < len(directives):
        raise not_allowed("a content security policy that gives each directive once")
    return value


ContentSecurityPolicy: TypeAlias = Annotated[
    str,
    Text(
        "a content security policy of at most 1783 characters in one line",
        r"^[ -~]{1,1783}$",
    ),
    AfterValidator(_policy),
]
DEFAULT_CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)

"""What went wrong with AWS, in one line that says what to do about it."""

import re
from typing import Final

from botocore import exceptions

_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN: Final = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}
)
_UNSIGNED: Final = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
)
_ACTION: Final = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")
_SIGN_IN: Final = "sign in (`aws sso login`), or set AWS_PROFILE"

AwsError = (exceptions.BotoCoreError, exceptions.ClientError)


def explain(error: exceptions.BotoCoreError | exceptions.ClientError) -> str:
    """Say in one line what AWS, or the way to it, refused."""
    if isinstance(error, exceptions.ClientError):
        return _refusal(error)
    match error:
        case exceptions.NoCredentialsError() | exceptions.PartialCredentialsError():
            return f"there are no AWS credentials here: {_SIGN_IN}"
        case (
            exceptions.SSOError()
            | exceptions.TokenRetrievalError()
            | exceptions.CredentialRetrievalError()
        ):
            return f"the AWS credentials can't be renewed: {_SIGN_IN}"
        case exceptions.ProfileNotFound():
            return f"{_line(str(error))}: set AWS_PROFILE to one that `aws configure list` knows"
        case exceptions.EndpointConnectionError() | exceptions.ConnectTimeoutError():
            return f"AWS can't be reached: {_line(str(error))}"
        case _:
            return _line(str(error))


def code(error: exceptions.ClientError) -> str:
    """AWS's name for the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refusal(error: exceptions.ClientError) -> str:
    name, call = code(error), error.operation_name
    message = _line(str(error.response.get("Error", {}).get("Message", "")))
    if name in _EXPIRED:
        return f"the AWS credentials have expired: {_SIGN_IN} again"
    if name in _UNKNOWN:
        return f"AWS doesn't know these credentials (deleted, or of another partition): {_SIGN_IN}"
    if name in _UNSIGNED:
        return "AWS refuses the signature: the secret key is wrong, or this machine's clock is"
    if name in _DENIED:
        action = _ACTION.search(message)
        right = action[1] if action else call
        return f"these credentials lack the right to {right}: {message or 'access denied'}"
    return f"{call} failed: {name}: {message}"


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")

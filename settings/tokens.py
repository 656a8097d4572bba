"""The token by which Amplify reaches a repository, a secret as `settings.sealed` has them.

Amplify reaches a repository on GitHub through its own GitHub App, which somebody installs once:
https://docs.aws.amazon.com/amplify/latest/userguide/setting-up-GitHub-access.html. To be told of a
new portal it still takes a personal access token (classic, scope ``admin:repo_hook``), uses it,
and forgets it. It takes the value and no reference to one, so that the value must come from here:

    pulumi config set --secret amplify:access_token      # before the update that makes a portal
    pulumi config rm amplify:access_token                # after it; then revoke the token

Pulumi encrypts it in the stack file and in the state. A look-up in Secrets Manager would be made
in every preview, by everybody who may preview, for a value that is needed once.
"""

import pulumi

from settings.sealed import sealed


def amplify_access_token() -> pulumi.Output[str] | None:
    """The token, if there is one now.

    Raises:
        SettingsError: it stands in the stack file for everybody to read.
    """
    return sealed("amplify", "access_token")

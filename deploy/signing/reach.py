"""The signer of an instance, for a command: the one that runs, or its folder while none runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.backing import Backing
from deploy.errors import DeployError
from deploy.settings import Settings
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from workers.signing import HttpSigner, Keeper


@contextmanager
def reached(settings: Settings, backing: Backing) -> Iterator[Keeper]:
    """Give a command the signer.

    Raises DeployError `no_signer` where none has ever run: to begin one here might be a second one for the same logs.
    """
    if backing.signer_url is not None:
        yield HttpSigner(backing.signer_url)
    elif settings.signer_folder.exists():
        with open_signer_folder(settings.signer_folder) as folder:
            yield Desk(folder)
    else:
        raise DeployError(
            "no_signer",
            "No signer runs for this data folder, and none ever did. Start one with `mentorledger run`, or set "
            "SIGNER_URL to the one that signs these logs.",
        )

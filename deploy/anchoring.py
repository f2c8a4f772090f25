"""Who is asked to vouch for the checkpoints, from the settings."""

from deploy.errors import DeployError
from deploy.settings import Settings
from workers.anchors.targets import Targets
from workers.anchors.timestamp import Authority
from workers.anchors.witness import WitnessAddress


def targets_of(settings: Settings) -> Targets:
    """Return all of them. Raises DeployError `bad_setting` that names the variable and what it takes."""
    return Targets(
        witnesses=tuple(map(_witness, settings.witness_urls)),
        authority=_authority(settings),
        mail=settings.anchor_mail,
    )


def _witness(text: str) -> WitnessAddress:
    try:
        return WitnessAddress.of(text)
    except ValueError as error:
        raise DeployError("bad_setting", f"WITNESS_URLS cannot be used: {error}.") from error


def _authority(settings: Settings) -> Authority | None:
    if settings.tsa_url is None:
        return None
    if settings.tsa_roots is None:
        raise DeployError(
            "bad_setting", "TSA_URL needs TSA_ROOTS: the PEM file of the root certificates that the authority names."
        )
    try:
        return Authority.of(settings.tsa_url, settings.tsa_roots.read_bytes())
    except (OSError, ValueError) as error:
        raise DeployError("bad_setting", f"TSA_ROOTS holds no certificates in PEM form ({error}).") from error

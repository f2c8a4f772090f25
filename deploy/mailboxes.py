"""Who gets an organisation's checkpoints by mail, changed one by one."""

from collections.abc import Sequence
from uuid import UUID

from deploy.errors import DeployError
from projections.queries import Queries
from services.decisions.organisation import SetAnchorMail
from services.pipeline import Pipeline


def change_mailboxes(
    pipeline: Pipeline, queries: Queries, org: UUID, add: Sequence[str], remove: Sequence[str], *, actor: str
) -> None:
    """Add and remove addresses; what is named already stays where it is, letter case does not count.

    Raises DeployError `unknown_address`, Refused for what the rules do not allow, VersionConflict if somebody else
    changes the same organisation at this moment.
    """
    current = queries.one(org, f"organisation-{org}")
    if current is None:
        raise DeployError("unknown_organisation", f"The log of {org} is empty; begin with `org create`.")
    named: tuple[str, ...] = current.state.anchor_mail
    kept = _without(named, remove)
    fresh = [one for one in add if one.lower() not in {other.lower() for other in kept}]
    command = SetAnchorMail(organisation_id=str(org), addresses=(*kept, *fresh))
    pipeline.handle(org, command, actor=actor, expected=current.version)


def _without(named: Sequence[str], remove: Sequence[str]) -> list[str]:
    gone = {one.lower() for one in remove}
    if unknown := sorted(gone - {one.lower() for one in named}):
        raise DeployError("unknown_address", f"{', '.join(unknown)} is not named; `anchors addresses` shows who is.")
    return [one for one in named if one.lower() not in gone]

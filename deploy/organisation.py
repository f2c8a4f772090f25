"""Which organisation a command works for."""

from uuid import UUID

from sqlalchemy import Engine

from deploy.errors import DeployError
from events.organisations import organisations


def the_organisation(engine: Engine, asked: UUID | None) -> UUID:
    """Return the organisation that `--org` names, or the only one there is.

    Raises DeployError `unknown_organisation`, `no_organisation` or `which_organisation`.
    """
    known = organisations(engine)
    if asked is not None:
        if asked not in known:
            raise DeployError("unknown_organisation", f"There is no organisation {asked} here; check --org.")
        return asked
    if not known:
        raise DeployError("no_organisation", "There is no organisation yet; make one with `org create`.")
    if len(known) > 1:
        raise DeployError("which_organisation", f"There are {len(known)} organisations; name one with --org.")
    return known[0]

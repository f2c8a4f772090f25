"""Which organisation a command works for, and how one is made."""

from uuid import UUID, uuid4

from sqlalchemy import Engine

from deploy import tokens
from deploy.composition import Core
from deploy.errors import DeployError
from events.organisations import create_log, known_platform_log, organisations
from projections.queries import Queries
from projections.subjects.organisation import OrganisationState
from services.decisions.organisation import CreateOrganisation
from services.texts import must_be_named

LIST = "`mentorledger org list` shows the ids."


def the_organisation(engine: Engine, asked: UUID | None) -> UUID:
    """Return the organisation that `--org` names, or the only one there is.

    Raises DeployError `unknown_organisation`, `no_organisation` or `which_organisation`.
    """
    known = organisations(engine)
    if asked is not None:
        if asked not in known:
            raise DeployError("unknown_organisation", f"There is no organisation {asked} here. {LIST}")
        return asked
    if not known:
        raise DeployError(
            "no_organisation", "There is no organisation yet; make one with `mentorledger org create NAME`."
        )
    if len(known) > 1:
        raise DeployError("which_organisation", f"There are {len(known)} organisations; name one with --org ID. {LIST}")
    return known[0]


def the_log(engine: Engine, asked: UUID | None) -> UUID:
    """Return the organisation as `the_organisation` does; the installation's own log too, where its id is asked for."""
    if asked is not None and asked == known_platform_log(engine):
        return asked
    return the_organisation(engine, asked)


def make_organisation(core: Core, name: str, *, actor: str) -> tuple[UUID, str]:
    """Make an organisation and return its id and a token with all scopes, which is kept nowhere."""
    must_be_named(name)  # before there is a log that nobody wants
    org = uuid4()
    create_log(core.engine, org)
    core.pipeline.handle(org, CreateOrganisation(organisation_id=str(org), name=name), actor=actor)
    _, token = tokens.issue(core, org, label="First token", scopes=tokens.SCOPES, actor=actor)
    return org, token


def organisation_named(core: Core, name: str) -> UUID | None:
    """Return the organisation of exactly this name. Raises DeployError `which_organisation` when several have it."""
    found = organisations_named(core, name)
    if len(found) > 1:
        raise DeployError(
            "which_organisation", f"{len(found)} organisations have this name; name one with --org ID. {LIST}"
        )
    return found[0] if found else None


def organisations_named(core: Core, name: str) -> list[UUID]:
    """Return all organisations of exactly this name, the oldest first."""
    return [org for org in organisations(core.engine) if state_of(core, org).name == name]


def state_of(core: Core, org: UUID) -> OrganisationState:
    """What its log says of the organisation itself."""
    current = Queries(core.engine, core.log).one(org, f"organisation-{org}")
    return OrganisationState() if current is None else current.state

"""The sample organisation: forty simulated relationships, told once into a log of their own."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from deploy import tokens
from deploy.composition import Core
from deploy.folder import DataFolder
from events.organisations import create_log, credential_of
from projections.engine import Views
from services.decisions.organisation import CreateOrganisation
from services.pipeline import Fact
from services.sample.lives import as_written, lives

NAME = "Harbour and Hill (simulated sample)"
ORGANISATION = uuid5(UUID(int=0), "mentorledger/sample")
ACTOR = "operator:sample"
SEED, RELATIONSHIPS = 7, 40
TOKEN = "sample-token"  # noqa: S105  # the name of the file that holds it
_CHUNK = 400


def ensure_sample(core: Core, folder: DataFolder) -> str:
    """Make the sample organisation, or finish one that was cut off, and return a token with all scopes.

    The token stays the same while the data folder does: it is kept there for this user's eyes only.
    """
    _fill(core)
    Views(core.engine).catch_up(ORGANISATION)
    kept = folder.stored_secret(TOKEN)
    if kept and credential_of(core.engine, kept, datetime.now(UTC)):
        return kept
    _, token = tokens.issue(core, ORGANISATION, label="Sample", scopes=tokens.SCOPES, actor=ACTOR)
    return folder.keep_secret(TOKEN, token)


def _fill(core: Core) -> None:
    """Every part has a key, so that it is written once; the last one is written last."""
    create_log(core.engine, ORGANISATION)
    created = CreateOrganisation(organisation_id=str(ORGANISATION), name=NAME, simulated=True)
    core.pipeline.handle(ORGANISATION, created, actor=ACTOR, key="sample/organisation")
    # The lives are told as of the organisation's first moment, whenever that is finished: they are the same then.
    today = core.log.read(ORGANISATION, limit=1)[0].recorded_at
    on_time, late = as_written(lives(SEED, RELATIONSHIPS, today, org=ORGANISATION))
    _record(core, on_time, "sample")
    # In writes of their own: what was known before them lacks sessions, and shows what they correct.
    _record(core, late, "sample/late")


def _record(core: Core, facts: list[Fact], name: str) -> None:
    for start in range(0, len(facts), _CHUNK):
        key = f"{name}/{start}"
        if core.log.load(ORGANISATION, (), key).answered is None:
            core.pipeline.record(ORGANISATION, facts[start : start + _CHUNK], actor=ACTOR, key=key)

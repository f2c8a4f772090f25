"""The ways out of a halt: records as they were signed, lost ones back from a bundle or a replica, or a new origin."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import URL

from deploy.composition import Core
from deploy.errors import DeployError
from deploy.signing.replica import lost, opened
from events.checkpointing import FORGOTTEN, MEMORY_LOST, SignerState, halt_if_gone_back, has_forgotten
from events.proof.checkpoint import origin_of
from events.proof.tiles import WIDTH
from events.proof.tree import root as root_of
from events.refill import refill
from events.subjects.log import LogContinued
from events.treestore import StoredCheckpoint, TreeStore
from projections.auditing import Anchor, audit
from projections.auditing_views import OF_VIEWS
from projections.heads import LIVE
from projections.rebuild import rebuild
from services.bundles.faults import Fault, Unsound
from services.bundles.missing import missing_records
from services.pipeline import Fact
from services.streams import log_stream
from workers.signing import Keeper


@dataclass(frozen=True)
class Recovery:
    """Of one organisation's log; every way ends with a log that takes events, or with a DeployError and no change."""

    core: Core
    tree: TreeStore
    keeper: Keeper
    org: UUID

    def resume(self) -> int:
        """Read every record again and compare with the signer's memory, then let the log go on; how many there are.

        Raises DeployError `memory_lost`, `records_missing`, `records_differ`.
        """
        memory = self._memory()
        size = self.tree.size(self.org)
        if size < memory.size:
            raise DeployError(
                "records_missing",
                f"{memory.size - size:,} of {memory.size:,} signed records are missing. Bring the database back to a "
                "newer state first (from a newer copy with its write-ahead log), or the records from a replica or a "
                f"bundle of the whole organisation: `mentorledger log refill BUNDLE --org {self.org}`.",
            )
        records = self._audited(Anchor("the signer", memory.size, memory.root))
        self.tree.resume(self.org)
        return records

    def refill(self, bundle: Path) -> int:
        """Bring the records back, fold the states anew, and then ask for more than the bundle's word: `resume`.

        Raises DeployError with the code of a fault of the bundle, `key_not_of_log` or `nothing_missing`.
        """
        size, root, origin = *self._left(), self.tree.origin(self.org)
        vkeys = [key.vkey for key in self.keeper.keys(origin)]
        retired = {key.vkey: key.size for key in self.keeper.retired(origin)}
        try:
            refill(self.core.engine, self.org, size, missing_records(bundle, vkeys, retired, str(self.org), size, root))
        except Unsound as error:
            raise _refused(error.fault) from error
        rebuild(self.core.engine, self.org, LIVE)
        return self.resume()

    def refill_from(self, database: URL) -> int:
        """Bring records and idempotency keys back from another database that has them still, and then `resume`.

        What was signed is compared with the signer's memory before anything is kept. Raises DeployError:
        `nothing_missing`, and those of `deploy.signing.replica`.
        """
        size, root = self._left()
        signed = self._memory()
        with (
            opened(database, self.org) as copy,
            closing(copy.records()) as records,
            closing(copy.commands(size)) as keys,
        ):
            refill(self.core.engine, self.org, size, lost(records, size, root, signed), keys)
        rebuild(self.core.engine, self.org, LIVE)
        return self.resume()

    def _left(self) -> tuple[int, bytes]:
        """Size and root of what is left of a log that lost records; it is halted from then on."""
        tree, org = self.tree, self.org
        self._memory()
        if not halt_if_gone_back(tree, self.keeper, org):
            raise DeployError("nothing_missing", "This log has all records that were signed of it.")
        while tree.complete_tiles(org):
            pass
        size = tree.size(org)
        return size, root_of(size, tree.hash_at(org, size))

    def begin_origin(self, actor: str) -> str:
        """Go on under the next origin and record what was signed under the last; cut off in between, it goes on there.

        Raises DeployError `not_halted` where the log takes events and that is recorded, `tiles_beyond`,
        `records_differ`.
        """
        number = self.tree.origin_number(self.org)
        if self.tree.halted(self.org):
            self._require_one_state()
            number += 1
            self.tree.begin_origin(self.org, number)
        elif number == 1:
            raise _not_halted(origin_of(self.org, number))
        old, new = origin_of(self.org, number - 1), origin_of(self.org, number)
        last = self._last(old, number - 1)
        data = LogContinued(old_origin=old, new_origin=new, size=last.size, root=last.root.hex())
        fact = Fact(stream=log_stream(self.org), data=data, occurred_at=datetime.now(UTC))
        done = self.core.pipeline.record(self.org, [fact], actor=actor, key=f"log-continued-{number}")
        if done.repeated:
            raise _not_halted(new)
        return new

    def _memory(self) -> SignerState:
        """What was signed, as the signer remembers it; refused where it has forgotten some of it."""
        latest = self.tree.latest(self.org)
        known = self.keeper.state(self.tree.origin(self.org))
        if has_forgotten(known, latest):
            raise DeployError(MEMORY_LOST, f"{FORGOTTEN} Then give this again.")
        return known

    def _last(self, origin: str, number: int) -> SignerState | StoredCheckpoint:
        """The last tree head that was signed under an origin, by the signer's memory or by what is stored."""
        latest = self.tree.latest(self.org, number)
        known = self.keeper.state(origin)
        return latest if latest is not None and has_forgotten(known, latest) else known

    def _require_one_state(self) -> None:
        """Refuse to sign anew what does not even agree with itself."""
        if self.tree.completed(self.org) * WIDTH > self.tree.size(self.org):
            raise DeployError(
                "tiles_beyond",
                "The database holds tiles of more records than it has, which would be taken for those of records to "
                "come. Bring all of it back from one copy first.",
            )
        self._audited()

    def _audited(self, *anchors: Anchor) -> int:
        found = audit(self.core.engine, self.org, anchors)
        # Views can be made again at any time; what is found in records stands before what is found in them.
        for one in found.findings:
            if one.code not in OF_VIEWS:
                raise DeployError(
                    "records_differ", f"This is not the log that it was: {one.sentence} See `mentorledger audit`."
                )
        return found.records


def _not_halted(origin: str) -> DeployError:
    return DeployError(
        "not_halted", f"This log takes events under {origin}: there is nothing to leave. Nothing was done."
    )


def _refused(fault: Fault) -> DeployError:
    if fault.code == "no_known_signature":
        return DeployError(
            "key_not_of_log",
            "The bundle is signed neither by the key of this log nor by one that it took over from, as the signer "
            "remembers them. Nothing was brought back.",
        )
    return DeployError(fault.code, f"{fault.file}: {fault.sentence}".removeprefix(": "))

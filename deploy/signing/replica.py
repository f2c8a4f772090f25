"""A log in another database, from which lost records come back; it is believed as far as the signer remembers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from deploy.addresses import full
from deploy.errors import DeployError
from events.checkpointing import SignerState
from events.errors import InvalidRecord, StorageUnavailable
from events.proof.tree import Edge, leaf_hash
from events.refill import Copy, copy_of
from events.tenancy import make_engine


@contextmanager
def opened(url: URL, org: UUID) -> Iterator[Copy]:
    """Open the log of an organisation there; the role is the service's or the owner's, it only reads.

    Raises DeployError `replica_unusable`, with the address but not its password.
    """
    where = url.render_as_string(hide_password=True)
    with ExitStack() as stack:
        engine = make_engine(full(url), pool_size=1)
        stack.callback(engine.dispose)
        try:
            copy = stack.enter_context(copy_of(engine, org))
            _ = copy.size
        except StorageUnavailable as error:
            raise DeployError("replica_unusable", f"{where} does not answer. Nothing was brought back.") from error
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            raise DeployError("replica_unusable", f"There is no log to read at {where}: {reason}") from error
        yield copy


def lost(records: Iterable[bytes], size: int, root: bytes, signed: SignerState) -> Iterator[bytes]:
    """What comes after the first `size` records, whose root is `root`; all of it counts only once this has ended.

    Raises DeployError `other_history` for records that do not begin with those, `records_differ` where they do not come
    to what the signer remembers, and `records_missing` where they end before that.
    """
    edge = Edge()
    try:
        for record in records:
            _compare(edge, size, root, signed)
            if edge.size >= size:
                yield record
            edge.append(leaf_hash(record))
    except InvalidRecord as error:
        raise DeployError("records_missing", f"{error.message} Nothing was brought back.") from error
    _compare(edge, size, root, signed)
    if edge.size < signed.size:
        raise DeployError(
            "records_missing",
            f"That database has {edge.size:,} of {signed.size:,} signed records itself. Nothing was brought back, "
            "since nothing of it can be compared with what was signed.",
        )


def _compare(edge: Edge, size: int, root: bytes, signed: SignerState) -> None:
    if edge.size == size and edge.root() != root:
        raise DeployError(
            "other_history",
            "That database does not begin with the records of this log: something was changed, not lost.",
        )
    if edge.size == signed.size and edge.root() != signed.root:
        raise DeployError(
            "records_differ", "The records of that database are not those that were signed. Nothing was brought back."
        )

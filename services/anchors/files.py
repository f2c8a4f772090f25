"""The names of the files of one piece of evidence.

CHECKPOINT is the organisation's; RECORD that of the installation's log which names it, RECEIPT that it is there;
ANCHORED the head of that log, WITNESSED the same with cosignatures, STAMP an RFC 3161 time stamp of it.
"""

from __future__ import annotations

from typing import Final

CHECKPOINT: Final = "checkpoint"
RECORD: Final = "record"
RECEIPT: Final = "record.tlog-proof"
ANCHORED: Final = "anchored"
WITNESSED: Final = "witnessed"
STAMP: Final = "time-stamp.tsr"
TOKENS: Final = (STAMP, WITNESSED)

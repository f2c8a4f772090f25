"""Sorts of values that many shapes have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

When = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset: so the document gives it its format."""

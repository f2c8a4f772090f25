"""What a measurement prints: ratios first, then the figures they are made of."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One comparison. target: the bound that the ratio is to keep, at_most says from which side; None for none."""

    what: str
    ours: float
    yardstick: str
    theirs: float
    unit: str
    target: float | None = None
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs if self.theirs else float("inf")

    @property
    def kept(self) -> bool:
        """Whether the ratio is on the right side of its target."""
        if self.target is None:
            return True
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def show(lines: list[Line], *, as_json: bool) -> None:
    """Print the lines; JSON has the ratio and the machine beside them."""
    if as_json:
        found = [asdict(line) | {"ratio": line.ratio, "kept": line.kept} for line in lines]
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        print(json.dumps({"machine": machine, "lines": found}, indent=2))
        return
    table = Table("Ratio", "Wanted", "What", "Ours", "Yardstick", "Theirs", "Unit")
    for line in lines:
        style = "green" if line.kept else "red"
        wanted = "" if line.target is None else f"{'≤' if line.at_most else '≥'} {line.target:g}"
        ratio = f"[{style}]{line.ratio:.2f}[/]"
        table.add_row(ratio, wanted, line.what, f"{line.ours:,.1f}", line.yardstick, f"{line.theirs:,.1f}", line.unit)
    Console().print(table)

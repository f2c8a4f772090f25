"""Check a bundle of evidence: what it proves, what it does not, and where it was changed. Needs no database."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from deploy.errors import DeployError
from deploy.options import add_json
from deploy.settings import Settings
from services.anchors.stamp import Roots
from services.bundles.anchored import Outside
from services.bundles.faults import Fault, Verdict, counted
from services.bundles.verify import verify


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the folder or .zip that was handed to you")
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="VKEY",
        help="verifier key of the log, or a file of such keys, a line each; not from the bundle. May be given again",
    )
    parser.add_argument(
        "--continues",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a checkpoint that you kept, say out of a mail: the log must go on from it. May be given again",
    )
    parser.add_argument(
        "--platform-key",
        action="append",
        default=[],
        metavar="VKEY",
        help="verifier key of the installation's log, to check the anchors with; as --key",
    )
    parser.add_argument(
        "--witness-key",
        action="append",
        default=[],
        metavar="VKEY",
        help="verifier key of a witness that you trust; as --key",
    )
    parser.add_argument(
        "--tsa-cert",
        type=Path,
        metavar="FILE",
        help="PEM file of the root certificates of a time-stamp authority that you trust",
    )
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Check, and print what came out; 1 when anything is wrong."""
    keys = _all_keys(args.key, args.bundle)
    outside = Outside(
        platform=_all_keys(args.platform_key, args.bundle),
        witnesses=_all_keys(args.witness_key, args.bundle),
        stamped=None if args.tsa_cert is None else _roots(args.tsa_cert, args.bundle),
    )
    kept = [_kept(path) for path in args.continues]
    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} records")
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=args.json) as bar:
        task = bar.add_task("", total=None)
        verdict = verify(args.bundle, keys, lambda done: bar.advance(task, done), kept, outside)
    if args.json:
        print(json.dumps(asdict(verdict) | {"sound": verdict.sound} | {"checked": verdict.checked}, indent=2))
    else:
        for line in _lines(verdict):
            print(line)
    return 0 if verdict.sound else 1


def _all_keys(given: Sequence[str], bundle: Path) -> list[str]:
    return [key for one in given for key in _keys(one, bundle)]


def _keys(given: str, bundle: Path) -> list[str]:
    """The keys in a text or in the file that it names; raises DeployError `key_in_bundle` or `no_key`."""
    path = Path(given)
    if not _is_file(path):
        if "+" not in given:
            raise DeployError("no_key", f"{given} is neither a verifier key (name+keyid+key) nor a file of such keys.")
        return [given]
    _require_outside(path, bundle)
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except OSError as error:
        raise DeployError("no_key", f"The keys in {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DeployError("no_key", f"{path} is no text; a file of keys holds one on each line.") from error
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise DeployError("no_key", f"There is no key in {path}; it should hold one on each line.")
    return found


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeployError("no_checkpoint", f"The checkpoint in {path} cannot be read: {error.strerror}.") from error


def _roots(path: Path, bundle: Path) -> Roots:
    """The certificates in a file; raises DeployError `key_in_bundle` or `bad_certificate`."""
    _require_outside(path, bundle)
    try:
        return Roots.of(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DeployError("bad_certificate", f"There are no certificates in PEM form in {path}: {error}.") from error


def _require_outside(path: Path, bundle: Path) -> None:
    if path.resolve().is_relative_to(bundle.resolve()):
        sentence = "A key out of the bundle proves nothing: take it from a contract, a letter or a page that you trust."
        raise DeployError("key_in_bundle", sentence)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a key is no possible name
        return False


def _lines(verdict: Verdict) -> Iterator[str]:
    if verdict.sound:
        yield "PROVEN"
        yield from (f"  + {one}" for one in verdict.proven)
    else:
        yield f"NOT SOUND: {counted(verdict.faults_found, 'fault')}" if verdict.checked else "COULD NOT BE CHECKED"
        yield from (f"  ! {_said(one)}" for one in verdict.faults)
        if verdict.faults_found > len(verdict.faults):
            yield f"  ... and {verdict.faults_found - len(verdict.faults):,} more"
    if verdict.not_proven:
        yield "NOT PROVEN"
        yield from (f"  - {one}" for one in verdict.not_proven)


def _said(fault: Fault) -> str:
    place = fault.file if fault.position is None else f"{fault.file}, position {fault.position:,}".removeprefix(", ")
    # Names and texts are those of whoever made the bundle: nothing of them may move the terminal's cursor.
    text = f"{place}: [{fault.code}] {fault.sentence}".removeprefix(": ")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)

"""The lock file: every package by hash, from wherever the reader's pip takes its packages."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.project.files import ROOT


def entries() -> dict[str, str]:
    """Locked name -> its whole entry."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    found = re.split(r"\n(?=\S)", text.strip())
    return {re.split(r"[=\s\[]", entry)[0]: entry for entry in found}


def test_every_package_is_pinned_with_its_hashes() -> None:
    """An entry without a hash would be whatever the index serves that day."""
    form = re.compile(r"[a-z0-9.-]+==[^\s;]+( ; [^\\\n]+)?( \\\n\s+--hash=sha256:[0-9a-f]{64})+")
    assert len(entries()) > 20
    assert [] == [entry for entry in entries().values() if not form.fullmatch(entry)]


def test_the_lock_names_no_place_to_take_packages_from() -> None:
    """Where packages come from is the affair of the machine that installs."""
    text = (ROOT / "requirements.lock").read_text()
    assert [] == re.findall(r"://|--(?:extra-)?index|--find-links|--trusted|file:|@ |^-e", text, flags=re.MULTILINE)


def test_the_lock_keeps_to_what_the_project_declares() -> None:
    """Each dependency, those of tests and lint and the build included, is locked within its range."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = declared["project"]
    groups = project["optional-dependencies"].values()
    wanted = [
        *project["dependencies"],
        *declared["build-system"]["requires"],
        *(one for group in groups for one in group),
    ]
    locked = {name: re.split(r"==|[ ;\\\n]", entry)[1] for name, entry in entries().items()}
    requirements = [Requirement(one) for one in wanted]
    assert [] == [
        str(one) for one in requirements if not one.specifier.contains(locked.get(one.name, "0"), prereleases=True)
    ]

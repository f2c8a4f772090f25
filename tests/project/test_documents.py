"""The README and its neighbours against the code: what they list is what there is."""

import re

from deploy import main, settings
from tests.project.files import PACKAGES, ROOT, table

DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def readme() -> str:
    """The README's text."""
    return (ROOT / "README.md").read_text()


def test_the_readme_lists_every_command() -> None:
    """Each command has its line, and no line is about a command that there is not."""
    listed = {command.split()[1] for command in table(readme(), "Commands")}
    assert set(main.names()) == listed


def test_the_readme_lists_every_setting_with_its_default() -> None:
    """The table is the one in the code, where defaults are read."""
    told = table(f"\n## Settings\n{settings.__doc__}", "Settings")
    assert told == table(readme(), "Settings")


def test_the_readme_shows_every_layer() -> None:
    """Each package at the top has its line in the map."""
    assert set(PACKAGES) <= {folder.rstrip("/") for folder in table(readme(), "Layout")}


def test_every_path_in_the_documents_exists() -> None:
    """Whoever follows the text through the files finds them."""
    form = re.compile(r"`((?:[\w.-]+/)+(?:[\w.-]+\.\w+)?)`")
    paths = {path for document in DOCUMENTS for path in form.findall((ROOT / document).read_text())}
    assert [] == sorted(path for path in paths if not (ROOT / path).exists())


def test_every_make_target_in_the_documents_exists() -> None:
    """What the text tells to type works."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    told = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:`|\n    )make ([a-z]+)", (ROOT / document).read_text())
    }
    assert {"run", "test"} <= told <= targets

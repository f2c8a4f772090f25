"""Where things stand: the top level, the packages, what an install takes along."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from fnmatch import fnmatch
from typing import Any

from tests.project.files import PACKAGES, ROOT, files, modules, texts

TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "pyproject.toml", "requirements.lock", "tests", *PACKAGES,
}  # fmt: skip  # one entry per line says no more


def pyproject() -> dict[str, Any]:
    """The project's declaration."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_top_level_holds_the_layers_and_nothing_else() -> None:
    """A new folder or file at the top is a decision, not an accident."""
    assert TOP == {path.relative_to(ROOT).parts[0] for path in files()}


def test_every_layer_has_its_place_in_the_order_of_imports() -> None:
    """A package that the linter does not know would import what it likes."""
    linter = pyproject()["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in linter["contracts"] if contract["type"] == "layers")
    assert sorted(PACKAGES) == sorted(layers) == sorted(linter["root_packages"])


def test_a_packages_init_is_its_map_and_holds_no_code() -> None:
    """What is imported stands in the module that it is imported from."""
    inits = {name: tree for name, tree in modules(*PACKAGES, "tests") if name.name == "__init__.py"}
    assert set(PACKAGES) <= {name.parts[0] for name in inits}
    assert [] == [str(name) for name, tree in inits.items() if len(tree.body) != 1 or not ast.get_docstring(tree)]


def test_every_folder_of_modules_is_a_package() -> None:
    """A folder without __init__.py would be missing from an installation."""
    folders = {path.parent for path in files() if path.suffix == ".py"}
    inside = [folder for folder in folders if folder.relative_to(ROOT).parts[0] in PACKAGES]
    assert [] == [str(folder) for folder in inside if not (folder / "__init__.py").exists()]


def test_an_installation_takes_every_data_file_along() -> None:
    """SQL, templates and styles are found beside the modules, in an installation too."""
    patterns = [pattern.removeprefix("**/") for pattern in pyproject()["tool"]["setuptools"]["package-data"]["*"]]
    data = [name for name, _ in texts(under=PACKAGES) if name.suffix != ".py"]
    assert [] == [str(name) for name in data if not any(fnmatch(name.name, pattern) for pattern in patterns)]


def test_every_library_that_is_imported_is_declared() -> None:
    """A library that only comes along with another one can go with it."""
    project = pyproject()["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["bench"]]
    declared = {_normal(re.split(r"[\[<>=!~ ;]", one)[0]) for one in wanted}
    providers = importlib.metadata.packages_distributions()
    used = {top for _, tree in modules(*PACKAGES) for top in _imports(tree)}
    foreign = used - set(PACKAGES) - set(sys.stdlib_module_names)
    assert set() == {top for top in foreign if not declared & {_normal(one) for one in providers.get(top, [])}}


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

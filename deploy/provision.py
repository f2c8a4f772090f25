"""The roles of a database: one owns the tables, another, with no privileges, runs the service."""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from deploy.addresses import plain
from deploy.errors import DeployError
from deploy.folder import DataFolder

DATABASE = "mentorledger"
OWNER = "mentorledger_owner"
SERVICE = "mentorledger_service"
ORDINARY = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION")


@dataclass(frozen=True)
class Access:
    """The two addresses of a provisioned database."""

    owner: URL
    service: URL


@dataclass(frozen=True)
class Rank:
    """What a role may do, and whether it is the service's role or has its grants."""

    name: str
    manages_roles: bool
    serves: bool


def rank(url: URL) -> Rank:
    """Ask the server what the role of this address may do."""
    with _connected(url) as connection:
        (row,) = connection.execute(
            """SELECT current_user, rolsuper OR rolcreaterole,
                      EXISTS (SELECT 1 FROM pg_roles s
                              WHERE s.rolname = %s AND pg_has_role(r.oid, s.oid, 'USAGE'))
               FROM pg_roles r WHERE rolname = current_user""",
            [SERVICE],
        ).fetchall()
    return Rank(*row)


def provision_embedded(admin: URL, folder: DataFolder, database: str = DATABASE) -> Access:
    """Make roles and database on the embedded server, which is ours alone: lost passwords are replaced."""
    with _connected(admin) as connection:
        owner = _login(connection, admin, folder, OWNER)
        service = _login(connection, admin, folder, SERVICE)
        _ensure_database(connection, database)
    with _connected(admin.set(database=database)) as connection:
        _grant(connection, database)
    return Access(owner.set(database=database), service.set(database=database))


def provision_external(admin: URL, folder: DataFolder) -> Access:
    """Make the two roles for the database that `admin` names.

    Raises DeployError `role_password_unknown` where a role exists whose password this folder does not hold
    (other hosts may be using it), `provision_refused` where `admin` may not do all of it.
    """
    try:
        access = _provision_external(admin, folder)
        prepared = _prepared(access.owner)
        reason = "the owner role may not make tables there"
    except psycopg.errors.InsufficientPrivilege as error:
        prepared, reason = False, str(error.diag.message_primary)
    if not prepared:
        raise DeployError(
            "provision_refused",
            f"The role {admin.username} may make roles, but not prepare the database {admin.database}: "
            f"{reason}. Use the owner of the database or a superuser, or make the roles yourself and set "
            "DATABASE_OWNER_URL.",
        )
    return access


def _provision_external(admin: URL, folder: DataFolder) -> Access:
    with _connected(admin) as connection:
        for role in (OWNER, SERVICE):
            if folder.stored_secret(role) is None and _exists(connection, role):
                raise DeployError(
                    "role_password_unknown",
                    f"The server has a role {role} whose password is not in {folder.secrets}. Set "
                    "DATABASE_URL to the address "
                    f"of {SERVICE} (or a member of it) and DATABASE_OWNER_URL to that of the owner.",
                )
        owner = _login(connection, admin, folder, OWNER)
        service = _login(connection, admin, folder, SERVICE)
        _grant(connection, str(admin.database))
    return Access(owner, service)


def admit(owner: URL, login: str) -> None:
    """Give `login` what the service's role has: migrations grant to that one name.

    Raises DeployError `service_role_missing` with the statements to run where `owner` may not.
    """
    try:
        with _connected(owner) as connection:
            if not _exists(connection, SERVICE):
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN {}").format(sql.Identifier(SERVICE), ORDINARY))
            if login != SERVICE:
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SERVICE), sql.Identifier(login)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DeployError(
            "service_role_missing",
            f"The role {login} is not a member of {SERVICE}. An administrator has to run: CREATE ROLE "
            f"{SERVICE} NOLOGIN; "
            f"GRANT {SERVICE} TO {login};",
        ) from error


def _connected(url: URL) -> psycopg.Connection:
    try:
        return psycopg.connect(plain(url), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        where = url.render_as_string(hide_password=True)
        reason = " ".join(str(error).strip().splitlines()[-1].split())
        raise DeployError(
            "database_unreachable",
            f"No connection to {where}: {reason.rstrip('.')}. Check this address, and that the server there runs.",
        ) from error


def _prepared(owner: URL) -> bool:
    with _connected(owner) as connection:
        row = connection.execute(
            """SELECT has_database_privilege(current_database(), 'CREATE')
                      AND has_schema_privilege('public', 'CREATE')"""
        ).fetchone()
    return bool(row and row[0])


def _exists(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _login(connection: psycopg.Connection, admin: URL, folder: DataFolder, role: str) -> URL:
    password = folder.secret(role)
    # The server is told a verifier, so that the password stands in no server's log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    names = {"role": sql.Identifier(role), "verifier": sql.Literal(verifier), "ordinary": ORDINARY}
    if not _exists(connection, role):
        connection.execute(sql.SQL("CREATE ROLE {role} {ordinary}").format(**names))
    connection.execute(sql.SQL("ALTER ROLE {role} LOGIN PASSWORD {verifier}").format(**names))
    return admin.set(username=role, password=password)


def _ensure_database(connection: psycopg.Connection, database: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
        )


def _grant(connection: psycopg.Connection, database: str) -> None:
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(OWNER),
        "service": sql.Identifier(SERVICE),
    }
    # A role that may not grant gets a warning from the server, no error: `_prepared` asks whether it worked.
    for statement in (
        "GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {owner}",
        "GRANT CREATE, USAGE ON SCHEMA public TO {owner}",
        "GRANT CONNECT ON DATABASE {database} TO {service}",
        "GRANT USAGE ON SCHEMA public TO {service}",
    ):
        connection.execute(sql.SQL(statement).format(**names))

"""Settings from the environment."""

from pathlib import Path

import pytest

from deploy.addresses import full
from deploy.errors import DeployError
from deploy.settings import Settings


def test_empty_environment_means_everything_embedded():
    """Without a variable nothing external is used, and the data folder is `var`."""
    settings = Settings.from_environment({})
    assert (None, None, None) == (settings.database_url, settings.redis_url, settings.port)
    assert Path("var") == settings.data
    assert "127.0.0.1" == settings.host


@pytest.mark.parametrize("scheme", ("postgres", "postgresql", "postgresql+psycopg"))
def test_every_spelling_of_a_database_address_is_taken(scheme):
    """Hosting providers write postgres:// or postgresql://; the driver is ours to know."""
    settings = Settings.from_environment({"DATABASE_URL": f"{scheme}://user:p%40ss@db:5432/mentorledger"})
    assert settings.database_url is not None
    assert "postgresql+psycopg://user:p%40ss@db:5432/mentorledger" == full(settings.database_url)


def test_empty_variable_is_no_value():
    """Compose files pass empty variables for unset ones."""
    assert Settings.from_environment({}) == Settings.from_environment({"DATABASE_URL": "", "SMTP_URL": " "})


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("DATABASE_URL", "mysql://user:hidden@db/x"),
        ("DATABASE_URL", "postgresql://user:hidden@db"),
        ("DATABASE_URL", "hidden"),
        ("DATABASE_OWNER_URL", "postgresql://user:hidden@db:port/x"),
        ("REDIS_URL", "http://hidden/"),
        ("REDIS_URL", "redis://:hidden@host:99999/0"),
        ("SIGNER_URL", "redis://:hidden@host:1"),
        ("SIGNER_URL", "http://host:8090"),
        ("WITNESS_URLS", "redis://:hidden@host:1"),
        ("TSA_URL", "hidden"),
        ("SMTP_URL", "mail.example.org"),
        ("MAIL_FROM", "nobody"),
        ("MENTORLEDGER_PORT", "0"),
        ("MENTORLEDGER_PORT", "65536"),
        ("MENTORLEDGER_PORT", "80a"),
        ("MENTORLEDGER_WORKERS", "-1"),
        ("MENTORLEDGER_POOL_SIZE", "²"),
        ("MENTORLEDGER_STATEMENT_TIMEOUT", "1e3"),
    ),
)
def test_bad_value_is_refused_by_its_name(name, value):
    """The refusal names the variable and never repeats an address, which has a password."""
    with pytest.raises(DeployError, match=name) as refusal:
        Settings.from_environment({name: value})
    assert "bad_setting" == refusal.value.code
    assert "hidden" not in refusal.value.message


def test_signers_folder_is_in_the_data_folder_unless_it_is_named():
    """A copy of the data folder takes the signer's memory along; whoever does not want that names another."""
    assert Path("var/signer") == Settings.from_environment({}).signer_folder
    named = {"MENTORLEDGER_SIGNER_DATA": "/srv/signer"}
    assert Path("/srv/signer") == Settings.from_environment(named).signer_folder


def test_passwords_are_not_shown():
    """A settings object in a log or a traceback shows no password."""
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://user:hidden@db/x",
            "REDIS_URL": "redis://:hidden@host/0",
            "SMTP_URL": "smtp://user:hidden@mail",
            "SIGNER_URL": "http://:hidden@host:8090",
        }
    )
    assert "hidden" not in repr(settings)

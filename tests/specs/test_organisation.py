"""The organisation: created once, tokens issued and revoked, mailboxes named."""

import pytest

from events.subjects.organisation import AnchorMailSet, OrganisationCreated, TokenIssued, TokenRevoked
from services.decisions.organisation import MAILBOXES, CreateOrganisation, IssueToken, RevokeToken, SetAnchorMail
from tests.specs.spec import given

HERE = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c00"
CREATED = OrganisationCreated(organisation_id=HERE, name="Lantern Works")
ISSUED = TokenIssued(token_id="t1", label="Export", scopes=("read",))
ISSUE = IssueToken(organisation_id=HERE, token_id="t1", label="Export", scopes=("read",))


def test_an_organisation_is_created_once():
    """Creating it again under the same id and name changes nothing."""
    create = CreateOrganisation(organisation_id=HERE, name="Lantern Works")
    state = given("organisation").when(create).then(CREATED)
    assert ("Lantern Works", "active") == (state.name, state.status)
    given("organisation", CREATED).when(create).then()


def test_an_id_belongs_to_one_organisation():
    """Another name under a taken id is another organisation."""
    other = CreateOrganisation(organisation_id=HERE, name="Beacon")
    given("organisation", CREATED).when(other).refused("organisation_exists")


def test_an_organisation_needs_a_name():
    """Blank is no name."""
    given("organisation").when(CreateOrganisation(organisation_id=HERE, name=" ")).refused("name_missing")


@pytest.mark.parametrize("char", ("\t", "\n", "\x1b", "\x85", "\u2028"))
def test_a_name_is_one_line(char: str):
    """What ends a line, jumps or moves the cursor is refused with its number."""
    command = CreateOrganisation(organisation_id=HERE, name=f"North{char}light")
    assert f"U+{ord(char):04X}" in given("organisation").when(command).refused("name_unprintable").message


@pytest.mark.parametrize("name", ("Nørdlys\u00a0e.V.", "نیم\u200cفاصله", "北極光"))
def test_a_name_in_any_script(name: str):
    """Letters of all scripts, the joiners between them and hard spaces are part of names."""
    created = CreateOrganisation(organisation_id=HERE, name=name)
    given("organisation").when(created).then(OrganisationCreated(organisation_id=HERE, name=name))


def test_a_token_is_written_down_without_its_secret():
    """The event holds the label and the scopes; the same token again changes nothing."""
    state = given("organisation", CREATED).when(ISSUE).then(ISSUED)
    assert {"t1": ("read",)} == {key: token.scopes for key, token in state.tokens.items()}
    given("organisation", CREATED, ISSUED).when(ISSUE).then()


def test_a_token_id_is_used_once():
    """Another token under the same id is refused."""
    other = IssueToken(organisation_id=HERE, token_id="t1", label="Import", scopes=("import",))
    given("organisation", CREATED, ISSUED).when(other).refused("token_exists")


def test_a_token_opens_something():
    """A token without a scope is of no use."""
    empty = IssueToken(organisation_id=HERE, token_id="t1", label="Export", scopes=())
    given("organisation", CREATED).when(empty).refused("scope_missing")


def test_tokens_belong_to_an_organisation_that_exists():
    """Before the organisation there is nothing to open."""
    given("organisation").when(ISSUE).refused("unknown_organisation")


def test_a_token_is_revoked_once():
    """Revoking ends it; revoking again changes nothing."""
    revoke = RevokeToken(organisation_id=HERE, token_id="t1")
    revoked = TokenRevoked(token_id="t1")
    state = given("organisation", CREATED, ISSUED).when(revoke).then(revoked)
    assert ("t1",) == state.revoked
    given("organisation", CREATED, ISSUED, revoked).when(revoke).then()


def test_only_a_token_that_was_issued_is_revoked():
    """An unknown token is not found."""
    revoke = RevokeToken(organisation_id=HERE, token_id="t9")
    given("organisation", CREATED).when(revoke).refused("unknown_token")


def naming(*addresses: str) -> SetAnchorMail:
    return SetAnchorMail(organisation_id=HERE, addresses=addresses)


AUDITOR, FUNDER = "auditor@firm.example", "Grants.Office+m1@fund.example"
NAMED = AnchorMailSet(addresses=(AUDITOR, FUNDER))


def test_mailboxes_are_named_all_at_once():
    """What is named replaces what was named before; none is a list too."""
    state = given("organisation", CREATED).when(naming(AUDITOR, FUNDER)).then(NAMED)
    assert (AUDITOR, FUNDER) == state.anchor_mail
    state = given("organisation", CREATED, NAMED).when(naming()).then(AnchorMailSet(addresses=()))
    assert () == state.anchor_mail


def test_the_same_mailboxes_again_are_no_news():
    """In any order; before any was named, none is what there is."""
    given("organisation", CREATED, NAMED).when(naming(FUNDER, AUDITOR)).then()
    given("organisation", CREATED).when(naming()).then()


def test_an_address_may_be_spelt_anew():
    """Letter case is kept as it was written last."""
    spelt = naming(AUDITOR.upper(), FUNDER)
    given("organisation", CREATED, NAMED).when(spelt).then(AnchorMailSet(addresses=spelt.addresses))


@pytest.mark.parametrize(
    "address",
    (
        "", "nobody", "@firm.example", "a@", "a@b@firm.example", "a b@firm.example", " a@firm.example",
        "a@firm.example ", "a@firm.example\n", "a@firm.example\r\nBcc: b@firm.example", "a\r\nBcc:b@firm.example",
        "a@firm.example,b@firm.example", "<a@firm.example>", "A <a@firm.example>", '"a b"@firm.example',
        "a..b@firm.example", ".a@firm.example", "a@firm..example", "a@firm.example.", "a@-firm.example",
        "a\x00@firm.example", "\u00e4@firm.example", "a@\u2028firm.example", "a" * 65 + "@firm.example",
        "a@" + "b." * 126 + "example",
    ),
)  # fmt: skip  # one kind of fault per text
def test_only_what_mail_can_go_to_is_named(address):
    """Nothing that ends a header or begins another one, and nothing that a mail server would not take."""
    given("organisation", CREATED).when(naming(AUDITOR, address)).refused("address_malformed")


def test_a_mailbox_is_named_once():
    """Letter case does not make two of one."""
    given("organisation", CREATED).when(naming(AUDITOR, AUDITOR.title())).refused("address_twice")


def test_mailboxes_are_few():
    """Ten, and not one more."""
    ten = tuple(f"a{number}@firm.example" for number in range(MAILBOXES))
    given("organisation", CREATED).when(naming(*ten)).then(AnchorMailSet(addresses=ten))
    given("organisation", CREATED).when(naming(*ten, AUDITOR)).refused("too_many_addresses")


def test_mailboxes_are_named_by_an_organisation_that_exists():
    """Before the organisation there is no log to send."""
    given("organisation").when(naming(AUDITOR)).refused("unknown_organisation")

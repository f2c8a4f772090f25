"""Programmes over HTTP."""

from __future__ import annotations

from uuid import uuid4

from tests.web.conftest import Client, Running, json_of, make_pair, make_running
from tests.web.test_errors import must_be_problem


def test_a_programme_is_made_ruled_opened_and_closed(client: Client) -> None:
    """Each command shows in what is read."""
    body = {
        "name": " Spring ",
        "starts_on": "2026-03-01",
        "ends_on": "2026-06-30",
        "policy": {"cadence_days": 7, "mentor_capacity": 2, "cultivation_needs": ["goal"]},
    }
    programme = client.made("/programmes", body)
    path = f"/programmes/{programme}"
    client.made(f"{path}/policy", {"policy": {"cadence_days": 10}})
    client.made(f"{path}/rename", {"name": "Summer"})
    client.made(f"{path}/deadlines", {"activity": "Final report", "text": "end of June"})
    client.made(f"{path}/open")
    client.made(f"{path}/close", {"reason": "Over."})
    found = json_of(client.get(path))
    assert ("Summer", "closed", None, 6) == (found["name"], found["status"], found["starts_on"], found["version"])
    assert (2, 10, None) == (
        found["policy"]["version"],
        found["policy"]["cadence_days"],
        found["policy"]["mentor_capacity"],
    )
    assert "end of June" == found["deadlines"]["Final report"]["text"]


def test_rules_out_of_bounds_are_refused_by_their_own_codes(client: Client) -> None:
    """The decision's refusals reach the caller."""
    body = {"name": "Spring", "policy": {"cadence_days": 0}}
    must_be_problem(client.post("/programmes", body), 422, "cadence_out_of_range")
    must_be_problem(client.post("/programmes", {"name": "S", "policy": {"report_every": "day"}}), 422, "unknown_rhythm")


def test_programmes_are_found_by_status_and_name(client: Client) -> None:
    """Filters narrow the list."""
    spring, autumn = (client.made("/programmes", {"name": name}) for name in ("Spring", "Autumn"))
    client.made(f"/programmes/{autumn}/open")
    for query, found in (("search=spr", [spring]), ("status=open", [autumn]), ("status=closed", [])):
        assert found == [one["id"] for one in json_of(client.get(f"/programmes?{query}"))["items"]]


def test_a_closed_programme_takes_nobody(client: Client) -> None:
    """Enrolment needs an open programme."""
    programme, person = client.made("/programmes", {"name": "Spring"}), client.made("/people", {"name": "Ada"})
    body = {"programme_id": programme, "person_id": person, "role": "mentor"}
    must_be_problem(client.post("/enrolments", body), 409, "programme_not_open")


def test_the_overview_waits_for_a_position(shared_api: Running) -> None:
    """A read that must see a write waits for it, and says so when the view does not come in time."""
    client = shared_api.client()
    running = make_running(client)
    position = json_of(client.get("/me"))["log_size"] - 1
    path = f"/programmes/{running['programme']}"
    answer = client.get(f"{path}/overview?at_least={position}")
    problem = must_be_problem(answer, 503, "not_caught_up")
    assert {"position": -1, "at_least": position} == problem["facts"]
    assert answer.headers["Retry-After"].isdecimal()
    shared_api.whole.views.catch_up(client.org)
    found = json_of(client.get(f"{path}/overview?at_least={position}"))
    assert (1, {"active": 1}, position) == (
        found["totals"]["relationships"],
        found["totals"]["by_status"],
        found["position"],
    )
    lines = json_of(client.get(f"{path}/lines?at_least={position}"))["items"]
    assert [running["relationship"]] == [one["relationship_id"] for one in lines]


def test_the_lines_of_a_programme_come_in_pages(shared_api: Running) -> None:
    """Each relationship's line comes once, over all pages."""
    client = shared_api.client()
    pair = make_pair(client)
    made = [
        client.made("/relationships", {"programme_id": pair["programme"], "mentors": [pair["mentor"]], "title": str(n)})
        for n in range(5)
    ]
    shared_api.whole.views.catch_up(client.org)
    next_, seen = f"/programmes/{pair['programme']}/lines?limit=2", []
    while next_:
        page = json_of(client.get(next_))
        seen += [one["relationship_id"] for one in page["items"]]
        next_ = page["next"]
    assert sorted(made) == seen


def test_a_roster_is_a_file_to_keep(shared_api: Running) -> None:
    """The running relationships come as CSV with a name; an unknown programme's roster is the same 404 as ever."""
    client = shared_api.client()
    running = make_running(client)
    answer = client.get(f"/programmes/{running['programme']}/roster.csv")
    name = f"roster-{running['programme']}.csv"
    assert (200, "text/csv") == (answer.status_code, answer.mimetype)
    assert f'attachment; filename="{name}"' == answer.headers["Content-Disposition"]
    assert 2 == len(answer.get_data(as_text=True).splitlines())
    must_be_problem(client.get(f"/programmes/{uuid4()}/roster.csv"), 404, "unknown_programme")

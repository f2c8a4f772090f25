"""The life of a relationship over HTTP, from the proposal to the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.web.conftest import Client, json_of, make_pair, make_running
from tests.web.test_errors import must_be_problem


def hours_ago(hours: int) -> str:
    """A moment before now, at a whole minute."""
    return (datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=hours)).isoformat()


def days_ahead(days: int) -> str:
    """A day to come."""
    return str(datetime.now(UTC).date() + timedelta(days=days))


def propose(client: Client, pair: dict[str, str], **more: Any) -> str:
    """The id of a proposal of the pair."""
    body = {"programme_id": pair["programme"], "mentors": [pair["mentor"]], "mentees": [pair["mentee"]]}
    return client.made("/relationships", body | more)


def test_a_relationship_goes_from_proposal_to_completion(client: Client) -> None:
    """Acceptance, fit, agreement, goal, cultivation, session, feedback, separation, end: each by its own address."""
    pair = make_pair(client)
    relationship = propose(client, pair, title="Compilers", skills=["C"], links=["https://example.org/1"])
    path = f"/relationships/{relationship}"
    assert "proposed" == json_of(client.get(path))["status"]
    for person in (pair["mentor"], pair["mentee"]):
        client.made(f"{path}/accept", {"person": person})
    must_be_problem(client.post(f"{path}/stage", {"to": "cultivation", "reason": "Ready"}), 409, "stage_not_ready")
    for person in (pair["mentor"], pair["mentee"]):
        client.made(f"{path}/fit", {"person": person, "fits": True})
    client.made(f"{path}/agreement", {"cadence_days": 7, "channel": "Video"})
    criteria = dict.fromkeys(("specific", "measurable", "achievable", "relevant"), "Publish a paper")
    goal = client.made(f"{path}/goals", criteria | {"due_on": days_ahead(60)})
    client.made(f"{path}/stage", {"to": "cultivation", "reason": "Ready"})
    client.made(f"{path}/goals/{goal}/progress", {"percent": 50})
    commitment = {"owner": pair["mentee"], "text": "Read chapter 2", "due_on": days_ahead(7)}
    held = {"started_at": hours_ago(3), "ended_at": hours_ago(2), "mentee_talked": 60, "commitments": [commitment]}
    client.made(f"{path}/sessions/held", held | {"notes": {"goal": "Plan", "way_forward": "Read"}})
    feedback = {"giver": pair["mentor"], "receiver": pair["mentee"], "sort": "praise", "text": "Well done"}
    given = client.made(f"{path}/feedback", feedback)
    client.made(f"{path}/feedback/{given}/acknowledge", {"person": pair["mentee"], "answer": "Thanks"})
    client.made(f"{path}/goals/{goal}/achieve", {"evidence": "It is printed."})
    client.made(f"{path}/separation", {"person": pair["mentee"], "reason": "Done", "goals_met": [goal]})
    must_be_problem(
        client.post(f"{path}/stage", {"to": "separation", "reason": "Done", "person": pair["mentee"]}),
        409,
        "separation_same_side",
    )
    client.made(f"{path}/stage", {"to": "separation", "reason": "Done", "person": pair["mentor"]})
    client.made(f"{path}/close", {"outcome": "completed"})
    found = json_of(client.get(path))
    assert ("closed", "separation", "completed", [goal]) == (
        found["status"],
        found["stage"],
        found["outcome"],
        found["goals_met"],
    )
    assert (1, 60, 1, 1) == (
        found["numbers"]["sessions_held"],
        found["numbers"]["minutes_held"],
        found["numbers"]["commitments_open"],
        found["numbers"]["goals_achieved"],
    )
    assert {("mentor", "A mentor"), ("mentee", "A mentee")} == {(one["role"], one["name"]) for one in found["people"]}
    headlines = [one["headline"] for one in json_of(client.get(f"{path}/timeline"))["items"]]
    assert found["version"] == len(headlines)
    assert all(headlines)


def test_a_proposal_is_declined_withdrawn_and_reinstated(client: Client) -> None:
    """Each way out of a proposal has its address and its status."""
    pair = make_pair(client)
    declined = propose(client, pair)
    client.made(f"/relationships/{declined}/decline", {"person": pair["mentee"], "reason": "No time"})
    must_be_problem(client.post(f"/relationships/{declined}/accept"), 409, "not_proposed")
    withdrawn = propose(client, pair)
    client.made(f"/relationships/{withdrawn}/withdraw", {"reason": "Wait"})
    assert "withdrawn" == json_of(client.get(f"/relationships/{withdrawn}"))["status"]
    client.made(f"/relationships/{withdrawn}/reinstate")
    assert "proposed" == json_of(client.get(f"/relationships/{withdrawn}"))["status"]
    for status, ids in (("declined", [declined]), ("proposed", [withdrawn]), ("closed", [])):
        assert ids == [one["id"] for one in json_of(client.get(f"/relationships?status={status}"))["items"]]


def test_a_pair_has_one_open_proposal(client: Client) -> None:
    """A second proposal of the same two people waits for the first."""
    pair = make_pair(client)
    propose(client, pair)
    body = {"programme_id": pair["programme"], "mentors": [pair["mentor"]], "mentees": [pair["mentee"]]}
    must_be_problem(client.post("/relationships", body), 409, "pair_already_open")


def test_people_join_and_leave(client: Client) -> None:
    """Mentors join beside others, leave and are replaced; mentees join."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    others = {role: client.made("/people", {"name": role}) for role in ("mentor", "mentee")}
    for role, person in others.items():
        answer = client.post(f"{path}/{role}s", {"person": person})
        must_be_problem(answer, 409, "not_enrolled")
        client.made("/enrolments", {"programme_id": running["programme"], "person_id": person, "role": role})
        client.made(f"{path}/{role}s", {"person": person})
    client.made(f"{path}/mentors/{running['mentor']}/leave", {"reason": "Moved"})
    must_be_problem(client.post(f"{path}/mentors/{others['mentor']}/leave"), 409, "last_mentor")
    found = json_of(client.get(path))
    assert 4 == len(found["people"])
    assert [running["mentor"]] == [one["id"] for one in found["people"] if one["until"]]
    listed = json_of(client.get(f"/relationships?person={others['mentee']}"))["items"]
    assert [running["relationship"]] == [one["id"] for one in listed]


def test_the_description_changes(client: Client) -> None:
    """What is left out of a revision stays."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    client.made(f"{path}/revise", {"description": "About\nparsers", "skills": ["C", "OCaml"], "minor": True})
    found = json_of(client.get(path))
    assert ("Compilers", "About\nparsers", ["C", "OCaml"]) == (
        found["title"],
        found["description"],
        found["skills"],
    )


def test_goals_are_revised_corrected_and_dropped(client: Client) -> None:
    """A correction names the version of the event that was a mistake."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}/goals"
    goal = client.made(path, {"specific": "Publsh"})
    version = json_of(client.get(f"{path}/{goal}"))["versions"][0]
    client.made(f"{path}/{goal}/revise", {"specific": "Publish", "corrects": version, "reason": "Typo"})
    must_be_problem(
        client.post(f"{path}/{goal}/revise", {"specific": "X", "corrects": 1, "reason": "Typo"}),
        422,
        "corrects_nothing",
    )
    client.made(f"{path}/{goal}/drop", {"reason": "Other plans"})
    found = json_of(client.get(f"{path}/{goal}"))
    assert ("Publish", True, "dropped") == (found["specific"], found["corrected"], found["status"])
    must_be_problem(client.post(f"{path}/{goal}/progress", {"percent": 10}), 409, "goal_not_open")
    must_be_problem(client.post(f"{path}/{goal}/progress", {"percent": 101}), 422, "percent_out_of_range")
    must_be_problem(client.get(f"{path}/{running['relationship']}"), 404, "unknown_goal")


def test_sessions_are_planned_held_cancelled_missed_and_corrected(client: Client) -> None:
    """Each outcome of a planned session has its address."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}/sessions"
    planned = [
        client.made(path, {"starts_at": f"2190-01-0{day}T10:00:00+01:00", "minutes": 45, "zone": "Europe/Paris"})
        for day in (1, 2)
    ]
    must_be_problem(client.post(path, {"starts_at": hours_ago(1), "minutes": 45}), 422, "session_in_past")
    client.made(f"{path}/{planned[0]}/hold", {"started_at": hours_ago(5), "ended_at": hours_ago(4)})
    client.made(f"{path}/{planned[1]}/cancel", {"by": running["mentee"], "reason": "Ill"})
    must_be_problem(
        client.post(f"{path}/{planned[1]}/missed", {"absent": [running["mentee"]]}), 409, "session_not_planned"
    )
    held = json_of(client.get(f"{path}/{planned[0]}"))
    correction = {"corrects": held["versions"][-1], "reason": "It was longer", "started_at": hours_ago(6)}
    client.made(f"{path}/{planned[0]}/correct", correction)
    found = {one["id"]: one for one in json_of(client.get(path))["items"]}
    assert ("held", 120, True) == tuple(found[planned[0]][name] for name in ("status", "minutes", "corrected"))
    assert "cancelled" == found[planned[1]]["status"]
    unknown = f"{path}/{running['relationship']}"
    must_be_problem(client.get(unknown), 404, "unknown_session")
    must_be_problem(
        client.post(f"{unknown}/hold", {"started_at": hours_ago(2), "ended_at": hours_ago(1)}), 404, "unknown_session"
    )


def test_commitments_are_kept_and_released(client: Client) -> None:
    """What a session asked of somebody is settled once."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    asked = [{"owner": running["mentee"], "text": text, "due_on": days_ahead(7)} for text in ("Read", "Write")]
    held = {"started_at": hours_ago(2), "ended_at": hours_ago(1), "commitments": asked}
    client.made(f"{path}/sessions/held", held)
    read, write = sorted(json_of(client.get(f"{path}/commitments"))["items"], key=lambda one: str(one["text"]))
    client.made(f"{path}/commitments/{read['id']}/keep", {"note": "Done"})
    client.made(f"{path}/commitments/{write['id']}/release", {"reason": "Not needed"})
    must_be_problem(client.post(f"{path}/commitments/{write['id']}/keep"), 409, "commitment_settled")
    assert "kept" == json_of(client.get(f"{path}/commitments/{read['id']}"))["status"]


def test_feedback_is_corrected_by_its_giver(client: Client) -> None:
    """Who gave it may rewrite it or take it back; its text stays in the history."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}/feedback"
    body = {"giver": running["mentor"], "receiver": running["mentee"], "sort": "challenge", "text": "Try more"}
    given = client.made(path, body)
    version = json_of(client.get(f"{path}/{given}"))["versions"][0]
    correction = {"person": running["mentor"], "corrects": version, "reason": "Unclear", "text": "Try harder tasks"}
    must_be_problem(
        client.post(f"{path}/{given}/correct", correction | {"person": running["mentee"]}), 422, "not_giver"
    )
    client.made(f"{path}/{given}/correct", correction)
    assert json_of(client.get(f"{path}/{given}"))["corrected"]
    assert [given] == [one["id"] for one in json_of(client.get(path))["items"]]


def test_the_parts_of_a_relationship_come_in_pages(client: Client) -> None:
    """Each goal comes once, over all pages."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}/goals"
    made = [client.made(path, {"specific": f"Goal {number}"}) for number in range(5)]
    next_, seen = f"{path}?limit=2", []
    while next_:
        page = json_of(client.get(next_))
        seen += [one["id"] for one in page["items"]]
        next_ = page["next"]
    assert sorted(made) == seen

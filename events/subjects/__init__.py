"""The event catalogue: one file per subject, found by `events.catalogue`.

organisation, programme, person, enrolment: who and where. relationship, agreement, goal, session, feedback: what
happens between people, all in the relationship's own stream. reminder, report, batch: what the system did. log: what
the log notes about itself. platform: the installation's own log, which is no organisation's.
"""

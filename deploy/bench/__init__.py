"""Measurements against yardsticks in the same run, on the same server.

ground: a throw-away PostgreSQL and Redis. rounds: contestants by turns, so that what else the machine does hits all.
yardsticks: raw inserts, the `eventsourcing` library, a bare route. append, imports, rebuild, replay, http: one file a
subject. table: what is printed, ratios first.
"""

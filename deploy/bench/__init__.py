"""Measurements against yardsticks in the same run, on the same server.

ground: a throw-away PostgreSQL and Redis. rounds: contestants by turns, so that what else the machine does hits all.
yardsticks: raw inserts, the `eventsourcing` library, a bare route. oracle: the code of Go's checksum database. append,
imports, rebuild, replay, http, verify: one file a subject. table: what is printed, ratios first.
"""

"""The tests: a folder per layer or feature, named by behaviour, each with a sentence that says what must hold.

- conftest: a PostgreSQL per run, a Redis per process, a fresh database for each test that asks
- specs/: given, when, then over the real folds and decisions, a file per subject
- events/, views/, imports/, deploy/: a package's behaviour against real PostgreSQL and Redis
- skips: turns a skipped test into a failure where nothing may be skipped
- project/: rules of the project itself: top level, lock file, ignores, lists in the documents
"""

"""What may happen: commands, decisions and the ways in. Imports projections and events.

- decisions/: commands and pure decisions, a file per subject
- world, errors, limits: what a decision sees besides the state, how it refuses, and limits across streams
- pipeline: load, decide, fold, append: the one path of every change
- streams: how all streams of a log ended, taken into the log itself
- imports/: taking over an organisation's own records
- web/, console/: the HTTP API, and the pages for people beside it
- sample/: simulated lives, for the sample organisation and for measurements
"""

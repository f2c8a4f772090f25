"""What is the case: pure folds of the log, and what readers see of them. Imports events.

- fold, live: how a state is folded from events, and the row that keeps it current
- subjects/: state and `evolve`, a file per subject
- views/: what readers see, derived from states and events
- wording/: an event in plain English
"""

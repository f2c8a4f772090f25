"""What happens next: everything that follows a commit. Imports services, projections and events.

The log is the outbox. A nudge after a commit is only a hint: the sweep finds what a lost one left, and Redis
holds nothing that the database could not say again. Each effect is itself an event: sent, suppressed or failed.
"""

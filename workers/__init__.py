"""What happens next: everything that follows a commit. Imports services, projections and events.

The log is the outbox. A nudge after a commit is only a hint: the sweep finds what a lost one left, and Redis
holds nothing that the database could not say again. Each effect is itself an event: sent, suppressed or failed.

queues: jobs, one per organisation and sort of work. jobs: the functions behind them. context: what they work with.
worker: the process that runs them. nudge: from the API. sweep: from the clock. pulse: who is alive. views, reminders,
reports, checkpoints, anchors: the work. mail: the way out.
"""

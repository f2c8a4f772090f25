"""How it runs: the one layer that knows every other.

- settings, folder, lock: what one instance is told, where it keeps things, and that it is alone there
- embedded/: PostgreSQL and Redis for a machine that has neither
- provision: the roles and the tables of a database
- backing: a database and a Redis for one command, whoever runs them
- supervisor, child processes' composition roots (wsgi, worker, scheduler)
- witness/: a witness of other installations; anchoring, evidence: who vouches for this one, and the proof of it;
  mailboxes: who gets an organisation's checkpoints
- main and commands/: the `mentorledger` command, a file per subcommand
"""

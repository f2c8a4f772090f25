"""The subcommands of `mentorledger`, a module each: `configure(parser)` and `run(args, settings) -> exit code`."""

"""The subcommands of `mentorledger`, a module each; see `deploy.main` for what a module has."""

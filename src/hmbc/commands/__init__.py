"""The subcommands of `hmbc`, one file each, named after it."""

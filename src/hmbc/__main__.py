"""`python -m hmbc` is `hmbc`."""

from hmbc.cli import main

main()

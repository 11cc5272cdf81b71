"""Plants one-line bugs in the sources, behind a switch, and finds those that no test notices; `scripts/mutate --help`."""

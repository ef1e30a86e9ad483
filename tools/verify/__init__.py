"""A second implementation of a Tinnhiem ledger's log, rules, state and scores."""

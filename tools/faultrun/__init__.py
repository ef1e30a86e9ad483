"""The fault run: what is done to a ledger (`kinds`), under which load, and what must hold afterwards (`check`)."""

"""What happened: the log of each organisation and the types of event in it. Imports nothing of the other layers.

- subjects/: the event catalogue, a file per subject; catalogue finds them, upcasting reads their older forms
- event, record: an event in memory and its canonical bytes (RFC 8785) with salt
- append, appender, log: what is to be appended, who carries it, and the reads
- rawcalls, callarguments, prepared, pool: the one call that does it, its argument in binary, run by libpq itself
- proof/, treestore, checkpointing: the Merkle tree, its tiles and what was signed, the asking for signatures
- refill: records that a restored log has lost, put back as they were
- organisations, tenancy: who has a log, and the binding of each transaction to one of them
- sql/, migrations/: tables, row-level security, the append function; the numbered steps that bring them
"""

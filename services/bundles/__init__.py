"""Evidence for strangers: a log, a programme or a relationship as a bundle, and the check of one.

layout: which files a bundle has. write, parts, proofs, schemas, target: how one is made. verify: what one proves, from
source (its files), note (who signed), tree (hashes up to the signed root), records (what the bytes say), streams
(that a stream's record is complete), redacted (the records of some streams alone). faults: what is said of it.
missing: what a log that lost records takes back from a bundle.
"""

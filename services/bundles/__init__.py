"""Evidence for strangers: a log, a programme or a relationship as a bundle, and the check of one.

layout: which files a bundle has; auditor.txt, schemas: those that explain the others. write, parts, target: how one
is made; anchors: with what outsiders say; scope: of which streams. verify: what one proves, from source (its files)
and note (who signed): whole (a log) or redacted (some streams), both with tree (hashes up to the signed root),
records (what the bytes say) and proofs (how a stream ended); programme: whether all of a programme is there;
anchored: who outside vouches for it. continued: whether it goes on from a checkpoint kept elsewhere. faults: what is
said of it. missing: what a log that lost records takes back from a bundle.
"""

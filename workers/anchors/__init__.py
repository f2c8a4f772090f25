"""Anchors: what others say about our checkpoints, so that a history cannot be rewritten by those who keep it.

witness: a cosignature by another party that saw each checkpoint continue the last. timestamp: the time, by an RFC 3161
authority. targets: these and mailboxes, as one sort. http: the way out, which
ends in time. errors: what can go wrong, and whether a later try may help. platform: the installation's own log, which
notes every organisation's checkpoints. rounds: the hourly work. mailboxes: those that an organisation names, which get
its own checkpoints; letter: the mail that they get.
"""

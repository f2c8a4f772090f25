"""Anchors: what others say about our checkpoints, so that a history cannot be rewritten by those who keep it.

witness: a cosignature by another party that saw each checkpoint continue the last. timestamp: the time, by an RFC 3161
authority. http: the way to both, which ends in time. errors: what can go wrong, and whether a later try may help.
"""

"""What outsiders have said of our logs, as evidence: the same files in a bundle and by themselves.

tokens: what they gave, by its sort; evidence: the files that lead from an organisation's checkpoint to it, called as in
files; der: a time stamp read without its signature; stamp: with it, by the root certificates of an authority; errors:
why one proves nothing.
"""

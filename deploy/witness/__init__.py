"""A witness of other installations' logs, by C2SP tlog-witness: it cosigns a checkpoint that continues what it saw.

request: what comes in. memory: the key and the last checkpoint of each log, in one file. witness: the checks, and the
cosignature. server: the way in over HTTP.
"""

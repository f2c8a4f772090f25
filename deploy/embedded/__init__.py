"""Servers that come with the package, for a machine that has none.

- account: the unprivileged system user that PostgreSQL insists on
- binaries: where the server programs are, and a copy where that user can reach them
- processes: start, stop and recognise a server process
- postgres, redis: the two servers
"""

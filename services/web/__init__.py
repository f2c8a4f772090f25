"""The HTTP API under /api/v1: parse, one call, respond.

- app, parts: the app factory and what it is made of; health, docs, openapi: what stands beside the resources
- routes/, schemas/, resources/: a file per subject each: the paths, the bodies that come in, the shapes that go out
- subject, call, answers, pages: what all routes share; auth, headers: who calls and on which conditions
- strictjson, fields, parsing: from bytes to values, nothing let through; problems: every error and its status code
"""

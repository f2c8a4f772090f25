"""The yardstick for requests: a route that inserts one row, `deploy.bench.bareroute:build_app()`."""

from __future__ import annotations

import os
import threading
from uuid import uuid4

import psycopg
from flask import Flask, Response, request


def build_app() -> Flask:
    """The application; BENCH_DATABASE is the driver's address of a database with the table `raw`."""
    app, held, org = Flask(__name__), threading.local(), uuid4()
    address = os.environ["BENCH_DATABASE"]
    numbers = iter(range(10**12))

    @app.post("/insert")
    def insert() -> Response:
        if not hasattr(held, "connection"):
            held.connection = psycopg.connect(address, autocommit=True)
        values = (org, next(numbers), request.get_data())
        held.connection.execute("INSERT INTO raw VALUES (%b, %b, %b)", values, prepare=True)
        return Response('{"ok":true}', 201, content_type="application/json")

    return app

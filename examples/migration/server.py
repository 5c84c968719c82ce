"""Answers every GET with the names of the users. Without a table of them, it does not start."""

import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer

users = [name for (name,) in sqlite3.connect("/data/app.db").execute("SELECT name FROM users")]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\n".join(users).encode())


HTTPServer(("", 8080), Handler).serve_forever()

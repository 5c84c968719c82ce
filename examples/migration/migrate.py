"""Makes the tables, and says so."""

import sqlite3
import sys

database = sqlite3.connect("/data/app.db")
with database:
    database.execute("CREATE TABLE users (name TEXT)")
    database.execute("INSERT INTO users VALUES ('Ada')")
sys.stdout.write("1 table, 1 user\n")

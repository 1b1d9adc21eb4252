"""The tables of idnode-monitor-sink: who may make them, and what their database does to them."""
import unittest

from sink import Sink, SinkTest, start_postgres
from waiting import wait_for


def setUpModule():
    global postgres
    postgres = start_postgres()


class Schema(SinkTest):
    def migrate(self, user="postgres"):
        sink = Sink("--migrate", "--schema", self.schema, "--database", f"{postgres.conninfo} user={user}")
        self.addCleanup(sink.close)
        return sink.wait(), sink.said()

    def version(self):
        return postgres.query(f"SELECT version, name FROM {self.schema}.schema_version ORDER BY version")

    def test_migrating_twice_is_once(self):
        self.assertEqual(self.migrate()[0], 0)
        self.assertEqual(self.version(), [["1", "001_counts"]])
        self.assertEqual(self.migrate()[0], 0)
        self.assertEqual(self.version(), [["1", "001_counts"]])

    def test_what_is_there_has_a_comment(self):
        self.assertEqual(self.migrate()[0], 0)
        self.assertEqual(postgres.query(
            f"SELECT relname FROM pg_class WHERE relnamespace = '{self.schema}'::regnamespace "
            "AND relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL"), [])

    def test_newer_tables_are_refused(self):
        self.assertEqual(self.migrate()[0], 0)
        postgres.query(f"INSERT INTO {self.schema}.schema_version VALUES (2, 'later')")
        code, said = self.migrate()
        self.assertEqual(code, 1)
        self.assertIn("newer", said)

    def test_a_table_of_somebody_else_is_left_alone(self):
        postgres.query(f"CREATE SCHEMA {self.schema}")
        postgres.query(f"CREATE TABLE {self.schema}.counts (mine text)")
        code, said = self.migrate()
        self.assertEqual(code, 1)
        self.assertIn("--schema", said)
        self.assertEqual(postgres.query(f"SELECT count(*) FROM pg_class "
                                        f"WHERE relnamespace = '{self.schema}'::regnamespace"), [["1"]])

    def test_a_role_without_ownership_suffices_once_the_tables_are_there(self):
        role, schema = "sink_role", self.schema
        postgres.query(f"CREATE ROLE {role} LOGIN")
        self.assertEqual(self.migrate(role)[0], 5)
        self.assertEqual(self.migrate()[0], 0)
        database = f"{postgres.conninfo} user={role}"
        self.add_random()
        with self.feed:
            code, said = self.once(database=database)
            self.assertEqual(code, 5, said)
            self.assertIn("GRANT", said)
            postgres.query(f"GRANT USAGE ON SCHEMA {schema} TO {role}; "
                           f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}")
            self.assertEqual(self.once(database=database)[0], 0)
            self.wait_until_equal()

    def test_a_schema_that_was_made_for_the_role_suffices(self):
        role = "schema_owner"  # without CREATE on the database
        postgres.query(f"CREATE ROLE {role} LOGIN; CREATE SCHEMA {self.schema} AUTHORIZATION {role}")
        self.assertEqual(postgres.query(
            f"SELECT has_database_privilege('{role}', current_database(), 'CREATE')"), [["f"]])
        self.add_random()
        with self.feed:
            code, said = self.once(database=f"{postgres.conninfo} user={role}")
            self.assertEqual(code, 0, said)
            self.wait_until_equal()

    def test_a_disk_that_fails_for_a_while_is_waited_for(self):
        self.assertEqual(self.migrate()[0], 0)
        postgres.query(f"CREATE FUNCTION {self.schema}.fails() RETURNS trigger AS $$ BEGIN RAISE "
                       "'could not write block' USING ERRCODE = '58030'; END $$ LANGUAGE plpgsql; "
                       f"CREATE TRIGGER fails BEFORE INSERT ON {self.schema}.counts EXECUTE "
                       f"FUNCTION {self.schema}.fails()")
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("it tries", lambda: sink.said().count("trying again") >= 2)
            self.assertIn("could not write block", sink.said())
            postgres.query(f"DROP TRIGGER fails ON {self.schema}.counts")
            self.wait_until_equal()
            self.assertEqual(sink.end(), 0)

    def test_a_full_database_is_waited_for_and_a_refusing_one_is_not(self):
        role = "narrow_role"
        postgres.query(f"CREATE ROLE {role} LOGIN")
        self.assertEqual(self.migrate()[0], 0)
        # SQLSTATE 53300, as of a server that has no connection left.
        postgres.query(f"GRANT USAGE ON SCHEMA {self.schema} TO {role}; GRANT SELECT, INSERT, UPDATE, "
                       f"DELETE ON ALL TABLES IN SCHEMA {self.schema} TO {role}; "
                       f"ALTER ROLE {role} CONNECTION LIMIT 0")
        database = f"{postgres.conninfo} user={role}"
        self.add_random()
        with self.feed:
            self.assertEqual(self.once(database=database)[0], 6)
            sink = self.sink(database=database)
            wait_for("it tries", lambda: sink.said().count("trying again") >= 2)
            self.assertIn("too many connections", sink.said())
            postgres.query(f"ALTER ROLE {role} CONNECTION LIMIT 5")
            self.wait_until_equal()
            self.assertEqual(sink.end(), 0)
            for wrong in (f"{postgres.conninfo} user=nobody_of_that_name",
                          f"{postgres.conninfo} dbname=no_such_database"):
                sink = self.sink(database=wrong)
                self.assertEqual(sink.wait(), 5, sink.said())


if __name__ == "__main__":
    unittest.main(verbosity=2)

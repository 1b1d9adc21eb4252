"""What idnode-monitor-sink says to who reads Chinese."""
import os
import subprocess
import unittest

from sink import SINK, SinkTest, start_postgres


def setUpModule():
    global postgres
    postgres = start_postgres()


class Chinese(SinkTest):
    HAN = "[\u4e00-\u9fff]"

    def test_it_speaks_chinese_where_it_is_asked_to(self):
        for words in (["--help"], ["--nonsense"], ["--server", "nowhere", "--database", "x"],
                      ["--database", "dbname=x"]):
            for before, environment in ((["--lang", "zh"], {}), ([], {"LC_ALL": "zh_CN.UTF-8"})):
                done = subprocess.run([SINK, *before, *words], capture_output=True, text=True,
                                      env={**os.environ, **environment})
                self.assertEqual(done.returncode, 0 if words == ["--help"] else 2)
                said = done.stdout + done.stderr
                self.assertRegex(said, self.HAN, words)
                self.assertNotIn("命令行有误", said, "a text that has no Chinese yet")
                english = subprocess.run([SINK, "--lang", "en", *words], capture_output=True, text=True,
                                         env={**os.environ, **environment})
                self.assertNotRegex(english.stdout + english.stderr, self.HAN)

    def test_what_goes_wrong_is_said_in_chinese(self):
        self.add_random()
        with self.feed:
            code, said = self.once("--lang", "zh")
            self.assertEqual(code, 0)
            self.assertIn("已同步至日志长度 50", said)
            self.assertEqual(self.feed.calls[-1][1]["accept-language"], "zh")
            postgres.query(
                f"UPDATE {self.schema}.feed SET log_id = 'other'")
            self.add_random()
            code, said = self.once("--lang", "zh")
            self.assertEqual(code, 1)
            self.assertRegex(said.splitlines()[-1], self.HAN)
        wrong = f"{postgres.conninfo} user=nobody_of_that_name"
        code, said = self.once("--lang", "zh", database=wrong)
        self.assertEqual(code, 5)
        self.assertIn("请检查 --database", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)

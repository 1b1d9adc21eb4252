"""The tests' own Node: what a node does that no test asked for must not pass."""
import os
import signal
import unittest

from node import Node


class Unasked(unittest.TestCase):
    def test_an_end_by_itself_is_noticed(self):
        def close(node):
            node.close()
        def leave(node):
            node.__exit__()
        for by, end in [(signal.SIGABRT, end) for end in (Node.kill, Node.stop, Node.start, close,
                                                          leave)] + [
                        (signal.SIGKILL, close), (signal.SIGTERM, close)]:
            node = Node()
            node.start()
            os.kill(node.ready["pid"], by)  # planted: the node's own doing, as Node sees it
            node.process.wait(60)
            with self.subTest(by=by, end=end), \
                    self.assertRaisesRegex(AssertionError, "idnoded ended by itself, with"):
                end(node)
            node.close()
            self.assertFalse(os.path.exists(node.directory))

    def test_an_end_during_a_stop_is_noticed(self):
        node = Node(under=("sh", "-c", 'trap "" TERM; "$@" & trap "kill $!; wait $!; exit 66" TERM; '
                                       'while :; do wait; done', "sh"))
        self.addCleanup(node.close)
        node.start()
        with self.assertRaisesRegex(AssertionError, "ended with 66, not 0"):
            node.stop()

    def test_a_refusal_with_another_status_is_noticed(self):
        node = Node("nonsense = 1\n")
        self.addCleanup(node.close)
        self.assertIn("nonsense", node.refused(2))
        with self.assertRaisesRegex(AssertionError, "ended with 2, not 3"):
            node.refused(3)

    def test_what_a_sanitizer_says_is_noticed(self):
        for words in ("==7==ERROR: AddressSanitizer: planted", "WARNING: ThreadSanitizer: planted",
                      "a.cc:1:2: runtime error: planted"):
            node = Node(under=("sh", "-c", f'echo "{words}" >&2; exec "$@"', "sh"))
            node.start()
            for end in (node.stop, node.close):
                with self.assertRaisesRegex(AssertionError, "planted"):
                    end()
            self.assertFalse(os.path.exists(node.directory))

    def test_what_was_asked_for_passes(self):
        with Node() as node:
            node.kill()
            node.kill()
            node.start()
            self.assertEqual(node.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)

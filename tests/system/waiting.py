"""Waiting for what a program does when it gets round to it."""

import time


def wait_for(what, condition, seconds=60):
    """Until `condition()` is true; `what` says in a failure what did not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)

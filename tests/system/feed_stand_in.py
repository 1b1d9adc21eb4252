"""A stand-in for the node's feed, Statistics.Watch, that also does what a node never should.

It keeps a log of its own and counts it in Python, so what ought to be in the receiver's tables is
known without the code under test: rows(size) says it for every size of the log.
"""
import threading
from concurrent import futures

import grpc

from node import common_pb2, statistics_pb2

CHANNELS = ["grpc", "stream", "import", "handle", "http"]  # CHANNEL_GRPC = 1, ...
KINDS = ["created", "recreated", "updated", "deleted"]


class FeedStandIn:
    def __init__(self, port, log_id=b"L" * 16, credentials=None):
        self.port, self.log_id, self._credentials = port, log_id, credentials
        self._changed = threading.Condition()
        self._log = []  # (prefix, day, channel, kind)
        self._server = None
        self.calls = []             # (cursor, metadata) of every call
        self.rows_per_message = 100
        self.hold_cursor = False    # stop in the middle: send all rows of a round, never its end
        self.problem = None         # (status code, Problem) instead of an answer
        self.first_rows = []        # Rows to send before anything else, right or wrong

    # The log.

    def add(self, *entries):
        with self._changed:
            self._log += entries
            self._changed.notify_all()

    def size(self):
        with self._changed:
            return len(self._log)

    def rows(self, size=None):
        """{(prefix, day, channel): [created, recreated, updated, deleted]}, of the first `size` entries."""
        with self._changed:
            log = self._log[:size]
        rows, totals = {}, {}
        for prefix, day, channel, kind in log:
            mine = totals.setdefault(prefix, {})
            mine.setdefault(channel, [0, 0, 0, 0])[KINDS.index(kind)] += 1
            for used, counts in mine.items():
                rows[prefix, day, used] = list(counts)
        return rows

    # The service.

    def start(self):
        handlers = grpc.method_handlers_generic_handler("idnode.v1.Statistics", {
            "Watch": grpc.unary_stream_rpc_method_handler(
                self._watch, statistics_pb2.WatchRequest.FromString,
                statistics_pb2.WatchResponse.SerializeToString)})
        self._server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((handlers,))
        address = f"127.0.0.1:{self.port}"
        if self._credentials:
            bound = self._server.add_secure_port(address, self._credentials)
        else:
            bound = self._server.add_insecure_port(address)
        if bound != self.port:
            raise OSError(f"port {self.port} is not free")
        self._server.start()
        return self

    def stop(self):
        server, self._server = self._server, None
        with self._changed:
            self._changed.notify_all()
        if server:
            server.stop(None).wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _watch(self, request, context):
        server = self._server
        with self._changed:
            self.calls.append((request.cursor, dict(context.invocation_metadata())))
        self._refuse_if_told(request, context)
        for row in self.first_rows:
            yield statistics_pb2.WatchResponse(rows=[row], log_id=self.log_id)
        since = int(request.cursor[16:]) if request.cursor else 0
        first = True
        while context.is_active() and server is self._server:
            with self._changed:
                if len(self._log) == since and not first:
                    self._changed.wait(0.2)
                    continue
            first = False
            since = yield from self._round(since, whole=not request.cursor)
            while self.hold_cursor and context.is_active() and server is self._server:
                with self._changed:
                    self._changed.wait(0.05)

    def _refuse_if_told(self, request, context):
        problem = self.problem
        if request.cursor and request.cursor[:16] != self.log_id:
            problem = grpc.StatusCode.FAILED_PRECONDITION, common_pb2.Problem(
                code="cursor_foreign", cause="the cursor is of another log", fix="begin without one")
        if problem:
            code, text = problem
            if text:
                context.set_trailing_metadata((("idnode-problem-bin", text.SerializeToString()),))
            context.abort(code, f"{text.cause}. {text.fix}" if text else "because")

    def _round(self, since, whole):
        with self._changed:
            size, changed = len(self._log), {(prefix, day) for prefix, day, _, _ in self._log[since:]}
        rows = {}
        for (prefix, day, channel), counts in self.rows(size).items():
            if whole or (prefix, day) in changed:
                rows.setdefault((prefix, day), []).append((channel, counts))
        items = [statistics_pb2.WatchResponse.Row(prefix=prefix, day=day, channels=[
            statistics_pb2.WatchResponse.Row.ByChannel(
                channel=CHANNELS.index(channel) + 1,
                counts=dict(zip(KINDS, counts), active=counts[0] + counts[1] - counts[3]))
            for channel, counts in channels]) for (prefix, day), channels in rows.items()]
        for start in range(0, len(items), self.rows_per_message):
            yield statistics_pb2.WatchResponse(rows=items[start:start + self.rows_per_message],
                                           log_id=self.log_id)
        if not self.hold_cursor:
            yield statistics_pb2.WatchResponse(cursor=self.log_id + str(size).encode(), log_size=size,
                                           log_id=self.log_id)
        return size

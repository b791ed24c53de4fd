"""Starts the local cloud (ministack) with what it needs here; its settings come from the environment.

    python launch.py            GATEWAY_PORT, STATE_DIR, ... as ministack documents them

REVLOOPS_DIE_WITH_PARENT=1 ends it with the process that started it (tests); without, it outlives its starter (`revloops up`).
"""

import ctypes
import json
import os
import signal
import socketserver
import sys
import threading
import time


def die_with_parent() -> None:
    """Linux: SIGTERM when the parent goes, however it goes. Elsewhere nothing: the starter then has to end it."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGTERM, 0, 0, 0)
    # The parent may have gone before the line above.
    if os.getppid() != parent:
        sys.exit(0)


def read_concurrency_as_a_number() -> None:
    """ministack 1.5.33: an SQS mapping's MaximumConcurrency that comes from a stack parameter stays a string, and comparing it
    stops the poller of every queue. Goes when the pinned version reads it as BatchSize is read."""
    from ministack.services import lambda_svc

    concurrency = lambda_svc._sqs_esm_concurrency

    def as_number(esm, *args, **kwargs):
        scaling = esm.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            esm["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return concurrency(esm, *args, **kwargs)

    lambda_svc._sqs_esm_concurrency = as_number


def gather_batches() -> None:
    """ministack 1.5.33 keeps no batching window: a function that is to gather what comes would be invoked for each event. Here each
    mapping with a window is looked at once a window, and takes as many messages as its batch may have, not ten.

    It also reads DynamoDB's streams in the thread that polls every queue, and waits there for the function: the queues of a burst
    would stand still meanwhile. Here streams have a thread of their own."""
    from ministack.services import lambda_svc, sqs

    concurrency = lambda_svc._sqs_esm_concurrency
    looked_at = {}

    def one_look_a_window(esm, *args, **kwargs):
        window = int(esm.get("MaximumBatchingWindowInSeconds") or 0)
        if window:
            now = time.monotonic()
            if now - looked_at.get(esm["UUID"], 0) < window:
                return 0
            looked_at[esm["UUID"]] = now
        return concurrency(esm, *args, **kwargs)

    def receive(queue_url: str, most: int):
        with sqs._queues_lock:
            queue = sqs._get_q(queue_url)
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            return sqs._collect_msgs(queue, int(most or 1), int(queue["attributes"].get("VisibilityTimeout", "30")))

    poll_streams = lambda_svc._poll_dynamodb_streams

    def streams() -> None:
        while True:
            mappings = [esm for _, _, esm in lambda_svc._iter_all_esms() if ":dynamodb:" in esm.get("EventSourceArn", "")]
            windows = [int(esm.get("MaximumBatchingWindowInSeconds") or 0) for esm in mappings]
            time.sleep(max([1, *windows]))
            try:
                poll_streams()
            except Exception as error:
                lambda_svc.logger.error("streams: %s", error)

    lambda_svc._sqs_esm_concurrency = one_look_a_window
    sqs._receive_messages_for_esm = receive
    lambda_svc._poll_dynamodb_streams = lambda: False
    threading.Thread(target=streams, daemon=True).start()


def begin_streams_anew() -> None:
    """ministack 1.5.33 saves how far each mapping has read a stream, and not the stream: started again, a mapping would wait for as
    many writes as there had ever been. What was not read before the end is the ledger's to catch up with."""
    from ministack.services import lambda_svc

    restore = lambda_svc._restore_esm_positions

    def of_kinesis_alone(positions, *args, **kwargs):
        if positions is not lambda_svc._dynamodb_stream_positions:
            restore(positions, *args, **kwargs)

    lambda_svc._restore_esm_positions = of_kinesis_alone


def forget_express_runs() -> None:
    """AWS keeps no history of an Express run that was started synchronously; ministack keeps every one, input and all, in
    memory and in its saved state: ten thousand leads would be half a gigabyte."""
    from ministack.services import stepfunctions

    start = stepfunctions._start_sync_execution

    def start_and_forget(data):
        answer = start(data)
        status, _, body = answer
        if status == 200:
            stepfunctions._executions.pop(json.loads(body)["executionArn"], None)
        return answer

    stepfunctions._start_sync_execution = start_and_forget


def main() -> None:
    if os.environ.pop("REVLOOPS_DIE_WITH_PARENT", "") == "1":
        die_with_parent()
    # The functions' runtime API is served by http.server, which leaves Nagle's algorithm on: every invocation would wait 40 ms.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True

    read_concurrency_as_a_number()
    gather_batches()
    begin_streams_anew()
    forget_express_runs()

    from ministack.app import main as serve

    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()

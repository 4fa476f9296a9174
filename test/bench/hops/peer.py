"""The hop's protocol in Python grpcio, both ends. Stubs: `protoc --python_out`, on PYTHONPATH.

peer.py server BYTES HOST                  prints its port
peer.py client ADDRESS WINDOW              for each line on its input, a number of seconds: prints "begin" after the first
                                           fifth, then {"bytes", "seconds"} of the rest
"""

import json
import os
import queue
import sys
import threading
import time
from concurrent import futures

import grpc

from edgetwin.v1 import hop_pb2

PULL = "/edgetwin.v1.Hop/Pull"
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def serve(size, host):
    payload = b"x" * size

    def pull(requests, _context):
        window = next(requests).open.run.window
        changed = threading.Condition()
        state = {"acknowledged": 0, "open": True}

        def read():
            try:
                for request in requests:
                    with changed:
                        state["acknowledged"] = request.acknowledge.next
                        changed.notify()
            except grpc.RpcError:
                pass
            with changed:
                state["open"] = False
                changed.notify()

        threading.Thread(target=read, daemon=True).start()
        frame = {"height": 1, "width": size, "channels": 1, "element": hop_pb2.ELEMENT_UINT8}
        frames = [hop_pb2.Frame(payload=payload, **frame) for _ in range(window + 1)]
        sequence = 0
        while True:
            with changed:
                changed.wait_for(lambda: not state["open"] or sequence < state["acknowledged"] + window)
                if not state["open"]:
                    return
            message = frames[sequence % len(frames)]
            message.sequence = sequence
            yield message
            sequence += 1

    handler = grpc.stream_stream_rpc_method_handler(
        pull, hop_pb2.PullRequest.FromString, hop_pb2.Frame.SerializeToString
    )
    server = grpc.server(futures.ThreadPoolExecutor(2), options=OPTIONS)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("edgetwin.v1.Hop", {"Pull": handler}),))
    port = server.add_insecure_port(f"{host}:0")
    server.start()
    print(port, flush=True)
    # In here, since a server that nobody refers to shuts down.
    sys.stdin.read()


def client(address, window):
    stub = grpc.insecure_channel(address, options=OPTIONS).stream_stream(
        PULL, hop_pb2.PullRequest.SerializeToString, hop_pb2.Frame.FromString
    )
    requests = queue.SimpleQueue()
    run = hop_pb2.Run(id="bench", frames=10**9, height=1, width=1, window=window)
    requests.put(hop_pb2.PullRequest(open=hop_pb2.Open(run=run)))
    seconds = start = begin = count = 0
    for frame in stub(iter(requests.get, None)):
        now = time.perf_counter()
        if begin != 0:
            count += len(frame.payload)
        elif seconds != 0 and now - start >= seconds / 5:
            begin = now
            print("begin", flush=True)
        if count > 0 and now - start >= seconds:
            print(json.dumps({"bytes": count, "seconds": now - begin}), flush=True)
            seconds = begin = count = 0
        if seconds == 0:
            # What is not acknowledged stops the server: nothing moves until the next line.
            seconds = float(sys.stdin.readline() or os._exit(0))
            start = time.perf_counter()
        acknowledge = hop_pb2.Acknowledge(next=frame.sequence + 1)
        requests.put(hop_pb2.PullRequest(acknowledge=acknowledge))


if sys.argv[1] == "server":
    serve(int(sys.argv[2]), sys.argv[3])
else:
    client(sys.argv[2], int(sys.argv[3]))
os._exit(0)

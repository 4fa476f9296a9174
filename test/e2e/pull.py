"""A stock client of edgetwin's hop: grpcio, and messages by `protoc --python_out` (on PYTHONPATH).

pull.py ADDRESS FRAMES HEIGHT WIDTH WINDOW: pulls a run, acknowledges each frame, prints it as a line of JSON, and last the
status that ended the stream.
"""

import hashlib
import json
import queue
import sys

import grpc

from edgetwin.v1 import hop_pb2

address = sys.argv[1]
frames, height, width, window = map(int, sys.argv[2:])
stub = grpc.insecure_channel(address).stream_stream(
    "/edgetwin.v1.Hop/Pull", hop_pb2.PullRequest.SerializeToString, hop_pb2.Frame.FromString
)
run = hop_pb2.Run(id="python", frames=frames, height=height, width=width, window=window)
requests = queue.SimpleQueue()
requests.put(hop_pb2.PullRequest(open=hop_pb2.Open(run=run)))
call = stub(iter(requests.get, None), timeout=60, wait_for_ready=True)
for frame in call:
    shape = [frame.height, frame.width, frame.channels]
    element = hop_pb2.Element.Name(frame.element)
    digest = hashlib.sha256(frame.payload).hexdigest()
    print(json.dumps({"sequence": frame.sequence, "shape": shape, "element": element, "digest": digest}))
    requests.put(hop_pb2.PullRequest(acknowledge=hop_pb2.Acknowledge(next=frame.sequence + 1)))
requests.put(None)
print(json.dumps({"status": call.code().name}))

"""A server that speaks as much of OpenAI's API as client libraries need: chat, streams, embeddings.

The model `broken` answers 429. The first chunk of a stream comes after FIRST_CHUNK seconds.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FIRST_CHUNK = 0.05
USAGE = {
    "prompt_tokens": 420,
    "completion_tokens": 96,
    "total_tokens": 516,
    "prompt_tokens_details": {"cached_tokens": 100},
    "completion_tokens_details": {"reasoning_tokens": 30},
}
MESSAGE = {"role": "assistant", "content": "Hello"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        # The answer names a version, as the real one does.
        model = f"{asked['model']}-2024-08-06"
        if asked["model"] == "broken":
            self.answer(429, {"error": {"message": "slow down", "type": "requests", "code": None}})
        elif self.path.endswith("/embeddings"):
            vector = {"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}
            usage = {"prompt_tokens": 7, "total_tokens": 7}
            self.answer(200, {"object": "list", "model": model, "data": [vector], "usage": usage})
        elif asked.get("stream"):
            self.stream(model, bool((asked.get("stream_options") or {}).get("include_usage")))
        else:
            choice = {"index": 0, "message": MESSAGE, "finish_reason": "stop"}
            answer = {"id": "c1", "object": "chat.completion", "created": 1, "model": model}
            self.answer(200, {**answer, "choices": [choice], "usage": USAGE})

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, model: str, with_usage: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        time.sleep(FIRST_CHUNK)
        head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model}
        for delta, reason in ((MESSAGE, None), ({}, "stop")):
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            self.send_chunk(json.dumps({**head, "choices": [choice]}))
        if with_usage:
            self.send_chunk(json.dumps({**head, "choices": [], "usage": USAGE}))
        self.send_chunk("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def send_chunk(self, text: str) -> None:
        data = f"data: {text}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


@contextmanager
def running() -> Iterator[str]:
    """Run the server; yield its address for `base_url`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A small TCP relay: passes bytes on, may end TLS with a certificate of its own, cut the line, or say something else."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Relay:
    """``cut_after``: so many bytes of answers pass on each line, then it is cut; ``silent``: nothing comes back.

    ``cut_at``: who says this is cut off at once, and counted in ``cuts``; ``instead``: in answers the first is said as the
    second.
    """

    port: int
    cut_after: int | None = None
    silent: bool = False
    cut_at: bytes | None = None
    instead: tuple[bytes, bytes] | None = None
    lines: int = 0
    cuts: int = 0

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        """Both ways until one side ends or the line is cut."""
        self.lines += 1
        back = threading.Thread(target=self._answers, args=(server, client), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self.cut_at is not None and self.cut_at in data:
                    self.cuts += 1
                    break
                server.sendall(data)
        _end(server, client)
        back.join()
        client.close()
        server.close()

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.silent:
                    continue
                if self.instead is not None:
                    data = data.replace(*self.instead)
                if self.cut_after is not None and passed + len(data) > self.cut_after:
                    client.sendall(data[: self.cut_after - passed])
                    break
                client.sendall(data)
                passed += len(data)
        _end(server, client)


@contextmanager
def relaying(
    target: int,
    *,
    certificate: tuple[Path, Path] | None = None,
    cut_after: int | None = None,
    silent: bool = False,
) -> Iterator[Relay]:
    """A relay on a free port towards a port of this machine. With a certificate it speaks TLS to its clients."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    relay = Relay(listener.getsockname()[1], cut_after, silent)

    def serve(client: socket.socket) -> None:
        try:
            if context is not None:
                client = context.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            client.close()
            return
        relay.carry(client, server)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)

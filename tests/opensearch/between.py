"""What stands between the program and a node: it speaks TLS, asks for a password, cuts, delays, or answers itself."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    password: str  # of HTTP, as it is in its header; empty without
    size: int


@dataclass(frozen=True)
class Says:
    """An answer that the node did not give."""

    status: int
    body: str = ""
    kind: str = "application/json"


CUT = Says(0)  # the connection ends in the middle of the request
LATE_CUT = Says(1)  # … when the node has answered it
Way = Callable[[Asked], Says | None]


@dataclass
class Between:
    """Where it listens, and what it does with a request: None passes it on."""

    node: str
    way: Way = lambda asked: None
    port: int = 0
    seen: list[Asked] = field(default_factory=list)

    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    between: Between

    def _do(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        asked = Asked(self.command, self.path, self.headers.get("authorization") or "", size)
        self.between.seen.append(asked)
        says = self.between.way(asked)
        if says is CUT:
            self.rfile.read(size // 2)
            self._end()
            return
        body = self.rfile.read(size)
        if says is None or says is LATE_CUT:
            node = http.client.HTTPConnection(self.between.node, timeout=60)
            head = {"content-type": self.headers.get("content-type") or "application/json"}
            node.request(self.command, self.path, body or None, head)
            answer = node.getresponse()
            content = answer.read()
            node.close()
            if says is LATE_CUT:
                self._end()
                return
            self._answer(answer.status, answer.getheader("content-type") or "application/json", content)
        else:
            self._answer(says.status, says.kind, says.body.encode())

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _end(self) -> None:
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass  # whoever does not trust the certificate goes away


@contextmanager
def standing(node: str, tls: tuple[Path, Path] | None = None) -> Iterator[Between]:
    """Stand before a node, with TLS where there are a certificate and its key."""
    between = Between(node)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"between": between}))
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    between.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield between
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Authority:
    """Somebody who signs certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(self._name, self._key, 365).add_extension(x509.BasicConstraints(True, None), critical=True)
        self.file = folder / f"{name}.pem"
        self._write(self.file, made.sign(self._key, hashes.SHA256()))

    def certificate(self, name: str, *, days: float = 365, host: str = "127.0.0.1") -> tuple[Path, Path]:
        """Make a certificate for a host, and its key; with days below 0 one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._signed(subject, key, days).add_extension(names, critical=False)
        files = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        self._write(files[0], made.sign(self._key, hashes.SHA256()))
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
        return files

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: float) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))

    def _write(self, file: Path, made: x509.Certificate) -> None:
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

"""A cluster of OpenSearch on this machine, for tests and for a first try.

    python -m tools.cluster                 one node: prints the URL for -i, and runs until Ctrl-C
    python -m tools.cluster --nodes 3       three, each a process of its own
    python -m tools.cluster --data DIR      what is indexed stays in DIR and is there the next time

    python tools/cluster.py start --nodes 3     prints opensearch://HOST:PORT,… when it is green, and leaves it running
    python tools/cluster.py pids                prints the number and the process of each of its nodes, a line a node
    python tools/cluster.py stop                ends these, and no others

The nodes are the jars of OpenSearch from Maven Central (about 50 MB, fetched once into build/cluster/) and a small main
class, tools/cluster_node/Launcher.java: a JDK (17 was tried) and Maven have to be installed, on Debian by
`apt-get install openjdk-17-jdk-headless maven`. They listen on free ports of 127.0.0.1, without TLS and users: whoever
can log in to the machine can read and change what they hold. Do not run an archive this way.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Never, Self, TextIO

TOP = Path(__file__).parents[1]
VERSION = "2.19.6"
# What a node is made of. The logging library is an optional part of the first, without which no node starts.
ARTIFACTS = (
    ("org.opensearch", "opensearch", VERSION),
    *(
        ("org.opensearch.plugin", name, VERSION)
        for name in ("transport-netty4-client", "analysis-common", "lang-painless", "reindex-client")
    ),
    ("org.apache.logging.log4j", "log4j-core", "2.25.4"),
)
JARS = TOP / "build" / "cluster" / VERSION
# TLS, users and roles, from an archive with all jars that it needs; it runs with the later releases of 2.19 as well.
SECURITY = ("org.opensearch.plugin", "opensearch-security", "2.19.1.0")
SECURE_JARS = TOP / "build" / "cluster" / f"{VERSION}-secure"
SECURITY_CLASS = "org.opensearch.security.OpenSearchSecurityPlugin"
ADMIN = "admin:admin"  # a user of those that the archive brings, who may do everything
SOURCE = Path(__file__).parent / "cluster_node" / "Launcher.java"
# What `start` has left running. The process that keeps it holds a lock of this file.
STARTED = TOP / "build" / "cluster" / "started.json"

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
TRIES = 1000  # ports that are tried

HEAP = 512  # MB of a node, of which it takes about as much again outside
PATIENCE = 300.0  # seconds for all nodes to be there: some machines have two slow processors for three nodes
LOOK = 0.3  # seconds between two looks
LOG_LINES = 15  # of a node that did not start

LOGGING = """
appender.file.type = File
appender.file.name = file
appender.file.fileName = ${sys:node.log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d{ISO8601}][%-5p][%c{1}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
"""


class ClusterError(Exception):
    """A cluster that cannot be had, with the reason and what to do."""


def prepare(jars: Path = JARS) -> Path:
    """Fetch the jars and compile the launcher, where that was not done before; return the folder with both.

    Raises ClusterError without a JDK or Maven, and where either fails.
    """
    ready = jars / "ready"
    source = SOURCE.read_bytes()
    if ready.is_file() and ready.read_bytes() == source:
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jars.parent) as made:
        folder = Path(made)
        (folder / "pom.xml").write_text(_pom(), encoding="utf-8")
        copied = "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'lib'}"
        _run([_tool("mvn"), "-q", "-B", "-f", str(folder / "pom.xml"), *copied])
        _run([_tool("javac"), "-cp", f"{folder / 'lib'}/*", "-d", str(folder / "classes"), str(SOURCE)])
        (folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        (folder / "ready").write_bytes(source)
        shutil.rmtree(jars, ignore_errors=True)
        # Where another process was quicker, its jars are as good.
        if not jars.exists():
            shutil.copytree(folder, jars)
    return jars


def prepare_secure(jars: Path | None = None, secure: Path = SECURE_JARS) -> Path:
    """Add the security plugin (about 44 MB) to the jars, where that was not done before; return the folder with all.

    Raises what `prepare` raises.
    """
    plain = jars or prepare()
    ready = secure / "ready"
    if ready.is_file() and ready.read_bytes() == SOURCE.read_bytes():
        return secure
    with tempfile.TemporaryDirectory(dir=plain.parent) as made:
        folder, lib = Path(made) / "jars", Path(made) / "jars" / "lib"
        shutil.copytree(plain, folder, ignore=shutil.ignore_patterns("ready"))
        (Path(made) / "pom.xml").write_text(_pom([SECURITY], "<type>zip</type>"), encoding="utf-8")
        copied = "dependency:copy-dependencies", "-DexcludeTransitive=true", f"-DoutputDirectory={made}"
        _run([_tool("mvn"), "-q", "-B", "-f", f"{made}/pom.xml", *copied])
        (archive,) = Path(made).glob("*.zip")
        shutil.unpack_archive(archive, folder / "plugin")
        there = set(map(_library, lib.iterdir()))
        for jar in (folder / "plugin").glob("*.jar"):
            if _library(jar) not in there:
                jar.replace(lib / jar.name)
        (folder / "ready").write_bytes(SOURCE.read_bytes())
        shutil.rmtree(secure, ignore_errors=True)
        if not secure.exists():
            shutil.copytree(folder, secure)
    return secure


def _library(jar: Path) -> str:
    """Return the name of a jar without its version."""
    return re.split(r"-[0-9]", jar.name)[0]


def _pom(artifacts: Sequence[tuple[str, str, str]] = ARTIFACTS, kind: str = "") -> str:
    wanted = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>{kind}"
        "</dependency>"
        for group, name, version in artifacts
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>seedsearch</groupId><artifactId>cluster</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>{wanted}</dependencies></project>"
    )


def _tool(name: str) -> str:
    """Return the path of a program of the JDK or of Maven."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(name, path=f"{home}/bin") if home else None
    found = found or shutil.which(name)
    if found is None:
        hint = "install a JDK and Maven, on Debian with: apt-get install openjdk-17-jdk-headless maven"
        raise ClusterError(f"there is no {name}: {hint}")
    return found


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-LOG_LINES:])
        raise ClusterError(f"{Path(command[0]).name} failed:\n{last}")


@dataclass(slots=True)
class Node:
    """A node: a process of its own, which may be killed and started again."""

    name: str
    port: int  # of HTTP
    transport: int
    folder: Path
    is_secure: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Return the host and port of HTTP."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return the id of the running process."""
        if self.process is None:
            raise ClusterError(f"node {self.name} does not run")
        return self.process.pid

    def kill(self) -> None:
        """End the process at once, as a loss of power would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.process = None

    def pause(self) -> None:
        """Stop the process without ending it: its connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def log(self) -> str:
        """Return the last lines that it has written."""
        files = (self.folder / name for name in ("node.log", "output"))
        lines = [line for file in files if file.is_file() for line in file.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-LOG_LINES:])


class Cluster:
    """Some nodes that make up a cluster; a context manager that ends all of them."""

    def __init__(
        self,
        folder: Path,
        nodes: int = 1,
        *,
        heap: int = HEAP,
        settings: Mapping[str, str] | None = None,
        jars: Path | None = None,
        certificates: Path | None = None,
    ) -> None:
        """`folder`: for their data and logs; `heap`: MB of each; `settings`: more of OpenSearch's own.

        With `certificates` they have TLS, users and roles; `jars` are then those of `prepare_secure`. It is a folder
        with authority.pem, and for the first node n1.pem, of the name CN=n1 alone, and n1.key, and so on. What a node
        shows to those who ask may be another one, n1-http.pem.
        """
        self._jars = jars or prepare()
        self._certificates = certificates
        self._heap = heap
        self._settings = dict(settings or {})
        ports = _free_ports(2 * nodes)
        self.nodes = [
            Node(
                f"n{number}",
                ports[2 * number - 2],
                ports[2 * number - 1],
                folder / f"n{number}",
                is_secure=certificates is not None,
            )
            for number in range(1, nodes + 1)
        ]

    @property
    def hosts(self) -> str:
        """Return the host and port of every node, as a URL names them."""
        return ",".join(node.host for node in self.nodes)

    @property
    def backup(self) -> str:
        """Return the folder in which the nodes may keep snapshots."""
        return str(self.nodes[0].folder.parent / "backup")

    def url(self, name: str) -> str:
        """Return what names an index of this cluster."""
        return f"opensearch{'+https' if self._certificates else ''}://{self.hosts}/{name}"

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                self.start(node)
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, node: Node) -> None:
        """Start a node that does not run, with the ports and the data that it has; `wait` waits for it."""
        node.folder.mkdir(parents=True, exist_ok=True)
        memory = [f"-Xms{self._heap}m", f"-Xmx{self._heap}m", "-XX:+UseSerialGC", "-Xshare:auto"]
        logging = [f"-Dlog4j2.configurationFile={self._jars}/log4j2.properties", f"-Dnode.log={node.folder}/node.log"]
        classes = ["-cp", f"{self._jars}/classes:{self._jars}/lib/*", "Launcher"]
        settings = [f"{key}={value}" for key, value in (self._of(node) | self._settings).items()]
        if self._certificates is not None:
            settings += [f"plugin={SECURITY_CLASS}", *self._secured(node, self._certificates)]
        with open(node.folder / "output", "wb") as output:
            node.process = subprocess.Popen(
                [_tool("java"), *memory, *logging, *classes, *settings],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the program that ends it
            )

    def _of(self, node: Node) -> dict[str, str]:
        return {
            "cluster.name": "seedsearch",
            "node.name": node.name,
            "node.processors": "1",
            "path.home": str(node.folder),
            "path.data": str(node.folder / "data"),
            "path.logs": str(node.folder),
            "path.repo": self.backup,
            "network.host": "127.0.0.1",
            "http.port": str(node.port),
            "transport.port": str(node.transport),
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{one.transport}" for one in self.nodes),
            "cluster.initial_cluster_manager_nodes": ",".join(one.name for one in self.nodes),
            "cluster.max_shards_per_node": "10000",
            # What else is on the disk of a laptop must not make indexes read-only.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }

    def _secured(self, node: Node, certificates: Path) -> Iterator[str]:
        """Yield the settings of the security plugin, with its files in the place where it looks for them."""
        config = node.folder / "config"
        if not config.exists():
            shutil.copytree(self._jars / "plugin" / "config", config / "opensearch-security")
        shown = f"{node.name}-http" if (certificates / f"{node.name}-http.pem").is_file() else node.name
        for layer, own in (("transport", node.name), ("http", shown)):
            for what, name in (("trustedcas", "authority.pem"), ("cert", f"{own}.pem"), ("key", f"{own}.key")):
                shutil.copy(certificates / name, config)
                yield f"plugins.security.ssl.{layer}.pem{what}_filepath={name}"
        for path in (config, *config.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
        yield "plugins.security.ssl.http.enabled=true"
        yield "plugins.security.ssl.transport.enforce_hostname_verification=false"
        yield "plugins.security.allow_default_init_securityindex=true"
        yield from (f"plugins.security.nodes_dn.{number}=CN={one.name}" for number, one in enumerate(self.nodes))

    def wait(self, status: str = "yellow", *, seconds: float = PATIENCE) -> None:
        """Wait until the nodes that run have found each other and the indexes have this status.

        Raises ClusterError, with the log, as soon as a node has ended, and when the seconds are over.
        """
        running = [node for node in self.nodes if node.process is not None]
        path = f"/_cluster/health?wait_for_nodes={len(running)}&wait_for_status={status}&timeout=5s"
        end = time.monotonic() + seconds
        waiting = list(running)
        while waiting:
            node = waiting[0]
            for one in running:
                if one.process is not None and one.process.poll() is not None:
                    raise ClusterError(f"node {one.name} ended:\n{one.log()}")
            if time.monotonic() > end:
                raise ClusterError(f"node {node.name} is not ready after {seconds:.0f} s:\n{node.log()}")
            health = ask(node, path)
            if health is not None and not health["timed_out"]:
                waiting.pop(0)
            else:
                time.sleep(LOOK)

    def stop(self) -> None:
        """End every node."""
        for node in self.nodes:
            node.kill()


def ask(node: Node, path: str, *, timeout: float = 10.0) -> Any:
    """Return the JSON that a node answers at a path; None where it does not answer."""
    asked = urllib.request.Request(f"http{'s' * node.is_secure}://{node.host}{path}")
    trusting = None
    if node.is_secure:  # whether it runs is asked, and not who it is
        asked.add_header("authorization", "Basic " + base64.b64encode(ADMIN.encode()).decode())
        trusting = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(asked, timeout=timeout, context=trusting) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def _free_ports(count: int) -> list[int]:
    """Return so many ports that nothing listens on, all different.

    They are below those that the kernel gives to connections: one of these may take the port of a node that is down,
    even that of another node which tries to reach it.
    """
    first = int(RANGE.read_text(encoding="ascii").split()[0]) if RANGE.is_file() else 32768
    found: list[int] = []
    for port in random.sample(range(first // 2, first), min(first // 2, TRIES)):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise ClusterError(f"no {count} ports are free below {first}")


@contextmanager
def running(asked: argparse.Namespace) -> Iterator[Cluster]:
    """Run a cluster as it is asked for on the command line."""
    with ExitStack() as stack:
        folder = asked.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield stack.enter_context(Cluster(folder.absolute(), asked.nodes, heap=asked.heap))


def start(asked: argparse.Namespace) -> str:
    """Leave a cluster running, and return the beginning of its URLs; raises ClusterError where one is left already."""
    prepare()
    with open(STARTED, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClusterError("one was started already: end it with python tools/cluster.py stop") from None
        file.truncate(0)
        if (keeper := os.fork()) == 0:
            _keep(asked, file)
    while not (said := STARTED.read_text(encoding="utf-8")):
        if os.waitpid(keeper, os.WNOHANG)[0]:
            raise ClusterError("the process that starts the nodes has ended")
        time.sleep(LOOK)
    found = json.loads(said)
    if "error" in found:
        raise ClusterError(found["error"])
    return str(found["url"])


def _keep(asked: argparse.Namespace, file: TextIO) -> Never:
    """Run the nodes in a process of its own that holds the lock of a file; a node that is killed stays so."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        with running(asked) as cluster:
            cluster.wait("green")
            url = f"opensearch://{cluster.hosts}"
            json.dump({"keeper": os.getpid(), "url": url, "nodes": [node.pid for node in cluster.nodes]}, file)
            file.flush()
            while True:
                for node in cluster.nodes:
                    if node.process is not None:
                        node.process.poll()
                time.sleep(LOOK)
    except Exception as error:
        json.dump({"error": str(error)}, file)
        file.flush()
    finally:
        os._exit(0)


def started() -> Any:
    """Return what `start` has left running; raises ClusterError where nothing is."""
    if STARTED.is_file():
        with open(STARTED, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                if said := file.read():
                    return json.loads(said)
    raise ClusterError("no cluster was started")


def stop() -> None:
    """End what `start` has left running, and wait until it has ended."""
    os.kill(started()["keeper"], signal.SIGTERM)
    with open(STARTED, encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a cluster until it is interrupted, or do what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "do", nargs="?", choices=("run", "start", "pids", "stop"), default="run", help="what to do (default: run)"
    )
    parser.add_argument("--nodes", type=int, default=1, metavar="N", help="how many (default: 1)")
    parser.add_argument("--heap", type=int, default=HEAP, metavar="MB", help=f"of each node (default: {HEAP})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the data stay (default: gone at the end)")
    parser.add_argument("--prepare", action="store_true", help="fetch and compile what is needed, and end")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        if asked.prepare:
            prepare()
        elif asked.do == "start":
            print(start(asked))
        elif asked.do == "stop":
            stop()
        elif asked.do == "pids":
            for number, pid in enumerate(started()["nodes"], start=1):
                print(number, pid)
        else:
            with running(asked) as cluster:
                print(f"seedsearch index -i {cluster.url('mine')}", flush=True)
                while True:
                    time.sleep(5)
                    cluster.wait()
    except ClusterError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

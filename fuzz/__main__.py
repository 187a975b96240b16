"""`python -m fuzz TARGET [SECONDS]`: run one target under a fuzzer that watches which code is reached.

What it has learnt is kept in `.fuzz/TARGET`, and goes on from there; bytes that break a law are written beside it and
the run ends with exit code 77. Needs the extra `fuzz`.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["seedsearch"]):
    from fuzz.targets import TARGETS

SECONDS = 120
LONGEST = 4096  # bytes of one input: laws break on small ones, and small ones are fast
STUCK = 20  # seconds for one input


def main(name: str, seconds: str = str(SECONDS)) -> None:
    """Feed a target until a law breaks or the time is over."""
    target = TARGETS[name]
    corpus = Path(".fuzz") / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds:
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={STUCK}", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix=.fuzz/{name}-", str(corpus)], target.feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What every test begins with: the settings of Hypothesis, and signals that nobody ignores.

Shared tests say what differs, as those in test files do.

Hypothesis has no deadlines (machines differ), and in continuous integration the same examples every time. The quick
part tries a fifth as many as the whole (`--hypothesis-profile quick`, `strategies.examples`).
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.engine_contract")

settings.register_profile("default", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# A job in the background of a shell, or below nohup, begins with these ignored, and so would every program that a test
# starts: it would not end by the signal that the test sends.
for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGTERM, signal.SIG_DFL),
):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, handler)

"""Signals that end a program: SIGTERM, SIGHUP and SIGQUIT act like Ctrl-C, so that unfinished work is undone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from seedsearch.indexing.reports import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_ACCOUNT = "seedsearch.account"
STOPPER = "seedsearch.stopper"


class Stopper:
    """The signal handler of a running command; `number` is the received signal, SIGINT by default."""

    def __init__(self) -> None:
        self.number: int = signal.SIGINT
        self._came = False
        self._run: Stop | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        """Interrupt the command, or ask a cooperative run to end; a second signal ends the process at once, which is
        safe for indexes and copies.
        """
        if self._came:
            os._exit(128 + number)
        self._came, self.number = True, number
        if self._run is None or not self._run.is_heeded:
            raise KeyboardInterrupt
        self._run.asked = True

    def stops(self, run: Stop | None) -> None:
        """Ask a run to end instead of interrupting it, once it heeds that; None restores interrupting."""
        self._run = run

    @property
    def exit_code(self) -> int:
        """The exit code by shell convention: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number

    @property
    def word(self) -> str:
        """The word for the signal in messages."""
        return "interrupted" if self.number == signal.SIGINT else f"stopped by {signal.Signals(self.number).name}"


@contextmanager
def stopping() -> Iterator[Stopper]:
    """Handle signals within the block; ignored signals (nohup) and existing handlers of this kind stay."""
    stopper = Stopper()
    if threading.current_thread() is not threading.main_thread():
        yield stopper
        return
    ours = [number for number in SIGNALS if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)]
    before = [(number, signal.signal(number, stopper)) for number in ours]
    try:
        yield stopper
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def asking() -> Iterator[Stop]:
    """Yield a stop request that signals set, for a run to check."""
    from seedsearch.indexing.reports import Stop

    stopper: Stopper = click.get_current_context().meta[STOPPER]
    stop = Stop()
    stopper.stops(stop)
    try:
        yield stop
    finally:
        stopper.stops(None)


def keep_account(account: Callable[[], str]) -> None:
    """Register `account` to report how far a command got, if it is stopped."""
    click.get_current_context().meta[_ACCOUNT] = account


def account_of(ctx: click.Context) -> str:
    """Return how far the command got, with a leading blank; empty if it is not known."""
    account = ctx.meta.get(_ACCOUNT)
    return f" {account()}" if account else ""

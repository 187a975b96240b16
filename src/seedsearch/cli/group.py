"""Every command ends here: errors raised on purpose become one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from seedsearch.cli.talk import say
from seedsearch.errors import SeedsearchError, reason

NOTHING_FOUND = 1
ERROR = 2
INTERRUPTED = 130


class Group(click.Group):
    """The commands, in the order in which they were added, and what is done about errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, the most used first."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run with UTF-8 on both streams, whatever the locale."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it raises becomes a line and an exit code."""
        from seedsearch.render.safe import safe

        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except SeedsearchError as error:
            say(str(error))
            ctx.exit(error.exit_code)
        except click.UsageError as error:
            raise click.UsageError(safe(error.format_message()), error.ctx) from error
        except BrokenPipeError:
            _close_quietly()
            ctx.exit(0)
        except (KeyboardInterrupt, click.exceptions.Abort):
            say("interrupted; what was there before is unchanged")
            ctx.exit(INTERRUPTED)
        except OSError as error:
            say(f"output can not be written: {reason(error)}")
            _close_quietly()
            ctx.exit(ERROR)


def _close_quietly() -> None:
    """Point standard output at nothing, so that closing it at the end can not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

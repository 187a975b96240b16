"""Starts Python processes that never import modules from the current folder.

The current folder holds the user's data, and a file named like a module (`socket.py`) would be executed. This module
imports only `sys` and `os`, which Python has always loaded before it runs any of our files.
"""

import os
import sys

# The folder that contains this package.
_OURS = os.path.dirname(os.path.dirname(__file__))
# Options of the interpreter that child interpreters must share, by their flags.
_SWITCHES = {"dont_write_bytecode": "-B", "no_user_site": "-s", "ignore_environment": "-E", "isolated": "-I"}


def module_path() -> list[str]:
    """Return `sys.path` without entries that depend on the current folder: the folder itself and relative entries.

    The folders in which this program is installed stay, however they are named.
    """
    relative = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not os.path.isabs(entry)]
    shifting = {_identity(entry) for entry in (os.curdir, *relative)} - {None}
    found = [entry for entry in sys.path if entry and _identity(entry) not in shifting]
    if len(found) < len(sys.path):
        installed = _installed()
        found = [entry for entry in sys.path if _identity(entry) not in shifting - installed]
    return [os.path.abspath(entry) for entry in found if entry or _identity(entry) is not None]


def leave_here() -> None:
    """Import nothing from the current folder from now on, in the whole process: for programs, not for libraries."""
    sys.path[:] = module_path()


_is_program = False


def run_as_program() -> None:
    """Declare that this process runs only this program, so that workers may be forks of it."""
    global _is_program
    _is_program = True


def is_program() -> bool:
    """Tell whether workers may be forks of this process."""
    return _is_program


def python(code: str) -> list[str]:
    """Return the command of a Python that runs `code` with the module path of this one, without the current folder."""
    switches = [switch for flag, switch in _SWITCHES.items() if getattr(sys.flags, flag)]
    switches += [f"-W{option}" for option in sys.warnoptions]
    begin = f"import sys; sys.path[:] = {module_path()!r}; "
    return [sys.executable, "-P", f"-Xutf8={sys.flags.utf8_mode}", *switches, "-c", begin + code]


def environment() -> dict[str, str]:
    """Return the environment of such a Python; PYTHONPATH is evaluated before any of our code runs."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _identity(entry: str) -> tuple[int, int] | None:
    """Return the identity of a folder, independent of its name; None if it does not exist."""
    try:
        found = os.stat(entry or os.curdir)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _installed() -> set[tuple[int, int] | None]:
    """Return the folders of this package, of the standard library and of installed packages."""
    import site  # already loaded, unless Python was started without it

    library = os.path.dirname(os.__file__)
    return {_identity(entry) for entry in (_OURS, library, f"{library}/lib-dynload", *site.getsitepackages())}

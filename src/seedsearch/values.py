"""Dataclasses that are frozen and have slots, made in a third of the time.

`dataclasses.dataclass` compiles six methods for every such class: for those that a question loads, that took a fifth of
the processor time of the whole command. Here a class gets a compiled `__init__`, and functions that all classes have
alike for the rest. Who reads or checks the program sees the decorator of the standard library, and anything else but
`@dataclass(frozen=True, slots=True)` is left to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, **how):
        """Return a class as `dataclasses.dataclass` does; raises TypeError for fields that `__init__` does not take
        by their places, or that are hashed otherwise than compared.
        """
        if not (frozen and slots) or how:
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, **how)
        return _frozen if cls is None else _frozen(cls)


def _frozen(cls: type[Any]) -> Any:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    if any(not field.init or field.kw_only or field.hash is not None for field in fields):
        raise TypeError(f"{made.__qualname__} needs the decorator of the standard library")
    names = [field.name for field in fields]
    compared = _values([field.name for field in fields if field.compare])
    seen = [field.name for field in fields if field.repr]

    def equal(self: object, other: object) -> bool:
        return bool(compared(self) == compared(other)) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(compared(self))

    def shown(self: object) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in seen)})"

    def state(self: object) -> list[Any]:
        return [getattr(self, name) for name in names]

    def restore(self: object, kept: list[Any]) -> None:
        for name, value in zip(names, kept, strict=True):
            object.__setattr__(self, name, value)

    methods = {"__eq__": equal, "__hash__": hashed, "__repr__": shown, "__getstate__": state, "__setstate__": restore}
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    made.__init__ = _init(made, fields)
    made.__setattr__, made.__delattr__ = _refuse_to_assign, _refuse_to_delete
    made.__dataclass_params__.frozen = True
    return made


def _values(names: list[str]) -> Callable[[object], Any]:
    """Return what takes the values of fields out of an object, that of a single one as it is."""
    return attrgetter(*names) if names else lambda self: ()


def _init(made: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Return the `__init__` of a class, which sets its slots as they are."""
    known: dict[str, Any] = {"_missing": dataclasses.MISSING}
    given, body = ["self"], []
    for field in fields:
        name = field.name
        known[f"_set_{name}"] = made.__dict__[name].__set__
        value, default = name, ""
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"], default = field.default, f"=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"], default = field.default_factory, "=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}"
        given.append(name + default)
        body.append(f" _set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(given)}):\n" + "\n".join(body or [" pass"]), known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return init


def _refuse_to_assign(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

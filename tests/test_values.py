"""The decorator of frozen classes: whatever is asked of one of its classes, the standard library's answers the same."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from seedsearch import values


class _Shape:
    """A class before it is decorated."""

    name: str
    places: tuple[int, ...] = ()
    counts: dict[str, int] = field(default_factory=dict, compare=False)
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "note", self.note.strip())


def made(decorator: Any, name: str) -> Any:
    """A class like _Shape, decorated; its module knows it, so that it can be pickled."""
    inside = {key: value for key, value in vars(_Shape).items() if key not in ("__dict__", "__weakref__")}
    return decorator(frozen=True, slots=True)(type(name, (), {**inside, "__qualname__": name}))


Ours, Theirs = made(values.dataclass, "Ours"), made(dataclasses.dataclass, "Theirs")
GIVEN: tuple[tuple[Any, ...], ...] = (("a",), ("a", (1, 2)), ("a", (1, 2), {"x": 1}), ("b", (), {}, " said "))


def test_equality_and_hashes_are_those_of_the_fields_that_are_compared() -> None:
    for one in GIVEN:
        for other in GIVEN:
            assert (Ours(*one) == Ours(*other)) == (Theirs(*one) == Theirs(*other)), (one, other)
            if Ours(*one) == Ours(*other):
                assert hash(Ours(*one)) == hash(Ours(*other))
    assert Ours("a") != Theirs("a")
    assert Ours("a") != ("a", (), "")


@pytest.mark.parametrize("given", GIVEN)
def test_an_object_is_shown_kept_copied_and_changed_as_the_standard_library_does(given: tuple[Any, ...]) -> None:
    one, other = Ours(*given), Theirs(*given)
    assert repr(one) == repr(other).replace("Theirs", "Ours")
    assert dataclasses.asdict(one) == dataclasses.asdict(other)
    for again in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert dataclasses.asdict(again) == dataclasses.asdict(one)
    changed = dataclasses.replace(one, name="c", note=" new ")
    assert (changed.name, changed.note, changed.places) == ("c", "new", one.places)
    match one:
        case Ours(name, places):
            assert (name, places) == (one.name, one.places)


def test_nothing_of_an_object_can_be_set_or_deleted() -> None:
    one = Ours("a")
    for name in ("name", "nothing"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "b")
        with pytest.raises(FrozenInstanceError):
            delattr(one, name)
    assert not hasattr(one, "__dict__")


def test_every_object_has_a_default_of_its_own() -> None:
    assert Ours("a").counts is not Ours("a").counts


def test_what_has_to_be_given_is_known() -> None:
    ours, theirs = inspect.signature(Ours), inspect.signature(Theirs)
    assert list(ours.parameters) == list(theirs.parameters)
    with pytest.raises(TypeError):
        Ours()
    with pytest.raises(TypeError):
        Ours("a", (), {}, "", 5)


def test_methods_of_the_class_stay() -> None:
    @values.dataclass(frozen=True, slots=True)
    class Named:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

    assert repr(Named("a")) == "<a>"


def test_fields_that_it_does_not_make_are_refused() -> None:
    with pytest.raises(TypeError, match="Late needs the decorator of the standard library"):

        @values.dataclass(frozen=True, slots=True)
        class Late:
            name: str = field(init=False)

"""The laws of spans and edits."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import (
    Edit,
    Edits,
    Guess,
    OffsetMap,
    Span,
    Weight,
    apply_edits,
    check_edits,
    compose,
    edit,
    gathered,
    kept,
    made_by,
    merged,
)
from tests.strategies import edits_of, mixed_text, spans_of

MARK = Damage.READING_MARK


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit], str]:
    """A text, edits of it, and the text that they make, which is not empty."""
    raw = draw(mixed_text)
    edits = draw(edits_of(raw))
    out = apply_edits(raw, edits)
    assume(out)
    return raw, edits, out


@given(edited(), st.data())
def test_a_mapped_span_is_inside_and_not_empty(case: tuple[str, list[Edit], str], data: st.DataObject) -> None:
    raw, edits, out = case
    span = OffsetMap.of(edits).to_raw(data.draw(spans_of(len(out))))
    assert 0 <= span.start < span.end <= len(raw)


@given(edited())
def test_text_outside_every_edit_maps_to_itself(case: tuple[str, list[Edit], str]) -> None:
    raw, edits, out = case
    back = OffsetMap.of(edits)
    touched = {i for e in edits for i in range(e.span.start, e.span.end)}
    for i in range(len(out)):
        span = back.to_raw(Span(i, i + 1))
        if span.start not in touched:
            assert span.cut(raw) == out[i]


@given(edited(), st.data())
def test_a_smaller_span_maps_inside_a_larger_one(case: tuple[str, list[Edit], str], data: st.DataObject) -> None:
    _, edits, out = case
    back = OffsetMap.of(edits)
    outer = data.draw(spans_of(len(out)))
    inner = data.draw(spans_of(len(outer)))
    small = back.to_raw(Span(outer.start + inner.start, outer.start + inner.end))
    large = back.to_raw(outer)
    assert large.start <= small.start
    assert small.end <= large.end


@given(edited(), st.data())
def test_disjoint_spans_stay_disjoint_unless_they_share_a_replacement(
    case: tuple[str, list[Edit], str], data: st.DataObject
) -> None:
    _, edits, out = case
    assume(len(out) > 1)
    middle = data.draw(st.integers(1, len(out) - 1))
    back = OffsetMap.of(edits)
    left, right = back.to_raw(Span(0, middle)), back.to_raw(Span(middle, len(out)))
    shared = {e.span for e in edits}
    assert left.end <= right.start or Span(right.start, left.end) in shared


@given(edited(), st.data())
def test_two_passes_compose(case: tuple[str, list[Edit], str], data: st.DataObject) -> None:
    raw, first, middle = case
    second = data.draw(edits_of(middle))
    out = apply_edits(middle, second)
    both = compose(first, second, middle)
    check_edits(both, len(raw))
    assert apply_edits(raw, both) == out
    assume(out)
    span = data.draw(spans_of(len(out)))
    stepwise = OffsetMap.of(first).to_raw(OffsetMap.of(second).to_raw(span))
    at_once = OffsetMap.of(both).to_raw(span)
    assert at_once.start <= stepwise.start
    assert stepwise.end <= at_once.end


def test_a_deleted_mark_is_not_in_the_span_of_its_character() -> None:
    """Where a map of points gives `焊接(hàn jiē)` for 焊接, the map of spans gives 焊接."""
    raw = "自动焊接(hàn jiē)机器人"
    edits = [edit(4, 13, "", MARK)]
    assert apply_edits(raw, edits) == "自动焊接机器人"
    assert OffsetMap.of(edits).to_raw(Span(2, 4)).cut(raw) == "焊接"
    assert OffsetMap.of(edits).to_raw(Span(3, 5)).cut(raw) == "接(hàn jiē)机"


def test_composed_edits_are_of_the_later_kind_and_the_weaker_certainty() -> None:
    first = [edit(1, 3, "xy", Damage.SHIFTED_BYTES, Certainty.INFERRED)]
    second = [edit(2, 4, "z", Damage.ENTITY)]
    assert compose(first, second, "axyb") == (edit(1, 4, "xz", Damage.ENTITY, Certainty.INFERRED),)


@pytest.mark.parametrize(
    "edits",
    [
        [edit(2, 2, "x", MARK)],
        [edit(3, 2, "x", MARK)],
        [edit(0, 9, "", MARK)],
        [edit(2, 3, "", MARK), edit(1, 2, "", MARK)],
        [edit(0, 2, "", MARK), edit(1, 3, "", MARK)],
    ],
    ids=["empty", "backwards", "outside", "unsorted", "overlapping"],
)
def test_unlawful_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="empty, out of order or outside"):
        apply_edits("焊接产业", edits)
    with pytest.raises(ValueError, match="empty, out of order or outside"):
        apply_edits("焊接产业", Edits(edits))


def test_an_empty_span_has_no_source() -> None:
    with pytest.raises(ValueError, match="no source"):
        OffsetMap.of([]).to_raw(Span(1, 1))


@given(edited())
def test_columns_are_the_same_edits(case: tuple[str, list[Edit], str]) -> None:
    text, edits = case[0], tuple(case[1])
    columns = Edits(edits)
    assert columns == edits
    assert hash(columns) == hash(edits)
    assert tuple(columns) == edits
    assert [columns[i] for i in range(len(columns))] == list(edits)
    assert columns[1:] == edits[1:]
    assert apply_edits(text, columns) == apply_edits(text, edits)
    assert OffsetMap.of(columns).to_edited(len(text)) == OffsetMap.of(edits).to_edited(len(text))


@given(edited())
def test_columns_map_back_as_edits_do(case: tuple[str, list[Edit], str]) -> None:
    _, edits, after = case
    one, other = OffsetMap.of(edits), OffsetMap.of(Edits(edits))
    for at in range(len(after)):
        assert one.to_raw(Span(at, at + 1)) == other.to_raw(Span(at, at + 1))
    assert [one.to_edited(e.span.start) for e in edits] == [other.to_edited(e.span.start) for e in edits]


@given(edited(), st.data())
def test_columns_are_merged_in_order(case: tuple[str, list[Edit], str], data: st.DataObject) -> None:
    _, edits, _ = case
    edits = [replace(e, weight=data.draw(st.sampled_from([None, Weight((Guess(0.5),))]))) for e in edits]
    which = data.draw(st.lists(st.booleans(), min_size=len(edits), max_size=len(edits)))
    few = [e for e, chosen in zip(edits, which, strict=True) if chosen]
    many = [e for e, chosen in zip(edits, which, strict=True) if not chosen]
    made = merged(Edits(many).by("one"), Edits(few).by("other"))
    assert made == edits
    assert [e.weight for e in made] == [e.weight for e in edits]
    assert [e.step for e in made] == ["other" if chosen else "one" for chosen in which]


@given(edited())
def test_columns_say_the_step_of_each(case: tuple[str, list[Edit], str]) -> None:
    names = ["", "a", "b"]
    edits = [made_by(names[i % 3], [e])[0] for i, e in enumerate(case[1])]
    columns = Edits(edits)
    said = [e.step for e in edits]
    assert [e.step for e in columns] == [columns[i].step for i in range(len(columns))] == said
    assert [e.step for e in columns[1:]] == said[1:]
    again = made_by("c", columns)
    assert again == columns
    assert {e.step for e in again} <= {"c"}
    assert [e.step for e in columns] == said


def test_edits_that_become_one_are_of_the_later_step() -> None:
    first = made_by("a", [edit(0, 2, "xy", MARK), edit(4, 5, "z", MARK)])
    both = compose(first, made_by("b", [edit(1, 3, "!", MARK)]), "xycdz")
    assert [(e.span.start, e.span.end, e.step) for e in both] == [(0, 3, "b"), (4, 5, "a")]


@pytest.mark.slow
@pytest.mark.parametrize("weight", [None, Weight((Guess(0.5),))])
def test_many_edits_take_little_memory(weight: Weight | None) -> None:
    count = 50_000
    tracemalloc.start()
    made = gathered(edit(2 * i, 2 * i + 1, "中", Damage.ENTITY, weight=weight) for i in range(count))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(made) == count
    assert taken < 40 * count


@given(edited(), st.data())
def test_columns_give_parts_as_lists_do(case: tuple[str, list[Edit], str], data: st.DataObject) -> None:
    _, edits, _ = case
    columns = Edits(made_by("html", edits))
    chosen = data.draw(st.lists(st.booleans(), min_size=len(edits), max_size=len(edits)))
    wanted = [e for e, there in zip(edits, chosen, strict=True) if there]
    assert list(kept(columns, chosen)) == list(kept(edits, chosen)) == wanted
    assert {e.step for e in [*kept(columns, chosen), *columns[:2]]} <= {"html"}
    part = data.draw(st.slices(len(edits)))
    assert list(columns[part]) == edits[part]
    assert apply_edits(case[0], columns[part.start : part.stop]) == apply_edits(case[0], edits[part.start : part.stop])

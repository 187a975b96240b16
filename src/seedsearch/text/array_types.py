"""Names for types of arrays.

As text, for type checkers alone: numpy.typing, which says what they are, takes longer to load than to answer a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

Mask: TypeAlias = "NDArray[np.bool_]"
Bytes: TypeAlias = "NDArray[np.uint8]"
Points: TypeAlias = "NDArray[np.uint32]"  # code points
Keys: TypeAlias = "NDArray[np.uint64]"
Small: TypeAlias = "NDArray[np.int32]"
Ints: TypeAlias = "NDArray[np.int64]"
Scores: TypeAlias = "NDArray[np.float64]"
Array: TypeAlias = "NDArray[Any]"  # of numbers that hang on where it is from

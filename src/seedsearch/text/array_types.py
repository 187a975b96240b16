"""Names for types of arrays.

They are strings, for type checkers only: loading numpy.typing takes longer than answering a query.
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
Array: TypeAlias = "NDArray[Any]"  # whose number type depends on its source

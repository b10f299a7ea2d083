"""What a notebook shows: a table and a picture as HTML, which JupyterLab shows as it is meant."""

import re
from base64 import b64encode
from html import escape
from itertools import cycle
from typing import NamedTuple

import pandas as pd

PIXELS, ROWS = 800, 60  # the width of a picture; the most rows of a table


class Picture(NamedTuple):
    """A PNG and its alt text, which JupyterLab gives to a reader only in HTML."""

    data: bytes
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        code = b64encode(self.data).decode()
        return f'<img width="{PIXELS}" alt="{escape(self.alt)}" src="data:image/png;base64,{code}">'


def as_html(frame: pd.DataFrame) -> str:
    """A table without row numbers, heads in one row, words to the left, 10,000 with its comma."""
    numbered = frame.index.names == [None] and frame.index.dtype.kind == "i"
    names = [str(name or "") for name in frame.index.names]
    heads = [", ".join(map(str, head)) if isinstance(head, tuple) else head for head in frame]
    flat = frame.set_axis(heads, axis=1)
    flat = flat.reset_index(drop=numbered, names=names, allow_duplicates=True)
    with pd.option_context("display.max_colwidth", None):
        made = flat.to_html(index=False, border=0, max_rows=ROWS)
    if not numbered:  # the first cell of a row is its head
        made = re.sub(r"(<tr>\s*)<td>(.*?)</td>", r"\1<th>\2</th>", made)
    made = made.replace("<th></th>", "<td></td>")  # an empty cell heads nothing
    made = re.sub(r"(?<=<td>)-?\d{5,}(?=[.<])", lambda found: f"{int(found[0]):,}", made)
    texts = [column.dropna().astype("str").str for _, column in flat.items()]
    sides = cycle("right" if text.fullmatch(r"[\d,.e+-]*").all() else "left" for text in texts)
    return re.sub(r"(<t[hd])>", lambda cell: f'{cell[1]} style="text-align: {next(sides)}">', made)

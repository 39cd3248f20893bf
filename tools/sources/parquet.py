"""Parquet files: typed columns become strings that give the same value back."""

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tools.errors import BadData
from tools.load import RawTable
from tools.sources import source
from tools.text import Text

if TYPE_CHECKING:
    import pyarrow as pa


@source("parquet", endings=("parquet", "pq"))
def read_parquet(name: str, data: bytes) -> list[RawTable]:
    """One raw table; floats in their shortest form, days as yyyy-mm-dd. Nested columns are named in ``how``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadData(
            Text(
                f"The parquet file “{name}” is damaged and cannot be opened: export it again.",
                f"Файл parquet «{name}» повреждён и не открывается: выгрузите его ещё раз.",
            )
        ) from error
    if not table.num_rows:
        raise BadData(
            Text(f"“{name}” has columns but no rows: export it again.", f"В «{name}» есть столбцы, но нет строк.")
        )
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    table = table.drop_columns(nested)
    strings = pa.table({column: _strings(table.column(column)) for column in table.column_names})
    how = {"format": "parquet", "numbers": "typed", "header": "schema"}
    if nested:
        how["nested columns left out"] = ", ".join(nested)
    stem = PurePath(name).name.split(".")[0]
    numbers = pa.array(range(1, table.num_rows + 1), pa.int64())
    return [RawTable(stem, name, None, strings, numbers, how, table.num_rows)]


def _strings(column: "pa.ChunkedArray") -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    if pa.types.is_timestamp(kind):
        text = pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(text, " 00:00:00$", "")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = column.cast(pa.binary()).cast(pa.string())
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(text), ""), pa.scalar(None, pa.string()), text)

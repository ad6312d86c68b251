"""A context comes back as it was given."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories_documents as fd
from zhiyin.domain.documents.freezing import freeze, thaw
from zhiyin.engines.documents.paths import Sparse
from zhiyin.kernel.errors import DefinitionError

_PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.datetimes() | st.decimals(allow_nan=False)
)
_NAMES = st.text(min_size=1).filter(lambda name: name != "$")


@given(st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner), max_leaves=20))
def test_types_survive_json(value: object) -> None:
    back = thaw(json.loads(json.dumps(freeze(value))))
    assert back == value
    assert type(back) is type(value)


def test_charts_become_mappings_tuples_lists_and_sparse_mappings_stay_sparse() -> None:
    made = fd.context()["interest"]["chart"]
    back = thaw(freeze({"chart": made, "pair": (1, 2), "answers": Sparse(a=Decimal("1.10"))}))
    assert back["chart"] == {"svg": made.svg, "title": made.title, "summary": made.summary, "table": made.table}
    assert back["pair"] == [1, 2]
    assert back["answers"]["never asked"] is None
    assert str(back["answers"]["a"]) == "1.10"


def test_an_aware_time_keeps_its_zone() -> None:
    moment = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert thaw(freeze(moment)) == moment
    assert thaw(freeze(date(2026, 3, 1))) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("value", "path"), [({"a": {"b": object()}}, "a.b"), ({"a": [b"x"]}, "a.0"), ({"a": {"$": 1}}, "a")]
)
def test_what_cannot_be_kept_is_named_by_its_path(value: object, path: str) -> None:
    with pytest.raises(DefinitionError, match=path):
        freeze(value)

"""Pages made of tables and small forms that post back to the page itself, one template for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhiyin.web.desk.views_plan import Box
from zhiyin.web.desk.views_quality import columns
from zhiyin.web.surface import attempt, back


@dataclass(frozen=True)
class Cell:
    """One cell: words, with an address or a tone of a status where it has one."""

    text: Any
    url: str = ""
    tone: str = ""

    @property
    def is_long(self) -> bool:
        """Whether the words want a wide column that wraps."""
        return len(str(self.text)) > 24


@dataclass(frozen=True)
class Table:
    """A table of a board; ``heads`` are its columns' labels, the first one the row's head."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell | str | int]]
    empty: str
    note: str = ""

    @property
    def columns(self) -> list[dict[str, Any]]:
        return columns(*((f"c{index}", label) for index, label in enumerate(self.heads)))

    @property
    def lines(self) -> list[list[Cell]]:
        return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows]


@dataclass(frozen=True)
class Form:
    """A small form; ``run`` gets what was typed by name and may raise ``Invalid``."""

    act: str
    title: str
    boxes: Sequence[Box]
    run: Callable[[Mapping[str, str]], Any]
    done: str
    submit: str = "保存"
    lead: str = ""


@dataclass(frozen=True)
class Board:
    title: str
    lead: str
    tables: Sequence[Table]
    forms: Sequence[Form] = ()
    tabs: Sequence[dict[str, Any]] = ()
    tabs_label: str = ""
    notices: Sequence[tuple[str, str, Sequence[str]]] = ()  # tone, title, lines
    chart: Any = None


def answer(request: HttpRequest, route: str, board: Board) -> HttpResponse:
    """Show the board, or run the form that was posted: back to ``route`` with one sentence, or the page with errors."""
    errors: dict[str, list[str]] = {}
    posted = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST":
        form = next((one for one in board.forms if one.act == posted), None)
        if form is None:
            errors = {"": ["请从页面上的表单提交"]}
        else:
            typed = {box.name: str(request.POST.get(box.name, "")).strip() for box in form.boxes}
            _, errors = attempt(request, form.title, lambda: form.run(typed))
            if not errors:
                return back(request, route, form.done)
    forms = [
        {
            "form": form,
            "open": form.act == posted,
            "labels": {box.name: box.label for box in form.boxes},
            "rows": [
                {
                    "box": box,
                    "value": request.POST.get(box.name, "") if form.act == posted else box.value,
                    "errors": errors.get(box.name, []) if form.act == posted else [],
                }
                for box in form.boxes
            ],
        }
        for form in board.forms
    ]
    stray = errors if posted not in {form.act for form in board.forms} else {}
    context = {"board": board, "forms": forms, "errors": errors, "stray": stray}
    return render(request, "desk/office/board.html", context, status=422 if errors else 200)

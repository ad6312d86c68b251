"""Filling forms in the browser by the names of their fields, as ``casework`` answers are written."""

from typing import Any


def fill(page: Any, answers: dict[str, Any]) -> None:
    """Answer the form of a page: text, choices, ticks and rows, in the order given."""
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, row in enumerate(value):
                if page.locator(f"[name^='{name}-{index}-']").count() == 0:
                    page.locator(f"[data-entries]:has([name^='{name}-']) ~ * [data-add], [data-add='{name}']").click()
                fill(page, {f"{name}-{index}-{column}": cell for column, cell in row.items()})
        else:
            for one in value if isinstance(value, list) else [value]:
                put(page, name, str(one))


def put(page: Any, name: str, value: str) -> None:
    field = page.locator(f"[name='{name}']:not([type=hidden])")
    kind = field.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind in {"radio", "checkbox"}:
        page.locator(f"[name='{name}'][value='{value}']").check()
    elif kind == "select":
        field.first.select_option(value)
    else:
        field.first.fill(value)


def press(page: Any, label: str) -> None:
    """Press a button and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).first.click()

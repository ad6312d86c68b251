"""The document as a piece of a page: semantic, escaped, without a stylesheet of its own (classes begin with
``doc-``).
"""

from html import escape

from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.paths import show

_TONES = {"info": "说明", "warning": "请注意"}


def render_html(document: t.Document) -> str:
    """An ``<article>`` whose title is an h2, sections h3, the labels of editable texts h4. Charts are inline SVG.

    Everything from the tree is escaped; charts were checked to be plain shapes when the tree was built.
    """
    subtitle = f'<p class="doc-subtitle">{_text(document.subtitle)}</p>' if document.subtitle else ""
    state = '<span class="doc-draft">草稿</span>' if document.status == "draft" else ""
    issued = t.issued_text(document)
    parts = [
        f'<article class="doc" lang="zh-CN"><header class="doc-head"><h2>{_text(document.title)}{state}</h2>{subtitle}',
        f'<p class="doc-number">{_text(issued)}</p></header>',
    ]
    for section in document.sections:
        parts.append(f'<section class="doc-section"><h3>{section.numeral}、{_text(section.title)}</h3>')
        parts += [_block(block) for block in section.blocks]
        parts.append("</section>")
    if document.signatures:
        parts.append('<dl class="doc-signatures">' + "".join(map(_signature, document.signatures)) + "</dl>")
    if document.seal is not None:
        parts.append(f'<p class="doc-seal">（已加盖{_text(document.seal.name)}公章）</p>')
    if document.footer:
        parts.append(f'<footer class="doc-footer"><p>{_text(document.footer)}</p></footer>')
    parts.append("</article>")
    return "".join(parts)


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _block(block: t.Block) -> str:
    if isinstance(block, t.Paragraph):
        return f"<p>{_text(block.text)}</p>"
    if isinstance(block, t.Fields):
        return f'<dl class="doc-fields doc-columns-{block.columns}">' + "".join(map(_field, block.items)) + "</dl>"
    if isinstance(block, t.Table):
        return _table(block)
    if isinstance(block, t.ItemList):
        if not block.items:
            return f'<p class="doc-empty">{_text(block.empty)}</p>'
        tag = "ol" if block.numbered else "ul"
        return f'<{tag} class="doc-list">' + "".join(map(_list_item, block.items)) + f"</{tag}>"
    if isinstance(block, t.Chart):
        return _chart(block)
    if isinstance(block, t.Notice):
        title = f"<strong>{_text(block.title)}</strong> " if block.title else ""
        return (
            f'<div class="doc-notice doc-{block.tone}" role="note" aria-label="{_TONES[block.tone]}">'
            f"<p>{title}{_text(block.text)}</p></div>"
        )
    paragraphs = "".join(f"<p>{_text(text)}</p>" for text in block.paragraphs)
    return f"<h4>{_text(block.label)}</h4>" + (paragraphs or f'<p class="doc-empty">{t.MISSING}</p>')


def _field(item: t.FieldItem) -> str:
    css = ' class="doc-empty"' if item.missing else ""
    return f"<div><dt>{_text(item.label)}</dt><dd{css}>{_text(item.value)}</dd></div>"


def _list_item(item: t.ListItem) -> str:
    detail = f'<br><span class="doc-detail">{_text(item.detail)}</span>' if item.detail else ""
    return f"<li>{_text(item.text)}{detail}</li>"


def _table(block: t.Table) -> str:
    if not block.rows:
        return f'<p class="doc-empty">{_text(block.empty)}</p>'
    kinds = [
        "doc-end" if column.align == "end" else "doc-day" if column.kind == "date" else "" for column in block.columns
    ]
    ends = [f' class="{kind}"' if kind else "" for kind in kinds]
    caption = f"<caption>表 {block.number}　{_text(block.caption)}</caption>" if block.caption else ""
    head = "".join(f'<th scope="col"{end}>{_text(c.label)}</th>' for c, end in zip(block.columns, ends, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{end}>{_text(cell)}</td>" for cell, end in zip(row, ends, strict=True)) + "</tr>"
        for row in block.rows
    )
    return f'<table class="doc-table">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _chart(block: t.Chart) -> str:
    data = ""
    if block.table:
        first, *rest = block.table
        head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in first)
        body = "".join(
            "<tr>" + "".join(
                f'<th scope="row">{_text(cell)}</th>' if column == 0 else f"<td>{_text(cell)}</td>"
                for column, cell in enumerate(row)
            ) + "</tr>"
            for row in rest
        )  # fmt: skip
        data = (
            f'<details class="doc-data"><summary>看数据</summary><table class="doc-table">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
        )
    return (
        f'<figure class="doc-chart"><div role="img" aria-label="{escape(block.summary)}">{block.svg}</div>'
        f"<figcaption>图 {block.number}　{_text(block.caption)}</figcaption>{data}</figure>"
    )


def _signature(signature: t.Signature) -> str:
    signed = "，".join(part for part in (signature.name, show(signature.signed_on)) if part)
    return f"<div><dt>{_text(signature.label)}</dt><dd>{_text(signed) or '未签名'}</dd></div>"

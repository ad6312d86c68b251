"""Every component draws, alone and in the gallery, and the pages keep to the content policy."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django_cotton import render_component
from lxml import html

from zhiyin.web import ui
from zhiyin.web.ui import samples

ROOT = Path(ui.__file__).parent
TEMPLATES = ROOT / "templates"
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "cotton").glob("*.html"))
GALLERIES = ["/ui/gallery", "/ui/gallery/client", "/ui/gallery/public", "/ui/gallery/plain"]
MODES = ["", "?contrast=more", "?type=large", "?type=xlarge&contrast=more"]
ERRORS = ["400", "403", "403_csrf", "404", "500", "ui/409", "ui/not_ready"]


def page(client: Client, address: str) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


@pytest.mark.parametrize("name", COMPONENTS)
def test_component_draws_without_any_attribute(name: str) -> None:
    drawn = render_component(RequestFactory().get("/"), name.replace("_", "-"))
    assert "<c-" not in drawn


def test_gallery_shows_every_component() -> None:
    shown = "".join(path.read_text() for path in (TEMPLATES / "ui").glob("gallery*.html"))
    used = set(re.findall(r"<c-([a-z-]+)", shown)) - {"slot"}
    assert {name.replace("_", "-") for name in COMPONENTS} == used


@pytest.mark.parametrize("address", GALLERIES)
@pytest.mark.parametrize("mode", MODES)
def test_pages_draw_in_every_mode(client: Client, address: str, mode: str) -> None:
    root = page(client, address + mode)
    assert root.get("data-contrast") == ("more" if "contrast" in mode else None)
    assert root.get("data-type") == next((name for name in ("xlarge", "large") if name in mode), None)


@pytest.mark.parametrize("address", GALLERIES)
def test_pages_hold_to_the_content_policy_and_their_ids(client: Client, address: str) -> None:
    root = page(client, address)
    assert not root.xpath("//*[starts-with(name(), 'c-')]"), "a component tag was left as it is"
    assert not root.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    ids = [element.get("id") for element in root.xpath("//*[@id][not(ancestor::template)]")]
    assert len(ids) == len(set(ids))
    live = "[not(ancestor::template)]"
    for label in root.xpath(f"//label[@for]{live}"):
        assert label.get("for") in ids
    for name in ("aria-describedby", "aria-labelledby", "aria-controls", "list"):
        for element in root.xpath(f"//*[@{name}]{live}"):
            assert set(element.get(name).split()) <= set(ids), html.tostring(element)[:200]
    for link in root.xpath("//*[@data-error-summary]//a"):
        assert link.get("href").removeprefix("#") in ids


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_need_nothing(name: str) -> None:
    drawn = Template(f'{{% include "{name}.html" %}}').render(Context())
    root = html.document_fromstring(drawn)
    assert len(root.xpath("//h1")) == 1
    assert root.xpath("//main//a[@href='/']")


def test_error_page_shows_what_is_missing() -> None:
    context = Context({"message": "要先签协议", "missing": ["服务协议双方签名"], "back_url": "/case/1"})
    root = html.document_fromstring(Template('{% include "ui/not_ready.html" %}').render(context))
    assert "服务协议双方签名" in root.text_content()
    assert root.xpath("//a[@href='/case/1']")


def test_every_icon_asked_for_is_in_the_sprite() -> None:
    tree = ElementTree.parse(ROOT / "static/ui/icons.svg")
    drawn = {symbol.get("id") for symbol in tree.iter("{http://www.w3.org/2000/svg}symbol")}
    assert drawn == set(samples.ICONS)
    asked = set()
    for path in TEMPLATES.rglob("*.html"):
        asked |= set(re.findall(r"""(?:\{% icon |\bicon=)"([a-z-]+)\"""", path.read_text()))
    assert asked <= drawn


def test_attributes_given_to_a_component_are_escaped() -> None:
    drawn = render_component(
        RequestFactory().get("/"),
        "button",
        {"hx-get": '/x?a=1&b="><script>', "data-n": 3, "hidden": True, "title": None},
    )
    button = html.fragment_fromstring(drawn)
    assert button.get("hx-get") == '/x?a=1&b="><script>'
    assert button.get("data-n") == "3"
    assert button.get("hidden") is not None
    assert button.get("title") is None


def test_text_given_to_a_component_is_escaped_once() -> None:
    drawn = Template('{% load ui %}{% icon "ok" "m" label %}{{ label|phrases }}{{ label|paragraphs }}').render(
        Context({"label": "甲<b>，乙"})
    )
    assert "<b>" not in drawn
    assert "甲&lt;b&gt;，<wbr>乙" in drawn
    card = render_component(RequestFactory().get("/"), "card", {"title": "甲<b>&乙"})
    assert "甲&lt;b&gt;&amp;乙" in card


@pytest.mark.parametrize("query", ["?type=huge", "?contrast=%22%3E%3Cscript%3E", "?type=more&contrast=large"])
def test_unknown_modes_are_ignored(client: Client, query: str) -> None:
    root = page(client, "/ui/gallery/plain" + query)
    assert root.get("data-type") is None
    assert root.get("data-contrast") is None


def test_mode_is_kept_in_a_cookie_and_drawn_by_the_server(client: Client) -> None:
    response = client.post(
        "/ui/modes", {"type": "large"}, headers={"referer": "http://testserver/ui/gallery/client?a=1"}
    )
    assert response["Location"] == "/ui/gallery/client?a=1"
    root = page(client, "/ui/gallery/client")
    assert root.get("data-type") == "large"
    assert root.xpath("//button[@name='type'][@aria-pressed='true'][@value='']")
    client.post("/ui/modes", {"type": ""})
    assert page(client, "/ui/gallery/client").get("data-type") is None


@pytest.mark.parametrize("referer", ["https://elsewhere.example/x", "//elsewhere.example", ""])
def test_mode_never_leads_to_another_host(client: Client, referer: str) -> None:
    assert client.post("/ui/modes", {"type": "huge"}, headers={"referer": referer})["Location"] == "/"
    assert "zy_type" not in client.cookies


def test_pager_keeps_the_filters(client: Client) -> None:
    root = page(client, "/ui/gallery?page=5&kind=b")
    assert root.xpath("//nav[@class='pager']//a[@aria-current]")[0].text == "5"
    links = root.xpath("//nav[@class='pager']//a/@href")
    assert "?page=6&kind=b" in links


def test_open_parent_shows_its_children_and_the_current_one_is_marked(client: Client) -> None:
    root = page(client, "/ui/gallery")
    menu = root.get_element_by_id("menu")
    assert [link.text for link in menu.xpath(".//ul/li/ul/li/a")] == ["我负责的", "全部档案"]
    assert [link.text for link in menu.xpath(".//a[@aria-current='page']")] == ["我负责的"]


def test_workbench_draws_for_somebody_with_nothing() -> None:
    drawn = Template(
        '{% extends "ui/desk.html" %}{% block title %}空{% endblock %}{% block main %}正文{% endblock %}'
    ).render(Context())
    assert html.document_fromstring(drawn).get_element_by_id("main").text_content().strip() == "正文"

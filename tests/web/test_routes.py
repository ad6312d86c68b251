"""Every address of the project, walked as everybody: who gets in, what is shown, what other bodies' data never does.

The addresses come from the resolver, so a new one is walked without being named here.
"""

import re
import uuid
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories, factories_casework, factories_clients
from tests.web import addresses
from tests.web import world as worlds
from tests.web.addresses import Route
from tests.web.world import Agency, Subject, World, words_of
from zhiyin.domain.accounts.roles import RIGHTS, Role
from zhiyin.domain.audit.acting import acting

pytestmark = pytest.mark.django_db
ROUTES = addresses.routes()
with_route = pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
# answered in a demonstration only, or once a booklet was made; tests/web/public shows them
ELSEWHERE = {"tour", "tour_enter", "policy_booklet_edition"}
FINE = {200, 204, 302, 403, 404, 405, 409}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


def actors(world: World) -> dict[str, Client]:
    """Everybody of agency A, and somebody who has not signed in."""
    return {name: client for name, client in world.signed_in.items() if "client B" not in name} | {"nobody": Client()}


def kind_of(actor: str) -> str:
    return {"nobody": "visitor", "employer_contact": "employer"}.get(
        actor, "client" if actor.startswith("client") else "staff"
    )


def may(route: Route, actor: str) -> bool:
    """Whether the policy of the view lets ``actor`` in."""
    policy = route.policy
    if "public" in policy.kinds:
        return True
    role = str(Role.CLIENT) if kind_of(actor) == "client" else actor
    return kind_of(actor) in policy.kinds and (policy.right is None or role in RIGHTS[policy.right].roles)


def ask(client: Client, method: str, address: str, data: Any = None) -> Any:
    """One request; whatever it writes is taken back, so that the next one finds the same world."""
    cache.clear()  # wrong codes are counted there
    with transaction.atomic():
        response = getattr(client, method)(address, data or {})
        transaction.set_rollback(True)
    return response


def own_values(world: World, route: Route, actor: str) -> list[dict[str, Any]]:
    """What ``actor`` may expect to open: a client the own things, staff those of the agency."""
    if actor.startswith("client") and route.ids and "public" not in route.policy.kinds:
        return world.a.subjects[int(actor[-1]) - 1].values(route)
    values = world.a.values(route)
    return values if actor in {"adviser", "section_head"} else values[:3]


# -- who gets in -------------------------------------------------------------------------------------------------------


@with_route
def test_every_view_states_who_may_open_it(route: Route) -> None:
    assert route.policy is not None, route.pattern
    assert route.policy.kinds
    assert route.policy.right is None or route.policy.right in RIGHTS


@with_route
def test_doors(route: Route, world: World) -> None:
    """Those whom the policy lets in never meet a fault; the others are stopped, and told in the same way everywhere."""
    opened = set()
    for actor, client in actors(world).items():
        allowed = may(route, actor)
        for values in own_values(world, route, actor) if allowed else world.a.values(route)[:1]:
            address = route.address(values)
            response = ask(client, "get", address)
            status = response.status_code
            if allowed:
                assert status in FINE, (actor, address)
                assert not (status == 302 and "/account/login/" in response.url and kind_of(actor) != "visitor")
                opened.add(status)
                if status == 200:
                    check_page(world, actor, address, response)
            elif actor == "nobody":
                if status != 405:
                    assert (status, response.url.split("?")[0]) == (302, "/account/login/"), address
                else:
                    assert ask(client, "post", address).status_code == 302, address
            else:
                assert (status if status != 405 else ask(client, "post", address).status_code) == 403, (actor, address)
    if route.name in ELSEWHERE:
        return
    # a walk that is turned away everywhere proves nothing about the page behind the door
    assert opened & {200, 204, 302, 405}, f"nobody could open {route.pattern}: {opened}"


def check_page(world: World, actor: str, address: str, response: Any) -> None:
    """What holds for every page."""
    text = words_of(response)
    here = (actor, address)
    assert [name for name in world.b.names if name in text] == [], here
    assert [number for number in world.numbers if number in text] == [], here
    if not response.headers.get("Content-Type", "").startswith("text/html") or "<html" not in text:
        return
    assert text.count("<h1") == 1, here
    assert re.search(r'<html[^>]* lang="zh-', text), here
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title, here
    assert title[1].replace("职引", "").strip(" ·-|"), here
    read = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert not re.search(r"\bNone\b|undefined|\{\{|\{%|object at 0x|\bnan\b", read), (*here, _around(read))
    assert not re.search(r'="None"', text), here


def _around(read: str) -> str:
    found = re.search(r"\bNone\b|undefined|\{\{|\{%|object at 0x|\bnan\b", read)
    return read[max(found.start() - 80, 0) : found.end() + 40] if found else ""


# -- other bodies, other clients ---------------------------------------------------------------------------------------


def foreign_values(world: World, route: Route) -> list[dict[str, Any]]:
    """What agency B has there; with several ids in one address also one of A's beside one of B's, both ways round."""
    theirs = world.b.values(route)[:3]
    if len(route.ids) < 2:
        return theirs
    ours = world.a.values(route)[0]
    first = route.ids[0]
    return [*theirs, {**theirs[0], first: ours[first]}, {**ours, first: theirs[0][first]}]


def closed_to_others(route: Route) -> bool:
    """Addresses of somebody's things that are not opened by a token alone."""
    return bool(route.ids) and "public" not in route.policy.kinds


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("zhiyin.")
    }


CLOSED = [route for route in ROUTES if closed_to_others(route)]
with_closed = pytest.mark.parametrize("route", CLOSED, ids=[route.name for route in CLOSED])
BODY = {"reason": "核对一下", "words": "核对一下", "confirm": "1", "field": "phone", "value": "3"}


@with_closed
def test_what_another_agency_has_does_not_exist(route: Route, world: World) -> None:
    """Reading and writing are both refused, nothing of the other body shows, nothing is stored."""
    before = rows()
    for actor, client in actors(world).items():
        if actor != "nobody" and may(route, actor):
            for values in foreign_values(world, route):
                refuse(world, client, actor, route.address(values))
    assert rows() == before


OWN = [route for route in CLOSED if "client" in route.policy.kinds]


@pytest.mark.parametrize("route", OWN, ids=[route.name for route in OWN])
def test_what_another_client_has_does_not_exist(route: Route, world: World) -> None:
    before = rows()
    for other in world.a.subjects[1:]:
        for values in other.values(route)[:2]:
            refuse(world, world.signed_in["client A1"], "client A1", route.address(values), other)
    assert rows() == before


def refuse(world: World, client: Client, actor: str, address: str, other: Subject | None = None) -> None:
    for method, data in (("get", {}), ("post", {}), ("post", BODY)):
        response = getattr(client, method)(address, data)
        here = (actor, method, address, response.status_code)
        assert response.status_code in {403, 404, 405}, here
        text = words_of(response)
        assert [name for name in world.b.names if name in text and name not in address] == [], here
        assert other is None or other.person.name not in text, here


TOKENS = [route for route in ROUTES if {source for source, _ in route.parameters} & {"sitting_token", "feedback_token"}]


@pytest.mark.parametrize("route", TOKENS, ids=[route.name for route in TOKENS])
def test_a_link_opens_one_thing_only(route: Route, world: World) -> None:
    """A token of another kind, one that was changed, and an invented one open nothing; nothing is stored."""
    tokens = [
        token
        for agency in (world.a, world.b)
        for subject in agency.subjects
        for kind in ("sitting_token", "feedback_token")
        for token in subject.things.get(kind, [])
        if (kind, "token") not in route.parameters
    ]
    assert tokens
    right = world.b.values(route)[0]
    before = rows()
    for token in [*tokens, right["token"][:-1] + ("A" if right["token"][-1] != "A" else "B"), uuid.uuid4().hex, "0"]:
        address = route.address({**right, "token": token})
        for client in (Client(), world.signed_in["client A1"], world.signed_in["adviser"]):
            for method in ("get", "post"):
                response = getattr(client, method)(address)
                assert response.status_code in {404, 405}, (method, address, response.status_code)
                assert [name for name in world.b.names if name in words_of(response)] == []
    assert rows() == before


# -- writing -----------------------------------------------------------------------------------------------------------


@with_route
def test_an_empty_form_is_answered_kindly(route: Route, world: World) -> None:
    """Nothing sent: a form with its messages (422), a refusal, or an act that needs no words; never a fault."""
    for actor, client in actors(world).items():
        if not may(route, actor):
            continue
        for values in own_values(world, route, actor)[:3]:
            address = route.address(values)
            response = ask(client, "post", address)
            status = response.status_code
            assert status in {200, 204, 302, 400, 403, 404, 405, 409, 422}, (actor, address, status)
            if status in {200, 422} and "<html" in words_of(response):
                check_page(world, actor, address, response)


class _Fields(HTMLParser):
    """The fields of the forms of a page: name → values that it offers."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.select = ""

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in found}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select:
            fields.setdefault(self.select, []).append(given.get("value", ""))
        elif tag in {"input", "textarea"} and given.get("name"):
            fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def counterparts(world: World) -> dict[str, str]:
    """Each id of A beside an id of B of the same kind."""
    found: dict[str, str] = {}
    theirs: dict[str, Any] = {}
    for holder in (world.b, *world.b.subjects):
        for kind, values in holder.things.items():
            theirs.update({kind: values[0]} if values and kind not in theirs else {})
    for holder in (world.a, *world.a.subjects):
        for kind, values in holder.things.items():
            if kind in theirs and not kind.endswith("_token"):
                # plain numbers are codes as often as ids
                found.update({str(value): str(theirs[kind]) for value in values if isinstance(value, uuid.UUID)})
    return found


def pointers(agency: Agency) -> dict[str, int]:
    """How often each column that points somewhere points at something of ``agency``."""
    ids = {str(value) for holder in (agency, *agency.subjects) for values in holder.things.values() for value in values}
    ids |= {str(agency.organisation.pk)}
    found = {}
    for model in apps.get_models():
        for column in model._meta.concrete_fields if model.__module__.startswith("zhiyin.") else []:
            if isinstance(column, models.ForeignKey) or (isinstance(column, models.UUIDField) and column.name != "id"):
                values = model._default_manager.exclude(**{column.attname: None}).values_list(column.attname, flat=True)
                found[f"{model._meta.label}.{column.name}"] = sum(str(value) in ids for value in values)
    return found


FORMS = [route for route in ROUTES if route.policy and "staff" in route.policy.kinds]


def test_no_form_takes_what_belongs_to_another_agency(world: World) -> None:
    """Each form of the workbench is sent filled, with an id of another agency in place of each id that it offers."""
    swap = counterparts(world)
    before = pointers(world.b)
    tried = set()
    for route in FORMS:
        for actor in ("adviser", "section_head", "front_desk"):
            client = world.signed_in[actor]
            values = own_values(world, route, actor)[0] if may(route, actor) else None
            response = ask(client, "get", route.address(values)) if values is not None else None
            if values is None or response.status_code != 200 or "<form" not in words_of(response):
                continue
            page = _Fields()
            page.feed(words_of(response))
            for action, fields in page.forms:
                filled = {name: next((v for v in offered if v), "") or "核对一下" for name, offered in fields.items()}
                for name, offered in fields.items():
                    mine = next((value for value in offered if value in swap), None)
                    if mine is None:
                        continue
                    tried.add((route.name, name))
                    address = action or route.address(values)
                    with transaction.atomic():
                        answer = client.post(address, {**filled, name: swap[mine]})
                        here = (actor, address, name, answer.status_code)
                        assert answer.status_code < 500, here
                        leaked = [one for one in world.b.names if one in words_of(answer) and one != swap[mine]]
                        assert leaked == [], here
                        assert pointers(world.b) == before, here
                        transaction.set_rollback(True)
    assert len(tried) >= 5, tried


# -- lists, searches, exports ------------------------------------------------------------------------------------------

LISTS = [route for route in ROUTES if not route.parameters and "public" not in route.policy.kinds]
with_list = pytest.mark.parametrize("route", LISTS, ids=[route.name for route in LISTS])


@with_list
def test_a_search_never_finds_what_another_agency_has(route: Route, world: World) -> None:
    """Lists, suggestions and exports asked for somebody of another agency by name, number and phone."""
    subject = world.b.subjects[0]
    assert subject.case is not None
    wanted = [
        subject.person.name,
        subject.file.number,
        subject.case.number,
        subject.person.phone or "",
        next(document.number for document in subject.person.documents.all()),
    ]
    for actor, client in actors(world).items():
        if actor == "nobody" or not may(route, actor):
            continue
        for word in wanted:
            query = {"q": word, "name": word, "phone": word, "number": word, "kind": "resident_id", "reason": "核对"}
            query |= {"birth_date": str(subject.person.birth_date)}
            for method in ("get", "post"):
                text = words_of(ask(client, method, "/" + route.pattern, query))
                shown = [one for one in world.b.names if one in text and one not in wanted]
                assert shown == [], (actor, method, word)
        for other in world.b.subjects[:2]:
            address = route.address(other.values(route)[0])
            text = words_of(ask(client, "get", address))
            assert [one for one in world.b.names if one in text and one not in address] == [], (actor, address)


@with_list
def test_a_list_costs_the_same_for_more_rows(route: Route, world: World) -> None:
    """At most twenty queries, and no more of them for three times as many clients, cases and appointments."""
    asked = {name: client for name, client in actors(world).items() if name != "nobody" and may(route, name)}
    first = {name: cost(client, "/" + route.pattern) for name, client in asked.items()}
    assert {name: count for name, count in first.items() if count > 20} == {}
    adviser = world.a.members[Role.ADVISER]
    for day, step in enumerate(("intake", "needs", "agreement", "plan", "delivery", "followup") * 2):
        file = factories_clients.client_file(adviser=adviser)
        case = factories_casework.walk_to(factories_casework.case(adviser=adviser, file=file), step)
        with acting(factories.who(adviser), "arrange"):
            worlds.book(world.a, Subject(file.person, file, case), 4 + day)
    second = {name: cost(client, "/" + route.pattern) for name, client in asked.items()}
    assert second == first


def cost(client: Client, address: str) -> int:
    """Queries of one page, without those that open and close transactions, nor the note that somebody is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) for query in found.captured_queries)


DESK = [route for route in ROUTES if route.parameters and route.policy and "staff" in route.policy.kinds]


@pytest.mark.parametrize("route", DESK, ids=[route.name for route in DESK])
def test_a_page_of_the_workbench_needs_few_queries(route: Route, world: World) -> None:
    for actor in ("adviser", "section_head"):
        if may(route, actor):
            for values in own_values(world, route, actor)[:6]:
                assert cost(world.signed_in[actor], route.address(values)) <= 20, (actor, route.address(values))

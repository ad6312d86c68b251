"""A whole site in a process of its own: SQLite file, two agencies, threads; what it offers is told in one line of JSON.

Started by the fixtures of ``tests.browser`` with ``ZHIYIN_HOME`` naming an empty folder; it serves until it is ended.
"""

import json
import sys
import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402

from tests import factories  # noqa: E402
from tests.web import addresses  # noqa: E402
from tests.web import world as worlds  # noqa: E402
from zhiyin.cli import boot  # noqa: E402
from zhiyin.domain.accounts.roles import Role  # noqa: E402


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 50


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


def page_types(world: worlds.World) -> list[dict[str, Any]]:
    """One page of each type (template) on each surface: its address, and whose browser opens it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for route in addresses.routes():
        actors = [name for name in ("nobody", *world.signed_in) if "client B" not in name]
        for actor in actors:
            client = world.signed_in.get(actor) or worlds.Client()
            own = world.a.subjects[int(actor[-1]) - 1].values(route) if actor.startswith("client") else []
            values = own or world.a.values(route)
            for one in values[:12]:
                client.raise_request_exception = False
                answer = client.get(route.address(one))
                if answer.status_code == 200 and answer.templates and b"<html" in answer.content:
                    name = answer.templates[0].name
                    found.setdefault(
                        (route.pattern.split("/")[0], name),
                        {"template": name, "address": route.address(one), "actor": actor, "route": route.name},
                    )
            if any(page["route"] == route.name for page in found.values()):
                break
    return list(found.values())


def fresh_token(world: worlds.World) -> str:
    """The link of a test that nobody has begun."""
    return str(world.a.subjects[4].things["sitting_token"][0])


def main() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    boot.migrate()
    world = worlds.build()
    setup_test_environment()
    pages = page_types(world)
    teardown_test_environment()
    subject = world.a.subjects[0]
    # of the grade whose reports are signed off by somebody else
    junior = factories.member(world.a.organisation, Role.ADVISER, name="何秀兰", level=4)
    world.signed_in["junior"] = worlds.sign_in(junior)
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        told = {
            "url": f"http://127.0.0.1:{server.server_port}",
            "pages": pages,
            "sessions": {name: client.cookies["sessionid"].value for name, client in world.signed_in.items()},
            "junior": {"membership": str(junior.pk), "name": junior.user.name},
            "username": world.a.members[Role.ADVISER].user.username,
            "password": factories.PASSWORD,
            "alike": {"name": subject.person.name, "birth_date": str(subject.person.birth_date)},
            "number": factories.resident_id(subject.person.birth_date),
            "fresh_token": fresh_token(world),
        }
        print(json.dumps(told), flush=True)
        # ends with the process that started it
        threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
        server.serve_forever()


if __name__ == "__main__":
    main()

"""Who can sign in to the demo, and what each of them may try."""

from dataclasses import dataclass

from zhiyin.demo.cast import CLIENTS, STAFF
from zhiyin.domain.accounts.roles import Role

# shown on the page and in the terminal: it opens invented people only
PASSWORD = "linjiang-demo"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Account:
    """One sign-in. ``organisation`` names all bodies where its holder has a role."""

    username: str
    name: str
    role_label: str
    organisation: str
    what_to_try: str
    password: str = PASSWORD

    @property
    def role(self) -> str:
        return self.role_label


def accounts() -> list[Account]:
    """All sign-ins of the demo in the order of the tour; known without a database."""
    found = [
        Account(
            member.username,
            member.name,
            member.title or str(member.posts[0].role.label),
            "、".join(dict.fromkeys(post.body.short_name for post in member.posts)),
            member.what_to_try,
        )
        for member in STAFF
    ]
    found += [
        Account(client.username, client.name, str(Role.CLIENT.label), client.body.short_name, client.what_to_try)
        for client in CLIENTS
    ]
    return found

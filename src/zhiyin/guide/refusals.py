"""What a command refused, with the part of the case file that it was given."""

from collections.abc import Iterator
from contextlib import contextmanager

from zhiyin.guide.places import place_of
from zhiyin.kernel.errors import Invalid, ZhiyinError
from zhiyin.packs.sources import Place


class Misfit(ZhiyinError):
    """A command refused a part of the file. ``found`` holds (place, Chinese message), one for each fault."""

    def __init__(self, found: list[tuple[Place, str]]) -> None:
        self.found = found
        super().__init__("；".join(message for _, message in found))


@contextmanager
def at_place(*place: str | int, **names: str) -> Iterator[None]:
    """Errors of the commands inside become :class:`Misfit` at ``place``; places may be nested.

    ``names`` maps field names of a command to paths below ``place`` where the file calls them otherwise.
    """
    try:
        yield
    except Misfit as inner:
        raise Misfit([((*place, *where), message) for where, message in inner.found]) from inner
    except Invalid as error:
        raise Misfit(
            [
                ((*place, *place_of(names.get(field, field))), message)
                for field, messages in error.errors.items()
                for message in messages
            ]
        ) from error
    except ZhiyinError as error:
        raise Misfit([(place, str(error))]) from error

"""A client's way in to the own pages."""

from zhiyin.domain.accounts.commands import enrol_client
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.clients import policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Invalid


@command("clients.give_sign_in")
def give_sign_in(file: ClientFile) -> tuple[str, str]:
    """Account name and one-time password, to be handed over with the client present; neither is stored in clear.

    "" for the password when the client signs in already with what another agency gave. A child under 14 gets none.
    """
    policies.require(actor(), "clients.edit", file)
    person = file.person
    if person.regime() == AgeRegime.UNDER_14:
        raise Invalid("未满十四周岁不开通网上查看，由监护人到窗口办理")
    user, password = enrol_client(file.number.lower(), person.name, file.organisation, user=person.user)
    if person.user_id is None:
        person.user = user
        person.save(update_fields=["user"])
    record("clients.sign_in_given", file, person=person, account=user.pk)
    return user.username, password

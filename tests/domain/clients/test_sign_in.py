"""A client gets a way in to the own pages, once, with the adviser present."""

from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.passwords import faults
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients.sign_in import give_sign_in
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


def test_the_first_password_signs_in_once_and_must_be_changed() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser)
    with acting(factories.who(adviser), "开通"):
        username, password = give_sign_in(file)
    assert faults(password) == []
    user = authenticate(username=username, password=password)
    assert user is not None
    assert user.must_change_password
    assert user.person == file.person
    assert Membership.objects.get(user=user).role == Role.CLIENT
    assert password not in str(list(AuditEvent.objects.values_list("data", flat=True)))
    with acting(factories.who(adviser), "忘了口令"):
        again, second = give_sign_in(file)
    assert again == username
    assert second != password
    assert authenticate(username=username, password=password) is None


def test_another_agency_admits_but_cannot_take_the_account_over() -> None:
    first = factories_clients.client_file(adviser=factories.member(factories.agency()))
    second = factories_clients.client_file(first.person, adviser=factories.member(factories.agency()))
    with acting(factories.who(first.adviser), "开通"):
        username, password = give_sign_in(first)
    second.person.refresh_from_db()
    with acting(factories.who(second.adviser), "开通"):
        assert give_sign_in(second) == (username, "")
    assert authenticate(username=username, password=password) is not None


def test_no_sign_in_for_a_child_and_none_given_by_strangers() -> None:
    adviser = factories.member(factories.agency())
    child = factories_clients.client_file(factories.person(birth=date(2016, 3, 1)), adviser=adviser)
    head = factories.member(adviser.organisation, Role.SECTION_HEAD)
    with pytest.raises(Invalid, match="十四"), acting(factories.who(head), "开通"):
        give_sign_in(child)
    stranger = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser)
    with pytest.raises(Refused), acting(factories.who(stranger), "开通"):
        give_sign_in(file)


def test_the_page_shows_the_password_once() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser)
    browser = Client()
    browser.force_login(adviser.user)
    address = reverse("desk:sign_in", args=[file.pk])
    assert "还没有开通" in browser.get(address).content.decode()
    page = browser.post(address).content.decode()
    assert "一次性口令" in page
    assert file.number.lower() in page
    assert "已经开通过" in browser.get(address).content.decode()

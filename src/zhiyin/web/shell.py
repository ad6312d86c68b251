"""The frame around a page: who, where, and the menu that the role opens."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from zhiyin.domain.accounts.roles import holds


@dataclass(frozen=True)
class Entry:
    """One entry of the left menu, shown to roles that hold ``right``; ``under`` are address prefixes that light it."""

    label: str
    url: str
    icon: str
    right: str
    under: tuple[str, ...]


MENU = (
    Entry("工作台", "desk:home", "home", "casework.work", ("/desk/",)),
    Entry("服务对象", "desk:clients", "user", "clients.read", ("/desk/clients/", "/desk/files/")),
    Entry("用人单位", "desk:employers", "people", "employers.read", ("/desk/employers/",)),
    Entry("个案台账", "desk:ledger", "table", "casework.read", ("/desk/ledger/", "/desk/cases/")),
    Entry("预约", "desk:appointments", "cal", "scheduling.read", ("/desk/appointments/",)),
    Entry(
        "测评", "desk:assessments", "test", "sittings.read", ("/desk/assessments/", "/desk/results/", "/desk/sittings/")
    ),
    Entry("儿童档案审批", "desk:approvals", "check", "people.approve_child_access", ("/desk/clients/approvals/",)),
    Entry("政策", "desk:policies", "book", "eligibility.read", ("/desk/policies/",)),
    Entry("职业库", "desk:occupations", "work", "catalogues.read", ("/desk/occupations/",)),
    Entry("文书", "desk:documents", "file", "documents.read_agency", ("/desk/papers/",)),
    Entry("签发", "desk:signoffs", "pen", "documents.sign_off", ("/desk/signoffs/",)),
    Entry("全科概况", "desk:head", "target", "casework.reassign", ("/desk/head/",)),
    Entry("反馈与投诉", "desk:quality", "talk", "quality.handle", ("/desk/quality/",)),
    Entry("标准", "desk:standards", "book", "standards.read", ("/desk/standards/",)),
    Entry("条款符合性", "desk:conformance", "award", "conformance.read", ("/desk/conformance/",)),
    Entry("人员", "desk:staff", "users", "agencies.manage_staff", ("/desk/staff/",)),
    Entry("账号与角色", "manage:accounts", "users", "accounts.manage", ("/manage/accounts/",)),
    Entry("安全", "manage:security", "lock", "accounts.unlock", ("/manage/security/",)),
    Entry("审计记录", "manage:audit", "history", "audit.read", ("/manage/audit/",)),
)


def shell_of(request: HttpRequest) -> dict[str, Any]:
    """Context of the base templates, for the actor of the request."""
    membership = getattr(request, "membership", None)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "org_name": membership.organisation.name if membership else "",
        "org_phone": membership.organisation.phone if membership else "",
        "orgs": [
            {
                "label": f"{item.organisation.short_name} · {item.get_role_display()}",
                "url": f"{reverse('role')}?choose={item.pk}",
                "current": membership is not None and item.pk == membership.pk,
            }
            for item in getattr(request, "memberships", [])
        ],
        "is_demo": settings.IS_DEMO,
        "user_name": user.name if signed_in else "",
        "user_initial": user.name[:1] if signed_in else "",
        "role_name": membership.get_role_display() if membership else "",
        "unread": 0,
        "notices_url": "",
        "menu": _menu(request) if membership else [],
        "search_url": _url("desk:clients") if membership and membership.role != "client" else "",
        "home_url": reverse("start"),
        "account_url": reverse("account"),
        "logout_url": reverse("account_logout"),
        "login_url": settings.LOGIN_URL,
        "me_url": _url("me:home"),
    }


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    items = []
    best = max(
        (entry for entry in MENU if any(request.path.startswith(prefix) for prefix in entry.under)),
        key=lambda entry: max(len(prefix) for prefix in entry.under if request.path.startswith(prefix)),
        default=None,
    )
    for entry in MENU:
        url = _url(entry.url)
        if url and holds(request.actor, entry.right):  # type: ignore[attr-defined]
            items.append({"label": entry.label, "url": url, "icon": entry.icon, "current": entry is best})
    return items


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def landing(role: str) -> str:
    """Where a role starts."""
    return {
        "client": "me:home",
        "employer_contact": "account",
        "system_admin": "manage:accounts",
        "security_admin": "manage:security",
        "audit_admin": "manage:audit",
        "section_head": "desk:head",
        "supervisor": "desk:signoffs",
        "front_desk": "desk:clients",
        "assessor": "desk:assessments",
    }.get(role, "desk:home")

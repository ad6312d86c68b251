"""The first run: the agency, its three administrators and its calendar; and one more system administrator later.

What the options leave open is asked, when somebody is there to answer; a wrong answer is asked again, the others stay.
"""

import argparse
import getpass
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zhiyin.cli import boot, output
from zhiyin.kernel.errors import Invalid, ZhiyinError


@dataclass(frozen=True)
class Question:
    """One thing to know: its option on the command line, what to ask, and the answer when only Enter is pressed."""

    key: str
    option: str
    ask: str
    default: str | None = None
    secret: bool = False


INIT = (
    Question("name", "--name", "机构名称"),
    Question("code", "--code", "编号前缀（字母数字，用于档案号和文书编号，如 LJ）"),
    Question("days_off", "--days-off", "法定节假日以外另外休息的日期（如 2026-05-06，空格分开，没有就回车）", ""),
    Question("days_on", "--days-on", "另外上班的日期（没有就回车）", ""),
    Question("admin", "--admin", "系统管理员的账号"),
    Question("admin_name", "--admin-name", "系统管理员的姓名"),
    Question("password", "--password-file", "系统管理员的口令", secret=True),
    Question("security", "--security", "安全管理员的账号", "security"),
    Question("security_name", "--security-name", "安全管理员的姓名", "安全管理员"),
    Question("audit", "--audit", "审计管理员的账号", "audit"),
    Question("audit_name", "--audit-name", "审计管理员的姓名", "审计管理员"),
)
ADMINISTRATOR = (
    Question("username", "--username", "账号"),
    Question("name", "--name", "姓名"),
    Question("password", "--password-file", "口令", secret=True),
)


def init(args: argparse.Namespace) -> int:
    """Set up an installation from options and answers."""
    asks = _asks(args)
    given = _given(args, INIT) if asks else _completed(INIT, _given(args, INIT))
    boot.start()
    boot.migrate()
    _require_untouched()
    _report(_settle(INIT, given, _set_up, asks=asks), as_json=args.json)
    return 0


def interview() -> None:
    """The first run in front of ``zhiyin serve``: everything is asked."""
    output.note("这是第一次运行，请先回答几个问题（Ctrl+C 取消，不会留下半截数据）")
    boot.migrate()
    _require_untouched()
    _report(_settle(INIT, {}, _set_up, asks=True), as_json=False)


def createsuperuser(args: argparse.Namespace) -> int:
    """One more system administrator at an agency."""
    boot.require_installed()
    boot.start()
    boot.require_migrated()
    from zhiyin.domain.accounts.commands import create_user, grant_role
    from zhiyin.domain.accounts.roles import Role
    from zhiyin.domain.audit.acting import acting, job

    organisation = chosen_organisation(args.organisation)

    def create(answers: Mapping[str, str]) -> dict[str, Any]:
        with acting(job("cli:createsuperuser", organisation.pk), "在命令行添加系统管理员"):
            user = create_user(
                username=answers["username"], name=answers["name"], password=answers["password"], must_change=False
            )
            grant_role(user, organisation, Role.SYSTEM_ADMIN)
        return {"username": user.username, "name": user.name, "organisation": organisation.code}

    made = _settle(ADMINISTRATOR, _given(args, ADMINISTRATOR), create, asks=_asks(args))
    if args.json:
        output.data(made)
    else:
        print(f"已添加系统管理员 {made['name']}，账号 {made['username']}，机构 {organisation.name}")
    return 0


def _asks(args: argparse.Namespace) -> bool:
    return sys.stdin.isatty() and not args.json


def _require_untouched() -> None:
    if boot.is_set_up():
        raise ZhiyinError("这里已经完成过首次设置；要再加一名系统管理员，用 zhiyin createsuperuser")


def _given(args: argparse.Namespace, questions: Sequence[Question]) -> dict[str, str]:
    """The answers that stand on the command line."""
    given: dict[str, str] = {}
    for question in questions:
        if question.secret:
            if args.password_file:
                given[question.key] = _first_line(args.password_file)
            continue
        value = getattr(args, question.key)
        if value is not None:
            given[question.key] = value
    return given


def _first_line(path: str) -> str:
    try:
        text = sys.stdin.readline() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid({"--password-file": [f"读不出 {path}"]}) from error
    return text.split("\n", 1)[0].rstrip("\r")


def _completed(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """``given`` with the defaults; ``Invalid``, by option, when something is neither given nor has one."""
    answers = {question.key: question.default for question in questions if question.default is not None} | given
    lacking = [question for question in questions if question.key not in answers]
    if lacking:
        raise Invalid({question.option: [f"请写明{question.ask}"] for question in lacking})
    return answers


def _settle(questions: Sequence[Question], given: dict[str, str], act: Any, *, asks: bool) -> dict[str, Any]:
    """Call ``act`` with all answers; in a dialogue faulty ones are asked again, otherwise ``Invalid`` is raised."""
    answers = dict(given) if asks else _completed(questions, given)
    while True:
        for question in questions:
            if question.key not in answers:
                answers[question.key] = _ask(question)
        try:
            made: dict[str, Any] = act(answers)
        except Invalid as invalid:
            options = {question.key: question.option for question in questions}
            if not asks or not set(invalid.errors) <= set(options):
                raise Invalid({options.get(key, key): texts for key, texts in invalid.errors.items()}) from invalid
            for key, messages in invalid.errors.items():
                output.note("；".join(messages))
                del answers[key]
        else:
            return made


def _ask(question: Question) -> str:
    if not question.secret:
        shown = f"（回车用 {question.default}）" if question.default else ""
        while True:
            answer = input(f"{question.ask}{shown}：").strip() or question.default
            if answer is not None:
                return answer
    while True:
        answer = getpass.getpass(f"{question.ask}（输入时不显示）：")
        if getpass.getpass("再输一遍：") == answer:
            return answer
        output.note("两次输入的不一样，请重来")


def _set_up(answers: Mapping[str, str]) -> dict[str, Any]:
    """Everything of the first run in one transaction; all faults are told at once, by question."""
    from zhiyin.domain.accounts.roles import Role
    from zhiyin.domain.audit.acting import acting, job
    from zhiyin.domain.organisations.commands import create_organisation
    from zhiyin.domain.standards.commands import current_snapshot

    faults: dict[str, list[str]] = {}
    days = {key: _days(answers[key], key, faults) for key in ("days_off", "days_on")}
    both = sorted(set(days["days_off"]) & set(days["days_on"]))
    if both:
        faults.setdefault("days_on", []).append(f"{both[0]} 既写了休息又写了上班")
    administrators = [("admin", Role.SYSTEM_ADMIN), ("security", Role.SECURITY_ADMIN), ("audit", Role.AUDIT_ADMIN)]
    made: list[dict[str, str]] = []
    with acting(job("cli:init"), "首次设置"):
        _require_untouched()
        organisation = None
        try:
            organisation = create_organisation(
                name=answers["name"],
                code=answers["code"],
                extra_holidays=days["days_off"],
                extra_workdays=days["days_on"],
            )
        except Invalid as invalid:
            faults |= invalid.errors
        for key, role in administrators:
            initial = None if key == "admin" else _initial_password()
            try:
                _administrator(organisation, role, answers[key], answers[f"{key}_name"], initial or answers["password"])
            except Invalid as invalid:
                places = {"username": key, "name": f"{key}_name", "password": "password"}
                for field, messages in invalid.errors.items():
                    faults.setdefault(places[field], []).extend(messages)
            made.append({"role": str(role), "username": answers[key].strip(), "initial_password": initial or ""})
        if faults:
            raise Invalid(faults)
        current_snapshot()
    return {"organisation": answers["name"].strip(), "code": organisation.code, "administrators": made}


def _administrator(organisation: Any, role: Any, username: str, name: str, password: str) -> None:
    from zhiyin.domain.accounts.commands import create_user, grant_role
    from zhiyin.domain.accounts.roles import Role

    own = role == Role.SYSTEM_ADMIN
    user = create_user(username=username, name=name, password=password, must_change=not own)
    if organisation is not None:
        grant_role(user, organisation, role)


def _initial_password() -> str:
    """A password to be changed at the first sign-in; long enough and mixed enough for every setting."""
    from django.conf import settings

    length: int = settings.OPTIONS["security.password_length"]
    return f"Zy{secrets.randbelow(10)}-{secrets.token_hex(max(6, length // 2))}"


def _days(text: str, key: str, faults: dict[str, list[str]]) -> list[str]:
    days: list[str] = []
    for word in text.replace("，", " ").replace("、", " ").replace(",", " ").split():
        try:
            days.append(date.fromisoformat(word).isoformat())
        except ValueError:
            faults.setdefault(key, []).append(f"{word} 不是日期，请写成 2026-05-06 这样")
    return sorted(set(days))


def chosen_organisation(code: str | None) -> Any:
    from zhiyin.domain.organisations.models import Organisation, OrganisationKind

    found = list(Organisation.objects.filter(kind=OrganisationKind.AGENCY).order_by("code"))
    if not found:
        raise ZhiyinError("还没有机构。请先运行 zhiyin init")
    if code is None and len(found) == 1:
        return found[0]
    listed = "、".join(f"{organisation.code}（{organisation.name}）" for organisation in found)
    for organisation in found:
        if code is not None and organisation.code == code.strip().upper():
            return organisation
    problem = "有几个机构，请指明一个" if code is None else f"没有编号前缀为 {code} 的机构"
    raise Invalid({"--organisation": [f"{problem}：{listed}"]})


def _report(made: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.data(made)
        return
    from zhiyin.domain.accounts.roles import Role

    print(f"首次设置完成：{made['organisation']}（{made['code']}）")
    rows = [["角色", "账号", "初始口令"]]
    for entry in made["administrators"]:
        secret = entry["initial_password"]
        rows.append([Role(entry["role"]).label, entry["username"], secret or "（您刚才设的）"])
    output.table(rows)
    print("初始口令只显示这一次，请分别交给本人；首次登录时必须更改。")

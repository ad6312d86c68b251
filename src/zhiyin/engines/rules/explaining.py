"""The explanation of a verdict: a tree in Chinese with articles, dates, values, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from zhiyin.engines.rules.compiling import NO_ROW, Compiler, Env, RuleCompiler, Truth
from zhiyin.engines.rules.durations import Stretch, between_words
from zhiyin.engines.rules.syntax import Compare, Group, Node, Rows, RuleRef, references
from zhiyin.engines.rules.tracing import Tracer, is_borderline, near_limit
from zhiyin.engines.rules.values import Number, Row, Value
from zhiyin.engines.rules.wording import Words, number_words

MOST_ROWS = 20


class Verdict(StrEnum):
    """Outcome of a condition."""

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"

    @property
    def label(self) -> str:
        """The Chinese word shown to users."""
        return {"PASS": "符合", "FAIL": "不符合", "UNKNOWN": "还不能确定"}[self.value]


def verdict_of(truth: Truth) -> Verdict:
    """The outcome for a three-valued truth."""
    return Verdict.UNKNOWN if truth is None else Verdict.PASS if truth else Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one condition came out as it did.

    ``id`` is the condition's id or "", ``missing`` the ids of the facts that are still needed, ``proof`` what shows
    them; ``applies`` is false where the condition is not in force on the day and therefore did not count.
    """

    id: str
    title: str
    verdict: Verdict
    article: str
    why: str
    children: tuple["Explanation", ...] = ()
    missing: tuple[str, ...] = ()
    borderline: bool = False
    proof: str = ""
    serves: tuple[str, ...] = ()
    note: str = ""
    applies: bool = True

    def walk(self) -> list["Explanation"]:
        """This explanation and all below it, in order."""
        return [self, *(below for child in self.children for below in child.walk())]

    def lines(self, depth: int = 0) -> list[str]:
        """The tree as indented text, for letters and logs."""
        article = f"（{self.article}）" if self.article else ""
        line = f"{'  ' * depth}【{self.verdict.label}】{self.title}{article}：{self.why}"
        return [line, *(below for child in self.children for below in child.lines(depth + 1))]


def explain(compiler: RuleCompiler, env: Env) -> Explanation:
    """Explanation of a whole ruleset."""
    ruleset = compiler.ruleset
    if not ruleset.in_force(env.on):
        text = env.on.isoformat()
        late = ruleset.valid_to is not None and text > ruleset.valid_to
        why = f"这套条件已于 {ruleset.valid_to} 停止" if late else f"这套条件自 {ruleset.valid_from} 起施行"
        return Explanation(ruleset.id, ruleset.title, Verdict.FAIL, "", f"{why}，评定日期是 {text}", note=ruleset.about)
    root = Explainer(compiler, env).node(ruleset.root, NO_ROW, "")
    bare = isinstance(ruleset.root, Group) and ruleset.root.id is None and not ruleset.root.title
    children = root.children if bare else (root,)
    near = is_borderline(compiler, env)
    return replace(
        root,
        borderline=near,
        id=ruleset.id,
        title=ruleset.title,
        children=children,
        serves=tuple(ruleset.serves),
        note=ruleset.about,
    )


class Explainer:
    """Explains conditions of one ruleset in one evaluation."""

    def __init__(self, compiler: Compiler, env: Env) -> None:
        self._compiler = compiler
        self._env = env
        self._words = Words(compiler)

    def node(self, node: Node, row: Row, listed: str) -> Explanation:
        """Explanation of a condition; ``listed`` is the list whose row is looked at."""
        truth = self._compiler.verdicts[id(node)](self._env, row)
        if not node.in_force(self._env.on):
            return self._dormant(node, verdict_of(truth))
        match node:
            case Group():
                found = self._group(node, truth, row, listed)
            case Rows():
                found = self._rows(node, truth)
            case RuleRef(ruleset=name):
                inner = self._compiler.inner[name]
                below = explain(inner, inner.env(self._env.raw, self._env.on))
                found = replace(below, id="", title=below.title, serves=(), note="")
            case Compare():
                found = self._compare(node, truth, row, listed)
            case _:
                raise TypeError(type(node).__name__)
        missing: dict[str, None] = {}
        Tracer(self._compiler, self._env, missing).node(node, row, listed)
        return replace(
            found,
            id=node.id or "",
            title=node.title or found.title,
            article=node.article,
            why=self._own_words(node, truth, row) or found.why,
            missing=tuple(missing),
            proof=node.proof or found.proof,
            serves=node.serves,
            note=node.note,
        )

    def _asked(self, node: Node, row: Row, listed: str) -> str:
        """The facts that an open condition still needs, each with what shows it; "" when it is not facts it lacks."""
        missing: dict[str, None] = {}
        Tracer(self._compiler, self._env, missing).node(node, row, listed)
        told = []
        for name, (label, proof) in asked_facts(self._compiler).items():
            if name in missing:
                told.append(label + (f"（请提供{proof}）" if proof else ""))
        return f"还不知道：{'、'.join(told)}" if told else ""

    def _dormant(self, node: Node, verdict: Verdict) -> Explanation:
        late = node.valid_to is not None and self._env.on > node.valid_to
        why = f"此条已于 {node.valid_to} 停止" if late else f"此条自 {node.valid_from} 起施行"
        title = node.title or self._words.condition(node)
        return Explanation(node.id or "", title, verdict, node.article, f"{why}，这次不计", applies=False)

    def _own_words(self, node: Node, truth: Truth, row: Row) -> str:
        text = node.why_pass if truth else node.why_fail if truth is False else ""
        if not text or not isinstance(node, Compare):
            return text
        told = self._told(node, row)
        for name in ("value", "limit", "missing"):
            text = text.replace(f"{{{name}}}", told[name])
        return text

    # groups

    def _group(self, node: Group, truth: Truth, row: Row, listed: str) -> Explanation:
        children = tuple(self.node(one, row, listed) for one in node.of)
        counting = [child for child in children if child.applies]
        title = self._words.condition(node)
        return Explanation("", title, verdict_of(truth), "", self._sum_up(node, truth, counting, row, listed), children)

    def _sum_up(self, node: Group, truth: Truth, children: Sequence[Explanation], row: Row, listed: str) -> str:
        passed = [child for child in children if child.verdict is Verdict.PASS]
        failed = [child for child in children if child.verdict is Verdict.FAIL]
        if node.op == "not":
            inner = children[0].why if children else ""
            return f"这种情形{'不存在' if truth else '存在' if truth is False else '还不能确定'}：{inner}"
        if node.op == "all" and truth is False:
            return f"有 {len(failed)} 项不符合：" + "；".join(_name_and_why(child) for child in failed)
        if node.op == "all" and truth:
            return f"{len(children)} 项都符合"
        if node.op == "any" and truth:
            return "符合其中一项：" + "；".join(_name_and_why(child) for child in passed)
        if node.op == "any" and truth is False:
            return f"{len(children)} 项都不符合" if len(children) != 1 else _name_and_why(children[0])
        if node.count is not None and truth is not None:
            wanted = self._words.value(node.count, self._compiler.values[id(node.count)](self._env, row))
            return f"{len(children)} 项中符合 {len(passed)} 项，要求至少 {wanted} 项"
        open_ = [child for child in children if child.verdict is Verdict.UNKNOWN]
        return self._asked(node, row, listed) or "；".join(_name_and_why(child) for child in open_)

    # rows of a list

    def _rows(self, node: Rows, truth: Truth) -> Explanation:
        label = self._compiler.facts[node.list].label
        title = self._words.condition(node)
        rows = self._compiler.lister(node.list)(self._env)
        proof = self._compiler.facts[node.list].proof
        if rows is None:
            return Explanation("", title, Verdict.UNKNOWN, "", _ask(label, proof), proof=proof)
        children = []
        for number, each in enumerate(rows[:MOST_ROWS], 1):
            one = self.node(node.where, each, node.list)
            why = one.why if one.children else _leaf(one)
            children.append(replace(one, id="", title=f"第 {number} 条", why=why))
        verdicts = [self._compiler.verdicts[id(node.where)](self._env, each) for each in rows]
        why = self._told_rows(node, truth, label, verdicts, children, proof)
        return Explanation("", title, verdict_of(truth), "", why, tuple(children), proof=proof)

    def _told_rows(
        self, node: Rows, truth: Truth, label: str, verdicts: list[Truth], children: list[Explanation], proof: str
    ) -> str:
        if truth is None:
            lacking = [str(number) for number, verdict in enumerate(verdicts, 1) if verdict is None]
            return f"{label}第 {'、'.join(lacking)} 条还没有填全" + (f"，请提供{proof}" if proof else "")
        if node.op == "every":
            if truth:
                return f"{label}共 {len(verdicts)} 条，都符合"
            wrong = [str(number) for number, verdict in enumerate(verdicts, 1) if verdict is False]
            return f"{label}第 {'、'.join(wrong)} 条不符合" + _nearest(children)
        if truth:
            return f"{label}第 {verdicts.index(True) + 1} 条符合"
        if not verdicts:
            return f"没有{label}"
        return f"{label}共 {len(verdicts)} 条，没有一条符合" + _nearest(children)

    # comparisons

    def _compare(self, node: Compare, truth: Truth, row: Row, listed: str) -> Explanation:
        words = self._words
        title = words.condition(node)
        used = references(node)
        proofs = [self._compiler.facts[name].proof for name in [*used.facts, *([listed] if listed else [])]]
        proof = "；".join(dict.fromkeys(one for one in proofs if one))
        if truth is None:
            return Explanation("", title, Verdict.UNKNOWN, "", self._open(node, row, listed), proof=proof)
        told = self._told(node, row)
        if node.test == "filled":
            why = "已有" if truth is node.wanted else "没有填写"
        elif told["value"] == "没有":
            why = f"没有{words.thing(node.left)}，要求{told['test']}"
        else:
            why = f"{told['value']}，要求{told['test']}"
        if truth is False and told["missing"]:
            why += f"，{told['short']} {told['missing']}"
        near = near_limit(self._compiler, self._env, node, row)
        if near:
            why += "（接近界限，请人工复核）"
        return Explanation("", title, verdict_of(truth), "", why, borderline=near, proof=proof)

    def _open(self, node: Compare, row: Row, listed: str) -> str:
        asked = self._asked(node, row, listed)
        if asked:
            return asked
        names = [
            name for name in references(node).params if self._compiler.library.parameter(name, self._env.on) is None
        ]
        if names:
            return f"{self._env.on.isoformat()} 还没有规定“{'、'.join(names)}”的数值，请向管理员核实"
        return "填写的内容无法计算，请核对"

    def _told(self, node: Compare, row: Row) -> dict[str, str]:
        """The words of a comparison: value, test, limit, and what is missing, with the verb for it."""
        words = self._words
        left = self._compiler.values[id(node.left)](self._env, row)
        right = [self._compiler.values[id(one)](self._env, row) for one in node.right]
        stretch = self._compiler.stretch(node.left, self._env, row)
        limit = words.limit(node, right)
        short, missing = "还差", ""
        if right and node.test in {"at_least", "more_than", "at_most", "less_than"}:
            short, missing = self._shortfall(node, left, right[0], stretch)
        return {
            "value": words.measured(node.left, left, stretch),
            "limit": limit,
            "test": words.test(node, limit, left),
            "short": short,
            "missing": missing,
        }

    def _shortfall(self, node: Compare, left: Value, limit: Value, stretch: Stretch | None) -> tuple[str, str]:
        upward = node.test in {"at_least", "more_than"}
        if isinstance(left, date) and isinstance(limit, date):
            gap = between_words(min(left, limit), max(left, limit))
            return ("还差" if upward else "晚了"), "" if left == limit else gap
        if not _is_plain(limit):
            return "", ""
        verb = "还差" if upward else "超出"
        if stretch is not None:
            try:
                days = stretch.lacking(limit)  # type: ignore[arg-type]
                return verb, stretch.gap_words(limit) if (days > 0) is upward and days else ""  # type: ignore[arg-type]
            except (OverflowError, ValueError):
                return "", ""
        if left is None and upward and node.left.kind == "number":
            left = 0
        if not _is_plain(left):
            return "", ""
        more, less = (limit, left) if upward else (left, limit)
        gap_: Number = more - less  # type: ignore[operator, assignment]
        return verb, f"{number_words(gap_)}{self._words.unit(node.left)}" if gap_ > 0 else ""


def _is_plain(value: Value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _name_and_why(explanation: Explanation) -> str:
    return f"{explanation.title}（{explanation.why}）" if explanation.children else _leaf(explanation)


def _leaf(explanation: Explanation) -> str:
    return f"{explanation.title}：{explanation.why}"


def _ask(label: str, proof: str) -> str:
    return f"还不知道：{label}" + (f"（请提供{proof}）" if proof else "")


def asked_facts(compiler: Compiler) -> dict[str, tuple[str, str]]:
    """Label and proof of every fact that the compiler's ruleset or one below it uses."""
    found: dict[str, tuple[str, str]] = {}
    for inner in compiler.inner.values():
        found |= asked_facts(inner)
    return found | {name: (fact.label, fact.proof) for name, fact in compiler.facts.items()}


def _nearest(children: Sequence[Explanation]) -> str:
    """What stands against the row that is closest to passing."""
    found: tuple[int, str] | None = None
    for child in children:
        leaves = [one for one in child.walk() if not one.children and one.verdict is Verdict.FAIL]
        if leaves and (found is None or len(leaves) < found[0]):
            found = (
                len(leaves),
                f"；{child.title}：" + "；".join(leaf.why if leaf is child else _leaf(leaf) for leaf in leaves),
            )
    return "" if found is None else found[1]

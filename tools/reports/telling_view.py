"""A telling for one audience in one language: a tree of plain names, sentences and bound numbers, and the same as JSON."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.document import Audit, Claim, Finding, Missing, Recommendation
from tools.reading import Reading
from tools.render import Rendered, Span, join
from tools.reports.audiences import AUDIENCES, Audience
from tools.reports.audit_page import first_page
from tools.reports.contract import Json, finding_json, reading_json, recommendation_json
from tools.reports.names import metric_name
from tools.reports.phrases import PHRASES
from tools.reports.register import audit_register
from tools.reports.spans import spans_json
from tools.reports.teller import Teller, words
from tools.reports.tellings import AudienceTelling, Fact, StepTold, told
from tools.reports.view import finding_view, recommendation_view, row_view, total_view
from tools.text import Language, Text

View = dict[str, Any]
Openings = Mapping[str, Text]
WORDS: Mapping[str, Text] = {
    "own": Text("Your actions", "Ваши действия"),
    "company": Text("Decisions of the month in the company", "Решения месяца в компании"),
    "stakes": Text("Money at stake", "Деньги под вопросом"),
    "effects": Text("What the actions may bring", "Что могут дать действия"),
    "urgent_too": Text("Also urgent for the company", "Ещё срочно для компании"),
    "first_words": Text("First words", "Первая фраза"),
    "of_whole": Text(
        "This telling holds nothing that the audit does not: the same findings and figures, in another order.",
        "В этом изложении нет ничего сверх аудита: те же выводы и те же числа, в другом порядке.",
    ),
    "figure": Text("Figure", "Показатель"),
    "action": Text("Action", "Действие"),
    "pays_from": Text("Pays off from", "Окупится от"),
    "graded": Text("Evidence", "Достоверность"),
    "rests_on": Text(
        "Tools, case, trend and figures behind it", "Инструменты, пример, тренд и числа за этим действием"
    ),
    "they_pay": Text("These clients pay", "Платят эти клиенты"),
}


def heading(audience: Audience) -> Text:
    """The title of a telling: what it is and for whom."""
    title = PHRASES["title"]
    return Text(f"{title.en} {audience.reader.en}", f"{title.ru} {audience.reader.ru}")


def telling_view(audit: Audit, audience: Audience, openings: Openings, *, language: Language) -> View:
    """Everything a template shows; ``openings`` are first phrases of a talk by playbook."""
    told_now = told(audit, audience)
    teller = Teller(audit_register(audit), language, {**PHRASES, **WORDS})
    page = first_page(audit, teller, summary=Rendered("", ()))
    queries: dict[str, str] = {}
    phrases = {key: phrase[language] for key, phrase in teller.phrases.items()}
    playbooks = _playbooks(audit)

    def finding(item: Finding) -> View:
        opening = openings.get(playbooks.get(item.code, "")) if item.accounts else None
        shown = finding_view(item, teller)
        return {**shown, **_staked(item, teller), "opening": opening[language] if opening else None}

    return {
        "language": language,
        "t": phrases,
        "key": audience.key,
        "title": heading(audience)[language],
        "question": audience.question[language],
        "evidence": audience.evidence,
        "one_page": audience.stakes,
        "run": audit.run,
        "snapshot": audit.snapshot,
        "source": "" if audit.interview else audit.source,
        "as_of": page["as_of"],
        "window": page["window"],
        "lead": [teller.say([claim]) for claim in told_now.lead],
        "for_client": [_fact(fact, teller) for fact in told_now.for_client],
        "for_us": [_fact(fact, teller) for fact in told_now.for_us],
        "stakes": [finding(item) for item in told_now.stakes],
        "own": [recommendation_view(item, teller) for item in told_now.own],
        "decisions": _company(told_now, page["decisions"], language),
        "effects": [recommendation_view(item, teller) for item in told_now.effects],
        "steps": [
            {
                "key": part.step.key,
                "title": part.step.title[language],
                "status": part.step.status,
                "reason": part.step.reason[language] if part.step.reason else None,
                "lead": teller.say(part.claims),
                "findings": [finding(item) for item in part.findings],
            }
            for part in told_now.steps
        ],
        "urgent": [{"text": teller.say(item.claims), **_staked(item, teller)} for item in told_now.urgent],
        "missing": _lacking(told_now.missing, language),
        "control": [total_view(total, teller, audit.currency) for total in audit.control_totals]
        if audience.evidence
        else [],
        "readings": [row_view(reading, teller, queries) for reading in told_now.readings],
        "queries": {name: sql for sql, name in queries.items()},
        "hints": {reading.id: teller.hint(reading) for reading in told_now.readings},
    }


def telling_json(audit: Audit, audience: Audience, openings: Openings, *, language: Language) -> Json:
    """The telling by the contract: sections in order, each with text and spans, ids of its claims, findings, actions."""
    told_now = told(audit, audience)
    register = audit_register(audit)
    teller = Teller(register, language, {**PHRASES, **WORDS})
    playbooks = _playbooks(audit)

    def section(key: str, title: str, claims: Iterable[Claim] = (), **more: Any) -> Json:
        claims = tuple(claims)
        text = more.pop("text", None) or teller.say(claims)
        return {
            "key": key,
            "title": title,
            "text": text.text,
            "spans": spans_json(text),
            "claims": [claim.id for claim in claims],
            **more,
        }

    def finding(item: Finding) -> Json:
        opening = openings.get(playbooks.get(item.code, "")) if item.accounts else None
        return {**finding_json(item, register, language), "opening": opening[language] if opening else None}

    def facts(key: str, found: tuple[Fact, ...]) -> Json:
        text = join([_line(fact, teller) for fact in found if fact.reading], "\n")
        return section(key, teller.phrase(key), text=text, facts=[_fact_json(fact, teller) for fact in found])

    def step(part: StepTold) -> Json:
        claims = (*part.claims, *_claims(part.findings))
        reason = part.step.reason[language] if part.step.reason else None
        shown = [finding(item) for item in part.findings]
        title = part.step.title[language]
        return section(f"step.{part.step.key}", title, claims, reason=reason, findings=shown)

    def actions(key: str, items: tuple[Recommendation, ...]) -> Json:
        return section(
            key, teller.phrase(key), actions=[recommendation_json(item, register, language) for item in items]
        )

    lacking = [
        {"what": item.what[language], "why": item.why[language], "needs": item.needs[language]}
        for item in told_now.missing
    ]
    sections = [
        section("main", teller.phrase("main"), told_now.lead),
        facts("for_client", told_now.for_client),
        facts("for_us", told_now.for_us),
        section(
            "stakes", teller.phrase("stakes"), _claims(told_now.stakes), findings=[finding(i) for i in told_now.stakes]
        ),
        actions("own", told_now.own),
        actions("company", told_now.decisions),
        actions("effects", told_now.effects),
        *(step(part) for part in told_now.steps),
        section(
            "urgent_too",
            teller.phrase("urgent_too"),
            _claims(told_now.urgent),
            findings=[finding(i) for i in told_now.urgent],
        ),
        section("not_computed", teller.phrase("not_computed"), not_computed=lacking),
    ]
    content = ("text", "facts", "findings", "actions", "not_computed", "reason")
    return {
        "audience": {
            "key": audience.key,
            "name": audience.name[language],
            "question": audience.question[language],
        },
        "title": heading(audience)[language],
        **asked(audit, language),
        "currency": audit.currency,
        "sections": [item for item in sections if any(item.get(name) for name in content)],
        "readings": [
            reading_json(item, language=language, currency=audit.currency, names=register.names)
            for item in told_now.readings
        ],
        "written_by": "rules",
    }


def asked(audit: Audit, language: Language) -> Json:
    """What a telling was computed of: enough to compute it again."""
    return {
        "run": audit.run,
        "language": language,
        "snapshot": audit.snapshot,
        "as_of": audit.as_of.isoformat() if audit.as_of else None,
        "profile": {"key": audit.profile.key, "chosen_by": audit.profile.chosen_by},
        "steps": [
            {"key": step.key, "status": step.status, "findings": [finding.code for finding in step.findings]}
            for step in audit.steps
        ],
        "capacity": {"stated": dict(audit.capacity_stated) if audit.capacity_stated else None},
        "interview": audit.interview,
        "answers": dict(audit.answers) if audit.answers else None,
    }


def audiences_json(language: Language) -> list[Json]:
    """Every audience there is: key, name, question."""
    return [
        {"key": item.key, "name": item.name[language], "question": item.question[language]}
        for item in AUDIENCES.values()
    ]


def _playbooks(audit: Audit) -> dict[str, str]:
    """The playbook that answers each finding code, where one was recommended."""
    found: dict[str, str] = {}
    for step in audit.steps:
        for item in step.recommendations:
            found.setdefault(item.finding, item.playbook)
    return found


def _company(told_now: AudienceTelling, decided: list[View], language: Language) -> list[View]:
    """The first page's decisions, those among the audience's own actions left out."""
    wanted = {item.action[language] for item in told_now.decisions}
    return [item for item in decided if item["action"] in wanted]


def _claims(findings: Iterable[Finding]) -> list[Claim]:
    return [claim for item in findings for claim in item.claims]


def _fact(fact: Fact, teller: Teller) -> View:
    reading = fact.reading
    name = metric_name(fact.key.partition(":")[0], teller.language) if reading is None else teller.name(reading)
    return {
        "name": name,
        "value": teller.value(reading) if reading else None,
        "interval": teller.interval(reading) if reading else None,
        "window": teller.window(reading.window) if reading and reading.window else None,
        "grade": teller.phrase(reading.grade) if reading else None,
        "missing": fact.missing[teller.language] if fact.missing else None,
    }


def _fact_json(fact: Fact, teller: Teller) -> Json:
    shown = _fact(fact, teller)
    value = shown["value"].text if shown["value"] else None
    return {
        "key": fact.key,
        "name": shown["name"],
        "reading": fact.reading.id if fact.reading else None,
        "text": value,
        "missing": shown["missing"],
    }


def _line(fact: Fact, teller: Teller) -> Rendered:
    """Name and value; a digit of the name (the ten largest) belongs to the reading as well."""
    assert fact.reading is not None
    return words(_bound_digits(teller.name(fact.reading), fact.reading), ": ", teller.value(fact.reading))


def _bound_digits(name: str, reading: Reading) -> Rendered:
    return Rendered(name, tuple(Span(*found.span(), reading.id) for found in re.finditer(r"\d+", name)))


def _staked(finding: Finding, teller: Teller) -> View:
    """The money of a finding, what it is (at stake, or paid by clients who are well), and whether a sentence states it."""
    money = finding.money_at_stake
    said = {reading.id for claim in finding.claims for reading in claim.readings}
    label = "at_stake" if finding.severity in ("urgent", "warning") else "they_pay"
    return {
        "money": teller.value(money) if money else None,
        "money_name": teller.phrase(label),
        "money_said": money is not None and money.id in said,
    }


def _lacking(missing: Iterable[Missing], language: Language) -> list[View]:
    """What is lacking, gathered by the file that would mend it."""
    found: dict[str, list[Missing]] = {}
    for item in missing:
        found.setdefault(item.needs[language], []).append(item)
    return [
        {
            "what": ", ".join(_unstopped(item.what[language]) for item in items),
            "why": "; ".join(dict.fromkeys(_unstopped(item.why[language]) for item in items)),
            "needs": needs,
        }
        for needs, items in found.items()
    ]


def _unstopped(text: str) -> str:
    return text.strip().rstrip(".")
